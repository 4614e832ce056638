"""CPython of any version, as npm's package `pyodide` carries it: WebAssembly, the same everywhere.

Bytecode files depend on Python's minor version and on nothing of the platform. This is how they are
made, and how the helper is tested, for versions that the machine does not have.
"""

import subprocess
from pathlib import Path

from layer_tools import npm_package

RELEASES = {
    "3.11": ("0.23.4", "c7eaef8a406fbb6e6a29404604cbb0b7dfcc682080ffdb0abf629fb8e35f7968"),
    "3.12": ("0.27.7", "89d5d952675eb08e11286e52c7238f1248ce71726e896db9703e73bef23dc343"),
    "3.13": ("0.29.5", "6749b10ee515a1458ecea36d860c8ce2a48366e85b3f92d749ad1840e4aff181"),
    "3.14": ("314.0.7", "66b7949e5a0cba2250b586d7e368bf12fb482800748d182c4618254b685ffaa0"),
}
"""Python -> release of pyodide, and the sha256 of its package."""
UNUSED = ("ws", "node-fetch")
"""What the oldest release imports and does not need here."""
RUNNER = Path(__file__).with_suffix(".mjs")


def install(python: str, cache: Path) -> Path:
    """The package for this version of Python, fetched into `cache` where it is not there yet.

    Raises NoPackageError where node or npm are missing, or the package cannot be had.
    """
    release, sha256 = RELEASES[python]
    home = npm_package.fetch("pyodide", release, sha256, cache / f"pyodide-{release}")
    for name in UNUSED:
        stub = home / "node_modules" / name
        stub.mkdir(parents=True, exist_ok=True)
        (stub / "index.js").write_text("module.exports = {};\n")
    return home


def run(home: Path, folder: Path, program: Path) -> subprocess.CompletedProcess[str]:
    """Run a program; it finds `folder` as /mnt/folder."""
    return subprocess.run(
        ["node", str(RUNNER), str(home), str(folder), str(program)],
        capture_output=True,
        text=True,
        check=False,
    )
