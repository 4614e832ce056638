"""Batches: when they leave, what they hold, what becomes of those that are not taken."""

import asyncio
import json
from collections.abc import Sequence
from typing import Any

import pytest
from reuse_sandbox.clock import Instant, SystemClock
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.telemetry import publisher
from reuse_sandbox.telemetry.delivery import Batch, Deliver, NotDelivered
from reuse_sandbox.telemetry.publisher import Telemetry
from reuse_sandbox.telemetry.subscription import Destination, Subscription

from tests.conftest import MS
from tests.sandbox.patience import eventually

NOW = Instant(1_795_219_200.0, 0.0)
NEVER = 1000.0


class Listener:
    """A subscriber's end: keeps what it takes; `gate` holds it up, `refusals` it first refuses."""

    def __init__(self, refusals: int = 0) -> None:
        self.batches: list[list[dict[str, Any]]] = []
        self.gate = asyncio.Event()
        self.gate.set()
        self.refusals = refusals
        self.attempts = 0

    def open(self, _: Destination) -> Deliver:
        """The way to this listener."""
        return self.deliver

    async def deliver(self, batch: Batch) -> None:
        """Takes a batch."""
        self.attempts += 1
        await self.gate.wait()
        if self.refusals:
            self.refusals -= 1
            raise NotDelivered
        self.batches.append([json.loads(event) for event in batch])

    def emitted(self) -> list[int]:
        """The numbers of all numbered events, batch after batch."""
        return [event["record"]["n"] for batch in self.batches for event in batch]


def wanted(
    *types: str,
    max_items: int = 10_000,
    max_bytes: int = 262_144,
    timeout_s: float = NEVER,
    port: int = 4243,
) -> Subscription:
    """A subscription; by default its time never comes."""
    kinds = types or ("platform",)
    destination = Destination("http", port)
    return Subscription("2025-01-29", kinds, destination, max_items, max_bytes, timeout_s)


def tell(telemetry: Telemetry, numbers: Sequence[int]) -> None:
    """Tells numbered events."""
    for n in numbers:
        telemetry.publish(NOW, "platform.start", {"n": n})


async def settle() -> None:
    """Lets all tasks go as far as they can."""
    for _ in range(10):
        await asyncio.sleep(0)


def subscribed(listener: Listener, subscription: Subscription | None = None) -> Telemetry:
    """Telemetry with one subscriber."""
    telemetry = Telemetry(listener.open, SystemClock(), json_lines=False)
    telemetry.subscribe("probe", subscription or wanted())
    return telemetry


async def test_a_batch_leaves_when_its_time_has_come() -> None:
    """Not before; its events are in the order in which they happened."""
    listener = Listener()
    telemetry = subscribed(listener, wanted(timeout_s=20 * MS))
    tell(telemetry, range(3))
    await settle()
    assert listener.batches == []

    await asyncio.sleep(60 * MS)
    assert listener.emitted() == [0, 1, 2]
    assert len(listener.batches) == 1
    expected = {"time": "2026-11-21T00:00:00.000Z", "type": "platform.start", "record": {"n": 0}}
    assert expected == listener.batches[0][0]


async def test_a_batch_leaves_when_it_has_enough_events() -> None:
    """Of events a batch holds `maxItems` at most."""
    listener = Listener()
    telemetry = subscribed(listener, wanted(max_items=1000))
    tell(telemetry, range(999))
    await settle()
    assert listener.batches == []
    tell(telemetry, [999, 1000])
    await settle()

    assert [len(batch) for batch in listener.batches] == [1000]


async def test_a_batch_leaves_when_it_is_large_enough() -> None:
    """Of bytes a batch holds `maxBytes` at most."""
    listener = Listener()
    telemetry = subscribed(listener, wanted(max_bytes=1000))
    tell(telemetry, range(100))
    await settle()

    sizes = [sum(len(json.dumps(e, separators=(",", ":"))) for e in b) for b in listener.batches]
    assert listener.batches
    assert max(sizes) <= 1000


async def test_what_was_sent_before_is_replayed() -> None:
    """Of the types that were asked for."""
    listener = Listener()
    telemetry = Telemetry(listener.open, SystemClock(), json_lines=False)
    tell(telemetry, [0])
    telemetry.publish(NOW, "function", "a line")
    tell(telemetry, [1])
    assert telemetry.subscribe("probe", wanted()) == "Subscribed"
    telemetry.flush()
    await settle()

    assert listener.emitted() == [0, 1]


async def test_closed_subscriptions() -> None:
    """After the init nobody may subscribe; after a reset they may again."""
    listener = Listener()
    telemetry = Telemetry(listener.open, SystemClock(), json_lines=False)
    telemetry.close_subscriptions()
    with pytest.raises(Refused, match="Telemetry API subscription is closed"):
        telemetry.subscribe("probe", wanted())
    tell(telemetry, [0])
    telemetry.reset()
    telemetry.subscribe("probe", wanted())
    tell(telemetry, [1])
    telemetry.flush()
    await settle()

    assert listener.emitted() == [1]


async def test_nothing_is_sent_to_the_frozen() -> None:
    """What is due waits for the thaw, and then leaves at once."""
    listener = Listener()
    telemetry = subscribed(listener, wanted(timeout_s=10 * MS))
    telemetry.freeze()
    tell(telemetry, range(3))
    await asyncio.sleep(50 * MS)
    assert listener.attempts == 0
    telemetry.thaw()
    await settle()

    assert listener.emitted() == [0, 1, 2]


async def test_what_is_under_way_may_arrive_later() -> None:
    """A subscriber frozen in the middle of its answer gives it after the thaw; once is enough."""
    listener = Listener()
    listener.gate.clear()
    telemetry = subscribed(listener)
    telemetry.flush()
    tell(telemetry, [0])
    await settle()
    telemetry.freeze()
    tell(telemetry, [1])
    await settle()
    telemetry.thaw()
    listener.gate.set()
    await settle()

    assert listener.emitted() == [0, 1]


async def test_a_refused_batch_is_sent_again() -> None:
    """Until it is taken, before anything later."""
    listener = Listener(refusals=2)
    telemetry = subscribed(listener)
    telemetry.flush()
    tell(telemetry, [0])
    await settle()
    tell(telemetry, [1])
    await eventually(lambda: len(listener.batches) == 2)

    assert listener.emitted() == [0, 1]
    assert listener.attempts == 4


async def test_the_end_does_not_wait_for_the_next_attempt(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What was refused is sent again as soon as the container begins to end."""
    monkeypatch.setattr(publisher, "RETRY_S", (NEVER, NEVER))
    listener = Listener(refusals=1)
    telemetry = subscribed(listener, wanted(timeout_s=0.0))
    tell(telemetry, [0])
    await eventually(lambda: not listener.refusals)
    await settle()
    telemetry.flush()
    await asyncio.sleep(10 * MS)

    assert listener.emitted() == [0]


async def test_a_slow_subscriber_loses_whole_batches_and_is_told() -> None:
    """One batch is under way, one waits; what does not fit is counted."""
    listener = Listener()
    listener.gate.clear()
    telemetry = subscribed(listener, wanted(max_items=1000))
    tell(telemetry, range(1000))  # under way
    await settle()
    tell(telemetry, range(1000, 2000))  # waits
    tell(telemetry, [2000])  # is one too many
    listener.gate.set()
    telemetry.flush()
    await settle()

    first, second = listener.batches
    assert list(range(1000)) == [event["record"]["n"] for event in first]
    dropped, kept = second
    assert dropped["type"] == "platform.logsDropped"
    assert dropped["record"]["droppedRecords"] == 1000
    assert dropped["record"]["droppedBytes"] > 1000
    assert kept["record"]["n"] == 2000


async def test_a_reset_keeps_the_place() -> None:
    """What was not taken and what happens meanwhile goes to the next process, in order."""
    listener = Listener()
    listener.gate.clear()
    telemetry = subscribed(listener)
    telemetry.flush()
    tell(telemetry, [0])
    await settle()
    tell(telemetry, [1])
    telemetry.reset()
    tell(telemetry, [2])
    listener.gate.set()
    await settle()
    assert listener.batches == []

    assert telemetry.subscribe("probe", wanted()) == "Already subscribed"
    tell(telemetry, [3])
    telemetry.flush()
    await settle()
    assert listener.emitted() == [0, 1, 2, 3]


async def test_an_extension_with_two_destinations() -> None:
    """Both receive everything, from the start on; a subscription to one of them again renews it."""
    listeners = {4243: Listener(), 4244: Listener()}
    telemetry = Telemetry(lambda to: listeners[to.port].deliver, SystemClock(), json_lines=False)
    tell(telemetry, [0])
    states = [telemetry.subscribe("probe", wanted(port=port)) for port in (4243, 4244, 4244)]
    tell(telemetry, [1])
    telemetry.flush()
    await settle()

    assert states == ["Subscribed", "Subscribed", "Already subscribed"]
    assert [listener.emitted() for listener in listeners.values()] == [[0, 1], [0, 1]]


async def test_two_destinations_keep_their_places() -> None:
    """After a reset the new process listens elsewhere: each of its places has what it missed."""
    listeners = {port: Listener() for port in (1, 2, 3, 4)}
    telemetry = Telemetry(lambda to: listeners[to.port].deliver, SystemClock(), json_lines=False)
    for port in (1, 2):
        telemetry.subscribe("probe", wanted(port=port))
    telemetry.reset()
    tell(telemetry, [0])
    states = [telemetry.subscribe("probe", wanted(port=port)) for port in (3, 4)]
    telemetry.flush()
    await settle()

    assert states == ["Already subscribed"] * 2
    assert [listener.emitted() for listener in listeners.values()] == [[], [], [0], [0]]


async def test_every_subscriber_has_its_own_batches() -> None:
    """One that does not listen holds nobody up."""
    deaf, listening = Listener(), Listener()
    deaf.gate.clear()
    ways = [deaf.deliver, listening.deliver]
    telemetry = Telemetry(lambda _: ways.pop(0), SystemClock(), json_lines=False)
    telemetry.subscribe("deaf", wanted())
    telemetry.subscribe("listening", wanted())
    telemetry.flush()
    tell(telemetry, range(3))
    await settle()

    assert (deaf.emitted(), listening.emitted()) == ([], [0, 1, 2])
    telemetry.reset()
