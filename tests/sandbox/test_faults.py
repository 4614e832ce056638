"""What goes wrong on purpose: each fault does what its name says, the same for the same seed."""

import json
from datetime import datetime
from itertools import pairwise

import pytest
from reuse_sandbox import ConfigError, Limits
from reuse_sandbox.clock import SystemClock
from reuse_sandbox.faults import STEP_S, Faults
from reuse_sandbox.telemetry.delivery import Batch
from reuse_sandbox.telemetry.subscription import Destination

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

NOWHERE = Destination("http", 1)
EVENTS = [b"1", b"2", b"3", b"4", b"5", b"6"]


async def delivered(batches: int = 1, seed: int = 0, **shares: float) -> list[Batch]:
    """What arrives of so many batches."""
    arrived: list[Batch] = []

    async def deliver(batch: Batch) -> None:
        arrived.append(list(batch))

    faults = Faults({name.replace("_", "-"): share for name, share in shares.items()}, seed)
    way = faults.open_destination(lambda _: deliver, SystemClock())(NOWHERE)
    for _ in range(batches):
        await way(EVENTS)
    return arrived


class TestTelemetry:
    """What happens between platform and subscriber."""

    async def test_duplicate(self) -> None:
        """Whole, twice."""
        assert await delivered(telemetry_duplicate=1) == [EVENTS, EVENTS]

    async def test_reorder(self) -> None:
        """All of it, otherwise."""
        (batch,) = await delivered(telemetry_reorder=1)
        assert batch != EVENTS
        assert sorted(batch) == EVENTS

    async def test_drop(self) -> None:
        """A part; a batch of which nothing is left is not sent."""
        batches = await delivered(50, telemetry_drop=1)
        assert 0 < sum(map(len, batches)) < 50 * len(EVENTS)
        assert [] not in batches

    async def test_oversize(self) -> None:
        """One large event of a type that nobody knows."""
        (batch,) = await delivered(telemetry_oversize=1)
        assert batch[:-1] == EVENTS
        assert len(batch[-1]) > 1 << 20
        assert json.loads(batch[-1])["type"] == "platform.padding"

    async def test_seed(self) -> None:
        """It decides; and one fault does not disturb another."""
        once = await delivered(30, 7, telemetry_drop=0.5)
        again = await delivered(30, 7, telemetry_drop=0.5, telemetry_duplicate=0)
        assert once == again
        assert once != await delivered(30, 8, telemetry_drop=0.5)

    @pytest.mark.parametrize("name", ["telemetry-late", "listener-slow"])
    async def test_time(self, name: str, monkeypatch: pytest.MonkeyPatch) -> None:
        """Before it arrives, or before it is acknowledged."""
        slept: list[float] = []

        async def sleep(_: SystemClock, seconds: float) -> None:
            slept.append(seconds)

        monkeypatch.setattr(SystemClock, "sleep", sleep)
        assert await delivered(**{name: 1}) == [EVENTS]
        assert len(slept) == 1
        assert 0 < slept[0] <= 2


def test_a_share_is_a_share() -> None:
    """In the mean."""
    faults = Faults({"hang": 0.25})
    assert 200 < sum(faults.strikes("hang") for _ in range(1000)) < 300
    assert not faults.strikes("runtime-exit")


@pytest.mark.parametrize(
    ("shares", "sentence"),
    [
        ({"gremlins": 0.5}, "There is no fault 'gremlins'; there are telemetry-late, "),
        ({"hang": 2}, "The probability of hang is 2"),
        ({"hang": -1}, "The probability of hang is -1"),
    ],
)
def test_what_cannot_be(shares: dict[str, float], sentence: str) -> None:
    """One sentence."""
    with pytest.raises(ConfigError, match=sentence):
        Faults(shares)


WORKING = "def handler(event, context): return 1"
PROBE = 'register("INVOKE", "SHUTDOWN"); subscribe("platform", timeoutMs=25); loop()'


@pytest.mark.parametrize(
    ("name", "status", "error"),
    [
        ("runtime-exit", "error", b"Runtime.ExitError"),
        ("extension-kill", "error", b"Extension.Crash"),
        ("hang", "timeout", b"timed out"),
    ],
)
async def test_processes(
    workshop: Workshop, leftovers: Leftovers, name: str, status: str, error: bytes
) -> None:
    """The invocation fails as it would on Lambda, and the container is reset."""
    workshop.write_function("import time\ndef handler(event, context): time.sleep(0.05)")
    workshop.write_extension(PROBE)
    settings = {
        "timeout_s": (300 if name == "hang" else 10_000) * MS,
        "limits": Limits(shutdown_ms=100),
    }
    async with workshop.sandbox(faults={name: 1}, **settings) as sandbox:
        results = [await sandbox.invoke() for _ in range(2)]

    assert [result.status for result in results] == [status, status]
    assert error in results[0].payload
    assert len({result.container_id for result in results}) == 1


async def test_a_full_tmp(workshop: Workshop, leftovers: Leftovers) -> None:
    """No file of the container's can grow; the function is told."""
    workshop.write_function("""
        import os
        def handler(event, context):
            try:
                with open(os.environ["TMPDIR"] + "/file", "w") as file:
                    file.write("x")
            except OSError as error:
                return error.strerror
    """)
    async with workshop.sandbox(faults={"tmp-full": 1}) as sandbox:
        result = await sandbox.invoke()

    assert result.payload == b'"File too large"'


async def test_a_clock_that_is_set(workshop: Workshop, leftovers: Leftovers) -> None:
    """The platform's times jump from one invocation to the next; nothing else does."""
    workshop.write_function(WORKING)
    workshop.write_extension(PROBE)
    async with workshop.sandbox(faults={"clock-step": 1}, seed=1) as sandbox:
        results = [await sandbox.invoke() for _ in range(4)]

    assert {result.status for result in results} == {"success"}
    starts = [e["time"] for e in workshop.telemetry() if e["type"] == "platform.start"]
    seconds = [datetime.fromisoformat(start).timestamp() for start in starts]
    steps = [abs(after - before) for before, after in pairwise(seconds)]
    assert len(steps) == 3
    assert all(10 < step < STEP_S for step in steps)  # the invocations follow at once
