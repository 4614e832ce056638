"""`timeline`: lanes in the terminal, as SVG, and as data."""

import csv
import io
import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from reuse_cli import main
from reuse_cli.analysis.lanes import Lane, Stretch
from reuse_cli.formats import lanes_svg, lanes_text

from tests.cli.records import STARTED_MS, container, write
from tests.line_schema import validator

EVIL = "<b>\x1b[2J&\uffff"
NS = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def log(tmp_path: Path) -> Path:
    """Container `a`: init 300 ms, two invocations, a reset, an end; `b`: one invocation."""
    totals = {"cold_starts": 1, "init_ms": 300.0}
    return write(
        tmp_path / "log.jsonl",
        container("a", 1, to_ms=STARTED_MS + 400, Invocations=1, ColdStarts=1, Duration=[100.0],
                  InitDuration=300.0, total={"invocations": 1, **totals}),
        container("a", 2, from_ms=STARTED_MS + 400, to_ms=STARTED_MS + 1500, Invocations=1,
                  Duration=[100.0], IdleTime=[1000.0], errors=1, resets=1, end="spindown",
                  total={"invocations": 2, **totals}),
        container("b", 1, to_ms=STARTED_MS + 600, Invocations=1, Duration=[500.0],
                  total={"invocations": 1}),
    )  # fmt: skip


def run(capsys: pytest.CaptureFixture[str], *arguments: object) -> tuple[int, str, str]:
    code = main.run(["timeline", *map(str, arguments)])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_data_of_a_lane(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Every stretch in order of time; sums that go with it."""
    code, text, reported = run(capsys, "--source", log, "--output", "json")
    answer = json.loads(text)
    validator("timeline.schema.json").validate(answer)
    (a, _) = answer["lanes"]

    at = STARTED_MS
    assert (code, reported) == (0, "")
    assert a == {
        "function_name": "orders",
        "container_id": "2026/11/21/[$LATEST]a",
        "from_ms": at,
        "to_ms": at + 1500,
        "end": "spindown",
        "inits": 1,
        "invocations": 2,
        "init_ms": 300.0,
        "busy_ms": 200.0,
        "idle_ms": 1000.0,
        "errors": 1,
        "timeouts": 0,
        "out_of_memory": 0,
        "resets": 1,
        "is_exact": True,
        "stretches": [
            {"what": "init", "from_ms": at, "to_ms": at + 300},
            {"what": "invocation", "from_ms": at + 300, "to_ms": at + 400},
            {"what": "idle", "from_ms": at + 400, "to_ms": at + 1400},
            {"what": "invocation", "from_ms": at + 1400, "to_ms": at + 1500},
        ],
        "troubles": [
            {"at_ms": at + 1500, "errors": 1, "timeouts": 0, "out_of_memory": 0, "resets": 1}
        ],
    }


def test_csv_has_a_row_a_stretch(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """What went wrong and the end are rows too."""
    _, text, _ = run(capsys, "--source", log, "--output", "csv")
    rows = [row for row in csv.DictReader(io.StringIO(text)) if row["container_id"].endswith("a")]

    assert [row["what"] for row in rows] == [
        *("init", "invocation", "idle", "invocation", "errors", "resets", "end: spindown")
    ]
    assert rows[4]["count"] == "1"


def test_the_terminal_shows_a_line_a_container(
    log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """100 columns wide where it goes to no terminal: a fifth of it the init of 300 of 1500 ms."""
    _, text, _ = run(capsys, "--source", log, "--utc")
    lines = text.splitlines()
    a, b = lines[4:6]

    assert lines[3] == "orders"
    assert lines[0].startswith("2026-11-21 00:00:00 UTC and 1500 ms from then on")
    assert a.startswith("  a         2  ▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒▒█")
    assert a.endswith(("! spindown", "│ spindown"))
    assert a.count("─") in range(45, 54)
    assert b.startswith("  b         1  ─────█████")
    assert "00:00:01" in lines[-1]
    assert max(map(len, lines[3:])) <= 100


@pytest.mark.parametrize("width", [1, 40, 80, 200])
def test_lanes_are_as_wide_as_the_terminal(width: int) -> None:
    """Whatever the width: nothing is lost at an edge."""
    lane = Lane("f", "c", 0.0, 1e6, inits=[Stretch(0, 10)],
                invocations=[Stretch(999_999.5, 1e6)], end="timeout")  # fmt: skip
    line = lanes_text.render([lane], width, is_utc=True).splitlines()[4]

    assert len(line) == max(width, 2 + 8 + 2 + 1 + 2 + lanes_text.NARROWEST + 8)
    assert "▒" in line
    assert "│" in line


def test_a_terminal_of_few_letters() -> None:
    """ASCII marks where the output knows no others; colours only where they are wanted."""
    assert lanes_text.marks("ascii") is lanes_text.ASCII
    assert lanes_text.marks("UTF-8") is lanes_text.marks(None) is lanes_text.UNICODE
    lane = Lane("f", "c", 0.0, 10.0, invocations=[Stretch(0, 10)])
    assert "\x1b[34m" in lanes_text.render([lane], 80, has_color=True)
    assert "\x1b" not in lanes_text.render([lane], 80)
    assert lanes_text.render([lane], 80, drawn=lanes_text.ASCII).isascii()


def test_a_drawing_stands_by_itself(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Well-formed SVG, a sentence a lane, nothing from elsewhere."""
    _, text, _ = run(capsys, "--source", log, "--output", "svg")
    root = ElementTree.fromstring(text)
    lanes = root.findall(f"{NS}svg")

    assert [(lane.get("aria-label") or "").partition(" of orders, ")[2] for lane in lanes] == [
        "1.5 s old, 2 invocations, init 300 ms, 1 error, 1 reset, ended by spindown",
        "0.6 s old, 1 invocation, its end was not recorded",
    ]
    assert "prefers-color-scheme: dark" in text
    assert "href" not in text
    assert "url(" not in text


def test_names_are_text() -> None:
    """In a drawing and in the terminal, whatever a log calls a function."""
    lane = Lane(EVIL, EVIL, 0.0, 10.0, invocations=[Stretch(0, 10)], end=EVIL)
    drawn = lanes_svg.render([lane])

    ElementTree.fromstring(drawn)
    assert "<b>" not in drawn
    assert "\x1b" not in lanes_text.render([lane], 80)


def test_an_init_in_a_gap_is_not_idle() -> None:
    """After a reset the init runs before the next invocation; overlapping ones leave no gap."""
    lane = Lane("f", "c", 0.0, 100.0, inits=[Stretch(40, 60)],
                invocations=[Stretch(0, 30), Stretch(10, 20), Stretch(60, 70)])  # fmt: skip

    assert lane.idle == [Stretch(30, 40)]


def test_a_limit_is_said(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Of several containers those that served most."""
    code, text, reported = run(capsys, "--source", log, "--output", "json", "--limit", 1)

    assert [lane["container_id"][-1] for lane in json.loads(text)["lanes"]] == ["a"]
    assert reported == (
        "lambda-reuse: this is the 1 of 2 containers that served most; --limit shows more\n"
    )
    assert code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--fail-on", "resets > 0"], 1, "--fail-on 'resets > 0' holds for 1 of 2: orders 2026"),
        (["--fail-on", "invocations > 2"], 0, ""),
        (["--fail-on", "invocation > 2"], 252, "there is no field invocation"),
        (["--limit", "0"], 252, "0 is not in the range"),
        (["--output", "png"], 252, "'png' is not one of"),
        (["nope"], 252, "there are no records of nope; there are of: orders"),
        (["--since", "1s"], 0, ""),
    ],
)
def test_exit_codes(
    log: Path,
    capsys: pytest.CaptureFixture[str],
    arguments: list[str],
    code: int,
    sentence: str,
) -> None:
    """As with every question."""
    found, _, reported = run(capsys, "--source", log, *arguments)

    assert found == code
    assert sentence in reported


@pytest.mark.parametrize("output", ["table", "json", "csv", "md", "html", "svg"])
def test_nothing_to_show(log: Path, capsys: pytest.CaptureFixture[str], output: str) -> None:
    """Records without a single one in the time asked about."""
    code, text, _ = run(capsys, "--source", log, "--until", "2020-01-01", "--output", output)

    assert code == 0
    assert text
    if output == "json":
        assert json.loads(text) == {"version": 1, "lanes": []}
