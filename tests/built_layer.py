"""The layer as it is shipped, built once in a run, by whichever process needs it first."""

import fcntl
import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
BESIDE = ("SHA256SUMS", "lambda-reuse-layer.cdx.json")


def built_layer(tmp_path_factory: pytest.TempPathFactory, architecture: str) -> Path:
    """The zip of an architecture or of this machine's (`native`), with what is written beside it.

    It is a copy: a build that comes later, by another test, does not change it.
    """
    base = tmp_path_factory.getbasetemp()
    run = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder = run / f"layer-{architecture}"
    with (run / "layer.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not folder.exists():
            _build(architecture, folder)
    (archive,) = folder.glob("*.zip")
    return archive


def _build(architecture: str, folder: Path) -> None:
    command = [ROOT / "layer_build.sh", "--arch", architecture]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stderr
    archive = ROOT / built.stdout.strip()
    copies = folder.with_suffix(".new")
    copies.mkdir()
    for path in (archive, *(archive.with_name(name) for name in BESIDE)):
        shutil.copy(path, copies)
    copies.rename(folder)
