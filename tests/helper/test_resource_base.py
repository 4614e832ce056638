"""What all resources have in common, and one build from its beginning to what came of it."""

import pytest
from lambda_reuse import invocation
from lambda_reuse.counters import Counters
from lambda_reuse.entry import NOTHING, Entry
from lambda_reuse.options import Options
from lambda_reuse.resource_base import Build, ResourceBase

from tests.helper.parts import DownError, numbers


def make():
    return 1


def make_for(key):
    return key


def base(factory=make, **options) -> ResourceBase:
    """A resource that nobody can call yet."""
    return ResourceBase(factory, Options(**options), Counters("table", "resource", "app.py:1"))


def test_a_factory_without_parameters_has_one_value():
    assert (base().is_keyed, base().max_keys) == (False, 1)
    assert (base(make_for).is_keyed, base(make_for).max_keys) == (True, 128)
    assert base(make_for, max_keys=3).max_keys == 3


def test_options_that_do_not_fit_the_factory_are_refused():
    with pytest.raises(TypeError, match="max_keys needs parameters"):
        base(max_keys=3)


def test_a_hit_looks_at_the_clock_only_where_values_are_not_for_ever(clock):
    assert base(clock=clock).clock is None
    assert base(max_age=60, clock=clock).clock is clock
    assert base(check=bool, clock=clock).clock is clock


def test_a_build_in_init_is_counted_with_its_reason():
    table, entry = base(), Entry(None)
    old = Build(table, entry, ()).begin().succeeded("value")

    assert (old, entry.value) == (NOTHING, "value")
    assert numbers("table") == {"first": 1, "builds_in_init": 1}


def test_a_build_in_an_invocation_is_counted_as_one_that_a_caller_waits_for():
    invocation.begin("one")
    Build(base(), Entry(None), ()).begin().succeeded("value")

    assert numbers("table") == {"first": 1, "builds_in_invocations": 1}


def test_the_reason_is_the_entrys_unless_the_build_was_asked_for(clock):
    table, entry = base(max_age=60, clock=clock), Entry(None)
    Build(table, entry, ()).begin().succeeded("one")
    clock.now += 60
    reasons = [Build(table, entry, ()).reason, Build(table, entry, (), is_forced=True).reason]

    assert reasons == ["expired", "forced"]
    assert Build(table, entry, ()).begin().succeeded("two") == "one"


def test_the_same_thing_of_the_same_place_is_recreated():
    """Another resource of that line has built it; with another key it is a first."""
    first, second = base(make_for), base(make_for)
    Build(first, Entry(None), ("a",)).begin().succeeded(1)
    reasons = [Build(second, Entry(None), (key,)).reason for key in ("a", "b")]

    assert reasons == ["recreated", "first"]


def test_a_look_up_that_was_counted_is_not_counted_again():
    Build(base(), Entry(None), ()).begin(is_counted=True).succeeded(1)

    assert numbers("table") == {"builds_in_init": 1}


def test_a_failed_build_is_counted_and_its_reason_remembered():
    table, entry = base(), Entry(None)
    stale = Build(table, entry, ()).begin().failed(DownError())

    assert (stale, entry.miss_reason()) == (NOTHING, "error")
    assert numbers("table") == {"first": 1, "failed": 1}


@pytest.mark.parametrize(("error", "expected"), [(DownError(), "old"), (SystemExit(), NOTHING)])
def test_a_stale_value_makes_up_for_an_error(error, expected):
    """Not for what ends the process."""
    table, entry = base(max_age=60, stale_while_error=True), Entry(None)
    entry.fill("old", table.options)

    assert Build(table, entry, ()).begin().failed(error) is expected


def test_a_failure_is_raised_again_until_it_may_be_tried(clock):
    """Each such look-up is a miss; the error is the same kind."""
    table, entry = base(retry_after=5, clock=clock), Entry(None)
    before = table.retry_blocked(entry)
    Build(table, entry, ()).begin().failed(DownError("down"))
    with pytest.raises(DownError, match="down"):
        table.retry_blocked(entry)
    clock.now += 5

    assert before is table.retry_blocked(entry) is NOTHING
    assert numbers("table") == {"first": 1, "error": 1, "failed": 1}


def test_while_it_may_not_be_tried_a_stale_value_is_a_hit(clock):
    table = base(max_age=60, retry_after=5, stale_while_error=True, clock=clock)
    entry = Entry(None)
    entry.fill("old", table.options)
    entry.fail(DownError(), table.options)

    assert table.retry_blocked(entry) == "old"
    assert numbers("table") == {"hits": 1}


def test_closing_that_fails_is_said(capsys):
    """With the kind of the error alone: its text may hold secrets."""
    base().closing_failed(DownError("password"))

    error = capsys.readouterr().err
    assert "closing an old value of " in error
    assert error.endswith("make() failed with DownError\n")
    assert "password" not in error
