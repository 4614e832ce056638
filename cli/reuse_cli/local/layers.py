"""Lays out what lies under /opt: this product's own layer, and others over it."""

import os
import shutil
import stat
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path

from reuse_cli.errors import ConfigurationError
from reuse_cli.layers.cached_layer import cached_layer
from reuse_cli.local.assets import LayerSource
from reuse_cli.local.local_run import LocalRun

Warn = Callable[[str], None]

KNOWN_ENTRIES = ("extensions", "python", "nodejs", "java", "ruby", "bin", "lib", "bootstrap")
"""What Lambda or a runtime looks at under /opt ("Packaging your layer content")."""


def lay_out(run: LocalRun, others: Sequence[LayerSource], folder: Path, warn: Warn) -> Path | None:
    """The folder that is /opt; None where there is no layer at all.

    Lambda merges layers in order, so a later one replaces files of an earlier one; this product's
    own comes first. `folder` is used where several are merged. Raises ConfigurationError.
    """
    sources = [*others, *(LayerSource(path, str(path)) for path in run.layers)]
    if not run.has_extension and not sources:
        return None
    own = _own(run, folder.with_name("own"))
    if own is not None and not sources:
        opt = own
    else:
        opt = folder
        opt.mkdir(parents=True, exist_ok=True)
        if own is not None:
            _copy(own, opt)
        for source in sources:
            put(source, opt, warn)
    if run.has_extension and not (opt / "extensions").is_dir():
        warn(f"{opt} has no extensions: the function runs, nothing is counted")
    return opt


def _own(run: LocalRun, folder: Path) -> Path | None:
    """The layer of this product: the one that was named, or that of the installed sources."""
    if not run.has_extension:
        return None
    return run.opt or cached_layer(folder)


def put(source: LayerSource, opt: Path, warn: Warn) -> None:
    """Unpack one layer, or lay it out as `sam build` does where it has not been built."""
    if source.path.is_file():
        unpack(source.path, opt)
        return
    if any((source.path / entry).exists() for entry in KNOWN_ENTRIES):
        _copy(source.path, opt)
        return
    subfolder = _subfolder(source)
    if subfolder is None:
        _copy(source.path, opt)
        return
    _copy(source.path, opt / subfolder)
    if not source.build_method:
        warn(f"the layer {source.name} has no {subfolder} folder: it is laid out as one")
    if _has_requirements(source.path):
        warn(
            f"the layer {source.name} has not been built, so its requirements are missing:"
            " run sam build, and name .aws-sam/build as the --template"
        )


def _subfolder(source: LayerSource) -> str | None:
    """Where a layer that is not laid out belongs; None where it needs no place of its own."""
    method = source.build_method
    if method.startswith("python"):
        return "python"
    if method.startswith("nodejs"):
        return "nodejs"
    if method:
        raise ConfigurationError(
            f"the layer {source.name} is built with {method}: run sam build, and name"
            " .aws-sam/build as the --template"
        )
    if any((source.path / name).exists() for name in ("package.json", "node_modules")):
        return "nodejs"
    is_python = any(source.path.glob("*.py")) or any(source.path.glob("*/__init__.py"))
    return "python" if is_python else None


def _has_requirements(folder: Path) -> bool:
    """Whether there are requirements, comments aside, and nothing that was installed."""
    try:
        lines = (folder / "requirements.txt").read_text(errors="replace").splitlines()
    except OSError:
        return False
    has_some = any(line.strip() and not line.lstrip().startswith("#") for line in lines)
    return has_some and not any(folder.glob("*.dist-info"))


def _copy(folder: Path, target: Path) -> None:
    try:
        shutil.copytree(folder, target, dirs_exist_ok=True, symlinks=True, copy_function=_replace)
    except (OSError, shutil.Error) as error:
        raise ConfigurationError(f"the layer {folder} cannot be copied: {error}") from error


def _replace(source: str, target: str) -> str:
    """Copy a file in place of one of an earlier layer, which may be a link."""
    if os.path.lexists(target):
        os.unlink(target)
    return str(shutil.copy2(source, target, follow_symlinks=False))


def unpack(archive: Path, target: Path) -> None:
    """Unpack a zip file with the modes and links of its files; raises ConfigurationError."""
    try:
        with zipfile.ZipFile(archive) as content:
            for entry in content.infolist():
                _unpack_entry(content, entry, target)
    except (OSError, zipfile.BadZipFile, NotImplementedError, RuntimeError) as error:
        raise ConfigurationError(
            f"{archive} is not a zip file that can be read: {error}"
        ) from error


def _unpack_entry(content: zipfile.ZipFile, entry: zipfile.ZipInfo, target: Path) -> None:
    mode = entry.external_attr >> 16  # 0 where it was packed on a system without modes
    place = target / entry.filename
    if not stat.S_ISLNK(mode):
        path = Path(content.extract(entry, target))  # it keeps every name below the target
        if mode and not entry.is_dir():
            path.chmod(stat.S_IMODE(mode) | stat.S_IRUSR)
        return
    link = content.read(entry).decode()
    inside = Path(os.path.normpath(place.parent / link))
    if os.path.isabs(link) or not inside.is_relative_to(target):
        raise OSError(f"the link {entry.filename} leads out of it")
    place.parent.mkdir(parents=True, exist_ok=True)
    place.unlink(missing_ok=True)
    place.symlink_to(link)
