"""The entries of a resource's values."""

from lambda_reuse.build_lock import ThreadBuildLock
from lambda_reuse.lru_cache import LruCache


def cache() -> LruCache:
    return LruCache(2, lambda: ThreadBuildLock("table"))


def test_an_entry_that_nobody_has_begun_to_build_leaves_no_reason():
    """It was asked for and never built, so that its first build is a first one."""
    entries = cache()
    asked = entries.entry("a")

    assert entries.clear("forced") == []
    assert asked.is_detached
    assert entries.entry("a").reason == "first"


def test_another_cache_is_followed_with_what_it_had_not_built():
    """Keys with a value get the new reason; one that waits for its build keeps its own."""
    before, after = cache(), cache()
    entry = before.entry("a")
    entry.value = 1
    before.settle("a", entry)
    before.entry("b")

    after.follow(before, "loop_changed")
    assert (after.entry("a").reason, after.entry("b").reason) == ("loop_changed", "first")
