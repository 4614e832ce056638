"""`what-if`: recorded traffic under other policies, added up over functions, with its price."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from reuse_cli.analysis import prices
from reuse_cli.analysis.policy import Policy
from reuse_cli.analysis.replay import Outcome, Traffic, replay

RECORDED = "recorded"


@dataclass(frozen=True)
class Row:
    """One policy's answer over all functions. Times in seconds, money in US dollars a month."""

    policy: str
    keep_alive_s: float | None
    provisioned: int
    invocations: int
    cold_starts: int
    containers: int
    usd_per_month: float | None
    cold_rate: float | None
    cold_rate_p75: float | None
    """The cold start rate that a quarter of the functions reach; absent for one function."""
    throttled: int
    pings: int

    def as_json(self) -> dict[str, Any]:
        """The row by the names of its fields."""
        return dict(vars(self))


def recorded_row(functions: Sequence[Traffic], span_s: float) -> Row | None:
    """What was recorded; None where the traffic comes without outcomes."""
    known = [traffic for traffic in functions if traffic.recorded_cold_starts is not None]
    if not known:
        return None
    outcomes = [
        Outcome(
            invocations=traffic.recorded_invocations,
            cold_starts=traffic.recorded_cold_starts or 0,
            containers=traffic.recorded_containers or 0,
            busy_ms=traffic.recorded_busy_ms,
            provisioned_busy_ms=traffic.recorded_provisioned_busy_ms,
        )
        for traffic in known
    ]
    provisioned = sum(traffic.recorded_provisioned for traffic in known)
    kept_ms = [traffic.recorded_kept_ms for traffic in known]
    usd = _usd(known, [traffic.memory_mb for traffic in known], outcomes, kept_ms, span_s)
    return _row(RECORDED, None, provisioned, outcomes, usd)


def row(functions: Sequence[Traffic], policy: Policy, span_s: float, seed: int) -> Row:
    """What a policy makes of the traffic; the same for the same seed."""
    outcomes = [replay(traffic, policy, seed + at) for at, traffic in enumerate(functions)]
    sizes = [policy.memory_mb or traffic.memory_mb for traffic in functions]
    kept_ms = [policy.provisioned * span_s * 1000] * len(functions)
    usd = _usd(functions, sizes, outcomes, kept_ms, span_s)
    return _row(policy.name, policy.keep_alive_s, policy.provisioned, outcomes, usd)


def _row(
    name: str,
    keep_alive_s: float | None,
    provisioned: int,
    outcomes: Sequence[Outcome],
    usd: float | None,
) -> Row:
    invocations = sum(outcome.invocations for outcome in outcomes)
    cold_starts = sum(outcome.cold_starts for outcome in outcomes)
    rates = sorted(o.cold_starts / o.invocations for o in outcomes if o.invocations)
    p75 = rates[len(rates) * 3 // 4] if len(rates) > 1 else None
    return Row(
        policy=name,
        keep_alive_s=keep_alive_s,
        provisioned=provisioned,
        invocations=invocations,
        cold_starts=cold_starts,
        containers=sum(outcome.containers for outcome in outcomes),
        usd_per_month=usd,
        cold_rate=cold_starts / invocations if invocations else None,
        cold_rate_p75=p75,
        throttled=sum(outcome.throttled for outcome in outcomes),
        pings=sum(outcome.pings for outcome in outcomes),
    )


def _usd(
    functions: Sequence[Traffic],
    memory_mb: Sequence[int],
    outcomes: Sequence[Outcome],
    kept_ms: Sequence[float],
    span_s: float,
) -> float | None:
    """`kept_ms`: how long all provisioned containers of a function were there."""
    usd = 0.0
    for traffic, size, outcome, kept in zip(functions, memory_mb, outcomes, kept_ms, strict=True):
        price = prices.of(traffic.architecture)
        usd += prices.gb_seconds(outcome.busy_ms, size) * price.gb_second
        usd += (
            prices.gb_seconds(outcome.provisioned_busy_ms, size)
            * price.provisioned_duration_gb_second
        )
        usd += prices.gb_seconds(kept, size) * price.provisioned_gb_second
        usd += (outcome.invocations + outcome.pings) * price.request
    return prices.a_month(usd, span_s)
