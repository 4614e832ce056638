"""Records from files: log streams in any of the shapes that people have them in.

A file is read line by line, each line on its own. A line may be

    {"timestamp": 1795219461886, "message": "…"}    a log event, as the sandbox and CloudWatch's own
                                                   tools write it; the message is what follows
    {"_aws": …, "record": "container/1", …}        a record itself
    2026-11-21T00:04:21.886Z {"_aws": …}           a record behind a time, as exports write it
    START RequestId: …                             anything else, which is left out

A folder is searched for all files below it; compressed ones (.gz) are read as they are. DuckDB
streams the files, so nothing is loaded whole.
"""

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb

from reuse_cli.errors import NoRecordsError, UsageError

SUFFIXES = (".ndjson", ".jsonl", ".json", ".log", ".txt", ".gz")
CONTAINER_COLUMNS = """
    "FunctionName": "VARCHAR", "function_version": "VARCHAR", "container_id": "VARCHAR",
    "init_type": "VARCHAR", "runtime": "VARCHAR", "architecture": "VARCHAR", "memory_mb": "BIGINT",
    "container_started_ms": "BIGINT", "sequence": "BIGINT", "from_ms": "BIGINT", "to_ms": "BIGINT",
    "Invocations": "BIGINT", "ColdStarts": "BIGINT", "InitDuration": "DOUBLE",
    "RestoreDuration": "DOUBLE", "ContainerAge": "DOUBLE", "IdleTime": ["DOUBLE"],
    "Duration": ["DOUBLE"], "MemoryUsed": "BIGINT", "cold_start_kind": "VARCHAR",
    "init_kind": "VARCHAR", "init_to_invoke_ms": "BIGINT", "end": "VARCHAR",
    "telemetry": "VARCHAR", "dropped": "BIGINT",
    "total": {
        "invocations": "BIGINT", "cold_starts": "BIGINT", "errors": "BIGINT", "timeouts": "BIGINT",
        "out_of_memory": "BIGINT", "resets": "BIGINT", "init_ms": "DOUBLE", "duration_ms": "DOUBLE",
        "billed_ms": "DOUBLE", "hits": "BIGINT", "misses": "BIGINT", "saved_ms": "DOUBLE",
        "recreated_ms": "DOUBLE", "records": "BIGINT"
    }
"""
REUSE_COLUMNS = """
    "hits": "BIGINT", "misses": "BIGINT", "reasons": {
        "first": "BIGINT", "expired": "BIGINT", "invalid": "BIGINT", "evicted": "BIGINT",
        "forced": "BIGINT", "loop_changed": "BIGINT", "error": "BIGINT"
    }, "build_ms": "DOUBLE", "builds_in_init": "BIGINT", "builds_in_invocations": "BIGINT",
    "saved_ms": "DOUBLE", "recreated": "BIGINT", "recreated_ms": "DOUBLE", "uses": "BIGINT"
"""
RESOURCE_COLUMNS = f"""
    "FunctionName": "VARCHAR", "container_id": "VARCHAR", "sequence": "BIGINT", "to_ms": "BIGINT",
    "Resource": "VARCHAR", "kind": "VARCHAR", "call_site": "VARCHAR", {REUSE_COLUMNS},
    "total": {{ {REUSE_COLUMNS} }}
"""

MESSAGES = """
with lines as (
    select trim(line) as line from read_csv(
        ?, columns = {'line': 'VARCHAR'}, delim = '\x01', quote = '', escape = '', header = false,
        auto_detect = false, strict_mode = false, ignore_errors = true, null_padding = true,
        max_line_size = 2097152
    )
    where contains(line, '/1')
),
messages as (
    select coalesce(try(json_extract_string(line, '$.message')), line) as message from lines
)
select substr(message, strpos(message, '{')) as record from messages
where contains(message, '{')
"""

TABLES = {
    "container_records": ("container/1", CONTAINER_COLUMNS),
    "resource_records": ("resource/1", RESOURCE_COLUMNS),
}


def open_files(paths: Iterable[Path]) -> duckdb.DuckDBPyConnection:
    """A connection with the tables `container_records` and `resource_records` of these paths.

    A record that is there twice, in two copies of a log, is taken once. Raises UsageError for a
    path that is not there and NoRecordsError where nothing of ours is in them.
    """
    paths = list(paths)
    files = [str(file) for path in paths for file in _files(path)]
    names = ", ".join(str(path) for path in paths)
    if not files:
        raise NoRecordsError(f"there are no log files in {names}")
    connection = duckdb.connect()
    for table, (kind, columns) in TABLES.items():
        connection.execute(
            f"""
            create temp table {table} as
            select distinct record.* from (
                select json_transform(record, ?) as record from ({MESSAGES})
                where contains(record, ?)
                and try(json_extract_string(record, '$.record')) = ?
            ) where record.container_id is not null and record.sequence is not null
            """,
            [f"{{ {columns} }}", files, kind, kind],
        )
    if not any(connection.execute(f"select 1 from {name} limit 1").fetchone() for name in TABLES):
        raise NoRecordsError(
            f"there are no records of lambda-reuse in {names}:"
            " was the layer added to the function that wrote these logs?"
        )
    return connection


def _files(path: Path) -> Iterator[Path]:
    if path.is_dir():
        for folder, folders, names in os.walk(path):
            folders.sort()
            for name in sorted(names):
                if name.endswith(SUFFIXES):
                    yield Path(folder, name)
    elif path.exists():
        yield path
    else:
        raise UsageError(f"there is no file or folder {path}")
