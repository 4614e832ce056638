"""Records are found in log files of any shape, and what is not a record does no harm."""

import gzip
import json
from pathlib import Path

import pytest
from reuse_cli.analysis.statistics import ask
from reuse_cli.errors import NoRecordsError, UsageError
from reuse_cli.sources.files import open_files

from tests.cli.records import container, resource, write


def invocations(*paths: Path) -> dict[str, int]:
    """Invocations by the end of the container's id."""
    rows = ask(open_files(paths), "containers", ())
    return {row["container_id"][-1]: row["invocations"] for row in rows}


ONE = container("a", total={"invocations": 7})
COMPACT = json.dumps(ONE, separators=(",", ":"))

SHAPES = {
    "a log event": json.dumps({"timestamp": 5, "message": COMPACT}),
    "a log event of the AWS CLI": json.dumps(
        {"logStreamName": "a", "timestamp": 5, "message": COMPACT + "\n", "ingestionTime": 6}
    ),
    "the record itself": COMPACT,
    "with blanks in it": json.dumps(ONE),
    "behind a time, as exports are": "2026-11-21T00:04:21.886Z " + COMPACT,
    "with Windows line ends": COMPACT + "\r",
}


@pytest.mark.parametrize("name", SHAPES)
def test_a_record_is_found_in_every_shape(tmp_path, name):
    """One line of a log, as different tools write it."""
    file = tmp_path / "log.ndjson"
    file.write_text(SHAPES[name] + "\n")

    assert invocations(file) == {"a": 7}


def test_everything_else_in_a_log_is_left_out(tmp_path):
    """Text, broken JSON, other people's metrics, bytes that are no text, our names in passing."""
    file = tmp_path / "log.txt"
    noise = [
        b"START RequestId: 1 Version: $LATEST",
        b"",
        b'{"broken": ',
        b'{"_aws":{},"record":"somebody/1","container_id":"x","sequence":1}',
        b'{"record":"container/1"}',
        b'{"record":"container/1","container_id":"x","sequence":"many"}',
        b'"container/1"',
        b'I wrote "record":"container/1" {once}',
        b"\xff\xfe\x00 container/1 {",
        b'a "quoted, line, with commas',
        b'{"message":"container/1"}',
        b'{"message":{"record":"container/1"}}',
        b"[" * 5000,
    ]
    file.write_bytes(b"\n".join([*noise, COMPACT.encode(), *noise]))

    assert invocations(file) == {"a": 7}


def test_a_folder_is_searched_and_compressed_files_are_read(tmp_path):
    """As deep as it goes; files of other kinds are not opened."""
    write(tmp_path / "logs" / "orders" / "one.jsonl", ONE)
    (tmp_path / "other.png").write_text(json.dumps(container("c")))
    with gzip.open(tmp_path / "two.gz", "wt") as file:
        file.write(json.dumps(container("b", total={"invocations": 9})) + "\n")

    assert invocations(tmp_path) == {"a": 7, "b": 9}


def test_a_record_that_is_there_twice_counts_once(tmp_path):
    """Logs are often downloaded twice, with overlapping times."""
    first = write(tmp_path / "one.jsonl", ONE, container("a", 2, total={"invocations": 8}))
    second = write(tmp_path / "two.jsonl", container("a", 2, total={"invocations": 8}))

    (row,) = ask(open_files([first, second]), "containers", ())
    assert (row["invocations"], row["lost_records"]) == (8, 0)


def test_a_path_that_is_not_there_is_a_mistake_of_the_user(tmp_path):
    with pytest.raises(UsageError, match="there is no file or folder"):
        open_files([tmp_path / "nowhere"])


def test_an_empty_folder_and_a_foreign_one_are_told_apart(tmp_path):
    """Each by one sentence."""
    with pytest.raises(NoRecordsError, match="there are no log files in"):
        open_files([tmp_path])
    write(tmp_path / "foreign.log", "START RequestId: 1", {"level": "INFO"})
    with pytest.raises(NoRecordsError, match="there are no records of lambda-reuse in"):
        open_files([tmp_path])


def test_resources_without_containers_are_not_lost(tmp_path):
    """A log that was cut may hold resource records and no container's."""
    write(tmp_path / "a.jsonl", resource("tax", hits=3))

    (row,) = ask(open_files([tmp_path]), "resources", ())

    assert row["hits"] == 3
