"""Containers whose reports are early, late, missing, or there twice."""

import pytest
from reuse_extension.core import lifecycle as life
from reuse_extension.core.container import RESET_WAIT_MS
from reuse_extension.core.events import parse_next
from reuse_extension.core.inits import InitLedger

from tests import platform_events as pe
from tests.core.play import START_MS, Played
from tests.core.served import FULL, begun, containers, serve, served


def test_an_invoke_after_telemetry_told_everything_is_the_same_invocation():
    """The two come over different connections."""
    played = begun()
    played.step({"at_ms": 110, "batch": served(100, "one")})
    played.step({"at_ms": 110, "invoke": "one"})
    played.step({"at_ms": 500, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert last["total"]["invocations"] == 1
    assert last["total"]["cold_starts"] == 1


def test_restore_events_twice_are_one_restore():
    """Duplicates, as of any other event."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    played = Played({"environment": environment, "subscription": 200})
    restore = [
        pe.event("restoreStart", START_MS, functionName="orders", instanceId=pe.INSTANCE),
        pe.event("restoreReport", START_MS + 80, status="success", metrics={"durationMs": 80}),
    ]
    played.step({"at_ms": 100, "batch": restore * 2})
    serve(played, 90, "one")
    played.step({"at_ms": 500, "batch": restore})
    played.step({"at_ms": 900, "shutdown": "spindown"})

    durations = [record.get("RestoreDuration") for record in containers(played)]
    assert durations == [80, None]


@pytest.mark.parametrize("is_served", [False, True])
def test_the_making_of_a_snapshot_is_no_container(is_served):
    """Its end says nothing; one that has served is a container, whatever telemetry was lost."""
    environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start"}
    played = Played({"environment": environment, "subscription": 200})
    init = pe.event("initStart", START_MS, initializationType="snap-start", phase="snap-start")
    played.step({"at_ms": 100, "batch": [init]})
    if is_served:
        played.step({"at_ms": 300, "batch": served(200, "one")})
    played.step({"at_ms": 900, "shutdown": "spindown"})

    assert played.container.state == "ended"
    assert bool(played.lines()) is is_served
    assert sum(record.get("Invocations", 0) for record in containers(played)) == is_served


def test_a_request_that_is_tried_again_before_its_report_is_another_invocation():
    """As after a timeout; INVOKE repeats nothing."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    played.step({"at_ms": 210, "batch": served(200, "one")[:2]})
    played.step({"at_ms": 9_000, "invoke": "one"})
    played.step({"at_ms": 9_010, "batch": served(9_000, "one")})
    played.step({"at_ms": 9_500, "shutdown": "spindown"})

    assert containers(played)[-1]["total"]["invocations"] == 2


def test_on_managed_instances_the_same_request_later_is_another_invocation():
    """There is no INVOKE to say so; the time does."""
    played = begun({"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"})
    for at_ms in (200, 9_000):
        played.step({"at_ms": at_ms, "batch": served(at_ms, "one")[:1]})
    played.step({"at_ms": 9_100, "batch": served(9_000, "one")[2:]})
    played.step({"at_ms": 9_500, "shutdown": "failure"})

    last = containers(played)[-1]
    assert last["total"]["invocations"] == 2
    assert (last["end"], last["InvocationsPerContainer"]) == ("failure", 2)


def test_the_first_report_adds_no_init_that_an_earlier_process_told():
    """It may come after a reset, and say again how long the first init took."""
    played = begun()
    played.step({"at_ms": 110, "invoke": "one"})
    first = served(110, "one")
    played.step({"at_ms": 120, "batch": first[:2]})
    played.step({"at_ms": 130, "shutdown": "failure"})
    played.step({"at_ms": 200, "restart": True})
    report = pe.report(START_MS + 116, "one", 5, init_ms=90)
    init = [pe.init_start(START_MS + 200, phase="invoke"), report]
    played.step(
        {"at_ms": 300, "batch": [*init, pe.init_report(START_MS + 290, 70, phase="invoke")]}
    )
    played.step({"at_ms": 400, "shutdown": "spindown"})

    assert [record.get("InitDuration") for record in containers(played)] == [90, None, 70]
    assert containers(played)[-1]["total"]["init_ms"] == 160


@pytest.mark.parametrize("count", [1, 10, 40])
def test_telemetry_that_is_read_before_every_invoke(count):
    """However much of it: each INVOKE after it is the same invocation, and a later one is not."""
    played = begun()
    for i in range(count):
        at_ms = START_MS + 1000 + i * 10
        name = f"request-{i}"
        played.step({"at_ms": 5000, "batch": served(at_ms - START_MS, name)})
    for i in range(count):
        played.step({"at_ms": 5000, "invoke": f"request-{i}"})
    played.step({"at_ms": 6000, "invoke": "request-0"})
    played.step({"at_ms": 7000, "batch": served(6000, "request-0")})
    played.step({"at_ms": 8000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert [last["total"]["invocations"], last["total"]["cold_starts"]] == [count + 1, 1]
    assert played.container.is_settled


@pytest.mark.parametrize(
    ("at_ms", "expected"),
    [
        (5_000, {"init_kind": "proactive", "init_to_invoke_ms": 4_600}),
        (450, {"cold_start_kind": "on-demand", "init_to_invoke_ms": 50}),
    ],
)
def test_with_the_report_alone_the_process_tells_when_the_init_ended(at_ms, expected):
    """All init events and the start are lost: its own beginning and the init's duration remain."""
    played = Played(FULL)
    played.step({"at_ms": at_ms, "invoke": "one"})
    report = pe.report(START_MS + at_ms + 10, "one", 10, init_ms=400)
    played.step({"at_ms": at_ms + 20, "batch": [report]})
    played.step({"at_ms": at_ms + 1000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert {name: last.get(name) for name in expected} == expected


def test_a_report_tells_of_the_first_init_and_not_of_a_repeated_one():
    """The platform reports the repeated init in initReport alone."""
    inits = InitLedger()
    inits.match_event("invoke", "start_ms", START_MS)
    inits.add_report(400_000, is_restore=False)

    assert [(init.phase, init.reported_us) for init in inits.all] == [
        ("invoke", None),
        ("init", 400_000),
    ]


def test_a_state_that_cannot_be_gone_on_from_is_begun_again():
    """Nothing of it counts: the container looks like a new one."""
    played = begun()
    serve(played, 200, "one")
    played.container.begin_again()
    played.builder.begin()
    serve(played, 1_000, "two")
    played.step({"at_ms": 2_000, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert (last["sequence"], last["total"]["invocations"]) == (2, 1)


def test_the_last_record_waits_for_a_report_that_is_missing():
    """Of an invocation that has ended; the platform makes it after that."""
    played = begun()
    played.step({"at_ms": 200, "invoke": "one"})
    played.step({"at_ms": 210, "batch": served(200, "one")[:2]})
    played.step({"at_ms": 300, "shutdown": "spindown"})
    assert not played.container.is_settled

    played.step({"at_ms": 310, "batch": served(200, "one")[2:]})
    assert played.container.state == life.ENDED


def test_an_invoke_that_nobody_confirmed_before_a_kill_is_counted_after_it():
    """It is in what the process left, and not counted yet."""
    played = begun()
    serve(played, 200, "one")
    played.step({"at_ms": 1_000, "invoke": "two"})
    played.step({"at_ms": 2_000, "restart": True})
    init = pe.init_start(START_MS + 2_000, phase="invoke")
    played.step({"at_ms": 2_100, "batch": [init, *served(1_000, "two")]})
    serve(played, 2_200, "three")
    played.step({"at_ms": 3_000, "shutdown": "spindown"})

    assert containers(played)[-1]["total"]["invocations"] == 3


def test_how_long_the_end_is_waited_for():
    """In a reset a little; at the end as long as SHUTDOWN grants."""
    played = begun()
    serve(played, 1000, "one")
    assert played.container.max_wait_ms is None
    shutdown = parse_next({"eventType": "SHUTDOWN", "shutdownReason": "timeout"}, START_MS + 2000)
    played.container.receive(shutdown, START_MS + 2000)
    assert played.container.state == life.RESETTING
    assert played.container.max_wait_ms == RESET_WAIT_MS


@pytest.mark.parametrize(("at_ms", "kind"), [(200, "on-demand"), (5_000, None)])
def test_without_any_invoke_telemetry_tells_the_first_invocation(at_ms, kind):
    """Where no answer to `next` could be read but the last one."""
    played = begun()
    reported = [*served(at_ms, "one"), *served(at_ms + 100, "two")]
    played.step({"at_ms": at_ms + 200, "batch": reported})
    played.step({"at_ms": at_ms + 300, "shutdown": "spindown"})

    last = containers(played)[-1]
    assert (last["total"]["invocations"], last["total"]["cold_starts"]) == (
        2,
        int(kind is not None),
    )
    assert last.get("cold_start_kind") == kind
