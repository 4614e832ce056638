"""One container's telemetry: kept, batched, held while frozen, delivered.

Rules of this file:

* nothing is sent to a frozen process: a frozen listener would accept the connection and not answer;
* one batch is under way, one is being filled; when the second is full before the first has arrived,
  it is dropped and the subscriber learns that (`platform.logsDropped`);
* a batch that was not taken is sent again: events arrive at least once while the container lives;
* events from before a subscription are replayed to it, until subscriptions close with the init;
* an extension may subscribe several times, and gets everything at each destination;
* a reset ends the subscriber's process but not its place: events go on being kept for it, and when
  its next process subscribes under the same name, the platform says `Already subscribed`.
"""

import asyncio
import contextlib
import json
from collections.abc import Mapping
from typing import Any

from reuse_sandbox.clock import Clock, Instant, Timer, iso
from reuse_sandbox.life import records
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.telemetry.delivery import Deliver, NotDelivered, OpenDestination
from reuse_sandbox.telemetry.subscription import Destination, Subscription

MAX_HISTORY = 10_000  # events kept for later subscribers; the most that one batch may hold
RETRY_S = (0.05, 1.0)  # first and longest pause before a batch is sent again
SLOW = "The subscriber takes events more slowly than they arrive"


_json = json.JSONEncoder(separators=(",", ":")).encode


class Event:
    """One event in the forms that the schema versions want."""

    def __init__(self, time: Instant, kind: str, record: Any, *, json_lines: bool = False) -> None:
        self.category = "platform" if kind.startswith("platform.") else kind
        self.plain = _encode(time, kind, record)
        self.structured = self.plain
        if json_lines and isinstance(record, str):
            parsed = _json_object(record)
            if parsed is not None:
                self.structured = _encode(time, kind, parsed)


class Subscriber:
    """One extension's subscription, across the resets of its container."""

    def __init__(self, subscription: Subscription, deliver: Deliver, clock: Clock) -> None:
        self._clock = clock
        self._batch: list[bytes] = []
        self._bytes = 0
        self._due = False
        self._urgent = False
        self._timer: Timer | None = None
        self._sending: asyncio.Task[None] | None = None
        self._under_way: list[bytes] = []
        self._thawed = asyncio.Event()
        self._hurry = asyncio.Event()
        self._subscription = subscription
        self._deliver: Deliver | None = None
        self.wake(subscription, deliver)

    def wake(self, subscription: Subscription, deliver: Deliver) -> None:
        """A process of the extension listens (again)."""
        self.sleep()
        self._subscription, self._deliver = subscription, deliver
        self._urgent = self._due = False
        self._hurry.clear()
        self._thawed.set()
        if self._batch:
            self._wait()

    def sleep(self) -> None:
        """Its process has ended: what was under way goes back, in front."""
        self._deliver = None
        if self._sending is not None:
            self._sending.cancel()
            self._sending = None
        self._batch = self._under_way + self._batch
        self._bytes = sum(map(len, self._batch))
        self._under_way = []
        self._cancel_timer()

    def freeze(self) -> None:
        """Its process is about to be stopped."""
        self._thawed.clear()

    def thaw(self) -> None:
        """Its process goes on."""
        self._thawed.set()
        self._send_if_due()

    def flush(self) -> None:
        """Sends at once, now and from here on."""
        self._urgent = True
        self._hurry.set()
        self.send()

    def send(self) -> None:
        """Sends what there is by now, whether its time has come or not."""
        self._due = bool(self._batch)
        self._send_if_due()

    @property
    def is_asleep(self) -> bool:
        """Whether its process has ended, and no other has subscribed in its place."""
        return self._deliver is None

    def is_at(self, destination: Destination) -> bool:
        """Whether its batches go there."""
        return self._subscription.destination == destination

    @property
    def under_way(self) -> "asyncio.Task[None] | None":
        """What is being sent."""
        return self._sending

    def push(self, event: Event) -> None:
        """Takes an event, if it is of a type that was asked for."""
        wanted = self._subscription
        if event.category not in wanted.types:
            return
        encoded = event.structured if wanted.structured else event.plain
        if self._bytes + len(encoded) > wanted.max_bytes or len(self._batch) >= wanted.max_items:
            self._make_room()
        self._keep(encoded)

    def _keep(self, encoded: bytes) -> None:
        self._batch.append(encoded)
        self._bytes += len(encoded)
        if self._urgent or len(self._batch) >= self._subscription.max_items:
            self._due = True
            self._send_if_due()
        elif self._timer is None:
            self._wait()

    def _make_room(self) -> None:
        self._due = True
        self._send_if_due()
        if not self._batch:
            return
        record = records.logs_dropped(self._bytes, len(self._batch), SLOW)
        self._batch, self._bytes = [], 0
        notice = Event(self._clock.now(), "platform.logsDropped", record)
        if notice.category in self._subscription.types:
            self._keep(notice.plain)

    def _wait(self) -> None:
        self._timer = self._clock.call_later(self._subscription.timeout_s, self._time_up)

    def _time_up(self) -> None:
        self._timer = None
        self._due = True
        self._send_if_due()

    def _send_if_due(self) -> None:
        ready = self._due and self._batch and self._deliver is not None
        if ready and self._sending is None and self._thawed.is_set():
            self._under_way, self._batch = self._batch, []
            self._bytes, self._due = 0, False
            self._cancel_timer()
            self._sending = asyncio.get_running_loop().create_task(self._send())

    async def _send(self) -> None:
        pause, longest = RETRY_S
        while self._deliver is not None:
            await self._thawed.wait()
            try:
                await self._deliver(self._under_way)
                break
            except NotDelivered:
                await self._wait_a_little(pause)
                pause = min(pause * 2, longest)
        self._under_way, self._sending = [], None
        self._send_if_due()

    async def _wait_a_little(self, pause: float) -> None:
        if self._urgent:
            await asyncio.sleep(RETRY_S[0])
        else:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._hurry.wait(), pause)

    def _cancel_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


class Telemetry:
    """All subscribers of one container."""

    def __init__(
        self, open_destination: OpenDestination, clock: Clock, *, json_lines: bool
    ) -> None:
        self._open_destination = open_destination
        self._clock = clock
        self._json_lines = json_lines
        self._subscribers: list[tuple[str, Subscriber]] = []
        self._history: list[Event] = []
        self._open = True

    def subscribe(self, name: str, subscription: Subscription) -> str:
        """Takes a subscription; answers the state that the platform reports of it."""
        if not self._open:
            message = "Telemetry API subscription is closed"
            raise Refused(403, "Telemetry.SubscriptionClosed", message)
        deliver = self._open_destination(subscription.destination)
        known = self._known(name, subscription.destination)
        if known is not None:
            known.wake(subscription, deliver)
            return "Already subscribed"
        subscriber = Subscriber(subscription, deliver, self._clock)
        self._subscribers.append((name, subscriber))
        for event in self._history:
            subscriber.push(event)
        return "Subscribed"

    def _known(self, name: str, destination: Destination) -> Subscriber | None:
        """Whom this extension's subscription renews: one at the same place, or before a reset."""
        own = [subscriber for other, subscriber in self._subscribers if other == name]
        renewed = [subscriber for subscriber in own if subscriber.is_at(destination)]
        return next(iter([*renewed, *(one for one in own if one.is_asleep)]), None)

    def publish(self, time: Instant, kind: str, record: Mapping[str, Any] | str) -> None:
        """Sends an event to its subscribers, and keeps it for later ones."""
        if not self._open and not self._subscribers:
            return
        event = Event(time, kind, record, json_lines=self._json_lines)
        if self._open and len(self._history) < MAX_HISTORY:
            self._history.append(event)
        for _, subscriber in self._subscribers:
            subscriber.push(event)

    def close_subscriptions(self) -> None:
        """Takes no further subscriptions."""
        self._open = False
        self._history.clear()

    def reset(self) -> None:
        """The processes have ended; those of the next init may subscribe."""
        self._open = True
        for _, subscriber in self._subscribers:
            subscriber.sleep()

    def freeze(self) -> None:
        """The container is about to be frozen."""
        for _, subscriber in self._subscribers:
            subscriber.freeze()

    def thaw(self) -> None:
        """The container goes on."""
        for _, subscriber in self._subscribers:
            subscriber.thaw()

    async def delivered(self) -> None:
        """Waits until nothing is under way; a flush has sent all there was."""
        while tasks := [s.under_way for _, s in self._subscribers if s.under_way]:
            await asyncio.wait(tasks)

    def send(self) -> None:
        """What there is by now goes out."""
        for _, subscriber in self._subscribers:
            subscriber.send()

    def flush(self) -> None:
        """The container ends: what there is goes out at once."""
        for _, subscriber in self._subscribers:
            subscriber.flush()


def _encode(time: Instant, kind: str, record: Any) -> bytes:
    return _json({"time": iso(time.wall), "type": kind, "record": record}).encode()


def _json_object(text: str) -> dict[str, Any] | None:
    if text.startswith("{"):
        with contextlib.suppress(ValueError, RecursionError):
            parsed = json.loads(text)
            if isinstance(parsed, dict):
                return parsed
    return None
