"""`--cache`: the next question of the same files is answered without reading them, and the same."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from reuse_cli.main import run
from reuse_cli.sources import cached
from reuse_cli.sources.files import Files

from tests.cli import known_fleet, known_fleet_files, shapes
from tests.cli.records import container, resource, write

QUESTIONS = ("summary", "containers", "resources", "inits", "cost", "timeline", "doctor", "what-if")
Ask = Callable[..., tuple[str, str]]


@pytest.fixture
def ask(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Ask:
    """The answer to a question of `tmp_path/logs` with the cache, and what is said on stderr."""

    def answered(*arguments: str, is_cached: bool = True) -> tuple[str, str]:
        given = ["--source", str(tmp_path / "logs"), "--output", "json"]
        if is_cached:
            given += ["--cache", str(tmp_path / "cache")]
        assert run([*arguments, *given]) == 0
        found = capsys.readouterr()
        return found.out, found.err

    return answered


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """From its call on, no log file may be read."""

    def fail(*_: object) -> None:
        raise AssertionError("a log file is read")

    return lambda: monkeypatch.setattr(Files, "fill", fail)


def kept(tmp_path: Path) -> list[Path]:
    return sorted((tmp_path / "cache").iterdir())


def invocations(answer: str) -> int:
    (row,) = json.loads(answer)["functions"]
    return int(row["invocations"])


@pytest.mark.slow
def test_every_question_is_answered_the_same_without_reading(
    tmp_path: Path, ask: Ask, unread: Callable[[], None]
) -> None:
    """Also what is said of damaged and newer lines, and of a function without the layer."""
    logs = tmp_path / "logs"
    logs.mkdir()
    known_fleet_files.write(known_fleet.lives(300), logs)
    (logs / "search-2.log").write_text(shapes.report(0, 12.5, "Init Duration: 480.25 ms"))
    plain = {name: ask(name, is_cached=False) for name in QUESTIONS}
    first = {name: ask(name) for name in QUESTIONS}
    unread()

    assert first == plain
    assert {name: ask(name) for name in QUESTIONS} == plain
    assert "could not be read" in plain["summary"][1]
    assert "search-2" in plain["summary"][1]


def test_sql_works_too(tmp_path: Path, ask: Ask, unread: Callable[[], None]) -> None:
    """The tables of `sql` come from the cache as well."""
    write(tmp_path / "logs" / "a.log", container("a"), resource("tax", hits=3))
    query = "select FunctionName, total.hits, reasons from resource_records"
    first = ask("sql", query)
    unread()

    assert ask("sql", query) == first
    assert json.loads(first[0])["rows"][0]["hits"] == 3


def test_a_file_that_grows_is_read_again(tmp_path: Path, ask: Ask) -> None:
    """What was kept of its state before is removed."""
    path = write(tmp_path / "logs" / "a.log", container("a", total={"invocations": 3}))
    assert invocations(ask("summary")[0]) == 3
    before = kept(tmp_path)
    with path.open("a") as file:
        file.write(json.dumps(container("a", 2, total={"invocations": 8})) + "\n")

    assert invocations(ask("summary")[0]) == 8
    (after,) = kept(tmp_path)
    assert [after] != before


def test_a_file_that_is_replaced_is_read_again(tmp_path: Path, ask: Ask) -> None:
    """By one of the same size and time."""
    path = write(tmp_path / "logs" / "a.log", container("a", total={"invocations": 3}))
    state = path.stat()
    assert invocations(ask("summary")[0]) == 3
    path.unlink()
    write(path, container("a", total={"invocations": 4}))
    os.utime(path, ns=(state.st_atime_ns, state.st_mtime_ns))
    assert path.stat().st_size == state.st_size

    assert invocations(ask("summary")[0]) == 4


def test_files_that_come_and_go_are_noticed(tmp_path: Path, ask: Ask) -> None:
    logs = tmp_path / "logs"
    write(logs / "a.log", container("a", total={"invocations": 3}))
    assert invocations(ask("summary")[0]) == 3
    write(logs / "deep" / "b.log", container("b", total={"invocations": 2}))
    assert invocations(ask("summary")[0]) == 5
    (logs / "a.log").unlink()

    assert invocations(ask("summary")[0]) == 2


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:200])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def foreign(path: Path) -> None:
    duckdb.execute(f"copy (select 1 as one) to '{path}' (format parquet)")


@pytest.mark.parametrize("damage", [cut, empty, foreign])
def test_a_damaged_cache_is_written_anew(
    tmp_path: Path, ask: Ask, unread: Callable[[], None], damage: Callable[[Path], None]
) -> None:
    write(tmp_path / "logs" / "a.log", container("a", total={"invocations": 3}))
    first = ask("summary")
    damage(*kept(tmp_path))

    assert ask("summary") == first
    unread()
    assert ask("summary") == first


def test_another_version_of_the_reader_reads_again(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    write(tmp_path / "logs" / "a.log", container("a"))
    ask("summary")
    (before,) = kept(tmp_path)
    monkeypatch.setattr(cached, "reader", lambda: "of the next version")
    ask("summary")

    (after,) = kept(tmp_path)
    assert after != before


def test_a_file_that_changes_while_it_is_read_is_not_kept(
    tmp_path: Path, ask: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    states = iter(["before", "after"])
    write(tmp_path / "logs" / "a.log", container("a", total={"invocations": 3}))
    monkeypatch.setattr(Files, "state", lambda _: next(states))

    assert invocations(ask("summary")[0]) == 3
    assert not (tmp_path / "cache").exists()


def test_a_part_of_the_time_is_read(tmp_path: Path, ask: Ask) -> None:
    write(tmp_path / "logs" / "a.log", container("a", total={"invocations": 3}))

    assert invocations(ask("summary", "--until", "2030-01-01")[0]) == 3
    assert not (tmp_path / "cache").exists()


def test_what_is_not_asked_for_is_removed_in_time(tmp_path: Path, ask: Ask) -> None:
    write(tmp_path / "logs" / "a.log", container("a"))
    old = tmp_path / "cache" / "0-0.lives.parquet"
    old.parent.mkdir()
    old.touch()
    os.utime(old, (0, 0))
    ask("summary")

    assert len(kept(tmp_path)) == 1
    assert not old.exists()


def test_a_pipe_is_read(tmp_path: Path) -> None:
    """It has no state by which it could be known again."""
    log = write(tmp_path / "a.log", container("a"))
    command = [sys.executable, "-m", "reuse_cli", "summary", "--source", "-", "--cache", "kept"]
    done = subprocess.run(
        command, input=log.read_bytes(), cwd=tmp_path, capture_output=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, b"")
    assert not (tmp_path / "kept").exists()


def test_a_cache_that_cannot_be_written_costs_no_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = write(tmp_path / "a.log", container("a"))

    assert run(["summary", "--source", str(log), "--cache", str(log / "below")]) == 0
    shown = capsys.readouterr()
    assert "orders" in shown.out
    assert "below could not be written: Not a directory" in shown.err


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--source", "s3://bucket/x"], "--cache keeps what was read from files"),
        (["--source", "cloudwatch", "orders"], "--cache keeps what was read from files"),
        (["--source", "FILE"], "is not a folder"),
    ],
)
def test_what_has_no_cache(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[Any], sentence: str
) -> None:
    """Sources that are not files, and a cache that is not a folder, are refused."""
    log = str(write(tmp_path / "a.log", container("a")))
    given = [log if argument == "FILE" else argument for argument in arguments]

    assert run(["summary", *given, "--cache", log]) == 252
    assert sentence in capsys.readouterr().err
