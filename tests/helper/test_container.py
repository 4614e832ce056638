"""The container as the function's own code sees it."""

import importlib
import sys

import pytest
from lambda_reuse import container, invocation, lifecycle, resource, snapstart
from lambda_reuse import container as package_container

from tests.helper.parts import Value

MODULE = sys.modules["lambda_reuse.container"]


def test_id(monkeypatch):
    """The log stream where there is one, else an id made once."""
    made = container.id
    assert len(made) == 32
    assert container.id == made
    monkeypatch.setenv("AWS_LAMBDA_LOG_STREAM_NAME", "2026/11/21/[$LATEST]abc")
    assert container.id == "2026/11/21/[$LATEST]abc"


def test_age(monkeypatch):
    """Seconds by wall clock, never negative."""
    now = container._began
    monkeypatch.setattr("time.time", lambda: now + 12.5)
    assert container.age == 12.5
    monkeypatch.setattr("time.time", lambda: now - 1)
    assert container.age == 0.0


def test_invocation_and_cold():
    """Cold is all of the init and the first invocation."""
    states = [(container.invocation, container.cold)]
    for _ in range(2):
        invocation.begin()
        states.append((container.invocation, container.cold))
        invocation.end()
    assert states == [(0, True), (1, True), (2, False)]


def test_init_type(monkeypatch):
    """As AWS says."""
    assert container.init_type == "on-demand"
    monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "provisioned-concurrency")
    assert container.init_type == "provisioned-concurrency"


def test_repr(monkeypatch):
    """It can be logged."""
    monkeypatch.setenv("AWS_LAMBDA_LOG_STREAM_NAME", "stream")
    monkeypatch.setattr("time.time", lambda: container._began + 3)
    assert repr(container) == "<container stream, 3 s old, invocation 0>"


def test_fork_keeps_the_id():
    """A child is in the same container."""
    made = container.id
    lifecycle.after_fork()
    assert container.id == made


class TestSnapStart:
    """Clones of one snapshot are different containers."""

    @pytest.fixture(autouse=True)
    def snap_start(self, monkeypatch):
        monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "snap-start")

    def test_the_package(self):
        """Where snapshot_restore_py is there, it calls after a restore: id and age are new, and
        what can be checked is checked before its next use.
        """
        package = pytest.importorskip("snapshot_restore_py")
        asked = []
        connection = resource(check=lambda _: asked.append(1) or True, check_every=1e9)(Value)
        plain = resource(Value)
        values = connection(), plain()
        made, began = container.id, container._began
        before = list(package.get_after_restore())
        try:
            snapstart.attach()
            hook, arguments, options = package.get_after_restore()[-1]
            hook(*arguments, **options)
        finally:
            package.get_after_restore()[:] = before

        assert container.id != made
        assert container._began >= began
        assert (connection(), plain()) == values
        assert asked == [1]

        restored = container.id
        invocation.begin("id")
        assert container.id == restored

    def test_without_the_package(self, monkeypatch):
        """The first invocation takes its place."""
        monkeypatch.setitem(sys.modules, "snapshot_restore_py", None)
        snapstart.attach()
        made = container.id
        invocation.begin("id")
        first = container.id
        invocation.begin("id")

        assert first != made
        assert container.id == first

    def test_asked_for_at_import(self, monkeypatch):
        """Only there: elsewhere the package is not looked for."""
        calls = []
        monkeypatch.setattr(snapstart, "attach", lambda: calls.append(1))
        begin = list(invocation.at_begin)
        try:
            importlib.reload(MODULE)
            monkeypatch.setenv("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            importlib.reload(MODULE)
        finally:
            invocation.at_begin[:] = begin
            MODULE.container = package_container
        assert calls == [1]
