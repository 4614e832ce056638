"""The byte code that the layer ships: what it loads, and what happens without it."""

import shutil
import subprocess
from pathlib import Path

import pytest

from layer_tools import bytecode, pyodide
from tests.conftest import ROOT
from tests.helper.parts import VERSIONS, interpreter

pytestmark = pytest.mark.slow

COMPILED = tuple(version for version in VERSIONS if version in pyodide.RELEASES)

PROGRAM = """
import os, sys
os.environ["LAMBDA_REUSE_AUTO"] = "redis"  # the standard library has no observer that it needs
FOLDER = FOLDER_OF_THE_LAYER
sys.path.insert(0, FOLDER)
compiled = []
sys.addaudithook(lambda event, args: event == "compile" and compiled.append(args[1]))
import lambda_reuse_start
import lambda_reuse.auto
print("compiled", *(name for name in compiled if name and name.startswith(FOLDER)))

from lambda_reuse import resource, tmp_file
print("later", *(name[len(FOLDER):] for name in compiled if name and name.startswith(FOLDER)))

@resource
def broken():
    raise ValueError("no")

import inspect, traceback
try:
    broken()
except ValueError as error:
    frames = traceback.extract_tb(error.__traceback__)[1:-1]
print("frames", all(frame.line.startswith("def ") for frame in frames), len(frames) > 0)
print("files", all(os.path.isfile(frame.filename) for frame in frames))
print("source", inspect.getsource(lambda_reuse.phase).startswith("class phase"))

@resource
def table():
    return object()
print("hit", table() is table())
"""
WITH_BYTECODE = [
    "compiled",
    "later /lambda_reuse/files.py",
    "frames True True",
    "files True",
    "source True",
    "hit True",
]


def run(folder: Path, python: str) -> list[str]:
    """What the program prints, with the layer in this folder."""
    done = subprocess.run(
        [python, "-B", "-c", PROGRAM.replace("FOLDER_OF_THE_LAYER", repr(str(folder)))],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return [line.rstrip() for line in done.stdout.splitlines()]


@pytest.fixture
def folder(standalone_layer: Path, tmp_path: Path) -> Path:
    """A copy of the layer's `python/` folder, which may be changed."""
    return Path(shutil.copytree(standalone_layer / "python", tmp_path / "python"))


def test_every_version_that_aws_runs_is_there(standalone_layer):
    found = {path.name for path in (standalone_layer / "python").rglob("*.pyc")}

    assert found == {
        f"{name}.cpython-3{minor}.pyc"
        for name in ("__init__", "lambda_reuse_start")
        for minor in (11, 12, 13, 14)
    }


@pytest.mark.parametrize("version", COMPILED)
def test_nothing_is_compiled_that_an_import_loads(folder, version):
    """Only a module that few functions ask for is, when it is asked for."""
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")

    assert run(folder, python) == WITH_BYTECODE


def test_python_3_14(standalone_layer, python_3_14, tmp_path):
    """The same, in WebAssembly."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM.replace("FOLDER_OF_THE_LAYER", "'/mnt/folder'"))

    done = pyodide.run(python_3_14, standalone_layer / "python", program)

    assert done.returncode == 0, done.stderr
    assert [line.rstrip() for line in done.stdout.splitlines()] == WITH_BYTECODE


@pytest.mark.parametrize("version", ["3.9", "3.10"])
def test_another_python_takes_the_sources(folder, version):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} on this machine")

    lines = run(folder, python)

    assert "/lambda_reuse/__init__.py" in lines[0]
    assert [lines[3], lines[5]] == ["files True", "hit True"]


@pytest.mark.parametrize("content", [None, b"", b"\4\0\0\0\0\0\0\0", b"\1\0\0\0{"])
def test_a_copy_whose_byte_code_is_lost_or_damaged_takes_the_sources(folder, content):
    """Another tool may have packed the folder again."""
    file = folder / "lambda_reuse" / "bytecode"
    if content is None:
        file.unlink()
    else:
        file.write_bytes(content)

    lines = run(folder, interpreter("3.11") or pytest.fail("there is no Python 3.11"))

    assert "/lambda_reuse/page.py" in lines[0]
    assert lines[5] == "hit True"


def test_what_is_in_the_byte_code_is_what_an_import_loads():
    """Less would be compiled at each cold start; the rest, hardly a function needs."""
    program = """
import sys
import lambda_reuse
import lambda_reuse.auto
import awslambdaric.bootstrap
print(*(name for name in sys.modules if name.startswith("lambda_reuse")))
"""
    loaded = subprocess.run(
        [interpreter("3.11"), "-c", program],
        env={"PYTHONPATH": str(ROOT / "python_helper")},
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    named = {module.removesuffix("/__init__").replace("/", ".") for module in bytecode.MODULES}

    assert set(loaded) == named
