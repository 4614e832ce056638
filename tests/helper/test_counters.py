"""The counters of one resource: on the page, since the last clearing, and shared with others."""

import sys

import pytest
from lambda_reuse import counters, page
from lambda_reuse.counters import Counters

from tests.helper.parts import counted, numbers


def own(name: str = "table") -> Counters:
    return Counters(name, "resource", "app.py:1")


def test_everything_is_on_the_page():
    """Builds by where they were, with their time; failures beside them."""
    table = own()
    table.miss("first")
    table.built(1500, in_init=True)
    table.miss("expired")
    table.built(500, in_init=False)
    table.miss("recreated")
    table.built(20, in_init=False, is_recreated=True)
    table.miss("error")
    table.failed(7)
    table.hit()

    assert counted("table") == {
        "hits": 1,
        "first": 1,
        "expired": 1,
        "error": 1,
        "builds_in_init": 1,
        "builds_in_invocations": 2,
        "init_us": 1500,
        "invocations_us": 520,
        "failed": 1,
        "failed_us": 7,
        "recreated": 1,
        "recreated_us": 20,
    }


def test_the_answer_has_misses_by_reason():
    """A build without a reason is a miss as well: functools would count it."""
    table = own()
    for reason in ("first", "expired", "recreated"):
        table.miss(reason)
    table.built(2500, in_init=True)
    info = table.info(8, 3)

    assert (info.hits, info.misses, info.maxsize, info.currsize) == (0, 3, 8, 3)
    assert {reason: count for reason, count in info.reasons.items() if count} == {
        "first": 1,
        "expired": 1,
    }
    assert (info.builds, info.build_ms, info.failed, info.recreated) == (1, 2.5, 0, 1)


def test_an_answer_makes_no_page():
    """Nothing was counted yet."""
    assert own().info(None, 0).misses == 0
    assert page.path is None


def test_clearing_begins_at_0_and_the_page_goes_on():
    table = own()
    table.miss("first")
    table.clear()
    cleared = table.info(None, 0).misses
    table.miss("forced")

    assert (cleared, table.info(None, 0).misses) == (0, 1)
    assert numbers("table") == {"first": 1, "forced": 1}


def test_another_page_has_only_what_comes_then():
    """After a fork or a restore; the answer is of the process's whole life."""
    table = own()
    table.miss("first")
    table.leave_page()
    page.leave()
    table.hit()

    assert numbers("table") == {"hits": 1}
    assert (table.info(None, 0).hits, table.info(None, 0).misses) == (1, 1)


def test_after_forgetting_it_begins_as_in_a_new_container():
    table = own()
    table.miss("first")
    page.forget()
    table.forget()

    assert table.info(None, 0).misses == 0
    table.hit()
    assert numbers("table") == {"hits": 1}


def test_two_of_one_place_share_a_slot_and_not_their_answers():
    """The same definition, run twice; the page has the sum."""
    one, other = own(), own()
    one.miss("first")
    other.miss("first")
    other.hit()
    other.clear()
    other.hit()

    assert numbers("table") == {"hits": 2, "first": 2}
    assert (one.info(None, 0).hits, one.info(None, 0).misses) == (0, 1)
    assert (other.info(None, 0).hits, other.info(None, 0).misses) == (1, 0)


def test_only_the_first_of_a_slot_may_count_hits_by_itself(monkeypatch):
    """And only where an addition cannot be interrupted."""
    monkeypatch.setattr(counters, "increment_is_atomic", lambda: True)
    first, second = own(), own()
    monkeypatch.setattr(counters, "increment_is_atomic", lambda: False)
    third = own("other")

    assert first.count_hit is None
    for one in (second, third):
        one.miss("first")
        one.count_hit()
    assert numbers("table")["hits"] == numbers("other")["hits"] == 1


def test_what_another_one_of_the_place_built_is_known_to_the_next():
    """By a hash; not to the first, whose builds have their own reasons."""
    first, second = own(), own()
    own("other")
    elsewhere = own("other")
    first.remember(7)

    assert second.was_built_elsewhere(7)
    assert not second.was_built_elsewhere(8)
    assert not first.was_built_elsewhere(7)
    assert not elsewhere.was_built_elsewhere(7)


def test_so_many_things_are_remembered_of_a_place():
    first, second = own(), own()
    for thing in range(counters.MAX_THINGS + 1):
        first.remember(thing)

    assert second.was_built_elsewhere(counters.MAX_THINGS - 1)
    assert not second.was_built_elsewhere(counters.MAX_THINGS)


def test_where_the_page_has_no_room_it_counts_with_all_others():
    many = [own(f"table {number}") for number in range(page.OTHER + 2)]
    many[-2].miss("first")
    many[-1].miss("first")

    assert [one.has_own_slot for one in many[-3:]] == [True, False, False]
    assert numbers("(other)") == {"first": 2}


@pytest.mark.parametrize(
    ("name", "version", "has_lock", "expected"),
    [
        ("cpython", (3, 10), True, True),
        ("cpython", (3, 9), True, False),
        ("cpython", (3, 14), False, False),
        ("pypy", (3, 11), True, False),
    ],
)
def test_an_addition_is_atomic_where_threads_switch_only_at_calls(
    monkeypatch, name, version, has_lock, expected
):
    """CPython since 3.10, with its global lock."""
    monkeypatch.setattr(sys, "implementation", type("Implementation", (), {"name": name}))
    monkeypatch.setattr(sys, "version_info", version)
    monkeypatch.setattr(sys, "_is_gil_enabled", lambda: has_lock, raising=False)

    assert counters.increment_is_atomic() is expected
