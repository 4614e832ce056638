"""The functions of Logs Insights QL as SQL; `{0}`, `{1}` are the arguments, `t` is the time."""

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
    "substr": "substr({0}::varchar, {1}::bigint + 1, coalesce({2}, 1000000)::bigint)",
    "replace": "replace({0}::varchar, {1}::varchar, {2}::varchar)",
    "strcontains": "contains({0}::varchar, {1}::varchar)::int",
    "tomillis": "({0})",
    "frommillis": "({0})",
}
TEXT_FUNCTIONS = {"isblank", "isempty", "strlen", "toupper", "tolower", "trim", "substr", "replace"}
TEXT_FUNCTIONS |= {"strcontains", "ispresent"}
AGGREGATES = {
    "avg": "avg({0})",
    "count": "count({0})",
    "count_distinct": "count(distinct {0})",
    "max": "max({0})",
    "min": "min({0})",
    "sum": "sum({0})",
    "stddev": "stddev_pop({0})",
    "pct": "quantile_cont({0}, ({1}) / 100.0)",
    "median": "quantile_cont({0}, 0.5)",
    "earliest": "arg_min({0}, t)",
    "latest": "arg_max({0}, t)",
    "sortsfirst": "min({0})",
    "sortslast": "max({0})",
}
TEXT_AGGREGATES = {"count", "count_distinct", "earliest", "latest", "sortsfirst", "sortslast"}
