"""Records are found in every shape in which log events leave AWS."""

import bz2
import codecs
import gzip
import io
import lzma
import os
from pathlib import Path

import pytest
from reuse_cli.sources.reading import CHUNK, text_of, zstandard

from tests.cli.asking import ask, invocations
from tests.cli.shapes import SHAPES, compact, json_lines, subscription, tail

ROOT = Path(__file__).parents[2]
TRUTH = {"a": 7, "b": 1}


@pytest.mark.parametrize("shape", SHAPES)
def test_every_shape_gives_the_same_answer(tmp_path, shape):
    """Two containers, what else a function prints, and not a word about unreadable lines."""
    file = tmp_path / "log"
    file.write_text(SHAPES[shape](), encoding="utf-8")

    assert invocations(file) == (TRUTH, [])
    (tax,), _ = ask("resources", file)
    assert (tax["hits"], tax["misses"]) == (2, 1)


zstd = zstandard()
SKIPPABLE = b"\x5a*M\x18" + (300).to_bytes(4, "little") + bytes(range(100)) * 3
"""A frame that holds no data of the file."""


def frames(text: str) -> bytes:
    """A frame a line, as pzstd has them: something to skip before each, and at the end."""
    packed = [zstd.compress(line.encode()) for line in text.splitlines(keepends=True)]
    return SKIPPABLE + SKIPPABLE.join(packed) + SKIPPABLE


ENCODINGS = {
    "gzip": lambda text: gzip.compress(text.encode()),
    "gzip, several members": lambda text: b"".join(
        gzip.compress(line.encode()) for line in text.splitlines(keepends=True)
    ),
    "gzip, padded": lambda text: gzip.compress(text.encode()) + bytes(512),
    "gzip in gzip, as Firehose has it": lambda text: gzip.compress(gzip.compress(text.encode())),
    "bzip2": lambda text: bz2.compress(text.encode()),
    "xz": lambda text: lzma.compress(text.encode()),
    "Zstandard": lambda text: zstd.compress(text.encode()),
    "Zstandard, several frames": frames,
    "Zstandard, padded": lambda text: zstd.compress(text.encode()) + bytes(512),
    "Zstandard in gzip": lambda text: gzip.compress(zstd.compress(text.encode())),
    "UTF-8 with a byte order mark": lambda text: codecs.BOM_UTF8 + text.encode(),
    "UTF-16, as PowerShell redirects": lambda text: codecs.BOM_UTF16_LE + text.encode("utf-16-le"),
    "UTF-16, the other order": lambda text: codecs.BOM_UTF16_BE + text.encode("utf-16-be"),
    "Windows line ends": lambda text: text.replace("\n", "\r\n").encode(),
}


@pytest.mark.parametrize("encoding", ENCODINGS)
@pytest.mark.parametrize("name", ["log.txt", "log.gz", "log.zst", "no suffix"])
def test_content_decides_not_the_name(tmp_path, encoding, name):
    """Compressed objects without a suffix, plain text that is called .gz."""
    (tmp_path / name).write_bytes(ENCODINGS[encoding](tail()))

    assert invocations(tmp_path) == (TRUTH, [])


@pytest.mark.slow
@pytest.mark.parametrize("compress", [zstd.compress, bz2.compress, lzma.compress])
def test_what_was_compressed_to_almost_nothing_grows_in_parts(compress):
    """64 MB of a few kilobytes are never in memory together."""
    packed = compress(bytes(64 << 20))

    parts = [len(part) for part in text_of(io.BytesIO(packed))]

    assert sum(parts) == 64 << 20
    assert max(parts) <= CHUNK


def test_a_document_on_one_long_line_is_read_piece_by_piece(tmp_path):
    """A compact answer of some 12 MB, without a single line break."""
    noise = compact({"message": "x" * 3000, "note": '{"a": "b"}'})
    text = '{"events":[' + ",".join([*[noise] * 2000, *subscription(), *[noise] * 2000]) + "]}"
    (tmp_path / "log.json").write_text(text)

    assert invocations(tmp_path) == (TRUTH, [])


@pytest.mark.slow
def test_a_large_file_of_nothing_but_records_is_read_directly(tmp_path):
    """And gives the same answer with an odd line in it."""
    lines = [line for line in tail().splitlines() if '"_aws"' in line]
    records = [line[line.index("{") :] for line in lines] * 8000
    (tmp_path / "plain.jsonl").write_text("\n".join(records) + "\n")
    assert invocations(tmp_path) == (TRUTH, [])

    (tmp_path / "plain.jsonl").write_text(
        "\n".join([*records, records[0] + records[1], json_lines(), records[0][:300]]) + "\n"
    )
    remark = "1 line with records could not be read (cut off or damaged)"
    assert invocations(tmp_path) == (TRUTH, [remark])


@pytest.mark.parametrize("encoding", ["plain", "gzip", "Zstandard, several frames"])
def test_a_pipe_is_read_once_and_whole(encoding):
    """As `--source <(zcat old.gz)` gives one."""
    encode = ENCODINGS.get(encoding, str.encode)
    read, write = os.pipe()
    with os.fdopen(write, "wb") as output:
        output.write(encode(tail() + tail()[: len(tail()) // 2]))
    try:
        assert invocations(Path(f"/dev/fd/{read}"))[0] == TRUTH
    finally:
        os.close(read)


CASES = ROOT.parent / "shared" / "cases" / "logs"
WHOLE = {"hits": {"b5913dac": 0, "7d02a5e4": 4}, "invocations": {"b5913dac": 1, "7d02a5e4": 5}}


@pytest.mark.skipif(not CASES.is_dir(), reason="the collected cases are not on this machine")
@pytest.mark.parametrize(
    "name",
    [
        "tail_with_brace_and_path.txt",
        "filter_log_events.json",
        "filter_log_events_text.txt",
        "query_messages.json",
        "insights.csv",
        "firehose_lines.json",
    ],
)
def test_collected_cases_have_their_truth(name):
    """Logs of a real run, as other tools wrote them."""
    rows, notes = ask("containers", CASES / name)

    assert notes == []
    assert [row["end"] for row in rows] == ["spindown", "spindown"]
    for field, truth in WHOLE.items():
        assert {row["container_id"][20:28]: row[field] for row in rows} == truth
    assert [(row["cold_starts"], row["misses"]) for row in rows] == [(1, 1), (1, 1)]
