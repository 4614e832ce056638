"""Traffic under another policy: cold starts, containers and run time."""

from dataclasses import dataclass
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_cli.analysis import policy as policies
from reuse_cli.analysis.policy import Policy
from reuse_cli.analysis.replay import Outcome, Traffic, replay

INIT_MS = 300.0


def traffic(*invocations: tuple[float, float], init_ms: float = INIT_MS) -> Traffic:
    """(arrival, duration) of each invocation, in ms."""
    return Traffic(
        "shop", [at for at, _ in invocations], [ms for _, ms in invocations], init_ms=init_ms
    )


def test_idle_for_exactly_the_keep_alive_is_warm() -> None:
    """After exactly its keep-alive time a container is still used; a moment later it is gone."""
    end_ms = INIT_MS + 50
    at_the_limit = replay(traffic((0, 50), (end_ms + 1000, 50)), policies.keep_alive(1))
    after_it = replay(traffic((0, 50), (end_ms + 1001, 50)), policies.keep_alive(1))

    assert (at_the_limit.cold_starts, after_it.cold_starts) == (1, 2)


def test_two_at_once_need_two_containers() -> None:
    """An invocation that arrives while the only container is busy waits for the init of another."""
    outcome = replay(traffic((0, 1000), (500, 10), (5000, 10)), policies.keep_alive(60))

    assert outcome == Outcome(
        invocations=3, cold_starts=2, containers=2, busy_ms=1020 + 2 * INIT_MS
    )


def test_an_init_keeps_the_container_busy() -> None:
    """An invocation that arrives during an init does not get that container."""
    outcome = replay(traffic((0, 10), (INIT_MS - 1, 10)), policies.keep_alive(60))

    assert outcome.cold_starts == 2


def test_the_newest_idle_container_is_taken() -> None:
    """Containers expire because the one that became idle last is taken first."""
    burst = [(0.0, 10.0), (1.0, 10.0)]
    steady = [(1000.0 * i, 10.0) for i in range(1, 20)]
    outcome = replay(traffic(*burst, *steady, (19_500, 800), (19_600, 10)), policies.keep_alive(5))

    assert outcome.cold_starts == 3  # the burst's second container has expired meanwhile


def test_provisioned_containers_are_taken_first_and_never_expire() -> None:
    """Traffic within the provisioned number never waits; what exceeds it does."""
    outcome = replay(
        traffic((0, 10), (0, 10), (10_000_000, 10)), policies.keep_alive(1, provisioned=1)
    )

    assert outcome == Outcome(
        invocations=3,
        cold_starts=1,
        containers=2,
        busy_ms=10 + INIT_MS,
        provisioned_busy_ms=20.0,
    )


def test_a_concurrency_limit_throttles() -> None:
    """An invocation beyond the limit is refused, and costs nothing."""
    outcome = replay(traffic((0, 1000), (1, 500)), policies.keep_alive(60, concurrency=1))

    assert (outcome.invocations, outcome.throttled, outcome.busy_ms) == (1, 1, 1000 + INIT_MS)


def test_a_pinger_keeps_a_container() -> None:
    """Pings between two distant invocations make the second one warm; its own inits are apart."""
    distant = traffic((0, 10), (3_600_000, 10))
    without = replay(distant, policies.keep_alive(600))
    with_it = replay(distant, policies.keep_alive(600, ping_every_s=300))

    assert (without.cold_starts, with_it.cold_starts) == (2, 1)
    assert (with_it.pings, with_it.invocations, with_it.pinged_cold_starts) == (11, 2, 0)


def test_a_pinger_that_comes_too_rarely_waits_itself() -> None:
    """A ping after the keep-alive starts a container: nobody's cold start, and it is paid."""
    outcome = replay(traffic((0, 10), (3_600_000, 10)), policies.keep_alive(60, ping_every_s=3_000))

    assert (outcome.cold_starts, outcome.pinged_cold_starts, outcome.containers) == (2, 1, 3)


def test_counts_have_one_container_and_no_run_time() -> None:
    """Of a minute's invocations at most one is cold, and only after a gap."""
    counted = Traffic("app", [60_000.0, 120_000.0, 600_000.0], counts=[5, 1, 7])
    outcome = replay(counted, policies.keep_alive(300))

    assert (outcome.invocations, outcome.cold_starts, outcome.containers) == (13, 2, 2)
    assert replay(counted, policies.keep_alive(480)).cold_starts == 1
    assert replay(counted, policies.keep_alive(1, provisioned=1)).cold_starts == 0


def test_aws_before_july_2019_draws_as_recorded() -> None:
    """Of many gaps of 45 minutes about 51 % are cold, of 66 minutes all, and the seed decides."""
    minute = 60_000.0

    def cold_share(gap_min: float, seed: int = 1) -> float:
        gaps = Traffic("f", [i * gap_min * minute for i in range(4001)], [0.0] * 4001)
        return (replay(gaps, policies.before_july_2019(), seed).cold_starts - 1) / 4000

    assert cold_share(45) == pytest.approx(0.51, abs=0.03)
    assert cold_share(27.5) == pytest.approx((0.026 + 0.13) / 2, abs=0.02)
    assert cold_share(67) == 1.0
    assert cold_share(45, seed=2) == cold_share(45, seed=2)


def test_policies_have_names_to_read() -> None:
    """A policy's name says all that makes it different."""
    assert policies.keep_alive(600).name == "keep-alive 10 min"
    assert (
        policies.keep_alive(45, provisioned=2, ping_every_s=300.0, memory_mb=512).name
        == "keep-alive 45 s, 2 provisioned, ping every 300 s, 512 MB"
    )
    assert policies.REGIMES["fixed-10-min"]() == policies.keep_alive(600)


@dataclass
class _Container:
    """The naive model: a list of containers, looked through for every invocation."""

    free_at_ms: float
    is_provisioned: bool


def naive(traffic: Traffic, policy: Policy) -> Outcome:
    """The rules of `replay`, word by word, without a heap and without speed."""
    containers = [_Container(float("-inf"), True) for _ in range(policy.provisioned)]
    outcome = Outcome(containers=policy.provisioned)
    keep_ms = (policy.keep_alive_s or 0) * 1000
    for at_ms, duration_ms in zip(traffic.arrivals_ms, traffic.durations_ms, strict=True):
        busy = [c for c in containers if c.free_at_ms > at_ms]
        if policy.concurrency is not None and len(busy) >= policy.concurrency:
            outcome.throttled += 1
            continue
        outcome.invocations += 1
        free = [c for c in containers if c.free_at_ms <= at_ms]
        kept = [c for c in free if c.is_provisioned or at_ms - c.free_at_ms <= keep_ms]
        best = max(kept, key=lambda c: (c.is_provisioned, c.free_at_ms), default=None)
        if best is None:
            best = _Container(0.0, False)
            containers.append(best)
            outcome.cold_starts += 1
            outcome.containers += 1
            outcome.busy_ms += traffic.init_ms
            duration_then_ms = traffic.init_ms + duration_ms
        else:
            duration_then_ms = duration_ms
        best.free_at_ms = at_ms + duration_then_ms
        if best.is_provisioned:
            outcome.provisioned_busy_ms += duration_ms
        else:
            outcome.busy_ms += duration_ms
    return outcome


@given(
    st.lists(st.tuples(st.integers(0, 400), st.integers(0, 200)), min_size=1, max_size=60),
    st.integers(0, 300),
    st.integers(0, 3),
    st.one_of(st.none(), st.integers(1, 4)),
    st.integers(0, 100),
)
def test_equals_the_naive_model(
    steps: list[tuple[int, int]],
    keep_alive_ms: int,
    provisioned: int,
    concurrency: int | None,
    init_ms: int,
) -> None:
    """The fast replay, and the general one, give what looking through every container gives."""
    at_ms, invocations = 0, []
    for gap_ms, duration_ms in steps:
        at_ms += gap_ms
        invocations.append((float(at_ms), float(duration_ms)))
    played = traffic(*invocations, init_ms=float(init_ms))
    policy = policies.keep_alive(
        keep_alive_ms / 1000, provisioned=provisioned, concurrency=concurrency
    )
    never_pinged = policies.keep_alive(
        keep_alive_ms / 1000, provisioned=provisioned, concurrency=concurrency, ping_every_s=1e9
    )

    expected = naive(played, policy)
    assert replay(played, policy) == expected
    assert replay(played, never_pinged) == expected


def test_shuffled_seeds_do_not_matter_where_nothing_is_drawn() -> None:
    """A fixed keep-alive gives the same for every seed."""
    dice = Random(3)
    played = traffic(*sorted((dice.uniform(0, 1e6), dice.uniform(0, 900)) for _ in range(500)))

    assert replay(played, policies.keep_alive(20), 1) == replay(played, policies.keep_alive(20), 2)
