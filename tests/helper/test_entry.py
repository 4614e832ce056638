"""One value of a resource: from when until when it may be used, and why it is built again."""

import pytest
from lambda_reuse.entry import EMPTY, FOREVER, NOTHING, Entry, after_fork
from lambda_reuse.options import Options

from tests.helper.parts import DownError


def entry_with(value: object, options: Options) -> Entry:
    """An entry that a build has filled."""
    entry = Entry(None)
    entry.fill(value, options)
    return entry


def test_a_new_entry_has_nothing():
    entry = Entry(None)

    assert (entry.value, entry.usable, entry.miss_reason()) == (NOTHING, EMPTY, "first")


def test_a_value_for_ever_is_usable_at_any_time():
    """Also where a clock says nonsense: None is a value like any other."""
    entry = entry_with(None, Options())

    assert entry.usable == (None, -FOREVER, FOREVER)


def test_a_value_with_an_age_is_usable_until_then(clock):
    """And not before it was built, where the clock was set back."""
    options = Options(max_age=60, clock=clock)
    entry = entry_with("value", options)
    ages = []
    for now in (0, 59.9, 60, -1):
        clock.now = 1_000_000 + now
        ages.append(entry.young_value(options))

    assert entry.usable == ("value", 1_000_000, 1_000_060)
    assert ages == ["value", "value", NOTHING, NOTHING]
    assert entry.miss_reason() == "expired"


def test_a_value_that_is_checked_is_usable_until_the_next_check(clock):
    """Or until its age, if that is sooner."""
    options = Options(max_age=60, check=bool, check_every=10, clock=clock)
    entry = entry_with("value", options)
    untils = [entry.usable[2]]
    clock.now += 55
    due = entry.is_check_due(options)
    entry.passed_check(options)
    untils.append(entry.usable[2])

    assert untils == [1_000_010, 1_000_060]
    assert due
    assert not entry.is_check_due(options)


def test_without_an_interval_each_use_is_checked(clock):
    options = Options(check=bool, clock=clock)

    assert entry_with("value", options).is_check_due(options)
    assert not entry_with("value", Options()).is_check_due(Options())


def test_must_check_asks_before_the_next_use(clock):
    """After a fork or a restore."""
    options = Options(check=bool, check_every=10, clock=clock)
    entry = entry_with("value", options)
    entry.must_check()

    assert entry.usable == EMPTY
    assert entry.is_check_due(options)
    assert entry.value == "value"


def test_filling_gives_back_what_was_there():
    options = Options()
    entry = Entry(None)

    assert [entry.fill("one", options), entry.fill("two", options)] == [NOTHING, "one"]


def test_a_value_that_was_taken_out_is_missed_for_that_reason():
    entry = entry_with("value", Options())

    assert entry.empty("invalid") == "value"
    assert (entry.value, entry.usable, entry.miss_reason()) == (NOTHING, EMPTY, "invalid")


def test_an_entry_that_had_nothing_keeps_its_first_miss():
    """Emptying it is no reason to build: nobody has built."""
    entry = Entry(None)
    entry.empty("forced")

    assert entry.miss_reason() == "first"


def test_after_a_failed_build_the_reason_is_the_error():
    """Until a build gives a value, or the failure is taken away."""
    options = Options()
    entry = Entry(None)
    entry.fail(DownError(), options)
    reasons = [entry.miss_reason()]
    entry.empty("forced")
    reasons.append(entry.miss_reason())
    entry.fail(DownError(), options)
    entry.fill("value", options)
    entry.empty("evicted")
    reasons.append(entry.miss_reason())

    assert reasons == ["error", "forced", "evicted"]


def test_a_failure_is_remembered_for_a_time(clock):
    """Not where the clock was set back."""
    options = Options(retry_after=5, clock=clock)
    found = []
    for passed in (0, 4.9, 5, -1):
        clock.now = 1_000_000
        entry = Entry(None)
        entry.fail(DownError(), options)
        clock.now += passed
        found.append(entry.remembered_failure(options) is not None)

    assert found == [True, True, False, False]


@pytest.mark.parametrize(
    ("error", "options"),
    [(DownError(), Options()), (KeyboardInterrupt(), Options(retry_after=5))],
)
def test_a_failure_is_not_remembered(error, options):
    """Without `retry_after`; and what ends a process is no failure of the build."""
    entry = Entry(None)
    entry.fail(error, options)

    assert entry.remembered_failure(options) is None
    assert entry.miss_reason() == "error"


def test_a_dropped_entry_keeps_nothing_that_comes_later():
    """What was being built for it goes to those who asked before."""
    entry = entry_with("one", Options())

    assert entry.detach() == "one"
    assert entry.fill("two", Options()) is NOTHING
    assert (entry.is_detached, entry.value) == (True, NOTHING)


def test_a_forked_child_has_a_lock_of_its_own():
    """A thread that it does not have may hold the old one."""
    from lambda_reuse import entry as module

    before = module.changing
    after_fork()

    assert module.changing is not before
    with module.changing:
        pass
