"""Imports: those of init that take longest, and those that an invocation waits for."""

import subprocess
import sys

import pytest

from tests.auto.test_pythons import candidates
from tests.conftest import ROOT

SOURCE = """\
import slow
def handler(event, context):
    if event["n"] == 2:
        import late
    import cheap
    return 1
"""


def test_imports_in_init_and_in_invocations(function):
    """By the line of the function's own code; what a module imports itself is its own time."""
    function.write("lib-1.0.dist-info/RECORD", "slow.py,,\nlate.py,,\ncheap.py,,\ninner.py,,\n")
    function.write("slow.py", "import time\ntime.sleep(0.01)\n")
    function.write("late.py", "import inner\n")
    function.write("inner.py", "import time\ntime.sleep(0.005)\n")
    function.write("cheap.py", "")
    function.write("app.py", SOURCE)

    ran = function.run([{"n": n} for n in range(4)], LAMBDA_REUSE_IMPORTS="1")

    assert [result["answer"] for result in ran.results] == [1] * 4
    counts = {
        slot["name"]: (slot["builds_in_init"], slot["builds_in_invocations"])
        for slot in ran.slots
        if slot["kind"] == "import"
    }
    assert counts["slow in <module> (app.py:1)"] == (1, 0)
    assert counts["late in handler (app.py:4)"] == (0, 1)
    assert not any("inner" in slot["name"] for slot in ran.slots)
    assert ("import_in_invocation", "app.py:4", 1) in ran.found()  # a busy machine may add `cheap`


def test_what_an_import_imports_is_its_own(function):
    """A module of the function's own is found, and not besides what it imports or the helper."""
    function.write("lib-1.0.dist-info/RECORD", "slow.py,,\n")
    function.write("slow.py", "import time\ntime.sleep(0.01)\n")
    function.write("mine.py", "import slow\n")
    function.write("app.py", "def handler(event, context):\n    import mine\n")

    ran = function.run(3, LAMBDA_REUSE_IMPORTS="1")

    assert ran.found() == [("import_in_invocation", "app.py:2", 1)]


def test_only_where_it_is_asked_for(function):
    """Without LAMBDA_REUSE_IMPORTS no import is counted."""
    function.write("app.py", "def handler(event, context):\n    import sqlalchemy\n")

    assert function.run(3).slots == []


def test_imports_that_fail(function):
    """The same tracebacks with and without; a later import is counted rightly."""
    function.write("broken.py", "1 / 0\n")
    function.write("lib-1.0.dist-info/RECORD", "broken.py,,\n")
    function.write("app.py", "def handler(event, context):\n    import broken\n")

    observed = function.run(3, LAMBDA_REUSE_IMPORTS="1")
    plain = function.run(3, mode="bare")

    assert observed.results == plain.results
    assert "ZeroDivisionError" in plain.results[0]["traceback"]


INSTALLED = ("unused", "inner", "rare", "read", "based", "named", "deep")
USES = """\
import unused
import rare as seldom
import based
from read import Thing
from named import VALUE
from own import service

class Order(based.Base):
    pass

def report(event):
    return seldom.VALUE

def handler(event, context):
    return [service(), Thing.__name__, VALUE]
"""


@pytest.mark.parametrize("minor", [0, 12, 13], ids=["this", "3.12", "3.13"])
def test_heavy_imports_that_no_invocation_uses(function, minor):
    """Named nowhere, or by a function that has not run; Python 3.11 cannot know the latter.

    What a class or the module itself reads is needed; a plain value is nobody's.
    """
    body = "import time\ntime.sleep(0.03)\nVALUE = 1\nclass Base: pass\nclass Thing: pass\n"
    names = "".join(f"{name}.py,,\n" for name in INSTALLED)
    function.write("lib-1.0.dist-info/RECORD", names)
    for name in INSTALLED:
        function.write(f"{name}.py", ("import inner\n" if name == "unused" else "") + body)
    function.write("own/__init__.py", "import deep\ndef service():\n    return 1\n")
    function.write("app.py", USES)
    python = python_of(minor)

    ran = function.run(
        3, python=python, LAMBDA_REUSE_IMPORTS="1", PYTHONPATH=str(ROOT / "python_helper")
    )

    assert [result["answer"] for result in ran.results] == [[1, "Thing", 1]] * 3
    is_told = bool(minor) or sys.version_info >= (3, 12)
    rare = [("heavy_import", "app.py:2", 1)] if is_told else []
    unused = [("heavy_import", "app.py:1", 1), *rare, ("heavy_import", "own/__init__.py:1", 1)]
    assert ran.found() == unused
    (slot,) = [slot for slot in ran.slots if slot["name"].startswith("unused ")]
    assert 60_000 <= slot["init_us"]  # its own time, and that of `inner`
    assert 30_000 <= slot["failed_us"] <= slot["init_us"] - 30_000
    assert ran.stderr == ""


def python_of(minor: int) -> str:
    """The Python of the tests, or another one of this machine."""
    if not minor:
        return sys.executable
    for found in candidates(minor):
        if subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found
    return pytest.skip(f"there is no python3.{minor} on this machine")


def test_where_the_function_clears_its_environment(function):
    """What was asked for at the beginning stays on."""
    function.write("mine.py", "import time\ntime.sleep(0.01)\n")
    function.write(
        "app.py",
        "import os\ndef handler(event, context):\n    os.environ.clear()\n    import mine\n",
    )

    ran = function.run(3, LAMBDA_REUSE_IMPORTS="1")

    assert ran.found() == [("import_in_invocation", "app.py:4", 1)]
