"""The functions of Logs Insights QL as SQL; `{0}`, `{1}` are the arguments, `t` is the time."""

import re

UNITS = {
    "ms": (1, 1000),
    "s": (1000, 60),
    "m": (60_000, 60),
    "h": (3_600_000, 24),
    "d": (86_400_000, None),
    "w": (604_800_000, None),
}
"""Units of lengths of time by their first letters: their ms, and how many of them may be asked."""
LENGTH = re.compile(
    r"(\d+)(ms|msecs?|milliseconds?|s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?"
    r"|d|days?|w|weeks?|mon?|months?|q|qtrs?|quarters?|y|yrs?|years?)"
)
MONTHS = {"mo": 1, "q": 3, "y": 12}
TIMES = {"bin", "datefloor", "dateceil", "frommillis"}
"""Functions that give a point in time, epoch ms."""


def rounded(sql: str, length: str, *, is_up: bool = False) -> str:
    """SQL of a time, epoch ms, rounded to a length such as `5m`, `1hour` or `2mo`.

    More of a unit than the next larger one holds is cut: 300s is 60s, as in CloudWatch.
    """
    match = LENGTH.fullmatch(length)
    assert match is not None
    count, name = max(1, int(match[1])), match[2]
    if months := next((n for unit, n in MONTHS.items() if name.startswith(unit)), None):
        every = f"interval {count * months} month"
        floor = f"time_bucket({every}, epoch_ms(({sql})::bigint), timestamp '1970-01-01')"
        if is_up:
            floor = f"(case when epoch_ms({floor}) = {sql} then {floor} else {floor} + {every} end)"
        return f"epoch_ms({floor})"
    unit_ms, most = UNITS["ms" if name.startswith(("ms", "milli")) else name[0]]
    size = min(count, most or count) * unit_ms
    return f"(({sql} + {size - 1}) // {size}) * {size}" if is_up else f"({sql} // {size}) * {size}"


BY_LINE = {
    "abs": "abs({0})",
    "ceil": "ceil({0})",
    "floor": "floor({0})",
    "sqrt": "sqrt({0})",
    "log": "ln({0})",
    "ispresent": "({0} is not null)",
    "isblank": "({0} is null or trim({0}::varchar) = '')",
    "isempty": "({0} is null or {0}::varchar = '')",
    "strlen": "length({0}::varchar)",
    "toupper": "upper({0}::varchar)",
    "tolower": "lower({0}::varchar)",
    "trim": "trim({0}::varchar)",
    "ltrim": "ltrim({0}::varchar)",
    "rtrim": "rtrim({0}::varchar)",
    "jsonparse": "case when json_valid({0}::varchar) then {0}::varchar end",
    "jsonstringify": "({0}::varchar)",
    "substr": "substr({0}::varchar, {1}::bigint + 1, coalesce({2}, 1000000)::bigint)",
    "replace": "replace({0}::varchar, {1}::varchar, {2}::varchar)",
    "strcontains": "contains({0}::varchar, {1}::varchar)::int",
    "tomillis": "({0})",
    "frommillis": "({0})",
}
TEXT_FUNCTIONS = {"isblank", "isempty", "strlen", "toupper", "tolower", "trim", "substr", "replace"}
TEXT_FUNCTIONS |= {"strcontains", "ispresent", "ltrim", "rtrim", "jsonparse", "jsonstringify"}
AGGREGATES = {
    "avg": "avg({0})",
    "count": "count({0})",
    "count_distinct": "count(distinct {0})",
    "countdistinct": "count(distinct {0})",
    "max": "max({0})",
    "min": "min({0})",
    "sum": "sum({0})",
    "stddev": "stddev_pop({0})",
    "variance": "var_pop({0})",
    "pct": "quantile_cont({0}, ({1}) / 100.0)",
    "median": "quantile_cont({0}, 0.5)",
    "earliest": "arg_min({0}, t)",
    "latest": "arg_max({0}, t)",
    "sortsfirst": "min({0})",
    "sortslast": "max({0})",
}
TEXT_AGGREGATES = {"count", "count_distinct", "countdistinct", "earliest", "latest"}
TEXT_AGGREGATES |= {"sortsfirst", "sortslast"}
