"""The answer of `cache_info()`, which begins as that of functools."""

import functools

from lambda_reuse.info import CacheInfo


def test_it_begins_as_that_of_functools():
    """So that what reads the one reads the other."""

    @functools.lru_cache(maxsize=3)
    def get():
        return 1

    theirs = get.cache_info()

    assert CacheInfo._fields[: len(theirs)] == theirs._fields


def test_it_says_what_each_field_is():
    """In its documentation, which `help` shows."""
    missing = [name for name in CacheInfo._fields[4:] if f"`{name}`" not in str(CacheInfo.__doc__)]

    assert missing == []
