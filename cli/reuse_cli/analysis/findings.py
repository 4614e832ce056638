"""What reuses badly: findings from the counts of the helper's observers, the worst first.

A finding is `{"kind", "function_name", "call_site", "function", "what", "count", "invocations",
"containers", "ms_each", "ms_per_invocation", "ms_total", "usd_per_month", "advice"}`: times in
milliseconds over what was observed, money as it would be for a month at the observed rate.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from reuse_cli.analysis import advice, leaks, prices, request_data, set_up
from reuse_cli.analysis.statistics import Row

FIELDS = (
    *("kind", "function_name", "call_site", "function", "what", "count", "invocations"),
    *("containers", "ms_each", "ms_per_invocation", "ms_total", "usd_per_month", "advice"),
)
RARELY = 0.01
"""Below this share of invocations nothing is worth a change."""
HEAVY_MS = 20
"""From that many milliseconds on an import is heavy."""
SELDOM = 0.25
"""A value fetched again in fewer invocations than that is one that a cache has let grow old."""
ENOUGH_INVOCATIONS = 2
"""Of a container, for something to have been unused or built again."""

FETCHES = (
    *("ssm.parameter", "secret", "appconfig.configuration", "kms.plaintext"),
    *("sts.role", "sts.identity", "sqs.queue_url", "s3.object"),
)
CONNECTIONS = ("http.connection", "db.connection", "redis.connection")
COUNTED_USES = ("boto3.client", "boto3.resource", "db.engine", "redis.client")
"""Kinds whose uses are counted, so that none means that there was none."""

_OBSERVED = re.compile(r"(?P<what>.+) in (?P<function>.+) \([^()]+\)(?:#\d+)?")


def findings(
    lines: Iterable[Row], functions: Iterable[Row], price: float | None = None
) -> list[Row]:
    """All findings of these rows, the one that costs most first.

    `price`: US dollars for a GB-second, in place of today's in us-east-1.
    """
    by_name = {function["function_name"]: function for function in functions}
    found = []
    for line in lines:
        function = by_name.get(line["function_name"])
        if function is not None:
            found += _of_line(line, function, price)
    return sorted(found, key=lambda row: (-row["ms_total"], row["function_name"], row["call_site"]))


def of_functions(functions: Iterable[Row], memory: Iterable[Row]) -> list[Row]:
    """Findings about whole functions: memory that leaks, and what their records lack."""
    rows = list(memory)
    found = []
    for function in functions:
        leaking = [
            leak
            for row in rows
            if row["function_name"] == function["function_name"]
            and (leak := leaks.leak(row["memory_mb"], row["invocations"])) is not None
        ]
        if leaking:
            worst = max(leaking, key=lambda leak: leak.mb_per_1000)
            what = f"memory, {_rise(worst)}"
            found.append(_general("leak", function, what, len(leaking)))
        found += [
            _general("setup", function, what, function["containers"])
            for what in set_up.of_records(function)
        ]
    return found


def _rise(leak: leaks.Leak) -> str:
    """How fast memory rises, in a figure that can be read: 6 MB, not 6000 MB in 1000."""
    if leak.mb_per_1000 >= 100:
        return f"by {leak.mb_per_1000 / 1000:.1f} MB an invocation"
    return f"by {leak.mb_per_1000:.1f} MB in 1000 invocations"


def of_account(configured: Mapping[str, set_up.Configured], functions: Iterable[Row]) -> list[Row]:
    """Findings about settings of functions in AWS that keep records or observers from working."""
    by_name = {function["function_name"]: function for function in functions}
    found = []
    for name, settings in configured.items():
        function = by_name.get(name)
        shown = function or {"function_name": name, "invocations": 0, "containers": 0}
        found += [
            _general("setup", shown, what, shown["containers"])
            for what in set_up.of_account(settings, function)
        ]
    return found


def of_code(folder: Path, functions: Iterable[Row]) -> list[Row]:
    """Findings in a function's source: containers at module level that only ever grow."""
    rows = list(functions)
    nobody = {"function_name": folder.name or ".", "invocations": 0, "containers": 0}
    function = rows[0] if len(rows) == 1 else nobody
    return [
        {
            **_general("request_data", function, f"container {growth.name}", 1),
            "call_site": growth.call_site,
            "function": growth.function,
        }
        for growth in request_data.find(folder)
    ]


def _general(kind: str, function: Row, what: str, count: int) -> Row:
    """A finding without a time of its own."""
    return {
        "kind": kind,
        "function_name": function["function_name"],
        "call_site": "",
        "function": "",
        "what": what,
        "count": count,
        "invocations": function["invocations"],
        "containers": function["containers"],
        "ms_each": None,
        "ms_per_invocation": None,
        "ms_total": None,
        "usd_per_month": None,
        "advice": advice.of(kind, "", what),
    }


def _of_line(line: Row, function: Row, price: float | None) -> list[Row]:
    waste = _waste(line, function)
    if waste:
        cost = (line["recreated"], line["recreated_ms"], price)
        return [_finding(waste, line, function, cost)]
    for kind, holds, count, ms in _RULES:
        if line[count] and holds(line, function):
            return [_finding(kind, line, function, (line[count], line[ms] if ms else 0, price))]
    return []


def _waste(line: Row, function: Row) -> str:
    """What kind of waste the line's builds are; nothing where there are few or none."""
    again = (function["invocations"] or 0) - function["containers"]
    kind = _kind_of_waste(line["kind"])
    least = SELDOM if kind == "refetched" else RARELY
    return kind if line["recreated"] and line["recreated"] >= least * again else ""


def _kind_of_waste(kind: str) -> str:
    if kind in FETCHES:
        return "refetched"
    return "reconnected" if kind in CONNECTIONS else "recreated"


def _is_unused(line: Row, function: Row) -> bool:
    is_counted = line["kind"] in COUNTED_USES
    return is_counted and line["builds_in_invocations"] == 0 and _has_no_use(line, function)


def _is_heavy_import(line: Row, function: Row) -> bool:
    """Whether init imports a module that no invocation has used."""
    is_heavy: bool = line["build_ms"] >= HEAVY_MS * line["builds_in_init"]
    return line["kind"] == "import" and is_heavy and _has_no_use(line, function)


def _has_no_use(line: Row, function: Row) -> bool:
    enough = ENOUGH_INVOCATIONS * function["containers"]
    return bool(line["uses"] == 0 and function["invocations"] >= enough)


def _is_of(kind: str) -> Callable[[Row, Row], bool]:
    return lambda line, _function: bool(line["kind"] == kind)


_RULES: tuple[tuple[str, Callable[[Row, Row], bool], str, str], ...] = (
    ("import_in_invocation", _is_of("import"), "builds_in_invocations", "build_ms"),
    ("heavy_import", _is_heavy_import, "builds_in_init", "build_ms"),
    ("stale", _is_of("stale.connection"), "builds_in_invocations", "build_ms"),
    ("monotonic_ttl", _is_of("cache.monotonic"), "builds_in_init", ""),
    ("request_data", _is_of("module.container"), "builds_in_invocations", ""),
    ("unused", _is_unused, "builds_in_init", "build_ms"),
)
"""Kind of the finding, whether it is one, and the columns of its count and its milliseconds."""


def _finding(kind: str, line: Row, function: Row, cost: tuple[int, float, float | None]) -> Row:
    count, ms_total, price = cost
    what, code_function = named(line["resource"])
    invocations = function["invocations"]
    return {
        "kind": kind,
        "function_name": line["function_name"],
        "call_site": line["call_site"] or "",
        "function": code_function,
        "what": what,
        "count": count,
        "invocations": invocations,
        "containers": function["containers"],
        "ms_each": _rounded(ms_total / count),
        "ms_per_invocation": _rounded(ms_total / invocations) if invocations else None,
        "ms_total": _rounded(ms_total),
        "usd_per_month": _usd(ms_total, function, price),
        "advice": advice.of(kind, line["kind"], what),
    }


def named(resource: str) -> tuple[str, str]:
    """(what it is, the code's function) of an observed resource's name."""
    match = _OBSERVED.fullmatch(resource)
    return (match["what"], match["function"]) if match else (resource, "")


def _usd(ms: float, function: Row, price: float | None) -> float | None:
    gb_second = prices.of(function["architecture"]).gb_second if price is None else price
    usd = prices.gb_seconds(ms, function["memory_mb"]) * gb_second
    month = prices.a_month(usd, function["observed_s"] or 0)
    return None if month is None else round(month, 4)


def _rounded(value: float) -> Any:
    return round(value, 3)
