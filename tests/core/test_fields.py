"""Shapes: what a field's values look like in a line."""

import json

import pytest
from reuse_extension.core.fields import (
    DECIMAL,
    DECIMALS,
    INTEGER,
    TEXT,
    ListOf,
    count,
    metric,
    prop,
    writer_of,
)

INNER = (prop("name", TEXT, "", "A name."), count("failed", "Failures."))


@pytest.mark.parametrize(
    ("shape", "value", "written"),
    [
        (INTEGER, 12, "12"),
        (DECIMAL, 12_340, "12.34"),
        (DECIMALS, [1_000, 1], "[1,0.001]"),
        (TEXT, 'a "b" €', r'"a \"b\" \u20ac"'),
        (INNER, {"failed": 1, "name": "a", "other": 2}, '{"name":"a","failed":1}'),
        (INNER, {"name": None}, "{}"),
        (ListOf(INNER), [{"name": "a"}, {}], '[{"name":"a"},{}]'),
    ],
)
def test_values_are_written_by_their_shape(shape, value, written):
    """In the order of the fields, without what is absent or unknown."""
    assert writer_of(shape)(value) == written
    json.loads(written)


def test_a_metric_is_declared_and_a_property_is_not():
    assert metric("Age", DECIMAL, "Seconds", "An age.", "never").metric_set == "standard"
    assert prop("age", DECIMAL, "s", "An age.").metric_set is None


def test_a_count_is_absent_at_0():
    field = count("errors", "Errors.")

    assert (field.shape, field.minimum, field.absent) == (INTEGER, 1, "where there were none")
