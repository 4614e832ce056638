"""What a field of a record is: its name, shape, unit and meaning, and when it is absent.

The line, its JSON schema, the documentation and the tables of the command line are all made from
fields. Inside the core durations are microseconds, ages and rates thousandths of what is written:
whole numbers, so that sums are exact.
"""

from collections import namedtuple

from .json_text import decimal3, integer, list_of, object_of, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

INTEGER = "integer"
DECIMAL = "decimal"
"""A number of thousandths, written as a decimal: microseconds as milliseconds."""
TEXT = "text"
DECIMALS = "decimals"
"""A list of decimals."""
ListOf = namedtuple("ListOf", ("fields",))
"""A list of objects. An object's shape is the tuple of its fields."""

Field = namedtuple(
    "Field",
    ("name", "shape", "unit", "meaning", "absent", "metric_set", "minimum", "maximum", "values"),
)
"""One field of a record.

`shape`: one of the above, a tuple of fields, or ListOf. `unit`: CloudWatch's word for a metric,
ours for a property ("" without one). `absent`: when it is absent, or NEVER. `metric_set`: the
smallest set of `LAMBDA_REUSE_METRICS` that declares the metric; None for a property. `minimum`,
`maximum`: of a number that is there. `values`: the only ones that a text may have, or None.
"""

NEVER = "never"
MINIMAL = "minimal"
STANDARD = "standard"
NO_COUNT = "where there were none"

_WRITERS: "dict[str, Callable[[Any], str]]" = {
    INTEGER: integer,
    DECIMAL: decimal3,
    TEXT: text,
    DECIMALS: list_of(decimal3),
}


def metric(
    name: str,
    shape: "Any",
    unit: str,
    meaning: str,
    absent: str,
    *,
    metric_set: str = STANDARD,
    minimum: int = 0,
    maximum: "int | None" = None,
) -> "Field":
    """A field that CloudWatch makes a metric of."""
    return Field(name, shape, unit, meaning, absent, metric_set, minimum, maximum, None)


def prop(
    name: str,
    shape: "Any",
    unit: str,
    meaning: str,
    absent: str = NEVER,
    *,
    minimum: int = 0,
    maximum: "int | None" = None,
    values: "tuple[str, ...] | None" = None,
) -> "Field":
    """A field that stays a plain value of the line."""
    return Field(name, shape, unit, meaning, absent, None, minimum, maximum, values)


def count(name: str, meaning: str) -> "Field":
    """A property that counts, and is absent at 0."""
    return prop(name, INTEGER, "", meaning, NO_COUNT, minimum=1)


def total(name: str, meaning: str, shape: str = INTEGER, unit: str = "") -> "Field":
    """A number that is always there."""
    return prop(name, shape, unit, meaning)


def writer_of(shape: "Any") -> "Callable[[Any], str]":
    """The function that writes a value of this shape as JSON."""
    if isinstance(shape, ListOf):
        return list_of(writer_of(shape.fields))
    if isinstance(shape, str):
        return _WRITERS[shape]
    return object_of(named_writers(shape))


def named_writers(fields: "Iterable[Field]") -> "list[tuple[str, Callable[[Any], str]]]":
    """(name, writer) of each field."""
    return [(field.name, writer_of(field.shape)) for field in fields]
