"""Folds the rows of the queries into the tables that questions are asked of."""

import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from reuse_cli.analysis.tables import LIVES, USES
from reuse_cli.sources.catalogue import TOTALS_OF_USES
from reuse_cli.sources.insights import queries
from reuse_cli.sources.tables.definitions import TOTALS, Total

if TYPE_CHECKING:
    import duckdb

    from reuse_cli.sources.insights.service import Row

Columns = dict[str, str]
"""The columns of a query's rows and their SQL types."""

_WHO = {"FunctionName": "VARCHAR", "container_id": "VARCHAR"}
_COUNTS = ("lines", "records", "first_sequence", "last_sequence", "started_ms", "last_ms")
_CODES = ("end_code_", "kind_code_", "cold_code_")


def _number(total: Total) -> str:
    return "BIGINT" if total.is_count else "DOUBLE"


LIVES_COLUMNS: Columns = {
    **_WHO,
    **dict.fromkeys((*_COUNTS, *_CODES, "memory_used_mb"), "BIGINT"),
    **{f"{name}_": "BIGINT" if name == "memory_mb" else "VARCHAR" for name in queries.NAMED},
    **{f"last_{total.name}": _number(total) for total in TOTALS},
    **{f"first_{total.name}": _number(total) for total in TOTALS},
    "idle_ms": "DOUBLE",
}
INITS_COLUMNS: Columns = {
    **_WHO,
    "sequence": "BIGINT",
    "cold_count": "BIGINT",
    "cold_kind": "VARCHAR",
    "init_ms": "DOUBLE",
    "restore_ms": "DOUBLE",
}
USES_COLUMNS: Columns = {
    **_WHO,
    **dict.fromkeys(("Resource", "kind", "call_site"), "VARCHAR"),
    "lines": "BIGINT",
    **{
        f"{side}_{queries.flat(name)}": "DOUBLE" if name.endswith("_ms") else "BIGINT"
        for name in TOTALS_OF_USES
        for side in ("last", "first")
    },
}


def load(
    connection: "duckdb.DuckDBPyConnection",
    name: str,
    rows: "Iterable[Row]",
    columns: Columns,
    folder: Path,
) -> None:
    """Make a table of rows; a value that has not the type of its column is NULL."""
    path = folder / f"{name}.jsonl"
    with path.open("w", encoding="utf-8", errors="replace") as file:
        for row in rows:
            file.write(json.dumps(row) + "\n")
    spec = ", ".join(f"'{column}': 'VARCHAR'" for column in columns)
    typed = ", ".join(
        f'try_cast(try_cast("{column}" as double) as bigint) as "{column}"'
        if type_ == "BIGINT"
        else f'try_cast("{column}" as {type_}) as "{column}"'
        for column, type_ in columns.items()
    )
    quoted = str(path).replace("'", "''")
    connection.execute(
        f"create or replace temp table {name} as select {typed} from"
        f" read_json('{quoted}', format = 'newline_delimited', columns = {{{spec}}})"
    )


def lives(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make `lives` of the tables `lives_rows` and `inits_rows`."""
    totals = ",\n".join(map(_total, TOTALS))
    named = ",\n".join(f"arg_max({name}_, last_ms) as {name}" for name in queries.NAMED)
    far = queries.FAR
    connection.execute(f"""
create or replace temp table {LIVES} as
with inits as (
    select
        FunctionName, container_id, sequence,
        max(init_ms) as init_ms, max(restore_ms) as restore_ms,
        max(cold_count) as cold_count, max(cold_kind) as cold_kind
    from inits_rows
    group by all
),
lists as (
    select
        FunctionName, container_id,
        list({{
            'sequence': sequence, 'is_restore': init_ms is null, 'ms': coalesce(init_ms, restore_ms)
        }}) filter (where isfinite(coalesce(init_ms, restore_ms))) as init_list,
        list({{'sequence': sequence, 'kind': cold_kind, 'count': cold_count}})
            filter (where cold_count > 0 and cold_kind is not null) as cold_list
    from inits
    group by all
),
folded as (
    select
        FunctionName, container_id,
        sum(records)::bigint as records,
        min(first_sequence) as first_sequence,
        max(last_sequence) as last_sequence,
        min(started_ms) as started_ms,
        max(last_ms) as last_ms,
        {named},
        max(memory_used_mb) as memory_used_mb,
        max(end_code_) as end_code,
        max(kind_code_) as kind_code,
        max(cold_code_) as cold_code,
        {totals},
        median(idle_ms) as idle_ms
    from lives_rows
    where FunctionName is not null and container_id is not null and first_sequence is not null
    group by FunctionName, container_id
)
select
    folded.* exclude (FunctionName, end_code, kind_code, cold_code, idle_ms),
    FunctionName as function_name,
    records as lines,
    'records' as observed,
    {_words(f"{far} - kind_code", queries.KINDS, "kind_code > 0")} as first_init_kind,
    {_words(f"{far} - cold_code", queries.COLD_KINDS, "cold_code > 0")} as first_cold_start_kind,
    {_words("end_code", queries.ENDS, "end_code // 10 = last_sequence")} as "end",
    init_list,
    cold_list,
    if(idle_ms is null, null, [{{'sequence': 1::bigint, 'ms': [idle_ms]}}]) as idle_list,
    idle_ms as idle_p50_ms
from folded left join lists using (FunctionName, container_id)
""")


def uses(connection: "duckdb.DuckDBPyConnection") -> None:
    """Make `uses` of the table `uses_rows`."""
    totals = ",\n".join(
        f"greatest(max(last_{name}) - min(first_{name}), 0) as {name}"
        for name in map(queries.flat, TOTALS_OF_USES)
    )
    connection.execute(f"""
create or replace temp table {USES} as
select
    FunctionName as function_name, container_id, Resource as resource, kind, call_site,
    sum(lines)::bigint as lines,
    {totals}
from uses_rows
where FunctionName is not null and container_id is not null and Resource is not null
group by 1, 2, 3, 4, 5
""")


def _total(total: Total) -> str:
    """The value of a running total within the time.

    What a list added in the first record is not known, and left out, where that is not the
    container's first.
    """
    last, first = f"max(last_{total.name})", f"min(first_{total.name})"
    if total.is_list:
        return f"if(min(first_sequence) = 1, {last}, {last} - {first}) as {total.name}"
    return f"greatest({last} - {first}, 0) as {total.name}"


def _words(code: str, words: Sequence[str], condition: str) -> str:
    listed = ", ".join(f"'{word}'" for word in words)
    return f"if({condition}, [{listed}][({code}) % 10], null)"
