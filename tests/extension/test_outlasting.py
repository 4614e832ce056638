"""Before SHUTDOWN nothing ends the process, and nothing makes it take a CPU."""

import os
import resource
import signal
import socket
import time
from pathlib import Path

import pytest
from reuse_extension.lambda_api import BUFFERING_MS

from tests import platform_events as pe
from tests.conftest import MS
from tests.extension.test_damage import invocations_recorded, serve_one

pytestmark = pytest.mark.slow


def cpu_ticks(pid: int) -> int:
    """proc(5): user and system time of /proc/PID/stat, a hundredth of a second each."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def is_idle(pid: int) -> bool:
    """Whether a process uses next to nothing of a stretch of time."""
    before = cpu_ticks(pid)
    time.sleep(500 * MS)
    return cpu_ticks(pid) - before <= 10


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_does_not_end_it_before_shutdown(play, number):
    """Lambda, or a function that signals its group, sends them to whoever is there."""
    player = play().start().ready()
    serve_one(player, "one")

    os.kill(player.process.pid, number)
    serve_one(player, "two")

    assert invocations_recorded(player) == 2


def test_answers_that_only_say_wait_are_passed_over(play):
    """RFC 9110, 15.2: any number of 1xx before the answer, without a body."""
    player = play().start().ready()
    for _ in range(3):
        player.answers.put((102, b""))
        player.answers.put((103, b""))
        serve_one(player, str(_))

    assert invocations_recorded(player) == 3


def limit_files(player, count: int) -> None:
    _, most = resource.prlimit(player.process.pid, resource.RLIMIT_NOFILE)
    resource.prlimit(player.process.pid, resource.RLIMIT_NOFILE, (count, most))


def test_without_file_descriptors_it_waits_for_some(play):
    """It idles, although a connection waits, and takes telemetry again when it can."""
    player = play().start().ready()
    serve_one(player, "one")
    used = len(os.listdir(f"/proc/{player.process.pid}/fd"))
    limit_files(player, used)

    with socket.create_connection(player.telemetry_address):
        assert is_idle(player.process.pid)
        player.invoke("two")
        limit_files(player, 100)
    serve_one(player, "three")

    assert invocations_recorded(player) == 3


def test_with_one_descriptor_left_telemetry_goes_on(play):
    """The connection that has been silent the longest gives its own."""
    player = play().start().ready()
    used = len(os.listdir(f"/proc/{player.process.pid}/fd"))
    limit_files(player, used + 1)

    with socket.create_connection(player.telemetry_address):
        time.sleep(20 * MS)
        serve_one(player, "one")

    limit_files(player, 100)
    assert invocations_recorded(player) == 1


def test_settings_that_are_not_text_are_one_warning_each(play):
    """Bytes that are no UTF-8, in whichever variable."""
    player = (
        play()
        .start(
            LAMBDA_REUSE_NAMESPACE="\udcff",
            LAMBDA_REUSE_FLUSH="\udcfe",
            LAMBDA_REUSE_DIMENSIONS='[["\udcff"]]',
            LAMBDA_REUSE_METRICS="Invocations,\udc80",
            LAMBDA_REUSE_RESOURCE_METRICS="\udcff",
            LAMBDA_REUSE_LOG_LEVEL="\udcff",
            AWS_LAMBDA_FUNCTION_MEMORY_SIZE="\udcff",
            AWS_LAMBDA_FUNCTION_VERSION="\udcff",
        )
        .ready()
    )
    serve_one(player, "one")

    assert invocations_recorded(player) == 1
    assert len(player.errors) == 6
    assert all(" WARN LAMBDA_REUSE_" in error for error in player.errors)


def test_shutdown_waits_for_a_missing_report_as_long_as_one_may_be_held_back(play):
    """A little longer than the buffering, not until the deadline."""
    player = play().start().ready()
    player.tell(pe.start(int(time.time() * 1000), "one"))
    player.invoke("one")
    began = time.monotonic()
    player.shutdown(grace_ms=4900)

    assert player.end() == 0
    waited_ms = (time.monotonic() - began) * 1000
    assert BUFFERING_MS <= waited_ms < 3000 + 1000 * MS * 1000
    assert player.records("container/1")[-1]["total"]["invocations"] == 1


def test_telemetry_is_answered_where_nothing_can_be_reported(play):
    """The net below the loop: it idles, answers 200, and ends when it shall."""
    player = play().start(LAMBDA_REUSE_DISABLED="1").ready()

    assert is_idle(player.process.pid)
    player.answers.put((200, b'{"eventType":"SHUTDOWN","shutdownReason":"spindown"}'))
    assert player.end() == 0
