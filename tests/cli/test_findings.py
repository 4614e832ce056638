"""Findings from counts: which there are, what they cost, and how they are shown."""

import json

import pytest
from reuse_cli.analysis import set_up
from reuse_cli.analysis.findings import FIELDS, findings, of_account, of_functions
from reuse_cli.analysis.leaks import leak
from reuse_cli.formats import findings as shown
from reuse_cli.formats import json_text, sarif
from reuse_cli.main import run

from tests.cli.records import STARTED_MS, container, resource, write
from tests.line_schema import validator

FUNCTION = {
    "function_name": "orders",
    "containers": 2,
    "invocations": 102,
    "observed_s": 3600.0,
    "memory_mb": 1024,
    "architecture": "x86_64",
    "telemetry": "full",
    "runtime": "python:3.13.v1",
    "most_invocations": 60,
    "is_observed": True,
    "inits": 2,
    "failed_inits": 0,
}


def line(**values) -> dict:
    """A row of the doctor's question."""
    return {
        "function_name": "orders",
        "resource": "sns client in Orders.handle (app.py:7)",
        "kind": "boto3.client",
        "call_site": "app.py:7",
        "containers": 2,
        "builds_in_init": 0,
        "builds_in_invocations": 0,
        "build_ms": 0.0,
        "recreated": 0,
        "recreated_ms": 0.0,
        "hits": 0,
        "uses": 0,
        **values,
    }


def test_time_and_money():
    """2 s of an hour at 1 GB: 730 hours a month, $0.0000166667 a GB-second; or another price."""
    rows = [line(recreated=100, recreated_ms=2000.0)]

    (found,) = findings(rows, [FUNCTION])
    (cheaper,) = findings(rows, [FUNCTION], price=0.00001)

    assert found.pop("advice").count('sns = boto3.client("sns")') == 1
    assert found == {
        "kind": "recreated",
        "function_name": "orders",
        "call_site": "app.py:7",
        "function": "Orders.handle",
        "what": "sns client",
        "count": 100,
        "invocations": 102,
        "containers": 2,
        "ms_each": 20.0,
        "ms_per_invocation": 19.608,
        "ms_total": 2000.0,
        "usd_per_month": round(2 * 730 * 0.0000166667, 4),
    }
    assert cheaper["usd_per_month"] == round(2 * 730 * 0.00001, 4)


@pytest.mark.parametrize(
    ("values", "kind"),
    [
        ({"recreated": 100}, "recreated"),
        ({"recreated": 100, "kind": "ssm.parameter"}, "refetched"),
        ({"recreated": 24, "kind": "ssm.parameter"}, None),
        ({"recreated": 100, "kind": "http.connection"}, "reconnected"),
        ({"recreated": 100, "kind": "resource", "resource": "table"}, "recreated"),
        ({"recreated": 1}, "recreated"),
        ({"builds_in_init": 2}, "unused"),
        ({"builds_in_init": 2, "uses": 1}, None),
        ({"builds_in_init": 2, "builds_in_invocations": 1}, None),
        ({"builds_in_init": 2, "kind": "tls.context"}, None),
        ({"builds_in_invocations": 3, "kind": "stale.connection"}, "stale"),
        ({"builds_in_init": 2, "kind": "cache.monotonic"}, "monotonic_ttl"),
        ({"builds_in_invocations": 2, "kind": "module.container"}, "request_data"),
        ({"builds_in_init": 2, "kind": "import", "build_ms": 41.0}, "heavy_import"),
        ({"builds_in_init": 2, "kind": "import", "build_ms": 39.0}, None),
        ({"builds_in_init": 2, "kind": "import", "build_ms": 41.0, "uses": 1}, None),
        ({"builds_in_invocations": 2, "kind": "import"}, "import_in_invocation"),
        ({"kind": "resource", "resource": "table", "hits": 100}, None),
    ],
)
def test_kinds(values, kind):
    """Each kind of finding, and what is none."""
    found = findings([line(**values)], [FUNCTION])

    assert [row["kind"] for row in found] == ([kind] if kind else [])


def test_what_happens_rarely_is_none():
    """Less than once in 100 invocations."""
    function = {**FUNCTION, "invocations": 10_002}

    assert findings([line(recreated=99, recreated_ms=9.0)], [function]) == []
    assert len(findings([line(recreated=100, recreated_ms=9.0)], [function])) == 1


def test_one_invocation_proves_nothing():
    """A client without a use after a single invocation of its container may be used by the next."""
    assert findings([line(builds_in_init=2)], [{**FUNCTION, "invocations": 2}]) == []


def test_the_worst_comes_first():
    """By milliseconds over all that was observed."""
    rows = [
        line(recreated=100, recreated_ms=ms, call_site=f"app.py:{ms}") for ms in (5.0, 50.0, 20.0)
    ]

    assert [row["ms_total"] for row in findings(rows, [FUNCTION])] == [50.0, 20.0, 5.0]


def test_shown_as_text_markdown_json_and_sarif():
    """The same findings, each with its line and its advice."""
    rows = findings([line(recreated=100, recreated_ms=2000.0), line(builds_in_init=2)], [FUNCTION])

    text, markdown = shown.text(rows), shown.markdown(rows)
    read = json.loads(sarif.render(rows))

    validator("findings.schema.json").validate(json.loads(json_text.render("findings", rows)))
    assert text.startswith("1. app.py:7 (Orders.handle) builds the sns client again\n   100 times")
    assert (
        "| 1 | `app.py:7 (Orders.handle)` | builds the sns client again | 100 | 20.0 |" in markdown
    )
    assert read["version"] == "2.1.0"
    (first, second) = read["runs"][0]["results"]
    assert [first["ruleId"], second["ruleId"]] == ["recreated", "unused"]
    place = first["locations"][0]["physicalLocation"]
    assert place == {"artifactLocation": {"uri": "app.py"}, "region": {"startLine": 7}}


def test_the_same_line_of_several_functions():
    """Each is named in the list, and in a column of the tables."""
    rows = [
        line(recreated=100, recreated_ms=2000.0, function_name=name) for name in ("orders", "a|b")
    ]
    found = findings(rows, [{**FUNCTION, "function_name": row["function_name"]} for row in rows])

    text, markdown = shown.text(found).splitlines(), shown.markdown(found).splitlines()
    columns = [column.heading for column in shown.columns(found)]

    figures = [row for row in text if " times in " in row]
    assert [row.partition("100")[0] for row in figures] == ["   a|b: ", "   orders: "]
    assert markdown[2].startswith("| 1 | a\\|b | `app.py:7 (Orders.handle)` | ")
    assert {row.replace("\\|", "").count("|") for row in markdown[:4]} == {9}
    assert columns[:2] == ["function", "line"]
    assert shown.columns(found[:1])[0].heading == "line"


def test_names_move_no_cursor():
    """In the list and in Markdown; the advice keeps its lines."""
    name = "\x1b[31morders\u202e"
    row = dict.fromkeys(FIELDS) | {"kind": "setup", "function_name": name, "what": name}
    row |= {"count": 1, "advice": f"First {name}.\nThen."}

    for page in (shown.text([row]), shown.markdown([row])):
        assert "\x1b" not in page
        assert "\u202e" not in page
        assert "First \\x1b[31morders\\u202e.\n" in page


@pytest.mark.parametrize(
    ("failed", "inits", "what"),
    [(3, 3, "3 of 3"), (1, 100, "1 of 100"), (1, 101, None), (0, 0, None)],
)
def test_inits_that_fail(failed, inits, what):
    """Such a function may have no line to find; the doctor says what is the matter with it."""
    found = of_functions([{**FUNCTION, "inits": inits, "failed_inits": failed}], [])

    assert [row["what"] for row in found] == ([f"with inits that fail: {what}"] if what else [])


def test_a_function_that_never_starts(tmp_path, capsys):
    """By its records: its inits failed, and nothing else is known of it."""
    failed = {"record": "init/1", "FunctionName": "orders", "sequence": 1, "status": "error"}
    place = {"container_id": container()["container_id"], "kind": "on-demand", "phase": "init"}
    times = {"start_ms": STARTED_MS, "duration_ms": 40.0, "error_type": "Runtime.Unknown"}
    records = [container(total={"invocations": 1, "errors": 1}), {**failed, **place, **times}]
    source = str(write(tmp_path / "log.jsonl", *records))

    assert run(["doctor", "--source", source]) == 0
    assert capsys.readouterr().out.startswith("1. orders runs with inits that fail: 1 of 1\n")


def test_the_lines_to_write_are_inside_their_list_item():
    """As Markdown counts: indented as far as the item's own text, whatever its number."""
    row = dict.fromkeys(FIELDS) | {"kind": "setup", "what": "x", "function_name": "f", "count": 1}
    rows = [row | {"advice": "Do this:\n\n    code"}] * 10

    page = shown.markdown(rows)

    assert "\n1. `f`:\n\n   Do this:\n\n       code\n" in page
    assert page.endswith("\n10. `f`:\n\n    Do this:\n\n        code")


def test_nothing_to_say_is_said():
    """In a sentence, or as an empty list."""
    assert shown.text([]) == shown.markdown([]) == shown.NOTHING
    assert json.loads(sarif.render([]))["runs"][0]["results"] == []


@pytest.mark.parametrize(
    ("memory", "rises"),
    [
        ([100 + 5 * n for n in range(20)], True),  # it goes on
        ([min(100 + 20 * n, 160) for n in range(20)], False),  # it warms up
        ([100] * 20, False),
        ([100 + 5 * n for n in range(7)], False),  # too few to tell
        ([100 + n % 2 * 30 for n in range(20)], False),  # it goes up and down
        ([1000 + n for n in range(20)], False),  # a hundredth of it
    ],
)
def test_leaks(memory, rises):
    """Memory that still rises in the second half of a container's records."""
    found = leak(memory, [10 * n for n in range(len(memory))])

    assert (found is not None) == rises
    if found is not None:
        assert found.mb_per_1000 == pytest.approx(500)


def test_findings_about_functions():
    """A leak, and a platform without telemetry; they have no time and no line."""
    memory = [
        {
            "function_name": "orders",
            "memory_mb": [100 + 5 * n for n in range(20)],
            "invocations": [10 * n for n in range(20)],
        }
    ]

    rows = of_functions([{**FUNCTION, "telemetry": "none"}], memory)

    assert [(row["kind"], row["count"], row["ms_total"]) for row in rows] == [
        ("leak", 1, None),
        ("setup", 2, None),
    ]
    assert {tuple(row) for row in rows} == {FIELDS}
    assert shown.text(rows).startswith("1. orders leaks memory, by 0.5 MB an invocation\n")
    validator("findings.schema.json").validate(json.loads(json_text.render("findings", rows)))


@pytest.mark.parametrize(
    ("values", "what"),
    [
        ({"telemetry": "none"}, set_up.NO_TELEMETRY),
        ({"is_observed": False}, set_up.NO_OBSERVERS),
        ({"is_observed": False, "most_invocations": 1}, None),
        ({"is_observed": False, "runtime": "nodejs:24.v1"}, None),
        ({"is_observed": False, "runtime": None}, None),
        ({}, None),
    ],
)
def test_what_records_show_to_be_missing(values, what):
    """No telemetry; a Python function whose process nobody observes, which one call cannot tell."""
    found = list(set_up.of_records({**FUNCTION, **values}))

    assert found == ([what] if what else [])


LAYER = {"Layers": [{"Arn": "arn:aws:lambda:eu-west-1:123456789012:layer:lambda-reuse:3"}]}


@pytest.mark.parametrize(
    ("function", "begins"),
    [
        ({}, ["without a layer"]),
        ({"PackageType": "Image"}, []),
        (LAYER, []),
        ({**LAYER, "Variables": {"PYTHONPATH": "/opt/lib"}}, ["with PYTHONPATH"]),
        ({**LAYER, "Variables": {"AWS_LAMBDA_EXEC_WRAPPER": "/opt/other"}}, ["through the wrap"]),
        (
            {
                **LAYER,
                "Variables": {"AWS_LAMBDA_EXEC_WRAPPER": set_up.OWN_WRAPPER, "PYTHONPATH": "/opt"},
            },
            [],
        ),
        (
            {
                **LAYER,
                "Variables": {
                    "AWS_LAMBDA_EXEC_WRAPPER": set_up.OWN_WRAPPER,
                    set_up.NEXT_WRAPPER: set_up.OWN_WRAPPER,
                },
            },
            ["with LAMBDA_REUSE_NEXT_WRAPPER"],
        ),
        (
            {**LAYER, "LoggingConfig": {"LogFormat": "JSON", "ApplicationLogLevel": "ERROR"}},
            ["with logs in JSON"],
        ),
        ({**LAYER, "LoggingConfig": {"LogFormat": "Text"}}, []),
    ],
)
def test_what_settings_keep_from_working(function, begins):
    """Of a function that has no records; one whose process is observed has no finding of these."""
    environment = {"Variables": function.get("Variables", {})}
    configured = set_up.Configured(
        {"Runtime": "python3.13", "Environment": environment, **function}, {}
    )

    rows = of_account({"orders": configured}, [])

    assert [row["what"][: len(begin)] for row, begin in zip(rows, begins, strict=True)] == begins
    assert of_account({"orders": configured}, [FUNCTION]) == []
    validator("findings.schema.json").validate(json.loads(json_text.render("findings", rows)))


def test_a_log_group_that_makes_no_metrics():
    """Also where records and observers are there: its class cannot be seen from them."""
    configured = set_up.Configured(LAYER, {"logGroupClass": "INFREQUENT_ACCESS"})

    (row,) = of_account({"orders": configured}, [FUNCTION])

    assert row["what"].startswith("with a log group of the class INFREQUENT_ACCESS")
    assert "STANDARD" in row["advice"]


def test_a_condition_ends_the_doctor_with_1(tmp_path, capsys):
    """As for the other questions; each format has all fields."""
    records = [
        container(total={"invocations": 10, "function_errors": 0}),
        resource("sns client in f (app.py:3)", kind="boto3.client", call_site="app.py:3")
        | {"kind": "boto3.client", "call_site": "app.py:3"},
    ]
    records[1]["total"] |= {"recreated": 9, "recreated_ms": 90.0}
    source = ("--source", str(write(tmp_path / "log.jsonl", *records)))

    assert run(["doctor", *source, "--fail-on", "kind == 'recreated' and ms_each > 50"]) == 0
    assert run(["doctor", *source, "--fail-on", "ms_each >= 10", "--output", "csv"]) == 1
    assert run(["doctor", *source, "--output", "html"]) == 0
    shown = capsys.readouterr()
    assert "holds for 1 of 1: orders app.py:3" in shown.err
    assert shown.out.count(",".join(FIELDS)) == 1
    assert shown.out.count("<table") == 1
