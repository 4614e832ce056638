"""Tables of the AWS CLI: the time and the stream of an event stand in cells beside its message."""

import re

import pytest

from tests.cli import shapes
from tests.cli.asking import ask
from tests.cli.records import STARTED_MS
from tests.cli.test_platform_lines import REQUESTS, A, B, events, platform


def plain(text: str) -> str:
    return text


def colored(text: str) -> str:
    """As `--color on` has a table: numbers and outer borders."""
    text = re.sub(r"(?<=\|  )(\d+)", "\x1b[1m\x1b[34m\\1\x1b[0m", text)
    return re.sub(r"^\||\|$", "\x1b[2m\x1b[33m|\x1b[0m", text, flags=re.MULTILINE)


@pytest.mark.parametrize("end", ["\n", ""])
@pytest.mark.parametrize("color", [plain, colored])
def test_a_table_has_the_times_of_the_events_and_not_of_their_ingestion(
    tmp_path, monkeypatch, end, color
):
    """In the last cell: on the row itself, or on the line behind a message with a line end."""
    found = [(at_ms, stream, text.rstrip() + end) for at_ms, stream, text in events()]
    metrics = {"durationMs": 5.0}
    own = platform("report", STARTED_MS + 8999, requestId=REQUESTS[7], metrics=metrics)
    found.append((STARTED_MS + 9000, A, own + end))
    monkeypatch.setattr(shapes, "events", lambda: found)
    for name, shape in (("table", shapes.filter_table), ("json", shapes.filter_pretty)):
        (tmp_path / name).mkdir()
        text = color(shape()) if name == "table" else shape()
        (tmp_path / name / "orders.log").write_text(text, encoding="utf-8")

    rows = ask("containers", tmp_path / "table")

    assert rows == ask("containers", tmp_path / "json")
    assert [row["last_ms"] for row in rows[0]] == [STARTED_MS + 8999, STARTED_MS + 6000]


def test_a_table_of_one_event_has_its_members_one_below_the_other(tmp_path):
    """So the AWS CLI sets it, where it is too wide for a terminal."""
    for at_ms, stream, text in events()[3:5]:
        rows = [["eventId", 36], ["ingestionTime", at_ms + 300], ["logStreamName", stream],
                ["message", text], ["timestamp", at_ms]]  # fmt: skip
        with (tmp_path / "orders.log").open("a") as file:
            file.write(shapes.table(rows, "||"))

    rows, _ = ask("containers", tmp_path)

    assert {row["container_id"]: row["last_ms"] for row in rows} == {
        A: STARTED_MS + 520,
        B: STARTED_MS + 900,
    }
