"""Byte code for a layer's `python/` folder: `python -m layer_tools.bytecode FOLDER CACHE`.

    python/lambda_reuse/bytecode            what most functions load, for each version of Python
    python/lambda_reuse/__pycache__/...     `compiled` as `__init__`: loads them from there
    python/__pycache__/...                  what the layer's `.pth` starts

The byte code is made by CPython in WebAssembly (`pyodide`), so it is the same wherever it is made.
It is kept in CACHE, in a folder that is named after what it was made of.
"""

import hashlib
import marshal
import shutil
import sys
import tempfile
from pathlib import Path

from layer_tools import npm_package, pyodide

HELPER = (
    "__init__",
    "build_lock",
    "callables",
    "container",
    "counters",
    "entry",
    "failures",
    "hit_path",
    "invocation",
    "keys",
    "lifecycle",
    "looks",
    "lru_cache",
    "notice",
    "options",
    "outcomes",
    "page",
    "phase",
    "resource",
    "resource_base",
    "sync_resource",
    "auto/__init__",
    "auto/caches",
    "auto/client",
    "auto/finder",
    "auto/sites",
    "auto/state",
)
"""What `import lambda_reuse` loads, and what the observers load in every Python function."""
HEADER = 16
"""Bytes: magic number, flags, and the source's hash (PEP 552)."""
PACKAGE = "lambda_reuse"
ENTRY = f"{PACKAGE}/compiled"
START = "lambda_reuse_start"
MODULES = [f"{PACKAGE}/{name}" for name in HELPER]
PROGRAM = Path(__file__).with_name("compile_modules.py")


def put_bytecode(folder: Path, cache: Path) -> None:
    """Add byte code of every release of `pyodide` to the folder; raises NoPackageError."""
    made = {
        f"cpython-{python.replace('.', '')}": _compile(folder, cache, python)
        for python in pyodide.RELEASES
    }
    (folder / PACKAGE / "bytecode").write_bytes(_bundle(made))
    for tag, home in made.items():
        _install(home / f"{ENTRY}.pyc", folder / PACKAGE, f"__init__.{tag}.pyc")
        _install(home / f"{START}.pyc", folder, f"{START}.{tag}.pyc")


def _install(compiled: Path, folder: Path, name: str) -> None:
    (folder / "__pycache__").mkdir(exist_ok=True)
    shutil.copyfile(compiled, folder / "__pycache__" / name)


def _compile(folder: Path, cache: Path, python: str) -> Path:
    """Where the modules lie, compiled for this version of Python."""
    home = cache / f"bytecode-{python}-{_digest(folder, python)}"
    if not home.is_dir():
        with tempfile.TemporaryDirectory(dir=cache) as place:
            work = Path(place)
            for module in (*MODULES, ENTRY, START):
                source = work / "sources" / f"{module}.py"
                source.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(folder / f"{module}.py", source)
            done = pyodide.run(pyodide.install(python, cache), work, PROGRAM)
            if done.returncode:
                raise npm_package.NoPackageError(
                    f"Python {python} could not compile: {done.stderr}"
                )
            (work / "made").rename(home)
    return home


def _digest(folder: Path, python: str) -> str:
    digest = hashlib.sha256(repr(pyodide.RELEASES[python]).encode() + PROGRAM.read_bytes())
    for module in (*MODULES, ENTRY, START):
        digest.update((folder / f"{module}.py").read_bytes())
    return digest.hexdigest()[:16]


def _bundle(made: dict[str, Path]) -> bytes:
    """All versions of a module side by side: what they share is near enough to be compressed."""
    size_of_index = len(_index(made, 0))
    index = _index(made, 4 + size_of_index)
    code = b"".join(_code(home / f"{module}.pyc") for module in MODULES for home in made.values())
    return len(index).to_bytes(4, "little") + index + code


def _code(compiled: Path) -> bytes:
    """What a compiled file holds after its header."""
    return compiled.read_bytes()[HEADER:]


def _index(made: dict[str, Path], offset: int) -> bytes:
    """The index; version 2 of marshal writes numbers and names in the same size at every offset."""
    places: dict[str, dict[str, tuple[int, int]]] = {tag: {} for tag in made}
    for module in MODULES:
        name = module.removesuffix("/__init__").replace("/", ".")
        for tag, home in made.items():
            size = len(_code(home / f"{module}.pyc"))
            places[tag][name] = (offset, size)
            offset += size
    return marshal.dumps(places, 2)


if __name__ == "__main__":
    try:
        put_bytecode(Path(sys.argv[1]), Path(sys.argv[2]))
    except npm_package.NoPackageError as error:
        sys.exit(str(error))
