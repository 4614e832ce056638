"""Each run has a folder of its own, and the newest is the one that is asked about."""

from datetime import UTC, datetime
from pathlib import Path

from reuse_cli.sources.runs import default_sources, new_run, remove_if_empty, runs

BEGAN = datetime(2026, 11, 26, 1, 0, 7, 123_456, tzinfo=UTC)


def test_the_newest_is_the_default(tmp_path: Path) -> None:
    """By the time at which they began, whatever the function is called."""
    first = new_run(tmp_path, "zebra", BEGAN)
    second = new_run(tmp_path, "ant", BEGAN.replace(second=8))

    assert first.name == "2026-11-26T01-00-07.123Z-zebra"
    assert [first, second] == runs(tmp_path)
    assert default_sources(tmp_path) == [second]
    assert default_sources(tmp_path, is_all=True) == [first, second]


def test_two_runs_in_one_millisecond(tmp_path: Path) -> None:
    """Each gets its own folder, in the order in which they came."""
    made = [new_run(tmp_path, "orders", BEGAN) for _ in range(3)]

    assert runs(tmp_path) == made
    assert len({*made}) == 3


def test_a_folder_without_runs_is_one_itself(tmp_path: Path) -> None:
    """So that `--data` and logs of other origin can be asked about; one that is missing too."""
    (tmp_path / "logs").mkdir()
    (tmp_path / "2026-11-26T01-00-07.123Z-file").write_text("")

    assert default_sources(tmp_path, is_all=True) == [tmp_path]
    assert default_sources(tmp_path / "gone") == [tmp_path / "gone"]


def test_runs_are_not_committed(tmp_path: Path) -> None:
    """The data folder tells git to leave it alone; what the user wrote there stays."""
    data = tmp_path / "data"
    new_run(data, "orders")
    assert (data / ".gitignore").read_text() == "*\n"

    (data / ".gitignore").write_text("!*\n")
    new_run(data, "orders")
    assert (data / ".gitignore").read_text() == "!*\n"


def test_a_run_without_records_is_removed(tmp_path: Path) -> None:
    """With the data folder, unless that has other runs or files of the user's."""
    data = tmp_path / "data"
    first, second = new_run(data, "orders", BEGAN), new_run(data, "orders", BEGAN)
    (first / "logs" / "orders").mkdir(parents=True)
    remove_if_empty(first)
    assert runs(data) == [second]

    remove_if_empty(second)
    assert not data.exists()

    kept = new_run(data, "orders", BEGAN)
    (kept / "logs").mkdir()
    (kept / "logs" / "a.jsonl").touch()
    remove_if_empty(kept)
    assert runs(data) == [kept]
