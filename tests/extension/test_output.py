"""stdout that is slow, stopped, small or shared: no invocation waits for it, no line is torn."""

import fcntl
import json
import os
import subprocess
import time

import pytest

from tests import platform_events as pe
from tests.conftest import MS
from tests.extension.test_damage import serve_one

pytestmark = pytest.mark.slow

F_SETPIPE_SZ = 1031


def fill(pipe: int) -> int:
    """Write until there is no room, as the function may; how many bytes."""
    own = os.open(f"/proc/self/fd/{pipe}", os.O_WRONLY | os.O_NONBLOCK)
    written = 0
    try:
        while True:
            written += os.write(own, b"function\n")
    except BlockingIOError:
        return written
    finally:
        os.close(own)


@pytest.mark.parametrize("reason", ["spindown", "timeout"])
def test_nobody_reading_holds_nothing_up(play, reason):
    """Neither an invocation nor the end; what was kept comes when somebody reads."""
    player = play(is_read=False).start(LAMBDA_REUSE_FLUSH="invocation").ready()
    for number in range(300):
        serve_one(player, f"request-{number}")
    player.shutdown(reason)

    assert player.process.wait(timeout=10_000 * MS) == 0
    player.read()
    player.end()
    lines = player.records("container/1")
    assert lines  # and each of them is whole, or it were no JSON
    assert [line["sequence"] for line in lines] == list(range(1, len(lines) + 1))


def test_what_was_dropped_is_said_when_somebody_reads_again(play):
    """Lines that were kept come first, then one that counts the others; the totals know all."""
    player = play(is_read=False).start(LAMBDA_REUSE_FLUSH="invocation").ready()
    for number in range(300):
        serve_one(player, f"request-{number}")
    player.read()
    time.sleep(50 * MS)
    serve_one(player, "late")
    time.sleep(50 * MS)
    player.shutdown()

    assert player.end() == 0
    records = player.records("container/1")
    missing = records[-1]["sequence"] - len(records)
    assert missing > 100
    assert sum(record.get("dropped", 0) for record in records) >= missing
    assert records[-1]["total"]["invocations"] == 301


def test_a_pipe_that_others_write_to_keeps_its_flags_and_lines(play):
    """The function's lines and ours, each whole; nobody's descriptor becomes non-blocking."""
    player = play(is_read=False).start(LAMBDA_REUSE_FLUSH="invocation").ready()
    shared = os.open(f"/proc/{player.process.pid}/fd/1", os.O_WRONLY)
    filled = fill(shared)
    flags = subprocess.run(
        ["cat", f"/proc/{player.process.pid}/fdinfo/1"], capture_output=True, text=True, check=True
    ).stdout
    serve_one(player, "one")
    serve_one(player, "two")
    os.close(shared)
    player.shutdown()
    with player.process.stdout as stdout:
        data = stdout.read()
    player.end()

    function, ours = data[:filled], data[filled:].splitlines()
    assert set(function.splitlines()[:-1]) == {b"function"}
    assert len([json.loads(line) for line in ours if line.startswith(b"{")]) >= 3
    assert int(flags.split("flags:")[1].split()[0], 8) & os.O_NONBLOCK == 0


def test_a_pipe_too_small_for_a_line_drops_that_line_whole(play):
    """One page of 4096 bytes: short lines come, longer ones are counted."""
    player = play(is_read=False).start().ready()
    fcntl.fcntl(player.process.stdout, F_SETPIPE_SZ, 4096)
    player.read()
    now_ms = int(time.time() * 1000) // 60_000 * 60_000
    for minute in (3, 2, 1):
        events = []
        for number in range(95):
            at_ms = now_ms - minute * 60_000 + number * 500
            name = f"{minute}-{number}"
            player.invoke(name)
            events += [pe.start(at_ms, name), pe.runtime_done(at_ms + 5, name, 400 / 3)]
            events += [pe.report(at_ms + 6, name, 400 / 3)]
        player.tell(*events)
    player.shutdown()

    assert player.end() == 0
    records = player.records("container/1")
    assert records[-1]["total"]["invocations"] == 3 * 95
    assert all(len(line) < 4096 for line in player.lines)
