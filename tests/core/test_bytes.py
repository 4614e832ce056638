"""What a container's lines cost: CloudWatch Logs charges by the byte."""

from tests import platform_events as pe
from tests.core.play import START_MS, Played
from tests.core.test_resources import page, slot

MAX_BUSY = 60
"""Bytes an invocation, at ten a second."""
MAX_QUIET = 1500
"""Bytes a record, at one invocation a minute."""

RESOURCES = ("orders_table", "tax_percent", "session")


def lines(gap_ms: int, count: int) -> list[str]:
    """All that a container with a few resources writes that serves one invocation every gap."""
    played = Played({"environment": {}, "subscription": 200})
    reported = [pe.init_start(START_MS), pe.init_report(START_MS + 300, 299.123)]
    for i in range(count):
        at_ms, name = 400 + i * gap_ms, f"8f66dbe6-3db0-4f99-bf49-{i:012}"
        time_ms = START_MS + at_ms
        counted = [slot(resource, hits=i, first=1, init_us=81_234) for resource in RESOURCES]
        played.pages[:] = [("7-1.page", page(*counted))]
        played.step({"at_ms": at_ms, "invoke": name})
        reported += [
            pe.start(time_ms, name),
            pe.runtime_done(time_ms + 52, name, 51.347),
            pe.report(time_ms + 53, name, 51.347),
        ]
        played.step({"at_ms": at_ms + 60, "batch": reported})
        reported = []
    played.step({"at_ms": 400 + count * gap_ms, "shutdown": "spindown"})
    return played.lines()


def test_a_busy_container():
    """Five minutes at ten invocations a second, every line of it."""
    written = lines(100, 3000)

    assert sum(len(line) + 1 for line in written) / 3000 < MAX_BUSY


def test_a_quiet_container():
    """Half an hour at one invocation a minute: each line by itself."""
    written = lines(60_000, 30)

    assert len([line for line in written if '"container/1"' in line]) >= 30
    assert max(len(line) + 1 for line in written) < MAX_QUIET
