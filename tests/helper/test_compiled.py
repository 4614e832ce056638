"""How the package is loaded from one file of byte code, with a package of two modules."""

import marshal
import sys
from pathlib import Path
from typing import Any

import lambda_reuse.compiled  # noqa: F401  # coverage takes note of it by this name
import pytest

from tests.helper.parts import HELPER

ENTRY = HELPER / "lambda_reuse" / "compiled.py"
NAME = "package_of_two"


@pytest.fixture
def package(tmp_path: Path):
    """A package whose sources say that they are the sources."""
    folder = tmp_path / NAME
    (folder / "auto").mkdir(parents=True)
    for name in ("__init__", "first", "second"):
        (folder / f"{name}.py").write_text(f"made_of = 'source of {name}'\n")
    (folder / "auto" / "__init__.py").write_text("made_of = 'source of auto'\n")
    yield folder
    for name in [name for name in sys.modules if name.partition(".")[0] == NAME]:
        del sys.modules[name]
    for path in [path for path in sys.path_importer_cache if path.startswith(str(tmp_path))]:
        del sys.path_importer_cache[path]


def put(folder: Path, tag: str, **modules: str) -> None:
    """Write `bytecode`: modules by their names within the package."""
    codes = {
        f"{NAME}.{name}".removesuffix(".package").replace("_dot_", "."): marshal.dumps(
            compile(text, "elsewhere.py", "exec")
        )
        for name, text in modules.items()
    }
    head = index(codes, tag, 4 + len(index(codes, tag, 0)))
    (folder / "bytecode").write_bytes(
        len(head).to_bytes(4, "little") + head + b"".join(codes.values())
    )


def index(codes: dict[str, bytes], tag: str, offset: int) -> bytes:
    places = {}
    for name, code in codes.items():
        places[name] = (offset, len(code))
        offset += len(code)
    return marshal.dumps({tag: places}, 2)


def load(folder: Path) -> dict[str, Any]:
    """The package, as the byte code file of its `__init__` loads it."""
    module = type(sys)(NAME)
    module.__path__ = [str(folder)]
    module.__file__ = str(folder / "__init__.py")
    sys.modules[NAME] = module
    exec(compile(ENTRY.read_text(), str(ENTRY), "exec"), module.__dict__)
    return module.__dict__


def test_modules_come_from_the_file(package):
    """Those that are in it; the others from their sources, in the package's subfolder too."""
    put(
        package,
        sys.implementation.cache_tag,
        package="made_of = 'code'",
        first="made_of = 'code of first'\ndef where(): return 1",
        auto_dot_within="made_of = 'code of within'",
    )
    (package / "auto" / "within.py").write_text("made_of = 'source of within'\n")

    loaded = load(package)
    scope: dict[str, Any] = {}
    exec(f"from {NAME} import first, second, auto\nfrom {NAME}.auto import within", scope)

    assert loaded["made_of"] == "code"
    assert scope["first"].made_of == "code of first"
    assert scope["second"].made_of == "source of second"
    assert scope["auto"].made_of == "source of auto"
    assert scope["within"].made_of == "code of within"
    assert scope["first"].where.__code__.co_filename == str(package / "first.py")


@pytest.mark.parametrize("content", [None, b"", b"\1\0\0\0{", b"\5\0\0\0i\1\0\0\0"])
def test_without_the_file_the_sources_are_taken(package, content):
    """Where it is not there, empty, cut off, or something else."""
    if content is not None:
        (package / "bytecode").write_bytes(content)

    assert load(package)["made_of"] == "source of __init__"


def test_a_python_that_is_not_in_the_file(package):
    put(package, "cpython-20", package="made_of = 'code'")

    assert load(package)["made_of"] == "source of __init__"
