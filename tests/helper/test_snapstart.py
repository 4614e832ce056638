"""SnapStart: who is called after a restore, where AWS's package is there and where it is not."""

import sys
import types

import pytest
from lambda_reuse import lifecycle, snapstart


@pytest.fixture
def package(monkeypatch):
    """Stands for `snapshot_restore_py`; keeps what was registered."""
    found = types.ModuleType(snapstart.PACKAGE)
    found.registered = []
    found.register_after_restore = found.registered.append
    monkeypatch.setitem(sys.modules, snapstart.PACKAGE, found)
    return found


def test_all_participants_are_asked_after_a_restore(package):
    snapstart.attach()

    assert package.registered == [lifecycle.after_restore]


def test_without_the_package_nothing_is_registered(monkeypatch):
    """The first invocation takes its place: `container` sees to that."""
    monkeypatch.setitem(sys.modules, snapstart.PACKAGE, None)

    assert snapstart.attach() is None


def test_an_error_in_the_package_is_not_hidden(package):
    """It is there, and another version: better said at init than not restored."""
    del package.register_after_restore

    with pytest.raises(AttributeError):
        snapstart.attach()
