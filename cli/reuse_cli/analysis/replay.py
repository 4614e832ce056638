"""Replays traffic under a policy: who would have waited for an init, and in how many containers.

Rules. An invocation takes a provisioned container if one is free, else the container that became
idle last (which is what lets the others expire), else it waits for the init of another one. A
container that was idle for exactly its keep-alive time is still there. A cold start keeps its
container busy for the init and the invocation. After an invocation that timed out or crashed the
next one in its container waits for an init. Traffic that is known as counts a minute has one
container a function and no run time: of the invocations of a minute at most one is cold.
"""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from heapq import heappop, heappush, merge
from random import Random

from reuse_cli.analysis.policy import Policy

PING_MS = 1.0
"""How long an invocation by a pinger runs: a handler that returns at once."""


@dataclass(frozen=True)
class Traffic:
    """One function's invocations, in order of arrival. Times and durations in milliseconds."""

    function_name: str
    arrivals_ms: Sequence[float]
    durations_ms: Sequence[float] = ()
    counts: Sequence[int] = ()
    """Invocations at each arrival, where only counts are known; then there are no durations."""
    init_ms: float = 0.0
    waited_ms: Mapping[float, float] = field(default_factory=dict)
    """By arrival, the init that the recorded invocation waited for: where the replay makes the
    same invocation cold it waits as long, and `init_ms` where another one is cold."""
    resets: Collection[tuple[float, float]] = ()
    """(arrival, duration) of those that timed out or crashed, so that their container was reset."""
    memory_mb: int = 128
    architecture: str | None = None
    recorded_cold_starts: int | None = None
    recorded_containers: int | None = None
    recorded_invocations: int = 0
    """By the totals: records that were lost leave no arrival."""
    recorded_busy_ms: float = 0.0
    """Run time and inits in on-demand containers."""
    recorded_provisioned: int = 0
    recorded_provisioned_busy_ms: float = 0.0
    recorded_kept_ms: float = 0.0
    """How long the provisioned containers were there, in sum."""

    @property
    def invocations(self) -> int:
        """How many there are."""
        return sum(self.counts) if self.counts else len(self.arrivals_ms)

    def init_of(self, at_ms: float) -> float:
        """The init that an invocation which arrives then waits for, where it is cold."""
        return self.waited_ms.get(at_ms, self.init_ms)


@dataclass
class Outcome:
    """What a policy makes of one function's traffic."""

    invocations: int = 0
    cold_starts: int = 0
    containers: int = 0
    """Started for an invocation, and the provisioned ones."""
    throttled: int = 0
    pings: int = 0
    pinged_cold_starts: int = 0
    """Inits that a pinger waited for, and no caller."""
    busy_ms: float = 0.0
    """Run time and inits in on-demand containers."""
    provisioned_busy_ms: float = 0.0


def replay(traffic: Traffic, policy: Policy, seed: int = 0) -> Outcome:
    """One function's traffic under a policy; the same for the same seed."""
    if not traffic.arrivals_ms:
        return Outcome()
    if traffic.counts:
        return _replay_counts(traffic, policy, Random(seed))
    if policy.survival or policy.ping_every_s or (traffic.resets and policy.provisioned):
        return _General(traffic, policy, Random(seed)).outcome
    return _replay_fixed(traffic, policy)


def _replay_fixed(traffic: Traffic, policy: Policy) -> Outcome:
    """The usual case, written for speed: a fixed keep-alive, and no pinger.

    Where there are provisioned containers, none is reset.
    """
    init_of, keep_ms = traffic.init_of, (policy.keep_alive_s or 0) * 1000
    free, most = policy.provisioned, policy.concurrency or len(traffic.arrivals_ms) + 1
    busy: list[tuple[float, bool]] = []  # (end, whether it is a provisioned container)
    idle: list[float] = []  # the ends of on-demand containers, in order
    resets, reset = traffic.resets, set[float]()  # the ends after which the container was reset
    cold = repeated = throttled = 0
    provisioned_ms = refused_ms = inits_ms = 0.0
    for at_ms, duration_ms in zip(traffic.arrivals_ms, traffic.durations_ms, strict=True):
        while busy and busy[0][0] <= at_ms:
            end_ms, is_provisioned = heappop(busy)
            if is_provisioned:
                free += 1
            else:
                idle.append(end_ms)
        if len(busy) >= most:
            throttled += 1
            refused_ms += duration_ms
            continue
        if free:
            free -= 1
            provisioned_ms += duration_ms
            heappush(busy, (at_ms + duration_ms, True))
            continue
        end_ms = at_ms + duration_ms
        if idle and at_ms - (idle_ms := idle.pop()) <= keep_ms:
            if resets and idle_ms in reset:
                repeated += 1
                inits_ms += init_of(at_ms)
                end_ms += init_of(at_ms)
        else:
            idle.clear()  # what became idle before the newest has expired with it
            cold += 1
            inits_ms += init_of(at_ms)
            end_ms += init_of(at_ms)
        heappush(busy, (end_ms, False))
        if resets and (at_ms, duration_ms) in resets:
            reset.add(end_ms)
    all_ms = sum(traffic.durations_ms)
    return Outcome(
        invocations=len(traffic.arrivals_ms) - throttled,
        cold_starts=cold + repeated,
        containers=cold + policy.provisioned,
        throttled=throttled,
        busy_ms=all_ms - refused_ms - provisioned_ms + inits_ms,
        provisioned_busy_ms=provisioned_ms,
    )


@dataclass
class _Container:
    """One that serves, or is idle."""

    is_provisioned: bool = False
    is_reset: bool = False
    """Whether the next invocation waits for an init."""
    expires_ms: float = 0.0


@dataclass
class _General:
    """Any policy: containers whose time is drawn, a pinger among the others, and resets."""

    traffic: Traffic
    policy: Policy
    dice: Random
    outcome: Outcome = field(default_factory=Outcome)

    def __post_init__(self) -> None:
        self._free = [_Container(is_provisioned=True) for _ in range(self.policy.provisioned)]
        self._busy: list[tuple[float, int, _Container]] = []
        self._idle: list[_Container] = []  # in order of the end
        self._number = 0
        self.outcome.containers = self.policy.provisioned
        for at_ms, is_ping, duration_ms in self._invocations():
            self._release(at_ms)
            self._serve(at_ms, duration_ms, is_ping)

    def _invocations(self) -> Iterator[tuple[float, bool, float]]:
        """(arrival, whether it is a ping, duration); of a moment the callers' come first."""
        own = zip(self.traffic.arrivals_ms, _always(False), self.traffic.durations_ms, strict=False)
        if not self.policy.ping_every_s:
            return iter(own)
        first_ms, last_ms = self.traffic.arrivals_ms[0], self.traffic.arrivals_ms[-1]
        return merge(own, _pings(first_ms, last_ms, self.policy.ping_every_s * 1000))

    def _release(self, at_ms: float) -> None:
        while self._busy and self._busy[0][0] <= at_ms:
            end_ms, _, container = heappop(self._busy)
            if container.is_provisioned:
                self._free.append(container)
            else:
                container.expires_ms = end_ms + self.policy.limit_ms(self.dice)
                self._idle.append(container)

    def _serve(self, at_ms: float, duration_ms: float, is_ping: bool) -> None:
        outcome = self.outcome
        if self.policy.concurrency is not None and len(self._busy) >= self.policy.concurrency:
            outcome.throttled += not is_ping
            return
        outcome.invocations += not is_ping
        outcome.pings += is_ping
        container = self._free.pop() if self._free else self._newest(at_ms)
        is_cold = container is None or container.is_reset
        if container is None:
            outcome.containers += 1
            container = _Container()
        init_ms = self.traffic.init_of(at_ms) if is_cold else 0.0
        outcome.cold_starts += is_cold and not is_ping
        outcome.pinged_cold_starts += is_cold and is_ping
        if container.is_provisioned:
            outcome.provisioned_busy_ms += duration_ms  # its inits are in its price
        else:
            outcome.busy_ms += init_ms + duration_ms
        container.is_reset = not is_ping and (at_ms, duration_ms) in self.traffic.resets
        self._number += 1
        heappush(self._busy, (at_ms + init_ms + duration_ms, self._number, container))

    def _newest(self, at_ms: float) -> _Container | None:
        """The container that became idle last, of those that are still there."""
        while self._idle:
            container = self._idle.pop()
            if container.expires_ms >= at_ms:
                return container
        return None


def _replay_counts(traffic: Traffic, policy: Policy, dice: Random) -> Outcome:
    outcome = Outcome(invocations=traffic.invocations, containers=policy.provisioned)
    if policy.provisioned:
        return outcome
    expires_ms: float | None = None
    moments: Iterable[tuple[float, bool]] = zip(traffic.arrivals_ms, _always(False), strict=False)
    if policy.ping_every_s:
        first_ms, last_ms = traffic.arrivals_ms[0], traffic.arrivals_ms[-1]
        pings = _pings(first_ms, last_ms, policy.ping_every_s * 1000)
        moments = merge(moments, ((at_ms, True) for at_ms, _, _ in pings))
    for at_ms, is_ping in moments:
        if expires_ms is None or at_ms > expires_ms:
            outcome.containers += 1
            outcome.cold_starts += not is_ping
            outcome.pinged_cold_starts += is_ping
        outcome.pings += is_ping
        expires_ms = at_ms + policy.limit_ms(dice)
    outcome.busy_ms = (outcome.cold_starts + outcome.pinged_cold_starts) * traffic.init_ms
    return outcome


def _pings(first_ms: float, last_ms: float, every_ms: float) -> Iterator[tuple[float, bool, float]]:
    at_ms = first_ms + every_ms
    while at_ms < last_ms:
        yield at_ms, True, PING_MS
        at_ms += every_ms


def _always(value: bool) -> Iterator[bool]:
    while True:
        yield value
