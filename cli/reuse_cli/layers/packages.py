"""The installed packages that go into a layer, found without importing them."""

import importlib.util
import shutil
from pathlib import Path

NOT_SOURCES = shutil.ignore_patterns("__pycache__", "*.pyc", "runtime")


def folder_of(package: str) -> Path:
    """The folder of an installed package."""
    spec = importlib.util.find_spec(package)
    if spec is None or spec.origin is None:
        raise FileNotFoundError(f"the package {package} is not installed")
    return Path(spec.origin).parent


def copy(package: str, target: Path) -> None:
    """Copy a package's sources, times of change included, in place of what is there."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(folder_of(package), target, ignore=NOT_SOURCES)
