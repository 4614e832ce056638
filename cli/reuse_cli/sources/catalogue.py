"""The records as tables: their columns and SQL types, made from the extension's catalogue."""

from typing import Any

from reuse_extension.core import records
from reuse_extension.core.json_text import text, thousandths, whole

_TYPES = {whole: "BIGINT", thousandths: "DOUBLE", text: "VARCHAR"}
_LISTS = {"IdleTime": "DOUBLE[]", "Duration": "DOUBLE[]"}


def _struct(fields: Any) -> str:
    return (
        "STRUCT(" + ", ".join(f'"{name}" {_sql_type(name, shape)}' for name, shape in fields) + ")"
    )


def _sql_type(name: str, shape: Any) -> str:
    if shape in _TYPES:
        return _TYPES[shape]
    return _LISTS[name] if name in _LISTS else _nested(name)


REASONS = ("first", "expired", "invalid", "evicted", "forced", "loop_changed", "error")


def _nested(name: str) -> str:
    if name == "reasons":
        return _struct([(reason, whole) for reason in REASONS])
    if name == "phases":
        return _struct(records.PHASE_FIELDS) + "[]"
    raise LookupError(f"the shape of {name} is not known")


def _columns(fields: Any, total: Any = None) -> dict[str, str]:
    found = {name: _struct(total) if name == "total" else _sql_type(name, s) for name, s in fields}
    return {"record": "VARCHAR", **found}


CONTAINERS, RESOURCES, INITS = "container_records", "resource_records", "init_records"

COLUMNS: dict[str, dict[str, str]] = {
    CONTAINERS: _columns(
        [(field.name, field.shape) for field in records.CONTAINER_FIELDS], records.TOTAL_FIELDS
    ),
    RESOURCES: _columns(records.RESOURCE_FIELDS, records.REUSE_FIELDS),
    INITS: _columns(records.INIT_FIELDS),
}
"""The SQL type of each column, by table."""

KINDS = {CONTAINERS: records.CONTAINER, RESOURCES: records.RESOURCE, INITS: records.INIT}
"""The kind of record that each table holds."""
