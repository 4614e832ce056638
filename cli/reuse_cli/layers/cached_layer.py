"""The layer of the installed sources, made once and kept, its byte code included.

It lies in the user's cache (`$XDG_CACHE_HOME`, else ~/.cache), in a folder that is named after what
it was made of. So a run starts with no copying and no compiling.
"""

import compileall
import hashlib
import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from reuse_cli.layers.packages import folder_of
from reuse_cli.layers.source_layer import assemble

KEPT = 10
"""How many are kept: each change of the sources makes another one."""


def cached_layer(otherwise: Path) -> Path:
    """The layer's folder, which must not be changed; made in `otherwise` where none can be kept."""
    try:
        cache = _cache()
        folder = cache / f"layer-{_digest()}"
        if not folder.is_dir():
            _make(folder)
            _remove_old(cache)
    except (OSError, RuntimeError):  # there is no home, or it cannot be written
        return assemble(otherwise)
    return folder


def _cache() -> Path:
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    cache = Path(home) / "lambda-reuse"
    cache.mkdir(parents=True, exist_ok=True, mode=0o700)
    return cache


def _digest() -> str:
    """A key of the state of the sources and of the Python."""
    digest = hashlib.sha256(sys.implementation.cache_tag.encode())
    for package in ("reuse_extension", "lambda_reuse", "reuse_cli.layers"):
        for name, status in _files(folder_of(package)):
            digest.update(f"{name} {status.st_mtime_ns} {status.st_size}\n".encode())
    return digest.hexdigest()[:16]


def _files(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    for place, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name != "__pycache__")
        for name in sorted(names):
            path = os.path.join(place, name)
            yield os.path.relpath(path, folder), os.stat(path)


def _make(folder: Path) -> None:
    """Make it beside its place, and move it there whole: another run may make it too."""
    made = assemble(folder.with_name(f"{folder.name}.{os.getpid()}"))
    compileall.compile_dir(made, quiet=2)
    try:
        made.rename(folder)
    except OSError:
        shutil.rmtree(made, ignore_errors=True)
        if not folder.is_dir():
            raise


def _remove_old(cache: Path) -> None:
    with suppress(OSError):
        layers = sorted(cache.glob("layer-*"), key=lambda path: path.stat().st_mtime, reverse=True)
        for old in layers[KEPT:]:
            shutil.rmtree(old, ignore_errors=True)
