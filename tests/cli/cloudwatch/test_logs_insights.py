"""Logs Insights QL over JSON lines: what a log widget shows."""

import json
from typing import Any

import duckdb
import pytest
from reuse_cli.cloudwatch import logs_insights
from reuse_cli.cloudwatch.lines import JsonFiles
from reuse_cli.cloudwatch.logs_insights import Answer, QueryError

LINES = [
    {
        "record": "container/1" if at % 2 else "resource/1",
        "container_id": f"c{at % 3}",
        "total": {"invocations": at, "text": str(at)},
        "Duration": [at, 1],
        "name": "it's",
        **({"end": "spindown"} if at > 17 else {}),
    }
    for at in range(20)
]


@pytest.fixture(scope="module")
def lines(tmp_path_factory: pytest.TempPathFactory) -> JsonFiles:
    file = tmp_path_factory.mktemp("logs") / "lines.jsonl"
    times = ({**line, "to_ms": at * 1000} for at, line in enumerate(LINES))
    file.write_text("".join(json.dumps(line) + "\n" for line in times))
    return JsonFiles([str(file)])


def ask(lines: JsonFiles, query: str, end_ms: int = 10**9) -> Answer:
    with duckdb.connect() as connection:
        return logs_insights.run(connection, lines, query, 0, end_ms)


@pytest.mark.parametrize(
    ("query", "columns", "rows"),
    [
        (
            """SOURCE '/aws/lambda/x' | filter record = "container/1"
            | stats max(total.invocations) as most, count(*) as n by container_id
            | sort most desc | limit 2""",
            ["container_id", "most", "n"],
            [("c1", 19, 4), ("c2", 17, 3)],
        ),
        (
            "filter ispresent(end) and total.invocations >= 18 | fields @timestamp, container_id",
            ["@timestamp", "container_id"],
            [(19_000, "c1"), (18_000, "c0")],
        ),
        (
            "stats sum(total.invocations)/count(*) as mean by bin(5s) | sort `bin(5s)`",
            ["bin(5s)", "mean"],
            [(0, 2.0), (5000, 7.0), (10_000, 12.0), (15_000, 17.0)],
        ),
        (
            "stats pct(Duration.0, 50), count_distinct(container_id)",
            ["pct(Duration.0,50)", "count_distinct(container_id)"],
            [(9.5, 3)],
        ),
        (
            "stats sum(total.invocations) as s by container_id | stats max(s) - min(s) as gap",
            ["gap"],
            [(13.0,)],
        ),
        ("filter container_id like /c[12]/ | stats count(*) as n", ["n"], [(13,)]),
        ("filter container_id not like 'c1' | stats count(*) as n", ["n"], [(13,)]),
        ("filter container_id in ['c1', \"c2\"] | stats count(*) as n", ["n"], [(13,)]),
        (
            "filter not (record = 'container/1' or end = 'spindown') | stats count(*) as n",
            ["n"],
            [(9,)],
        ),
        ("filter end != 'x' | stats count(*) as n", ["n"], [(2,)]),
        ("filter total.invocations in [1, 2] | stats count(*) as n", ["n"], [(2,)]),
        ("filter name = 'it\\'s' | stats count(*) as n", ["n"], [(20,)]),
        (
            """fields total.invocations * 2 as twice, concat(container_id, '-', name) as both
            | sort twice desc | limit 1""",
            ["twice", "both"],
            [(38.0, "c1-it's")],
        ),
        (
            "stats latest(container_id) as last, earliest(container_id) as first",
            ["last", "first"],
            [("c1", "c0")],
        ),
        ("filter total.text > 18 | stats count(*) as n", ["n"], [(1,)]),
        (
            "fields if(total.invocations > 18, 'big', 'small') as size | sort size | limit 1",
            ["size"],
            [("big",)],
        ),
        ("sort @timestamp desc | dedup container_id | stats count(*) as n", ["n"], [(3,)]),
        ("filter nothing.at.all = 1 | stats count(*) as n", ["n"], [(0,)]),
        ("stats sum(nothing) as s", ["s"], [(None,)]),
        ("stats coalesce(max(nothing), 7) as m # a remark", ["m"], [(7.0,)]),
        (
            "fields coalesce(nothing, total.invocations) as n | filter n > 17 | stats pct(n, 50)",
            ["pct(n,50)"],
            [(18.5,)],
        ),
        (
            r"""parse @message /"text": ?"(?<text>\d+)"\}, ?"Duration": ?\[(?<first>\d+)/
            | filter first >= 18 | fields text, first - coalesce(nothing, 1) as less""",
            ["text", "less"],
            [("19", 18.0), ("18", 17.0)],
        ),
        (
            r"parse name /(?<none>\d)/ | stats count(none) as n, count(*) as all_",
            ["n", "all_"],
            [(0, 20)],
        ),
        ("fields total.invocations as i | sort i desc | limit 2", ["i"], [("19",), ("18",)]),
        ("dedup container_id | fields total.text", ["total.text"], [("19",), ("18",), ("17",)]),
        (
            "sort total.text | dedup container_id | fields total.text",
            ["total.text"],
            [("0",), ("1",), ("2",)],
        ),
        (
            "parse container_id 'c*' as `the number` | stats count(*) as n by `the number`",
            ["the number", "n"],
            [("0", 7), ("1", 7), ("2", 6)],
        ),
        ("""parse name "*'*" as a, b | limit 1 | fields a, b""", ["a", "b"], [("it", "s")]),
        (r"parse name /(\w+)'(\w+)/ as a, b | limit 1 | display b", ["b"], [("s",)]),
        ("filter container_id =~ /c1/ | stats count(*) as n", ["n"], [(7,)]),
        ("filterIndex container_id in ['c1'] | stats count(*) as n", ["n"], [(7,)]),
        ("stats count(*) as n by bin(10seconds) as b", ["b", "n"], [(0, 10), (10_000, 10)]),
        (
            """fields datefloor(90000, 300s) as a, dateceil(90000, 1m) as b, dateceil(5, 1mo) as c,
            dateceil(0, 1y) as d, datefloor(@timestamp, 1q) as e | limit 1""",
            ["a", "b", "c", "d", "e"],
            [(60_000, 120_000, 31 * 86_400_000, 0, 0)],
        ),
        (
            """stats count(*) as n by
            case(total.text < 2, 'few', total.text < 5, 'some', 'many') as size""",
            ["size", "n"],
            [("few", 2), ("many", 15), ("some", 3)],
        ),
        (
            """stats countDistinct(container_id) as n, variance(Duration.1) as v,
            max(case(total.text > 99, 1)) as none, sortsLast(ltrim('  a')) as a""",
            ["n", "v", "none", "a"],
            [(3, 0.0, None, "a")],
        ),
        (
            "unnest Duration into item | stats count(*) as n by item | sort n desc | limit 1",
            ["item", "n"],
            [("1", 21)],
        ),
        (
            "fields jsonParse(@message) as j | filter j.total.invocations = 4 | fields j.name",
            ["j.name"],
            [("it's",)],
        ),
        (
            "fields container_id as t, name as f0 | stats count(*) as record by t | sort record, t",
            ["t", "record"],
            [("c2", 6), ("c0", 7), ("c1", 7)],
        ),
        (
            "fields log(0) as a, 9^9^9 as b, 1.5 as c, sum_ as d | limit 1",
            ["a", "b", "c", "d"],
            [(None, None, 1.5, None)],
        ),
        ("stats max(total.invocations % 7) as m, 1 / 0 as never", ["never", "m"], [(None, 6.0)]),
    ],
)
def test_answers(lines: JsonFiles, query: str, columns: list[str], rows: list[Any]) -> None:
    """Each command and function of a query gives the columns and rows that CloudWatch gives."""
    assert ask(lines, query) == Answer(columns, rows)


def test_the_range_ends_before_its_end(lines: JsonFiles) -> None:
    assert ask(lines, "stats count(*) as n", end_ms=5000).rows == [(5,)]


def test_without_commands_the_lines_are_shown(lines: JsonFiles) -> None:
    answer = ask(lines, "SOURCE '/aws/lambda/x' | limit 1")

    assert answer.columns == ["@timestamp", "@message"]
    assert json.loads(answer.rows[0][1]) == {**LINES[-1], "to_ms": 19_000}


def test_points_in_time_are_known(lines: JsonFiles) -> None:
    """By the names of their columns, so that they can be shown as times."""
    query = """fields @timestamp as at, total.text as text
    | stats max(at) as last, min(text) as low, count(*) by bin(5s), datefloor(at, 1h) as hour"""

    assert ask(lines, query).times == {"last", "bin(5s)", "hour"}
    assert ask(lines, "fields @timestamp, name").times == {"@timestamp"}


def test_log_groups() -> None:
    """A query names its log groups by SOURCE, or none."""
    assert logs_insights.sources("SOURCE 'a', 'b' | limit 1") == ["a", "b"]
    assert logs_insights.sources("limit 1") == []


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("fields foo bar", "character 12, near 'bar'"),
        ("stats", "character 6, its end"),
        ("explode x", "near 'explode x'"),
        ("filter a = 'x", "near ''x'"),
        ("stats foo(x)", "the function foo is not supported"),
        ("stats pct(x)", "takes 2 arguments"),
        ("stats count(*) by bin(x)", "bin takes a duration"),
        ("fields if(a = 1, 2)", "the function if takes"),
        ("parse a /b/", "named groups"),
        ("parse a 'b*'", "1 wildcards and 0 names"),
        ("pattern @message", "the command pattern is not supported here"),
        ("fields a, count(*)", "count\\(\\*\\) needs the command stats"),
        ("stats count(*) by bin(5x)", "5x is not a length of time"),
        ("fields datefloor(@timestamp)", "datefloor takes a time and a duration"),
        ("fields case(a)", "case takes conditions"),
        ("filter 5", "is not a condition"),
    ],
)
def test_what_cannot_be_read_says_why(lines: JsonFiles, query: str, says: str) -> None:
    with pytest.raises(QueryError, match=says):
        ask(lines, query)
