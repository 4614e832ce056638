"""The lines of log files: what they are, and how they are read while they are written."""

import json
from pathlib import Path

import pytest
from reuse_cli.errors import NoRecordsError, UsageError
from reuse_cli.local.logs import Line, LogFile, read

STREAM = "2026-11-26-LATEST-{:032x}.jsonl"


def line(timestamp: int, message: object) -> bytes:
    return json.dumps({"timestamp": timestamp, "message": message}).encode() + b"\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    logs = tmp_path / "logs" / "orders"
    logs.mkdir(parents=True)
    (logs / STREAM.format(0xA << 124)).write_bytes(line(1, "a1") + line(3, "a3"))
    (logs / STREAM.format(0xB << 124)).write_bytes(line(2, "b2") + b"nonsense\n[1]\n{}\n")
    return tmp_path


def messages(folder: Path, *wanted: str) -> list[str]:
    return [line.message for line in read([folder], wanted)]


def test_in_the_order_of_time(folder: Path) -> None:
    """Over all containers; what is no log event is left out."""
    assert messages(folder) == ["a1", "b2", "a3"]


@pytest.mark.parametrize("name", ["b", "b0000000", "2026/11/26/[$LATEST]b" + "0" * 31])
def test_of_one_container(folder: Path, name: str) -> None:
    """By the beginning of its id, or by all of it."""
    assert messages(folder, name) == ["b2"]


def test_what_is_not_there(folder: Path, tmp_path: Path) -> None:
    """A container or a folder without logs is named, with what is there."""
    with pytest.raises(UsageError, match="no container c: there are a0000000, b0000000"):
        messages(folder, "a", "c")
    with pytest.raises(NoRecordsError, match="there are no logs in"):
        messages(tmp_path / "elsewhere")


def test_a_line_under_way_is_read_when_it_is_whole(tmp_path: Path) -> None:
    """And each line once."""
    path = tmp_path / STREAM.format(1)
    whole = line(1, "é")
    file = LogFile(path)
    path.write_bytes(whole[:-5])
    assert list(file.new_lines()) == []

    path.write_bytes(whole + line(2, "second"))
    assert [line.message for line in file.new_lines()] == ["é", "second"]
    assert list(file.new_lines()) == []


def test_several_lines_of_one_message() -> None:
    """Are set below each other; a traceback of Lambda's has carriage returns."""
    shown = str(Line(1795219200123, "a1b2c3d4", "first\rsecond\r\nthird\n"))

    first, second, third = shown.split("\n")
    assert first.endswith(".123  a1b2c3d4  first")
    assert second == " " * first.index("first") + "second"
    assert third.strip() == "third"


@pytest.mark.parametrize(
    ("message", "is_record", "is_own"),
    [
        ('{"_aws":{},"record":"container/1"}', True, False),
        ('{"_aws": {}, "record": "resource/1"}', True, False),
        ('{"record":"mine"}', False, False),
        ("START RequestId: 1", False, False),
        ("lambda-reuse DEBUG event Start", False, True),
        ('{"level":"DEBUG","message":"lambda-reuse DEBUG event Start"}', False, True),
        ("I use lambda-reuse DEBUG lines", False, False),
    ],
)
def test_kinds_of_lines(message: str, is_record: bool, is_own: bool) -> None:
    """Records and the extension's own lines are distinguished from the function's."""
    found = Line(0, "a", message)

    assert (found.is_record, found.is_own) == (is_record, is_own)
