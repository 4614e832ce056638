"""Dimensions as CloudWatch takes them: no set twice, values of printable ASCII, none blank."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_extension.core import records
from reuse_extension.core.emf import dimension_value

from tests.core.play import Played
from tests.core.test_emf import record, writer
from tests.core.test_resources import page, slot
from tests.line_schema import check_line


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("orders", "orders"),
        (":memory:", ":memory:"),
        ("order/table#1", "order/table#1"),
        ("Preisliste €", "Preisliste \\u20ac"),
        ("Größe", "Gr\\xf6\\xdfe"),
        ("emoji \U0001f680", "emoji \\U0001f680"),
        ("tab\there", "tab\\there"),
        ("new\nline\r", "new\\nline\\r"),
        ("null\x00byte\x7f", "null\\x00byte\\x7f"),
        ("  ", "(blank)"),
        ("a" * 1024, "a" * 1024),
        ("a" * 1025, "a" * 1021 + "..."),
        ("€" * 300, ("\\u20ac" * 300)[:1021] + "..."),
    ],
)
def test_a_value_is_written_so_that_people_recognise_it(value, expected):
    """What is refused is escaped as in source code, or cut."""
    line = json.loads(
        writer(resource_metrics=True).line(record(records.RESOURCE, Resource=value, CacheHits=5))
    )

    assert line["Resource"] == expected


@given(st.text(st.characters(), min_size=1))
def test_any_text_becomes_a_value(value):
    """1 to 1024 printable ASCII characters, not all blank."""
    written = dimension_value(value)

    assert written.isascii()
    assert written.isprintable()
    assert written.strip()
    assert len(written) <= 1024


def test_where_it_is_no_dimension_a_name_stays_as_it_is():
    """Only CloudWatch's metrics are particular."""
    line = json.loads(writer().line(record(records.RESOURCE, Resource="Preisliste €", hits=5)))

    assert line["Resource"] == "Preisliste €"


def test_no_set_stands_twice():
    """In whatever order it names its dimensions, and however often one."""
    sets = [
        ["FunctionName"],
        ["FunctionName", "runtime"],
        ["FunctionName"],
        ["runtime", "FunctionName"],
        ["FunctionName", "FunctionName"],
        [],
        [],
    ]
    line = json.loads(writer(dimensions=sets).line(record(Invocations=1)))

    assert line["_aws"]["CloudWatchMetrics"][0]["Dimensions"] == [
        ["FunctionName"],
        ["FunctionName", "runtime"],
        [],
    ]


def test_a_resource_without_a_name_has_one():
    """And its line is one that the contract takes."""
    played = Played({"environment": {}, "subscription": 202})
    played.pages = [("1-1.page", page(slot("", hits=3)))]
    played.step({"at_ms": 100, "invoke": "one"})
    played.step({"at_ms": 200, "shutdown": "spindown"})

    lines = [json.loads(line) for line in played.lines()]
    assert [line["Resource"] for line in lines if "Resource" in line] == ["(blank)"]
    for line in lines:
        check_line(line)
