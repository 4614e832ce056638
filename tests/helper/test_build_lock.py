"""Who may build a value, and who would wait for itself."""

from _thread import get_ident

import pytest
from lambda_reuse.build_lock import ThreadBuildLock


def test_a_builder_that_needs_itself_is_refused():
    """It would wait for ever."""
    lock = ThreadBuildLock("table")
    with lock.lock:
        lock.holder = get_ident()
        with pytest.raises(RecursionError, match="table needs itself"):
            lock.begin_waiting(get_ident())


def test_a_holder_that_a_signal_has_left_behind_is_void():
    """The name of the holder stays where a handler raised; the lock itself is free."""
    lock = ThreadBuildLock("table")
    lock.holder = get_ident()

    lock.begin_waiting(get_ident())
    lock.end_waiting(get_ident())
    with lock.lock:
        assert lock.is_held_by(get_ident())
