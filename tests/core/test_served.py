"""An invocation whose three events are one: what its three events would have come to."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_extension.core import batches, events
from reuse_extension.core.container import Container

from tests import platform_events as pe
from tests.core.lives import Life
from tests.core.play import START_MS, Played

MINUTE_MS = 60_000


def joined(start: dict, done: dict, report: dict) -> list:
    return list(batches.events(json.dumps([start, done, report]).encode()))


def usual(**changes: object) -> list[dict]:
    """The three, with a change in one: start, done or report."""
    three = {
        "start": pe.start(START_MS, "one"),
        "done": pe.runtime_done(START_MS + 5, "one", 4.5),
        "report": pe.report(START_MS + 6, "one", 4.75),
    }
    for name, change in changes.items():
        change(three[name])
    return list(three.values())


def test_the_three_are_one_event_with_all_that_they_say():
    (served,) = joined(*usual())

    assert isinstance(served, events.Served)
    assert (served.time, served.done_ms, served.report_ms) == (
        START_MS,
        START_MS + 5,
        START_MS + 6,
    )
    assert (served.done_us, served.report_us) == (4_500, 4_750)
    assert events.pieces(served) == tuple(events.parse(item) for item in usual())


@pytest.mark.parametrize(
    "changes",
    [
        {"start": lambda it: it["record"].update(tenantId="blue")},
        {"start": lambda it: it.update(time="yesterday")},
        {"start": lambda it: it.update(time=pe.iso(START_MS + 1000))},
        {"start": lambda it: it.update(time=pe.iso(START_MS - 1))},
        {"done": lambda it: it["record"].update(requestId="two")},
        {"done": lambda it: it["record"].update(status="error", errorType="X")},
        {"done": lambda it: it["record"].update(metrics=None)},
        {"report": lambda it: it["record"].update(requestId="two")},
        {"report": lambda it: it["record"].update(status="timeout")},
        {"report": lambda it: it["record"]["metrics"].update(initDurationMs=9.5)},
        {"report": lambda it: it["record"]["metrics"].update(restoreDurationMs=9.5)},
        {"report": lambda it: it.update(type="platform.start")},
    ],
)
def test_anything_else_is_told_event_by_event(changes):
    three = usual(**changes)
    assert joined(*three) == [events.parse(item) for item in three]


def test_others_before_between_and_after():
    """Only what stands in a row, and nothing is lost."""
    start, done, report = usual()
    other = pe.start(START_MS + 7, "two")
    body = [start, start, done, report, other, report, done, start, done, other, report, start]
    found = list(batches.events(json.dumps(body).encode()))

    assert [type(event).__name__ for event in found[:3]] == ["Start", "Served", "Start"]
    split = [
        piece
        for event in found
        for piece in (events.pieces(event) if isinstance(event, events.Served) else (event,))
    ]
    assert split == [events.parse(item) for item in body]


class Split(Played):
    """A container that never receives an invocation as one event."""

    def start(self, now_ms: int) -> None:
        super().start(now_ms)
        receive = self.container.receive

        def receive_pieces(event: object, at_ms: int) -> list:
            if not isinstance(event, events.Served):
                return receive(event, at_ms)
            outputs = []
            for piece in events.pieces(event):
                outputs += receive(piece, at_ms)
            return outputs

        self.container.receive = receive_pieces


@given(
    st.integers(0, 2**32),
    st.lists(st.integers(0, 40), min_size=1, max_size=3),
    st.sampled_from([0.0, 0.1, 1.0]),
    st.sampled_from([0.0, 0.2]),
    st.sampled_from(["on-demand", "lambda-managed-instances", "snap-start"]),
    st.booleans(),
)
def test_a_life_comes_out_the_same(seed, sizes, disorder, loss, init_type, flushes):
    """Records, and all that survives a reset, after every step, in whatever order."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": init_type}
    if flushes:
        environment["LAMBDA_REUSE_FLUSH"] = "invocation"
    fixture = {"environment": environment, "subscription": 200}
    whole, split = Played(fixture), Split(fixture)
    for number, segment in enumerate(Life(seed, sizes, disorder, loss).segments):
        for played in (whole, split):
            if number:
                played.step({"at_ms": segment[0][0] - START_MS, "restart": True})
        for at_ms, kind, value in segment:
            for played in (whole, split):
                if played.container.state not in ("ended", "reset"):
                    played.step({"at_ms": at_ms - START_MS, kind: value})
            assert whole.records == split.records
            assert state_of(whole.container) == state_of(split.container)


def state_of(container: Container) -> tuple:
    """What it would leave, and what it has counted since its last record."""
    period = container.periods.period
    open_ones = (period.counts, period.values, period.billed_ms, period.from_ms, period.to_ms)
    return container.snapshot(), open_ones, container.wake_ms, container.is_settled
