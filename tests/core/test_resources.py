"""Hits and misses are conserved over pages, processes, resets and whatever is read when."""

import json
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from lambda_reuse import page_format
from reuse_extension.core import resources

from tests.core.play import START_MS, Played
from tests.line_schema import check_line

EMPTY = {"environment": {}, "subscription": 202}


def slot(name: str, **counters: int) -> page_format.Slot:
    values = tuple(counters.get(counter, 0) for counter in page_format.COUNTERS)
    return page_format.Slot(name, "resource", "app.py:1", values)


def page(
    *slots: page_format.Slot, phases: tuple = (), is_restored: bool = False
) -> page_format.Page:
    return page_format.Page(1, START_MS, list(slots), list(phases), is_restored)


def resources_of(lines: list[str], name: str) -> list[dict]:
    return [line for line in map(json.loads, lines) if line.get("Resource") == name]


def containers_of(lines: list[str]) -> list[dict]:
    return [line for line in map(json.loads, lines) if line["record"] == "container/1"]


def test_the_counters_are_those_of_the_page():
    """The core does not import the page's format, so this holds the two together."""
    assert resources.COUNTERS == page_format.COUNTERS
    assert resources.REASONS == page_format.REASONS


def test_a_resource_is_recorded_with_what_it_saved():
    """Saved is hits times the mean time of a build; misses are the sum of their reasons."""
    played = Played(EMPTY)
    tax = slot(
        "tax", hits=6, first=1, expired=1, builds_in_init=1, builds_in_invocations=1,
        init_us=3000, invocations_us=5000, failed=2, recreated=1, recreated_us=700, uses=9,
    )  # fmt: skip
    played.pages = [("1-1.page", page(tax))]
    played.step({"at_ms": 5, "invoke": "one"})
    played.step({"at_ms": 90_000, "shutdown": "spindown"})

    (line,) = resources_of(played.lines(), "tax")
    first, _ = containers_of(played.lines())
    expected = {
        "hits": 6,
        "misses": 2,
        "reasons": {"first": 1, "expired": 1},
        "build_ms": 8,
        "builds_in_init": 1,
        "builds_in_invocations": 1,
        "failed_builds": 2,
        "saved_ms": 24,
        "recreated": 1,
        "recreated_ms": 0.7,
        "uses": 9,
    }
    assert {name: line[name] for name in expected} == expected
    assert line["total"] == expected
    assert (line["kind"], line["call_site"]) == ("resource", "app.py:1")
    assert (first["CacheHits"], first["CacheMisses"], first["CacheHitRate"]) == (6, 2, 75)
    assert (first["TimeSaved"], first["Recreated"], first["TimeRecreated"]) == (24, 1, 0.7)
    check_line(line)


def test_function_errors_are_counted_where_something_observes():
    """Absent before, 0 where all went well, in each period and in the totals; never a resource."""
    played = Played(EMPTY)
    seen = ((5, 0, 0), (70_000, 0, 0), (140_000, 3, 0), (210_000, 5, 2), (280_000, 5, 2))
    for at_ms, observed, failed in seen:
        counted = page_format.Slot(
            "(invocations)", "invocations", "", slot("", uses=observed, failed=failed).counters
        )
        played.pages = [("1-1.page", page(counted))] if observed else []
        played.step({"at_ms": at_ms, "invoke": str(at_ms)})
        if at_ms == 140_000:
            played.step({"at_ms": at_ms, "restart": True})
    played.take(played.container.finish(START_MS + 300_000))

    assert not any('"resource/1"' in line for line in played.lines())
    lines = containers_of(played.lines())
    reported = [line.get("FunctionErrors") for line in lines]
    assert reported == [line.get("function_errors") for line in lines]
    assert [count for count in reported if count is not None] == [0, 2]
    totals = [line["total"].get("function_errors") for line in lines]
    assert (totals[0], totals[-1]) == (None, 2)
    for line in lines:
        check_line(line)


def test_what_did_not_change_is_not_recorded_again():
    """One line for each resource that changed in a period."""
    played = Played(EMPTY)
    played.pages = [("1-1.page", page(slot("tax", hits=6)))]
    played.step({"at_ms": 5, "invoke": "one"})
    played.step({"at_ms": 70_000, "invoke": "two"})
    played.pages = [("1-1.page", page(slot("tax", hits=7), slot("late", first=1)))]
    played.step({"at_ms": 140_000, "invoke": "three"})
    played.step({"at_ms": 200_000, "shutdown": "spindown"})

    lines = played.lines()
    assert [line["hits"] for line in resources_of(lines, "tax")] == [6, 1]
    assert [line["total"]["hits"] for line in resources_of(lines, "tax")] == [6, 7]
    assert [line["misses"] for line in resources_of(lines, "late")] == [1]


def test_a_page_that_vanishes_takes_nothing_back():
    """A function may empty /tmp; what was counted stays counted, and a new page starts at zero."""
    played = Played(EMPTY)
    for at_ms, hits in ((5, 6), (70_000, None), (140_000, 2)):
        played.pages = [] if hits is None else [("1-1.page", page(slot("tax", hits=hits)))]
        if hits is None:
            played.builder.resources.forget("1-1.page")
        played.step({"at_ms": at_ms, "invoke": str(at_ms)})
        played.step({"at_ms": at_ms + 60_000, "invoke": f"{at_ms} again"})
    played.take(played.container.finish(START_MS + 300_000))

    assert containers_of(played.lines())[-1]["total"]["hits"] == 8


def test_phases_are_recorded_with_the_init_they_belong_to():
    """Once, with a mark where a phase raised; those that come later with the last record."""
    played = Played(EMPTY)
    phases = (
        page_format.Phase("imports", START_MS, 1500, 0),
        page_format.Phase("clients", START_MS + 2, 500, 1),
    )
    played.pages = [("1-1.page", page(phases=phases))]
    played.step({"at_ms": 5, "invoke": "one"})
    played.step({"at_ms": 70_000, "invoke": "two"})
    late = page_format.Phase("late", START_MS + 50, 1, 0)
    played.pages = [("1-1.page", page(phases=(*phases, late)))]
    played.step({"at_ms": 90_000, "shutdown": "spindown"})

    first, last = [json.loads(line) for line in played.lines() if '"init/1"' in line]
    assert first["phases"] == [
        {"name": "imports", "start_ms": START_MS, "duration_ms": 1.5},
        {"name": "clients", "start_ms": START_MS + 2, "duration_ms": 0.5, "failed": 1},
    ]
    assert [phase["name"] for phase in last["phases"]] == ["late"]
    check_line(first)


def test_imports_are_recorded_with_their_init():
    """The longest first, with their own times; those of invocations are resources alone."""
    played = Played(EMPTY)
    values = (
        ("json in <module> (app.py:1)", {"init_us": 2000, "failed_us": 2000}),
        ("pandas in <module> (app.py:2)", {"init_us": 400_000, "failed_us": 90_000}),
    )
    slots = [slot(name, builds_in_init=1, **counters) for name, counters in values]
    slots.append(slot("late in handler (app.py:9)", builds_in_invocations=1, invocations_us=9000))
    played.pages = [("1-1.page", page(*[one._replace(kind="import") for one in slots]))]
    played.step({"at_ms": 5, "invoke": "one"})
    played.step({"at_ms": 70_000, "invoke": "two"})

    (printed,) = [json.loads(line) for line in played.lines() if '"init/1"' in line]
    assert printed["imports"] == [
        {"name": "pandas", "call_site": "app.py:1", "total_ms": 400, "own_ms": 90},
        {"name": "json", "call_site": "app.py:1", "total_ms": 2, "own_ms": 2},
    ]
    assert len(resources_of(played.lines(), "late in handler (app.py:9)")) == 1
    check_line(printed)


def test_a_copy_counts_from_its_restore_on():
    """What the page held when the snapshot was made belongs to no single container."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    played = Played({"environment": environment, "subscription": 202})
    played.pages = [("1-1.page", page(slot("tax", hits=100, first=1)))]
    played.step({"at_ms": 0, "invoke": "one"})
    played.pages = [("1-1.page", page(slot("tax", hits=103, first=1)))]
    played.step({"at_ms": 90_000, "shutdown": "spindown"})

    (line,) = resources_of(played.lines(), "tax")
    assert line["total"]["hits"] == 3


def test_a_page_begun_after_the_restore_is_the_copy_s_own():
    """All of it counts, though it was there before the news of the restore was."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    played = Played({"environment": environment, "subscription": 202})
    snapshot = ("1-1.page", page(slot("tax", hits=100, first=1)))
    played.pages = [snapshot, ("1-2.page", page(slot("tax", hits=2), is_restored=True))]
    played.step({"at_ms": 0, "invoke": "one"})
    played.pages = [snapshot, ("1-2.page", page(slot("tax", hits=5), is_restored=True))]
    played.step({"at_ms": 90_000, "shutdown": "spindown"})

    assert resources_of(played.lines(), "tax")[-1]["total"]["hits"] == 5


@settings(max_examples=settings.default.max_examples, deadline=None)
@given(st.integers(0, 2**32), st.integers(1, 4), st.integers(1, 60))
def test_hits_and_misses_over_the_records_equal_the_truth(seed, processes, steps):
    """Pages of several processes grow at any time; the extension restarts now and then."""
    rng = random.Random(seed)
    names = ["a", "b", "c"]
    pages = {}
    truth = dict.fromkeys(("hits", "first", "expired", "recreated_us"), 0)
    played = Played({"environment": {}, "subscription": 200})
    at_ms = 0
    for number in range(steps):
        process = f"{rng.randrange(processes)}-{rng.randrange(2)}.page"
        counters = pages.setdefault(process, {}).setdefault(rng.choice(names), {})
        for name in truth:
            more = rng.randrange(4)
            counters[name] = counters.get(name, 0) + more
            truth[name] += more
        played.pages = [
            (name, page(*[slot(n, **c) for n, c in slots.items()]))
            for name, slots in sorted(pages.items())
        ]
        at_ms += rng.choice((0, 10, 61_000))
        played.step({"at_ms": at_ms, "invoke": str(number)})
        if rng.random() < 0.2:
            played.step({"at_ms": at_ms, "shutdown": "timeout"})
            played.take(played.container.finish(START_MS + at_ms))
            played.step({"at_ms": at_ms, "restart": True})
    played.take(played.container.finish(START_MS + at_ms))

    lines = played.lines()
    records = containers_of(lines)
    resources = [line for line in map(json.loads, lines) if line["record"] == "resource/1"]
    misses = truth["first"] + truth["expired"]
    assert sum(record.get("CacheHits", 0) for record in records) == truth["hits"]
    assert sum(record.get("CacheMisses", 0) for record in records) == misses
    assert sum(line["hits"] for line in resources) == truth["hits"]
    assert sum(line["misses"] for line in resources) == misses
    assert records[-1]["total"]["hits"] == truth["hits"]
    assert records[-1]["total"]["misses"] == misses
    assert round(records[-1]["total"]["recreated_ms"] * 1000) == truth["recreated_us"]


def hits_in(ledger: resources.ResourceLedger) -> int:
    return sum(resource.total[0] for resource in ledger.resources.values())


def test_pages_that_cannot_be_remembered_are_not_counted(monkeypatch):
    """Else they were counted again and again; a page that is gone is none."""
    monkeypatch.setattr(resources, "MAX_PAGES", 2)
    ledger = resources.ResourceLedger()
    for _ in range(2):
        ledger.read([(f"{i}-1.page", page(slot("tax", hits=1))) for i in range(4)])
        ledger.read([("9-1.page", None)])

    assert hits_in(ledger) == 2


def test_too_many_names_share_one(monkeypatch):
    """As in a page: no count is lost."""
    monkeypatch.setattr(resources, "MAX_RESOURCES", 2)
    ledger = resources.ResourceLedger()
    ledger.read([("1-1.page", page(*[slot(name, hits=1) for name in "abcde"]))])

    assert list(ledger.resources) == ["a", "b", resources.OTHER]
    assert hits_in(ledger) == 5


def test_pages_begun_before_a_time_are_taken_for_reported():
    """Whenever they are read; what they count later is new, also after a reset."""
    ledger = resources.ResourceLedger()
    old = page(slot("tax", hits=7))
    ledger.mark_seen([("1-1.page", old), ("2-1.page", None)], START_MS)
    ledger.read([("1-1.page", old), ("3-1.page", old)])
    assert hits_in(ledger) == 0

    second = resources.ResourceLedger()
    second.restore(json.loads(json.dumps(ledger.snapshot())))
    second.read([("3-1.page", page(slot("tax", hits=9))), ("4-1.page", old)])
    assert hits_in(second) == 2
