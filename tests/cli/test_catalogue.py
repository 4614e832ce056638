"""The columns that DuckDB reads are the fields of the catalogue."""

import json

import duckdb
import pytest
from reuse_cli.sources.catalogue import COLUMNS, KINDS
from reuse_extension.core import records

from tests.core.test_catalogue import LIVES, helper_run, play


def without_none(value: object) -> object:
    """A struct of DuckDB's has every field; ours leaves out what is absent."""
    if isinstance(value, dict):
        return {name: without_none(inner) for name, inner in value.items() if inner is not None}
    return [without_none(item) for item in value] if isinstance(value, list) else value


@pytest.mark.parametrize("table", COLUMNS)
def test_a_record_is_read_as_it_was_written(table, tmp_path):
    """Every field of every kind, nested ones too."""
    kind, columns = KINDS[table], COLUMNS[table]
    life = json.loads((LIVES / "crash_reset.json").read_text())
    lines = [json.loads(line) for line in helper_run() + play(life)]
    written = [{k: v for k, v in r.items() if k != "_aws"} for r in lines if r["record"] == kind]
    if kind == records.RESOURCE:
        plain = {field.name for field in records.RESOURCE_FIELDS}
        written = [{k: v for k, v in record.items() if k in plain} for record in written]
    file = tmp_path / "records.jsonl"
    file.write_text("".join(json.dumps(record) + "\n" for record in written))

    names = ", ".join(f"'{name}': '{sql}'" for name, sql in columns.items())
    rows = duckdb.sql(f"select * from read_json('{file}', columns = {{{names}}})")
    read = [dict(zip(rows.columns, row, strict=True)) for row in rows.fetchall()]

    assert [without_none(record) for record in read] == written
    assert list(columns) == [field.name for field in records.FIELDS[kind]]
