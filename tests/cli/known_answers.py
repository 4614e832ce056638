"""The answers about a known fleet, made of what happened and of nothing that a record says."""

import statistics
from collections.abc import Sequence
from typing import Any

from reuse_extension.core.records import REASONS

from tests.cli.known_fleet import INIT_TYPES, USE, Life

Row = dict[str, Any]
MONTH_S = 730 * 3600
A_REQUEST = 0.2e-6
A_GB_SECOND = {"x86_64": 0.0000166667, "arm64": 0.0000133334}
A_PROVISIONED_GB_SECOND = {"x86_64": 0.0000041667, "arm64": 0.0000033334}
A_GB_SECOND_OF_PROVISIONED = {"x86_64": 0.0000097222, "arm64": 0.0000077778}
"""List prices of us-east-1, in US dollars."""
METRICS = 19
"""In the catalogue, docs/metrics.md."""


def percentile(values: list[float], share: float) -> float | None:
    """Between the two nearest values."""
    if not values:
        return None
    ordered = sorted(values)
    place = (len(ordered) - 1) * share
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def rate(part: float, whole: float) -> float | None:
    return part / whole if whole else None


def of_container(life: Life) -> Row:
    reported = [
        gap for sequence, gaps in life.idle.items() if sequence not in life.lost for gap in gaps
    ]
    used = [
        value
        for sequence, value in zip(life.idle, life.memory_used, strict=True)
        if sequence not in life.lost
    ]
    age_ms = life.last_ms - life.began_ms
    return {
        "function_name": life.function,
        "container_id": life.container_id,
        "started_ms": life.began_ms,
        "last_ms": life.last_ms,
        "age_s": age_ms / 1000,
        "init_type": INIT_TYPES[life.kind],
        "init_kind": life.kind,
        "init_ms": life.inits[0]["duration_ms"],
        "inits": len(life.inits),
        "init_total_ms": sum(one["duration_ms"] for one in life.inits),
        **life.counts,
        "function_errors": None,
        "idle_p50_ms": statistics.median(reported) if reported else None,
        "hit_rate": rate(life.counts["hits"], life.counts["hits"] + life.counts["misses"]),
        "memory_mb": life.memory_mb,
        "memory_used_mb": max(used, default=None),
        "end": life.end,
        "lost_records": len(life.lost),
        "observed": "records",
    }


def containers(fleet: list[Life]) -> list[Row]:
    rows = [of_container(life) for life in fleet]
    return sorted(
        rows, key=lambda row: (row["function_name"], row["started_ms"], row["container_id"])
    )


def _by_function(fleet: list[Life]) -> dict[str, list[Life]]:
    names = sorted({life.function for life in fleet})
    return {name: [life for life in fleet if life.function == name] for name in names}


def _gb_s(milliseconds: float, life: Life) -> float:
    return milliseconds / 1000 * life.memory_mb / 1024


def _init_usd(life: Life) -> float:
    if life.kind == "provisioned":
        return 0.0
    took = sum(one["duration_ms"] for one in life.inits)
    return _gb_s(took, life) * A_GB_SECOND[life.architecture]


def _run_usd(milliseconds: float, life: Life) -> float:
    prices = A_GB_SECOND_OF_PROVISIONED if life.kind == "provisioned" else A_GB_SECOND
    return _gb_s(milliseconds, life) * prices[life.architecture]


def summary(fleet: list[Life]) -> list[Row]:
    return [_summary(name, own) for name, own in _by_function(fleet).items()]


def _summary(name: str, own: list[Life]) -> Row:
    total = {key: sum(life.counts[key] for life in own) for key in own[0].counts}
    inits = [one["duration_ms"] for life in own for one in life.inits]
    ages = [(life.last_ms - life.began_ms) / 1000 for life in own if life.end]
    kinds = [one["init_kind"] for life in own for one in life.inits]
    triggered = sum(INIT_TYPES[life.kind] in ("on-demand", "snap-start") for life in own)
    busy = sum(sum(life.durations) for life in own)
    return {
        "function_name": name,
        "containers": len(own),
        **total,
        "cold_rate": rate(total["cold_starts"], total["invocations"]),
        "cold_by_kind": {kind: kinds.count(kind) for kind in ("on-demand", "snap-start",
                                                              "suppressed")},
        "triggered": triggered,
        "triggered_rate": rate(triggered, total["invocations"]),
        "invocations_per_container": total["invocations"] / len(own),
        "ended": len(ages),
        "lifetime_p50_s": percentile(ages, 0.5),
        "lifetime_p90_s": percentile(ages, 0.9),
        "inits": len(inits),
        "init_p50_ms": percentile(inits, 0.5),
        "init_p99_ms": percentile(inits, 0.99),
        "init_total_ms": sum(inits),
        "init_usd": sum(map(_init_usd, own)),
        "busy_ms": busy,
        "utility_ratio": busy / sum(inits),
        "hit_rate": rate(total["hits"], total["hits"] + total["misses"]),
        "unused_inits": sum(bool(life.end) and not life.counts["invocations"] for life in own),
        "function_errors": None,
        "lost_records": sum(len(life.lost) for life in own),
        "observed": "records",
    }  # fmt: skip


def resources(fleet: list[Life]) -> dict[tuple[str, str, str], Row]:
    """By function, name and call site."""
    found: dict[tuple[str, str, str], Row] = {}
    for life in fleet:
        reported = {(line["Resource"], line["call_site"])
                for _, line in life.lines if line["record"] == "resource/1"}  # fmt: skip
        for resource in reported:
            row = found.setdefault(
                (life.function, *resource),
                {"containers": 0, **dict.fromkeys(USE, 0), "reasons": dict.fromkeys(REASONS, 0)},
            )
            row["containers"] += 1
            for name in USE:
                row[name] += life.uses[resource][name]
            for reason in REASONS:
                row["reasons"][reason] += life.uses[resource]["reasons"][reason]
    for row in found.values():
        row["hit_rate"] = rate(row["hits"], row["hits"] + row["misses"])
    return found


def inits(fleet: list[Life]) -> list[Row]:
    """In the order of function, start, container and sequence."""
    rows = [
        (
            (life.function, one["start_ms"], life.container_id, one["sequence"]),
            {
                "function_name": life.function,
                "container_id": life.container_id,
                "init_type": INIT_TYPES[life.kind],
                **{name: one[name] for name in ("init_kind", "phase", "start_ms", "duration_ms",
                                                "status")},
                "error_type": None,
                "phases": [],
                "observed": "records",
            },
        )
        for life in fleet
        for one in life.inits
    ]  # fmt: skip
    return [row for _, row in sorted(rows, key=lambda pair: pair[0])]


def cost(fleet: list[Life]) -> list[Row]:
    return [_cost(name, own) for name, own in _by_function(fleet).items()]


def _cost(name: str, own: list[Life]) -> Row:
    invocations = sum(life.counts["invocations"] for life in own)
    observed_s = (max(o.last_ms for o in own) - min(o.began_ms for o in own)) / 1000
    duration_usd = sum(_run_usd(sum(life.durations), life) for life in own)
    init_usd = sum(map(_init_usd, own))
    request_usd = invocations * A_REQUEST
    own_bytes = 1100 * sum(_found(life) for life in own) + 16 * invocations
    return {
        "function_name": name,
        "invocations": invocations,
        "observed_s": observed_s,
        "duration_gb_s": sum(_gb_s(sum(life.durations), life) for life in own),
        "duration_usd": duration_usd,
        "init_usd": init_usd,
        "request_usd": request_usd,
        "saved_usd": sum(_run_usd(life.counts["saved_ms"], life) for life in own),
        "recreated_usd": sum(_run_usd(life.counts["recreated_ms"], life) for life in own),
        "own_log_usd": own_bytes / 1e9 * 0.5,
        "own_metric_usd": METRICS * 0.3 * observed_s / MONTH_S,
        "usd_per_month": (duration_usd + init_usd + request_usd) * MONTH_S / observed_s,
        "observed": "records",
    }


def _found(life: Life) -> int:
    """Container records that are in the files."""
    return life.records - len(life.lost)


def what_if(fleet: Sequence[Life]) -> Row:
    """The first row: what was recorded."""
    span_s = (max(o.last_ms for o in fleet) - min(o.began_ms for o in fleet)) / 1000
    invocations = sum(life.counts["invocations"] for life in fleet)
    provisioned = [life for life in fleet if life.kind == "provisioned"]
    usd = sum(_run_usd(sum(life.durations), life) + _init_usd(life) for life in fleet)
    usd += sum(
        _gb_s(life.last_ms - life.began_ms, life) * A_PROVISIONED_GB_SECOND[life.architecture]
        for life in provisioned
    )
    usd += invocations * A_REQUEST
    cold_starts = sum(life.counts["cold_starts"] for life in fleet)
    rates = sorted(
        sum(life.counts["cold_starts"] for life in own)
        / sum(life.counts["invocations"] for life in own)
        for own in _by_function(list(fleet)).values()
    )
    return {
        "policy": "recorded",
        "keep_alive_s": None,
        "provisioned": len(provisioned),
        "invocations": invocations,
        "cold_starts": cold_starts,
        "containers": len(fleet),
        "usd_per_month": usd * MONTH_S / span_s,
        "cold_rate": cold_starts / invocations,
        "cold_rate_p75": rates[len(rates) * 3 // 4],
        "throttled": 0,
        "pings": 0,
    }
