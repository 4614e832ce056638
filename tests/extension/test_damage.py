"""Whatever is sent to the extension: it answers, survives, and counts the good beside the bad."""

import contextlib
import json
import socket
import time

import pytest

from tests import platform_events as pe
from tests.conftest import MS

pytestmark = pytest.mark.slow

INIT_REPORT = b'[{"type":"platform.initReport","record":{"metrics":{"durationMs":%s}}}]'
START = b'[{"time":"%s","type":"platform.start","record":{"requestId":"%s"}}]'

GARBAGE = {
    "nothing": b"",
    "not JSON": b"hello",
    "not UTF-8": b"\xff\xfe\x00",
    "an object": b"{}",
    "a number": b"17",
    "null": b"null",
    "deep nesting": b"[" * 50_000,
    "odd records": b'[1,null,"x",{},{"type":5},{"type":"platform.report","record":[]}]',
    "NaN": INIT_REPORT % b"NaN",
    "an infinite duration": INIT_REPORT % b"1e400",
    "a huge duration": INIT_REPORT % (b"9" * 400),
    "a negative duration": INIT_REPORT % b"-5",
    "another request, lone surrogates": START % (b"2026-11-21T00:04:21.886Z", b"\\ud83d"),
    "another request, in a far future": START % (b"9999-12-31T23:59:59.999Z", b"x"),
}


def serve_one(player, name: str) -> None:
    """One whole invocation."""
    at_ms = int(time.time() * 1000)
    player.invoke(name)
    player.tell(
        pe.start(at_ms, name), pe.runtime_done(at_ms + 5, name, 5), pe.report(at_ms + 6, name, 5)
    )


def invocations_recorded(player) -> int:
    """End the extension; the invocations that it has recorded."""
    player.shutdown()
    assert player.end() == 0
    return player.records("container/1")[-1]["total"]["invocations"]


@pytest.mark.parametrize("name", GARBAGE)
def test_a_bad_body_is_answered_and_survived(play, name):
    """With 200, because anything else would bring the same batch back for ever."""
    player = play().start().ready()

    assert player.post(GARBAGE[name]) == 200
    serve_one(player, "one")
    assert player.post(GARBAGE[name]) == 200
    serve_one(player, "two")

    assert invocations_recorded(player) == (3 if "another request" in name else 2)


def test_a_batch_of_1_mb_is_accepted_and_a_larger_one_counted_as_dropped(play):
    """Both are answered, on the same connection as what comes after them."""
    player = play().start().ready()
    event = pe.start(int(time.time() * 1000), "filler", tracing={"value": "x" * 1000})
    large = json.dumps([event] * 5000)[: 1024 * 1024 - 2].rpartition("}, {")[0] + "}]"

    assert player.post(large.encode()) == 200
    assert player.post(b"[" + b" " * 2_000_000 + b"]") == 200
    serve_one(player, "one")

    player.shutdown()
    player.end()
    records = player.records("container/1")
    assert records[-1]["total"]["invocations"] == 2
    assert sum(record.get("dropped", 0) for record in records) == 1


@contextlib.contextmanager
def connections(player, count: int):
    """Connections to the listener that say only what the test makes them say."""
    opened = [socket.create_connection(player.telemetry_address) for _ in range(count)]
    try:
        yield opened
    finally:
        for connection in opened:
            connection.close()


def test_silent_and_slow_connections_delay_nobody(play):
    """More of them than are served at a time, some with half a batch."""
    player = play().start().ready()

    with connections(player, 40) as opened:
        for connection in opened[::2]:
            with contextlib.suppress(ConnectionError):
                connection.sendall(b"POST / HTTP/1.1\r\nContent-Length: 1000000\r\n\r\n[")
        for i in range(5):
            serve_one(player, f"request-{i}")
            with contextlib.suppress(ConnectionError):
                opened[-1].sendall(b" ")

        assert invocations_recorded(player) == 5


def test_bytes_that_are_no_http_end_their_own_connection_only(play):
    """With an answer."""
    player = play().start().ready()

    with connections(player, 1) as (connection,):
        connection.sendall(b"\x16\x03\x01 this is not HTTP \r\n\r\n")
        answer = connection.recv(1000)
    serve_one(player, "one")

    assert answer.startswith(b"HTTP/1.1 400 ")
    assert invocations_recorded(player) == 1


def test_a_batch_before_such_bytes_counts(play):
    """Both came in one piece: one answer each, and the connection ends."""
    player = play().start().ready()
    body = json.dumps([pe.start(int(time.time() * 1000), "one")]).encode()

    with connections(player, 1) as (connection,):
        head = b"POST / HTTP/1.1\r\nContent-Length: %d\r\n\r\n" % len(body)
        connection.sendall(head + body + b"\x16\x03\x01\r\n\r\n")
        answers = b""
        while piece := connection.recv(1000):
            answers += piece

    assert [answers.count(b"HTTP/1.1 200 "), answers.count(b"HTTP/1.1 400 ")] == [1, 1]
    assert invocations_recorded(player) == 1


def test_a_peer_that_waits_for_100_continue_gets_it(play):
    player = play().start().ready()
    body = json.dumps([pe.start(int(time.time() * 1000), "one")]).encode()

    with connections(player, 1) as (connection,):
        connection.sendall(
            b"POST / HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: %d\r\n\r\n" % len(body)
        )
        assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
        connection.sendall(body)
        assert connection.recv(100).startswith(b"HTTP/1.1 200 ")


ANSWERS = {
    "500": (500, b'{"errorMessage":"broken","errorType":"Platform"}'),
    "403": (403, b""),
    "an empty 200": (200, b""),
    "no event": (200, b'{"hello": "world"}'),
    "not JSON": (200, b"\xff\xff"),
    "a strange event": (200, b'{"eventType": "PARTY"}'),
    "an INVOKE without an id": (200, b'{"eventType": "INVOKE"}'),
}


@pytest.mark.parametrize("name", ANSWERS)
def test_odd_answers_to_next_are_survived(play, name):
    """`next` is asked again, and invocations go on being counted."""
    player = play().start().ready()

    for _ in range(3):
        player.answers.put(ANSWERS[name])
        player.wait_for("next")
    serve_one(player, "one")

    assert invocations_recorded(player) == 1


def test_it_never_ends_by_itself(play):
    """After all of this in a row the process still waits for SHUTDOWN."""
    player = play().start().ready()
    for answer in ANSWERS.values():
        player.answers.put(answer)
        player.wait_for("next")
    for body in GARBAGE.values():
        player.post(body)
    time.sleep(50 * MS)

    assert player.process.poll() is None
    player.shutdown()
    assert player.end() == 0


def test_nobody_reading_its_lines_is_survived(play):
    """Its stdout is closed under it: nothing can be written, and the function must not suffer."""
    player = play(is_heard=False).start().ready()

    serve_one(player, "one")
    serve_one(player, "two")
    player.shutdown()

    assert player.end() == 0


def test_a_tmp_that_cannot_be_written_is_survived(play, tmp_path):
    """Nothing can be kept over a reset then; all else works."""
    player = play().start(TMPDIR=str(tmp_path / "missing" / "folder")).ready()

    serve_one(player, "one")

    assert invocations_recorded(player) == 1


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b'{"version":1}', b'{"version":9}', b"\xff"])
def test_a_damaged_state_is_a_fresh_start(play, tmp_path, damage):
    """What an earlier process left, or somebody else."""
    folder = tmp_path / ".lambda-reuse"
    folder.mkdir()
    (folder / "container.json").write_bytes(damage)
    (folder / "1-1.page").write_bytes(damage)
    player = play().start().ready()

    serve_one(player, "one")

    assert invocations_recorded(player) == 1
