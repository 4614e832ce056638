"""Answers as the user sees them, written out literally."""

import json

import pytest
from reuse_cli.analysis.statistics import ask
from reuse_cli.commands import containers, resources
from reuse_cli.formats import json_text, numbers
from reuse_cli.sources.files import open_files

from tests.cli.records import container, resource, write

CONTAINERS = [
    container(
        "9c1f00aa11", 3,
        cold_start_kind="on-demand", IdleTime=[12.5], MemoryUsed=91, end="spindown",
        total={"invocations": 1234, "cold_starts": 1, "init_ms": 463.512, "hits": 999, "misses": 1},
    ),
    container(
        "0b2e77cc55", 200,
        init_kind="proactive", MemoryUsed=90, total={"invocations": 1, "init_ms": 12000},
    ),
]  # fmt: skip

CONTAINERS_AT_80 = """\
container     age calls start        init idle p50 hit rate memory end
0b2e77cc   3h 20m     1 proactive    12 s        -        -  90 MB -
9c1f00aa    3m 0s 1 234 on-demand  464 ms    12 ms   99.9 %  91 MB spindown
"""

RESOURCES_AT_80 = """\
resource      hits  misses  because                rate   build   saved
orders_table   293       7  first 7              97.7 %  387 ms  15.4 s
tax            289      11  first 7, expired 4   96.3 %  667 ms  15.7 s
"""


@pytest.fixture
def rows(tmp_path):
    def of(question: str, *records: dict) -> list[dict]:
        return ask(open_files([write(tmp_path / "log.jsonl", *records)]), question, ())

    return of


def same(shown: str, expected: str) -> None:
    """Line by line, the narrow spaces of thousands as spaces."""
    lines = shown.replace("\N{NARROW NO-BREAK SPACE}", " ").splitlines()
    assert [line.split() for line in lines] == [line.split() for line in expected.splitlines()]
    assert max(map(len, lines)) <= 80


def test_containers_fit_80_columns(rows):
    """The most that the columns usually hold."""
    same(containers.table(rows("containers", *CONTAINERS), 80), CONTAINERS_AT_80)


def test_resources_fit_80_columns(rows):
    told = rows(
        "resources",
        resource(
            "orders_table", hits=293, misses=7, reasons={"first": 7}, build_ms=387, saved_ms=15_400
        ),
        resource(
            "tax",
            hits=289,
            misses=11,
            reasons={"first": 7, "expired": 4},
            build_ms=667,
            saved_ms=15_700,
            recreated_ms=0.1,
        ),
    )

    told.sort(key=lambda row: row["resource"])
    same(resources.table(told, 80), RESOURCES_AT_80)


def test_a_column_names_the_function_where_there_are_several(rows):
    """And only there."""
    told = rows("containers", container("a"), container("b", FunctionName="payments"))

    assert "payments" in containers.table(told, 80)
    assert "orders" not in containers.table(told[:1], 80)
    several = rows("resources", resource("a"), {**resource("b"), "FunctionName": "payments"})
    assert "payments" in resources.table(several, 80)


def test_json_has_a_version(rows):
    told = rows("containers", *CONTAINERS)

    assert json.loads(json_text.render("containers", told)) == {"version": 1, "containers": told}


@pytest.mark.parametrize(
    ("show", "value", "expected"),
    [
        (numbers.percent, None, "-"),
        (numbers.percent, 0.0, "0 %"),
        (numbers.percent, 1.0, "100 %"),
        (numbers.percent, 0.00001, "<0.1 %"),
        (numbers.percent, 0.99999, ">99.9 %"),
        (numbers.percent, 0.5, "50 %"),
        (numbers.milliseconds, None, "-"),
        (numbers.milliseconds, 0.04, "0 ms"),
        (numbers.milliseconds, 9.94, "9.9 ms"),
        (numbers.milliseconds, 9_949, "9949 ms"),
        (numbers.milliseconds, 9_950, "9.9 s"),
        (numbers.seconds, None, "-"),
        (numbers.seconds, 12, "12 s"),
        (numbers.seconds, 99.94, "99.9 s"),
        (numbers.seconds, 100, "1m 40s"),
        (numbers.seconds, 3600, "1h 0m"),
        (numbers.seconds, 90_000, "1d 1h"),
        (numbers.count, None, "-"),
        (numbers.count, 1_234_567, "1\N{NARROW NO-BREAK SPACE}234\N{NARROW NO-BREAK SPACE}567"),
    ],
)
def test_numbers_read_well(show, value, expected):
    """No more digits than mean something; 0 and 100 % only where they are exact."""
    assert show(value) == expected
