"""The records as tables: their columns and SQL types, made from the extension's catalogue."""

from collections.abc import Iterable

from reuse_extension.core import records
from reuse_extension.core.fields import DECIMAL, DECIMALS, INTEGER, TEXT, Field, ListOf

from reuse_cli.analysis.tables import RECORDS

CONTAINERS, RESOURCES, INITS = RECORDS

KINDS = {CONTAINERS: records.CONTAINER, RESOURCES: records.RESOURCE, INITS: records.INIT}
"""The kind of record that each table holds."""
COUNTS = tuple(field.name for field in records.REUSE_FIELDS if field.name != "reasons")
"""The counts of a resource that are not by reason."""
TOTALS_OF_USES = (*COUNTS, *(f"reasons.{reason}" for reason in records.REASONS))
"""The members of a resource record's `total`."""
_TYPES = {INTEGER: "BIGINT", DECIMAL: "DOUBLE", TEXT: "VARCHAR", DECIMALS: "DOUBLE[]"}


def values_of(kind: str, name: str) -> tuple[str, ...]:
    """The values that a text field of a kind of record can have, in the catalogue's order."""
    return next(tuple(field.values) for field in records.FIELDS[kind] if field.name == name)


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
