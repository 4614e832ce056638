"""Invocations that succeed, at a function's pace, while nothing is due: all of them are recorded.

The executable keeps their events for a while, and receives it together. Nobody sees that:
the records are those of the sources under CPython, which receive everything at once.
"""

import http.client
import json
import time

import pytest

from tests import platform_events as pe

pytestmark = pytest.mark.slow


def three(at_ms: int, name: str, us: int = 4_500) -> list[dict]:
    """All telemetry of an invocation that takes so many microseconds."""
    ms = us / 1000
    return [
        pe.start(at_ms, name),
        pe.runtime_done(at_ms + 5, name, ms),
        pe.report(at_ms + 6, name, ms),
    ]


def begun(play, **environment: str):
    """An extension that has recorded its first invocation; and when that was."""
    now_ms = int(time.time() * 1000)
    player = play().start(**environment).ready()
    player.tell(pe.init_start(now_ms), pe.init_report(now_ms + 2, 1.5))
    player.invoke("first")
    player.tell(*three(now_ms + 3, "first"))
    player.wait_for_records(2)
    return player, now_ms


def ended(player) -> list[dict]:
    """The container records after the first, once it has ended."""
    player.shutdown()
    assert player.end() == 0
    assert player.errors == []
    records = player.records("container/1")
    assert [record["sequence"] for record in records] == list(range(1, len(records) + 1))
    return records[1:]


@pytest.mark.parametrize("count", [1, 15, 16, 17, 99, 250])
def test_all_are_recorded_in_order(play, count):
    """However many: those that wait at SHUTDOWN, and those that fill an array."""
    player, now_ms = begun(play)
    expected = [1_000 + number for number in range(count)]
    for number, us in enumerate(expected):
        player.invoke(f"request-{number}")
        player.tell(*three(now_ms + 10 + 7 * number, f"request-{number}", us))
    records = ended(player)

    told = [ms for record in records for ms in record["Duration"]]
    assert told == pytest.approx([us / 1000 for us in expected])
    assert records[-1]["total"]["invocations"] == count + 1
    assert sum(record["Invocations"] for record in records) == count
    assert [len(record["Duration"]) for record in records[:-1]] == [100] * (count // 100)
    assert len({record["MemoryUsed"] for record in records}) == 1


def test_an_invoke_comes_before_the_telemetry_of_the_one_before(play):
    """As after a thaw."""
    player, now_ms = begun(play)
    player.invoke("request-0")
    for number in range(20):
        player.invoke(f"request-{number + 1}")
        player.tell(*three(now_ms + 10 + 10 * number, f"request-{number}"))
    player.tell(*three(now_ms + 10 + 200, "request-20"))
    (record,) = ended(player)

    assert (record["Invocations"], len(record["Duration"]), len(record["IdleTime"])) == (21, 21, 21)


def test_a_batch_split_anywhere(play):
    """Start, runtimeDone and report in batches of their own, or with those of others."""
    player, now_ms = begun(play)
    events = []
    for number in range(9):
        player.invoke(f"request-{number}")
        events += three(now_ms + 10 + 10 * number, f"request-{number}")
        size = 1 + number % 5
        player.tell(*events[:size])
        events = events[size:]
    player.tell(*events)
    (record,) = ended(player)

    assert (record["Invocations"], record["Duration"]) == (9, [4.5] * 9)


OTHERS = {
    "an error": lambda at_ms: [
        pe.start(at_ms, "other"),
        pe.runtime_done(at_ms + 5, "other", 4.5, status="error"),
        pe.report(at_ms + 6, "other", 4.5, status="error"),
    ],
    "the next minute": lambda at_ms: three(at_ms + 60_000, "other"),
    "another type": lambda at_ms: [*three(at_ms, "other"), {"type": "platform.x", "record": {}}],
    "a copy": lambda at_ms: three(at_ms, "other") * 2,
    "a tenant": lambda at_ms: [
        {**event, "record": {**event["record"], "tenantId": "blue"}}
        for event in three(at_ms, "other")
    ],
}


@pytest.mark.parametrize("name", OTHERS)
def test_what_is_not_held_comes_after_what_is(play, name):
    player, now_ms = begun(play)
    for number in range(6):
        player.invoke("other" if number == 3 else f"request-{number}")
        at_ms = now_ms + 10 + 10 * number
        told = OTHERS[name](at_ms) if number == 3 else three(at_ms, f"request-{number}")
        assert player.tell(*told) == 200
    records = ended(player)

    last = records[-1]
    assert last["total"]["invocations"] == 7
    assert last["total"]["errors"] == (name == "an error")
    assert sum(len(record["Duration"]) for record in records) == 6
    assert [record["Invocations"] for record in records] == (
        [3, 3] if name == "the next minute" else [6]
    )


def test_batches_that_are_damaged_or_come_apart(play):
    player, now_ms = begun(play)
    for number in range(12):
        player.invoke(f"request-{number}")
        body = json.dumps(three(now_ms + 10 + 10 * number, f"request-{number}")).encode()
        assert (player.post_apart if number % 3 == 1 else player.post)(body) == 200
        if number % 4 == 2:
            assert player.post(b"[{broken") == 200
    (record,) = ended(player)

    assert (record["Invocations"], len(record["Duration"]), record["dropped"]) == (12, 12, 6)


def test_a_connection_that_ends(play):
    """Lambda's sender comes back on another."""
    player, now_ms = begun(play)
    for number in range(6):
        player.invoke(f"request-{number}")
        player.tell(*three(now_ms + 10 + 10 * number, f"request-{number}"))
        if number % 2:
            player._sender.close()
            player._sender = None
    (record,) = ended(player)

    assert len(record["Duration"]) == 6


def test_an_answer_that_is_none(play):
    """`next` is asked again, on a new connection, and what was held is there."""
    player, now_ms = begun(play)
    for number in range(6):
        player.invoke(f"request-{number}")
        player.tell(*three(now_ms + 10 + 10 * number, f"request-{number}"))
        if number % 2:
            player.answers.put((500, b"{}"))
            player.wait_for("next")
    (record,) = ended(player)

    assert len(record["Duration"]) == 6


def test_whatever_else_waits_is_not_forgotten(play):
    """A second connection with a message, while the first is in use."""
    player, now_ms = begun(play)
    other = http.client.HTTPConnection(*player.telemetry_address)
    for number in range(6):
        player.invoke(f"request-{number}")
        told = three(now_ms + 10 + 10 * number, f"request-{number}")
        if number % 2:
            other.request("POST", "/", json.dumps(told))
            assert other.getresponse().read() == b""
        else:
            player.tell(*told)
    other.close()
    (record,) = ended(player)

    assert record["Duration"] == [4.5] * 6
