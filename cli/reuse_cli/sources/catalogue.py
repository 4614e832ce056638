"""The records as tables: their columns and SQL types, made from the extension's catalogue."""

from collections.abc import Iterable

from reuse_extension.core import records
from reuse_extension.core.fields import DECIMAL, DECIMALS, INTEGER, TEXT, Field, ListOf

CONTAINERS, RESOURCES, INITS = "container_records", "resource_records", "init_records"

KINDS = {CONTAINERS: records.CONTAINER, RESOURCES: records.RESOURCE, INITS: records.INIT}
"""The kind of record that each table holds."""
REASONS = records.REASONS
_TYPES = {INTEGER: "BIGINT", DECIMAL: "DOUBLE", TEXT: "VARCHAR", DECIMALS: "DOUBLE[]"}


def sql_type(field: Field) -> str:
    """The SQL type of a field's values; an object is a STRUCT."""
    if isinstance(field.shape, ListOf):
        return _struct(field.shape.fields) + "[]"
    return _struct(field.shape) if isinstance(field.shape, tuple) else _TYPES[field.shape]


def _struct(fields: Iterable[Field]) -> str:
    return "STRUCT(" + ", ".join(f'"{field.name}" {sql_type(field)}' for field in fields) + ")"


COLUMNS = {
    table: {field.name: sql_type(field) for field in records.FIELDS[kind]}
    for table, kind in KINDS.items()
}
"""The SQL type of each column, by table."""
