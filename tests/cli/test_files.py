"""Files, folders and links as they lie on a machine: what cannot be read is said, and no more."""

import contextlib
import gzip
import json
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest
from reuse_cli.analysis.tables import IDLE, IDLE_P50, LIVES
from reuse_cli.errors import NoRecordsError, UsageError
from reuse_cli.sources import files
from reuse_cli.sources.reading import zstandard
from reuse_cli.sources.span import Span

from tests.cli.asking import ask, invocations
from tests.cli.records import container, resource, write

zstd = zstandard()
ONE = container("a", total={"invocations": 7})
TWO = container("b", total={"invocations": 9})
UNREADABLE = "1 line with records could not be read (cut off or damaged)"


def test_a_folder_is_searched_and_compressed_files_are_read(tmp_path):
    """As deep as it goes; files of other kinds are not opened."""
    write(tmp_path / "logs" / "orders" / "one.jsonl", ONE)
    (tmp_path / "other.png").write_text(json.dumps(container("c")))
    (tmp_path / "program").write_bytes(b"\x7fELF\x00" + json.dumps(container("d")).encode())
    with gzip.open(tmp_path / "two.gz", "wt") as file:
        file.write(json.dumps(TWO) + "\n")

    assert invocations(tmp_path) == ({"a": 7, "b": 9}, [])


def test_a_record_that_is_there_twice_counts_once(tmp_path):
    """Logs are often downloaded twice, with overlapping times, and found by two names."""
    gaps = {"IdleTime": [1.0, 9.0]}
    first = write(tmp_path / "one.jsonl", {**ONE, **gaps}, container("a", 2, IdleTime=[5.0]))
    second = write(tmp_path / "two.jsonl", container("a", 2, IdleTime=[5.0]), {**ONE, **gaps})
    (tmp_path / "link.jsonl").symlink_to(first)

    (row,), notes = ask("containers", tmp_path, first, second, first)

    assert (row["invocations"], row["lost_records"], row["idle_p50_ms"]) == (7, 0, 5)
    assert notes == []


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({LIVES}, (None, None)),
        ({LIVES, IDLE_P50}, (None, 4.0)),
        ({LIVES, IDLE}, ([{"sequence": 1, "ms": [3.0, 5.0]}], None)),
        ({LIVES, IDLE, IDLE_P50}, ([{"sequence": 1, "ms": [3.0, 5.0]}], 4.0)),
    ],
)
def test_gaps_are_kept_only_where_they_are_asked_for(tmp_path, asked, expected):
    """Those of a large fleet need more memory than all else that is known of it."""
    path = write(tmp_path / "one.jsonl", {**ONE, "IdleTime": [3.0, 5.0]})
    source = files.Files([path])

    with duckdb.connect() as connection:
        source.fill(connection, asked, Span())
        found = connection.execute("select idle_list, idle_p50_ms from lives").fetchall()
    source.close()

    assert found == [expected]


def test_a_container_may_be_spread_over_files(tmp_path):
    """In any order."""
    write(tmp_path / "a.jsonl", container("a", 3, total={"invocations": 30}), container("a", 1))
    write(tmp_path / "b.jsonl", container("a", 2))

    (row,), _ = ask("containers", tmp_path)

    assert (row["invocations"], row["lost_records"]) == (30, 0)


@pytest.mark.parametrize("name", ["we[ir]d.jsonl", "a*?.jsonl", "it's {1,2}.jsonl", "é.jsonl"])
def test_a_name_is_a_name_and_no_pattern(tmp_path, name):
    """Log streams have brackets in their names; a large file goes another way than a small one."""
    write(tmp_path / name, ONE)
    assert invocations(tmp_path / name) == ({"a": 7}, [])

    lines = (json.dumps(ONE, separators=(",", ":")) + "\n") * 20_000
    (tmp_path / name).write_text(lines)
    assert (tmp_path / name).stat().st_size > 8 << 20
    assert invocations(tmp_path / name) == ({"a": 7}, [])


def lines_of(count: int) -> list[str]:
    """A record of each container, with its number as its invocations."""
    numbers = range(1, count)
    return [json.dumps(container(f"{i:032x}", total={"invocations": i})) for i in numbers]


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_of_a_file_that_is_cut_off_all_that_is_whole_is_read(tmp_path, keep):
    """Compressed or plain, and each says so in one line."""
    lines = lines_of(400)
    packed = gzip.compress("\n".join(lines).encode())
    (tmp_path / "cut.gz").write_bytes(packed[: int(len(packed) * keep)])

    rows, notes = ask("containers", tmp_path)

    assert 0 < len(rows) < 399
    assert all(row["invocations"] == int(row["container_id"][-32:], 16) for row in rows)
    assert "cut.gz: the gzip data is cut off; what is whole was read" in notes[-1]


@pytest.mark.parametrize("keep", [0.5, 0.75, 0.99, 1])
def test_of_zstandard_that_is_cut_off_all_whole_blocks_are_read(tmp_path, keep):
    """Those of the frame that is cut off too, which has a block every 128 kB."""
    lines = lines_of(4000)
    frames = [zstd.compress("".join(line + "\n" for line in lines[:99]).encode())]
    frames += [zstd.compress("\n".join(lines[99:]).encode())]
    cut = frames[1][: int(len(frames[1]) * keep)]
    (tmp_path / "cut.zst").write_bytes(frames[0] + cut)

    rows, notes = ask("containers", tmp_path)

    whole = zstd.ZstdDecompressor().decompress(cut).count(b"\n")
    assert len(rows) == 99 + whole if keep < 1 else len(rows) == 3999
    assert whole > 0
    assert all(row["invocations"] == int(row["container_id"][-32:], 16) for row in rows)
    says = f"{tmp_path / 'cut.zst'}: the Zstandard data is cut off; what is whole was read"
    assert (says in notes) == (keep < 1)


CHECKED = {zstd.CompressionParameter.checksum_flag: 1}
DAMAGED = {
    "empty.gz": (b"", None),
    "header.gz": (gzip.compress(b"x")[:6], "the gzip data is cut off"),
    "false.gz": (b"\x1f\x8b" + b"no gzip at all", "damaged gzip data"),
    "crc.gz": (gzip.compress(b"a" * 99)[:-6] + b"abcdef", "damaged gzip data"),
    "logs.zip": (b"PK\x03\x04" + bytes(30), "a zip archive; unpack it first"),
    "header.zst": (zstd.compress(b"x")[:6], "the Zstandard data is cut off"),
    "skipped.zst": (b"\x50*M\x18\x09\x00\x00\x00cut", "the Zstandard data is cut off"),
    "false.zst": (
        b"(\xb5/\xfd" + b"no Zstandard",
        "Zstandard data that cannot be read: Unsupported",
    ),
    "checksum.zst": (
        zstd.compress(b"a" * 99, options=CHECKED)[:-4] + b"abcd",
        "Zstandard data that cannot be read: Restored data doesn't match checksum",
    ),
    "window of 2 GB.zst": (  # as `zstd --long=31` has it: 1 << (0xa8 >> 3) kB
        b"(\xb5/\xfd\x00\xa8" + bytes(30),
        "Zstandard data that cannot be read: Frame requires too much memory",
    ),
    "logs.parquet": (b"PAR1" + bytes(30), "a Parquet file"),
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_does_its_neighbours_no_harm(tmp_path, name):
    """It is named with its reason."""
    content, reason = DAMAGED[name]
    (tmp_path / name).write_bytes(content)
    good = write(tmp_path / "good.jsonl", ONE)

    found, notes = invocations(tmp_path / name, good)

    assert found == {"a": 7}
    assert len(notes) == (reason is not None)
    assert all(f"{name}: {reason}" in note for note in notes)
    with pytest.raises(NoRecordsError, match=reason or "what was read is empty"):
        invocations(tmp_path / name)


@pytest.mark.parametrize("begin", ["events:\n- ", "events:\r\n- ", "- events:\n  - "])
def test_yaml_is_read_as_far_as_it_is_lines(tmp_path, begin):
    """The AWS CLI folds long lines: something may be missing then, and stderr says so."""
    file = tmp_path / "log.yaml"
    file.write_bytes(f"{begin}message: '{json.dumps(ONE)}'\n  timestamp: 1\n".encode())

    found, notes = invocations(file)

    assert found == {"a": 7}
    assert [note.partition("log.yaml: ")[2] for note in notes] == [
        "YAML, of which what is on one line was read; use --output json"
    ]


def test_what_a_folder_holds_beside_files_is_passed_over(tmp_path):
    """Links to nowhere, to themselves, to a folder above; pipes that nobody writes to; sockets."""
    write(tmp_path / "good.jsonl", ONE)
    (tmp_path / "dangling.log").symlink_to(tmp_path / "nowhere")
    (tmp_path / "loop.log").symlink_to(tmp_path / "loop.log")
    (tmp_path / "above").symlink_to(tmp_path.parent)
    os.mkfifo(tmp_path / "pipe.log")

    found, notes = invocations(tmp_path)

    assert found == {"a": 7}
    (note,) = notes
    assert "dangling.log: No such file" in note
    assert "loop.log: Too many levels of symbolic links" in note
    assert "pipe" not in note


def test_a_pipe_without_a_writer_is_not_waited_for(tmp_path):
    """Named on purpose, it holds no records."""
    os.mkfifo(tmp_path / "pipe.log")

    with pytest.raises(NoRecordsError, match="there are no records of lambda-reuse in"):
        invocations(tmp_path / "pipe.log")


def test_a_file_without_permission_is_named(tmp_path):
    write(tmp_path / "good.jsonl", ONE)
    write(tmp_path / "secret.jsonl", TWO).chmod(0)
    command = [Path(sys.executable).with_name("lambda-reuse"), "containers", "--output", "json"]
    # Root may read everything, unless it gives up the right to.
    plain = ["setpriv", "--bounding-set", "-dac_override,-dac_read_search"]

    done = subprocess.run(
        [*(plain if os.geteuid() == 0 else []), *command, "--source", tmp_path],
        capture_output=True,
        text=True,
        check=True,
    )

    assert [row["invocations"] for row in json.loads(done.stdout)["containers"]] == [7]
    assert "secret.jsonl: Permission denied" in done.stderr


def test_a_file_that_fails_while_it_is_read_is_named(tmp_path):
    """The memory of a process is a file that can be opened and not be read from its start."""
    good = write(tmp_path / "good.jsonl", ONE)

    found, notes = invocations(good, tmp_path.__class__("/proc/self/mem"))

    assert found == {"a": 7}
    assert "/proc/self/mem: Input/output error" in notes[0]


def test_a_large_file_that_vanishes_while_it_is_read_is_said(tmp_path, monkeypatch):
    """DuckDB reads it by itself, after it was found; what its neighbours hold is the answer."""
    monkeypatch.setattr(files, "LARGE", 1)
    write(tmp_path / "good.jsonl", ONE)
    gone = tmp_path / "gone.jsonl"
    gone.write_text(json.dumps(TWO, separators=(",", ":")) + "\n")
    source = files.Files([tmp_path])
    monkeypatch.setattr(source, "_found", source.open())
    gone.unlink()

    connection = duckdb.connect()
    with contextlib.closing(source):
        source.fill(connection, [LIVES], Span())
    rows = connection.execute(f"select container_id, invocations from {LIVES}").fetchall()

    assert [invocations for _, invocations in rows] == [7]
    assert source.notes.sentences() == [files.CHANGED]


def test_a_path_that_is_not_there_is_a_mistake_of_the_user(tmp_path):
    with pytest.raises(UsageError, match="there is no file or folder"):
        invocations(tmp_path / "nowhere")


def test_an_empty_folder_and_a_foreign_one_are_told_apart(tmp_path):
    """Each by one sentence."""
    with pytest.raises(NoRecordsError, match="there are no log files in"):
        invocations(tmp_path)
    write(tmp_path / "foreign.log", "START RequestId: 1", {"level": "INFO"})
    with pytest.raises(NoRecordsError, match="there are no records of lambda-reuse in"):
        invocations(tmp_path)


def test_resources_without_containers_are_not_lost(tmp_path):
    """A log that was cut may hold resource records and no container's."""
    write(tmp_path / "a.jsonl", resource("tax", hits=3))

    (row,), _ = ask("resources", tmp_path)

    assert row["hits"] == 3


@pytest.mark.slow
def test_no_room_for_temporary_files_is_one_sentence(tmp_path):
    """A file system of one page, where the records do not fit."""
    write(tmp_path / "log.jsonl", *[container(f"{i:032x}") for i in range(100)])
    (tmp_path / "full").symlink_to("/dev/full")
    program = (
        "import sys, pathlib; from reuse_cli.sources import copies;"
        "copies.RECORDS = pathlib.Path(sys.argv.pop(1)); from reuse_cli.main import main; main()"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path / "full", "containers", "--source", tmp_path],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 255
    assert done.stdout == ""
    (line,) = done.stderr.splitlines()
    assert "no room for temporary files" in line
    assert "No space left on device" in line
