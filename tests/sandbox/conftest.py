"""What the sandbox's tests share: coroutine tests, a workshop for functions and extensions."""

import asyncio
import inspect
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from reuse_sandbox import run

from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what starts a sandbox, and with it real processes."""
    for item in items:
        if HERE in item.path.parents and "workshop" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.slow)


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Runs a test that is a coroutine function in an event loop of its own."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = pyfuncitem._fixtureinfo.argnames
    run(pyfuncitem.obj(**{name: pyfuncitem.funcargs[name] for name in names}))
    return True


@pytest.fixture
def workshop(tmp_path: Path) -> Workshop:
    """A place to make functions and layers in."""
    return Workshop(tmp_path)


@pytest.fixture
def leftovers(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Leftovers]:
    """Holds the test to leaving no process, temporary file or open socket behind."""
    tmp = tmp_path / "tmp"
    tmp.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp))
    run(asyncio.sleep(0))  # uvloop keeps one pipe for signals as long as the process lives
    watch = Leftovers(tmp)
    yield watch
    watch.check()
