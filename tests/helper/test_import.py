"""What the helper costs a cold start, and that it keeps to its own folder."""

import importlib.util
import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import lambda_reuse
import pytest

from layer_tools import bytecode
from tests.helper.parts import HELPER, VERSIONS, interpreter, run

FORBIDDEN = {"json", "logging", "dataclasses", "typing", "asyncio", "http"}

OWN = sorted(name for name in bytecode.HELPER if "/" not in name and name != "__init__")
"""What the layer ships as byte code, and nothing else of the helper, is what an import loads."""

USE = """
import builtins, functools, os, sys
tmp = os.environ["TMPDIR"]
written = []

def hook(event, arguments):
    if event == "open" and isinstance(arguments[0], str):
        path, mode, flags = arguments
        if flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            written.append(path)
    elif event in ("os.mkdir", "os.rename", "os.remove", "os.symlink", "os.truncate"):
        written.append(str(arguments[0]))

sys.addaudithook(hook)
from lambda_reuse import phase, preload, resource, tmp_file, watch, testing

with phase("imports"):
    table = resource(max_age=60)(lambda: 1)
preload(table)
watch(functools.lru_cache(None)(lambda: 1), name="cache")
tmp_file("a", fetch=lambda path: open(path, "w").close(), max_bytes=10)
testing.simulate(lambda event, context: table(), range(3))
assert written
print([path for path in written if not path.startswith(tmp + os.sep)])
"""


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_what_is_loaded(tmp_path, version):
    """`import lambda_reuse` loads these modules of its own, and none else."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    program = (
        "import sys; before = set(sys.modules); import lambda_reuse;"
        "print(*sorted(set(sys.modules) - before))"
    )
    loaded = run(program, tmp_path, python).split()

    assert loaded == ["lambda_reuse", *[f"lambda_reuse.{name}" for name in OWN]]
    assert not FORBIDDEN & set(loaded)
    assert list(tmp_path.iterdir()) == []


def test_what_comes_later(tmp_path):
    """What not every function needs is loaded when it is asked for."""
    program = (
        "import sys, lambda_reuse;"
        "before = 'lambda_reuse.files' in sys.modules;"
        "from lambda_reuse import tmp_file;"
        "print(before, 'lambda_reuse.files' in sys.modules, lambda_reuse.tmp_file is tmp_file)"
    )
    assert run(program, tmp_path) == "False True True\n"


def test_names():
    """The names of the package are the documented ones, and no other."""
    import lambda_reuse

    for name in lambda_reuse.__all__:
        assert getattr(lambda_reuse, name) is not None
    assert lambda_reuse.__all__ == (
        "container", "phase", "preload", "resource", "tmp_file", "watch",
    )  # fmt: skip
    with pytest.raises(AttributeError, match="module 'lambda_reuse' has no attribute 'nothing'"):
        lambda_reuse.nothing  # noqa: B018


def test_nothing_is_written_elsewhere(tmp_path):
    """Every file and folder that the helper makes, renames or removes is below TMPDIR."""
    assert run(USE, tmp_path) == "[]\n"


def test_the_syntax_is_python_3_9():
    """Nothing that runs needs a newer Python, says vermin (a stub file is not run)."""
    vermin = os.path.join(os.path.dirname(sys.executable), "vermin")
    if not os.path.exists(vermin):
        pytest.skip("vermin is not installed")
    files = [str(path) for path in sorted((HELPER / "lambda_reuse").rglob("*.py"))]
    done = subprocess.run(
        [vermin, "-t=3.9-", "--violations", "--no-tips", *files],
        capture_output=True,
        text=True,
        check=False,
    )

    assert len(files) > 20
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("name", ["container", "phase", "resource"])
def test_the_observers_load_a_part_of_it(monkeypatch, name):
    """For them alone the rest is left for later; its names then are what they always are."""
    file = Path(lambda_reuse.__file__)
    copy = f"lambda_reuse_copy_{name}"
    monkeypatch.setitem(sys.modules, "lambda_reuse_start", SimpleNamespace(is_light=True))
    spec = importlib.util.spec_from_file_location(
        copy, file, submodule_search_locations=[str(file.parent)]
    )
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, copy, module)
    spec.loader.exec_module(module)

    loaded = [known for known in sys.modules if known.startswith(copy + ".")]
    setattr(module, name, "the submodule of this name, as importing it would set it")
    found = getattr(module, name)

    assert loaded == []
    assert type(found).__name__ == type(getattr(lambda_reuse, name)).__name__
    assert type(module) is type(sys)
    for known in [known for known in sys.modules if known.startswith(copy + ".")]:
        monkeypatch.delitem(sys.modules, known)
