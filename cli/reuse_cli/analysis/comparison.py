"""Two versions of a function under the same traffic: which is faster, and whether that is noise.

Both are run in rounds: in each, both get a new container and the same events in turn. A measure has
one value a round and side, and what differs within a round is the version. If the versions did not
differ, each round's difference could as well have the other sign: of all 2^n ways to choose the
signs, the p-value is the share in which the mean difference is at least as large as the one that
was measured (an exact sign-flip permutation test; it assumes no distribution). Eight rounds that
all agree give 2/256, which is below the limit.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import product
from statistics import median

from reuse_cli.analysis import prices
from reuse_cli.analysis.statistics import Row

LIMIT = 0.01
"""A p-value up to this is a verdict: of a hundred comparisons of the same with the same, one."""
ENOUGH = 8
"""Rounds without which no p-value is that small: 2 of 2^7 are more than a hundredth."""
PERCENTILES = {"warm_p50_ms": 0.5, "warm_p99_ms": 0.99}
BETTER, WORSE, UNCLEAR = "better", "worse", "unclear"


@dataclass
class Life:
    """One container's round: what its invocations took. Milliseconds."""

    container_id: str = ""
    cold_run_ms: float | None = None
    """Run time of the invocation that waited for the init."""
    warm_ms: list[float] = field(default_factory=list)
    invocations: int = 0
    init_ms: float | None = None
    builds: int | None = None


@dataclass(frozen=True)
class Rounds:
    """All rounds of one memory size."""

    memory_mb: int
    before: Sequence[Life]
    after: Sequence[Life]


Measure = Callable[[Life], float | None]
"""The value of one round; None where there is none."""


def rows(rounds: Rounds, architecture: str | None = None) -> list[Row]:
    """One row a measure: both values, the relative change, the p-value and the verdict."""
    price = prices.of(architecture)

    def usd(life: Life) -> float | None:
        if not life.warm_ms:
            return None
        mean_ms = sum(life.warm_ms) / len(life.warm_ms)
        gb_s = prices.gb_seconds(mean_ms, rounds.memory_mb)
        return 1_000_000 * (gb_s * price.gb_second + price.request)

    measures: dict[str, Measure] = {
        "cold_ms": _cold_ms,
        "warm_p50_ms": lambda life: quantile(life.warm_ms, PERCENTILES["warm_p50_ms"]),
        "warm_p99_ms": lambda life: quantile(life.warm_ms, PERCENTILES["warm_p99_ms"]),
        "builds": _builds,
        "usd_per_million": usd,
    }
    return [_row(rounds, name, measure) for name, measure in measures.items()]


def quantile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that at least this share of the values does not exceed."""
    ordered = sorted(values)
    return ordered[max(0, -int(-share * len(ordered) // 1) - 1)] if ordered else None


def p_value(differences: Sequence[float]) -> float:
    """The exact two-sided sign-flip permutation test of paired differences; 1 for none."""
    observed = abs(sum(differences))
    if not observed:
        return 1.0
    sizes = [abs(difference) for difference in differences]
    limit = observed * (1 - 1e-9)
    signs = product((1, -1), repeat=len(sizes))
    extreme = sum(
        abs(sum(sign * size for sign, size in zip(one, sizes, strict=True))) >= limit
        for one in signs
    )
    return float(extreme / 2 ** len(sizes))


def _cold_ms(life: Life) -> float | None:
    if life.init_ms is None or life.cold_run_ms is None:
        return None
    return life.init_ms + life.cold_run_ms


def _builds(life: Life) -> float | None:
    if life.builds is None or not life.invocations:
        return None
    return life.builds / life.invocations


def _row(rounds: Rounds, name: str, measure: Measure) -> Row:
    columns = [[measure(life) for life in lives] for lives in (rounds.before, rounds.after)]
    differences = [
        before - after
        for before, after in zip(*columns, strict=True)
        if before is not None and after is not None
    ]
    before, after = (
        _over_all(name, lives, column)
        for lives, column in zip((rounds.before, rounds.after), columns, strict=True)
    )
    p = p_value(differences) if differences else None
    verdict = UNCLEAR
    if p is not None and p <= LIMIT:
        verdict = BETTER if sum(differences) > 0 else WORSE
    return {
        "memory_mb": rounds.memory_mb,
        "measure": name,
        "before": before,
        "after": after,
        "change": after / before - 1 if before and after is not None else None,
        "p_value": p,
        "verdict": verdict,
        "rounds": len(differences),
    }


def _over_all(name: str, lives: Sequence[Life], column: Sequence[float | None]) -> float | None:
    """A percentile is one of all invocations; of other measures the median round counts."""
    if name in PERCENTILES:
        return quantile([ms for life in lives for ms in life.warm_ms], PERCENTILES[name])
    known = [value for value in column if value is not None]
    return median(known) if known else None
