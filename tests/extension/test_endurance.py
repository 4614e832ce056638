"""Long lives and sudden deaths, as real processes."""

import random
import time
from pathlib import Path

import pytest

from tests import platform_events as pe
from tests.line_schema import check_line

pytestmark = pytest.mark.slow

MINUTE_MS = 60_000
BATCH = 20


def served(at_ms: int, name: str) -> list[dict]:
    return [
        pe.start(at_ms, name),
        pe.runtime_done(at_ms + 5, name, 4.5),
        pe.report(at_ms + 6, name, 4.5),
    ]


def resident_kb(pid: int) -> int:
    """proc(5): VmRSS of /proc/PID/status."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    raise AssertionError("no VmRSS")


def test_20000_invocations_leave_memory_as_it_was(play):
    """Less than 1.5 MB more than after the first thousand."""
    player = play().start().ready()
    at_ms = int(time.time() * 1000) - 3_600_000
    early_kb = 0
    for batch in range(20_000 // BATCH):
        events = []
        for i in range(BATCH):
            name = f"8f66dbe6-3db0-4f99-{batch:04}-{i:012}"
            player.invoke(name)
            events += served(at_ms + (batch * BATCH + i) * 100, name)
        assert player.tell(*events) == 200
        if batch == 1000 // BATCH:
            early_kb = resident_kb(player.process.pid)
    late_kb = resident_kb(player.process.pid)

    player.shutdown()
    assert player.end() == 0
    assert player.records("container/1")[-1]["total"]["invocations"] == 20_000
    assert late_kb - early_kb < 1500


@pytest.mark.parametrize("seed", range(4))
def test_a_sudden_death_loses_the_current_minute_at_most(play, seed):
    """Killed at any moment, with no SHUTDOWN; the next process in the same /tmp has the totals."""
    chance = random.Random(seed)
    per_minute, minutes = 7, 6
    from_ms = (int(time.time() * 1000) // MINUTE_MS - 30) * MINUTE_MS
    killed_after = chance.randrange(1, per_minute * minutes)
    first = play().start().ready()
    first.tell(pe.init_start(from_ms), pe.init_report(from_ms + 300, 299.5))
    for i in range(killed_after):
        at_ms = from_ms + 500 + i // per_minute * MINUTE_MS + i % per_minute * 1000
        first.invoke(f"first-{i}")
        assert first.tell(*served(at_ms, f"first-{i}")) == 200
    reported = (
        killed_after - killed_after % per_minute
    )  # all but those of the minute that was going on
    first.wait_for_records(reported // per_minute)
    first.process.kill()
    first.end()

    second = play().start().ready()
    second.tell(pe.init_start(from_ms + 20 * MINUTE_MS, phase="invoke"))
    second.invoke("second")
    second.tell(*served(from_ms + 20 * MINUTE_MS + 900, "second"))
    second.shutdown()
    assert second.end() == 0

    last = second.records("container/1")[-1]
    assert reported + 1 <= last["total"]["invocations"] <= killed_after + 1
    assert last["total"]["resets"] == 1
    earlier = first.records("container/1")
    assert len(earlier) + len(second.records("container/1")) == last["sequence"]
    for line in first.records() + second.records():
        check_line(line)
