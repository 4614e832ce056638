"""Packages of npm as they were published; nothing of them is run, nothing else comes with them."""

import hashlib
import shutil
import subprocess
import tarfile
import tempfile
from pathlib import Path


class NoPackageError(Exception):
    """Why a package cannot be had."""


def fetch(name: str, release: str, sha256: str, home: Path) -> Path:
    """Unpacks the package as the folder `home`, where it is not there yet; returns `home`.

    Several processes may do so at once. Raises NoPackageError where npm is missing, or the package
    cannot be had or is not the one with this checksum.
    """
    if (home / "package.json").exists():
        return home
    if not shutil.which("npm") or not shutil.which("node"):
        raise NoPackageError("there is no node with npm")
    home.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=home.parent) as folder:
        archive = _download(name, release, Path(folder))
        if hashlib.sha256(archive.read_bytes()).hexdigest() != sha256:
            raise NoPackageError(f"{name} {release} is not the package that is expected")
        with tarfile.open(archive) as opened:
            opened.extractall(folder, filter="data")
        try:
            (Path(folder) / "package").rename(home)
        except OSError:  # another process was earlier
            if not (home / "package.json").exists():
                raise
    return home


def _download(name: str, release: str, folder: Path) -> Path:
    done = subprocess.run(
        ["npm", "pack", "--silent", f"{name}@{release}"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise NoPackageError(f"{name} {release} could not be had: {done.stderr.strip()[-200:]}")
    return folder / f"{name}-{release}.tgz"
