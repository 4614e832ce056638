"""Answers as the user sees them, written out literally."""

import csv
import io
import json
from html.parser import HTMLParser

import pytest
from reuse_cli.analysis import questions
from reuse_cli.commands import answers, containers, inits, resources, summary
from reuse_cli.commands.options import Asked
from reuse_cli.formats import csv_text, json_text, numbers
from reuse_cli.formats.text import safe

from tests.cli.asking import ask_of
from tests.cli.records import STARTED_MS, container, resource

CONTAINERS = [
    container(
        "9c1f00aa11", 3,
        cold_start_kind="on-demand", IdleTime=[12.5], MemoryUsed=91, end="spindown",
        InitDuration=463.512,
        total={"invocations": 1234, "cold_starts": 1, "init_ms": 463.512, "hits": 999, "misses": 1},
    ),
    container(
        "0b2e77cc55", 200,
        init_kind="proactive", MemoryUsed=90, InitDuration=12000.0,
        total={"invocations": 1, "init_ms": 12000},
    ),
]  # fmt: skip

CONTAINERS_AT_80 = """\
container    age invocations init kind   init idle p50 hit rate memory end
0b2e77cc  3h 20m           1 proactive   12 s        -        -  90 MB -
9c1f00aa   3m 0s       1 234 on-demand 464 ms    12 ms   99.9 %  91 MB spindown

Not shown at this width: started (--output json has all).
"""
CONTAINERS_AT_50 = """\
container     age  invocations    init  hit rate
0b2e77cc   3h 20m            1    12 s         -
9c1f00aa    3m 0s        1 234  464 ms    99.9 %

Not shown at this width: started, init kind, idle p50, memory, end (--output json has all).
"""
RESOURCES_AT_86 = """\
resource     hits misses miss reasons       hit rate build time  saved recreated
orders_table  293      7 first 7              97.7 %     387 ms 15.4 s      0 ms
tax           289     11 first 7, expired 4   96.3 %     667 ms 15.7 s    0.1 ms
"""


@pytest.fixture
def rows(tmp_path):
    def of(question: str, *records: dict) -> list[dict]:
        return ask_of(question, tmp_path, *records)

    return of


def spaces(text: str) -> str:
    """The narrow spaces of thousands as spaces."""
    return text.replace("\N{NARROW NO-BREAK SPACE}", " ")


def test_containers_fit_80_columns(rows):
    """The most that the columns usually hold."""
    table = containers.table(rows("containers", *CONTAINERS), 80)

    assert spaces(table).splitlines() == CONTAINERS_AT_80.splitlines()
    assert max(map(len, table.splitlines())) <= 80


def test_when_containers_started(rows):
    """The time of day alone where they are all of one day; a time that is none is not shown."""
    day_ms = 24 * 60 * 60 * 1000
    several = [container("a"), container("b", container_started_ms=STARTED_MS + day_ms)]

    def shown(*records: dict) -> list[str]:
        asked = Asked(is_utc=True)
        found = rows("containers", *records)
        column = containers.columns(found, asked)[1]
        assert column.heading == "started (UTC)"
        return [column.show(row) for row in found]

    assert shown(container("a")) == ["00:00:00"]
    assert shown(*several) == ["2026-11-21 00:00:00", "2026-11-22 00:00:00"]


def test_a_narrow_terminal_leaves_out_columns_and_says_which(rows):
    """Half a number would be a wrong one."""
    table = containers.table(rows("containers", *CONTAINERS), 50)

    assert spaces(table).splitlines() == CONTAINERS_AT_50.splitlines()


def test_a_table_for_a_file_is_never_cut(rows):
    """However long a name is."""
    name = "a" * 300
    table = resources.table(rows("resources", resource(name, reasons={"first": 1})), None)

    assert name in table
    assert "first 1" in table
    assert "Not shown" not in table


def test_resources_tell_why_and_where(rows):
    """What was recreated has a column where anything was."""
    answer = rows(
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

    answer.sort(key=lambda row: row["resource"])
    table = resources.table(answer, 86)
    assert spaces(table).splitlines()[:3] == RESOURCES_AT_86.splitlines()
    assert "call site" in table.splitlines()[-1]
    assert "app.py:12" in resources.table(answer, None)
    assert "@resource" in resources.table([], None)


def test_a_column_names_the_function_where_there_are_several(rows):
    """And only there."""
    answer = rows("containers", container("a"), container("b", FunctionName="payments"))

    assert "payments" in containers.table(answer, 80)
    assert "orders" not in containers.table(answer[:1], 80)
    several = rows("resources", resource("a"), {**resource("b"), "FunctionName": "payments"})
    assert "payments" in resources.table(several, None)


EVIL = "a\x1b]0;owned\x07\x1b[2J|b\n<script>alert(1)</script>\u202e`*_[x](y)"
COLUMNS = {
    "containers": (questions.CONTAINERS, containers.columns),
    "resources": (questions.RESOURCES, resources.columns),
    "summary": (questions.SUMMARY, summary.columns),
    "inits": (questions.INITS_QUESTION, inits.columns),
}


def rendered(name: str, found: list[dict], output: str) -> str:
    question, columns = COLUMNS[name]
    return answers.rendered(question, columns, Asked(output=output), (list(found[0]), found))


@pytest.mark.parametrize("name", COLUMNS)
@pytest.mark.parametrize("output", ["table", "json", "md", "html"])
def test_text_from_a_log_is_never_obeyed(rows, name, output):
    """Names with terminal escapes, line breaks, turned writing, HTML and Markdown in them."""
    init = {
        "record": "init/1", "FunctionName": EVIL, "container_id": EVIL, "sequence": 1,
        "kind": EVIL, "phase": EVIL, "start_ms": 1, "duration_ms": 1, "status": EVIL,
        "error_type": EVIL, "phases": [{"name": EVIL, "start_ms": 1, "duration_ms": 1}],
    }  # fmt: skip
    found = rows(
        name,
        container(EVIL, FunctionName=EVIL, init_type=EVIL, init_kind=EVIL),
        container("b"),
        {**resource(EVIL), "call_site": EVIL, "kind": EVIL, "FunctionName": EVIL},
        resource("b"),
        init,
        {**init, "FunctionName": "orders"},
    )

    text = rendered(name, found, output)

    assert not any(character in text for character in "\x1b\x07\u202e\x00\r")
    assert "<script" not in text or output in {"table", "json"}
    if output == "json":
        assert json.loads(text)["version"] == 1
    if output == "md":
        lines = text.splitlines()
        assert len(lines) == 2 + len(found)
        bars = {line.replace("\\|", "").count("|") for line in lines}
        assert len(bars) == 1


def test_csv_has_the_fields_of_json_and_no_formulas():
    """What a spreadsheet would take for a formula is text."""
    row = {"name": '=HYPERLINK("x")', "n": -1, "f": float("inf"), "none": None, "d": {"a": 1}}
    names = list(row)

    text = csv_text.render([row, {**row, "name": "a,\n\"b'"}], names)

    found = list(csv.DictReader(io.StringIO(text)))
    assert found[0] == {"name": '\'=HYPERLINK("x")', "n": "-1", "f": "", "none": "", "d": '{"a":1}'}
    assert found[1]["name"] == "a,\n\"b'"


@pytest.mark.parametrize("begin", ["=", "+", "-", "@", "\uff1d", "\uff20", "\n", "\t"])
def test_csv_begins_no_cell_as_a_formula(begin):
    text = csv_text.render([{"name": f"{begin}1+1"}], ["name"])

    assert next(csv.DictReader(io.StringIO(text)))["name"].startswith("'")


def test_truth_is_written_as_in_json() -> None:
    assert csv_text.render([{"is": True}, {"is": False}], ["is"]) == "is\ntrue\nfalse"


def test_csv_moves_no_cursor():
    """Control characters are escaped, but the newline that a field may have."""
    text = csv_text.render([{"name": "a\x1b[31m\u202e\nb\r"}], ["name"])

    assert list(csv.DictReader(io.StringIO(text))) == [{"name": "a\\x1b[31m\\u202e\nb\\r"}]


def test_a_page_is_well_formed_and_asks_for_nothing(rows):
    """Every element that is opened and has to be closed is; no link, no script."""
    page = rendered("containers", rows("containers", *CONTAINERS), "html")
    opened: list[str] = []

    class Parser(HTMLParser):
        def handle_starttag(self, tag, attrs):
            opened.append(tag)
            assert not {name for name, _ in attrs} & {"src", "href", "onclick"}

    Parser().feed(page)
    assert opened.count("tr") == 3
    assert "script" not in opened
    assert "http" not in page


def test_json_has_a_version(rows):
    """It stands beside the rows, which are under the question's name."""
    answer = rows("containers", *CONTAINERS)

    assert json.loads(json_text.render("containers", answer)) == {
        "version": 1,
        "containers": answer,
    }


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("é ü 日本", "é ü 日本"),
        ("a\tb\nc\rd", r"a\tb\nc\rd"),
        ("\x1b[31m", r"\x1b[31m"),
        ("\x9b31m", r"\x9b31m"),
        ("\u202eabc\u2028", r"\u202eabc\u2028"),
        ("\ud800", r"\ud800"),
    ],
)
def test_control_characters_are_shown_not_sent(text, expected):
    """The C1 ones, too, and what turns the direction of a line."""
    assert safe(text) == expected


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
        (numbers.decimal, None, "-"),
        (numbers.decimal, 2.25, "2.2"),
        (numbers.decimal, 3.0, "3"),
        (numbers.decimal, 12_345.6, "12\N{NARROW NO-BREAK SPACE}346"),
        (numbers.dollars, None, "-"),
        (numbers.dollars, 0, "$0.00"),
        (numbers.dollars, 1e-9, "<$0.000001"),
        (numbers.dollars, 0.00025, "$0.00025"),
        (numbers.dollars, 1234.5, "$1,234.50"),
    ],
)
def test_numbers_read_well(show, value, expected):
    """No more digits than mean something; 0 and 100 % only where they are exact."""
    assert show(value) == expected


def test_a_moment_is_local_or_utc(monkeypatch):
    """And one that no calendar has is not shown."""
    assert numbers.moment(1795219200000, is_utc=True) == "2026-11-21 00:00:00"
    assert numbers.moment(10**18, is_utc=True) == "-"


@pytest.mark.parametrize("write", [numbers.milliseconds, numbers.seconds, numbers.decimal])
@pytest.mark.parametrize("value", [None, float("inf"), float("-inf"), float("nan")])
def test_a_number_that_is_none_is_not_shown(write, value):
    """A mean of values that no record has may be infinite."""
    assert write(value) == "-"


@pytest.mark.parametrize(
    "rows",
    [
        [],
        [{}],
        [{"a": 1, "b": None, "c": 1.5, "d": 'é\n"', "e": True, "f": 10**30}],
        [{"a": {"b": [1, {"c": []}], "d": {}}}, {"e": [], "f": 1e-9, "g": 1e22}],
    ],
)
def test_json_is_written_as_json_writes_it(rows):
    """Faster, and not a character else."""
    plain = json.dumps({"version": 1, "rows": rows}, indent=2)

    assert json_text.render("rows", rows) == plain
