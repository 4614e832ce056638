"""Recorded traffic from files: every shape, compressed or not, and what is odd in them."""

import gzip
import json
import lzma
from pathlib import Path

import pytest
from reuse_cli.analysis import policy as policies
from reuse_cli.analysis.replay import replay
from reuse_cli.errors import UsageError
from reuse_cli.sources import traffic_files
from reuse_cli.sources.reading import zstandard

zstd = zstandard()
TRACE = Path(__file__).parents[2].parent / "shared" / "data" / "azure_2019_minutes.csv.gz"
"""A day of the Azure Functions trace of 2019 (CC-BY), where it lies beside the project."""

ROWS = [("b", 250.0, 10.0), ("a", 100.0, 5.0), ("b", 200.0, 20.0)]


def written(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "traffic[1]"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def as_ndjson() -> str:
    names = ("function_name", "at_ms", "duration_ms")
    return "".join(json.dumps(dict(zip(names, row, strict=True))) + "\n" for row in ROWS)


def as_csv() -> str:
    lines = [f"{at},{ms},x,{name}" for name, at, ms in ROWS]
    return "at_ms,duration_ms,more,function_name\r\n" + "\r\n".join(lines) + "\r\n"


@pytest.mark.parametrize(
    "data",
    [
        as_ndjson().encode(),
        b"\xef\xbb\xbf" + as_ndjson().encode(),
        as_csv().encode(),
        gzip.compress(as_csv().encode()),
        gzip.compress(as_ndjson().encode()),
        zstd.compress(as_csv()[:30].encode()) + zstd.compress(as_csv()[30:].encode()),
        lzma.compress(as_ndjson().encode()),
    ],
    ids=["ndjson", "ndjson with BOM", "csv", "csv.gz", "ndjson.gz", "csv.zst", "ndjson.xz"],
)
def test_invocations_come_in_order_a_function(tmp_path: Path, data: bytes) -> None:
    """Whatever the shape: each function's invocations, sorted by arrival, and the whole span."""
    found = traffic_files.read(written(tmp_path, data))

    assert {
        traffic.function_name: (list(traffic.arrivals_ms), list(traffic.durations_ms))
        for traffic in found.functions
    } == {"a": ([100.0], [5.0]), "b": ([200.0, 250.0], [20.0, 10.0])}
    assert (found.unreadable, found.span_s) == (0, 0.16)


@pytest.mark.parametrize(
    "line",
    [
        '{"function_name": "a", "at_ms": NaN, "duration_ms": 1}',
        '{"function_name": "a", "at_ms": 1, "duration_ms": -1}',
        '{"function_name": "a", "at_ms": 1}',
        '{"function_name": "", "at_ms": 1, "duration_ms": 1}',
        '{"function_name": 5, "at_ms": 1, "duration_ms": 1}',
        '{"function_name": "a", "at_ms": true, "duration_ms": 1}',
        '{"function_name": "a", "at_ms": 1e999, "duration_ms": 1}',
        '{"function_name": "a", "at_ms": 1e20, "duration_ms": 1}',
        '["a", 1, 1]',
        "not JSON",
        "[" * 100_000,
    ],
)
def test_an_odd_row_is_counted_and_costs_no_other(tmp_path: Path, line: str) -> None:
    """A row that is not as described is counted with its place; the others are read."""
    found = traffic_files.read(written(tmp_path, as_ndjson() + line + "\n" + as_ndjson()))

    assert sum(traffic.invocations for traffic in found.functions) == 2 * len(ROWS)
    assert (found.unreadable, found.first_unreadable) == (1, 4)


@pytest.mark.parametrize("minutes", ["minute_1,minute_2,minute_3", "1,2,3"])
def test_minute_counts_are_of_apps(tmp_path: Path, minutes: str) -> None:
    """Functions of one app share its container; a minute is one moment without run time."""
    text = (
        f"HashFunction,HashApp,HashOwner,{minutes}\n"
        "f1,app,me,3,0,0\n"
        "f2,app,me,1,0,2\n"
        "f3,other,me,0,,1\n"
        "f4,silent,me,0,0,0\n"
        "f5,broken,me,0,x,0\n"
        "f6,short,me,0\n"
    )
    found = traffic_files.read(written(tmp_path, text))

    assert {
        traffic.function_name: (list(traffic.arrivals_ms), list(traffic.counts))
        for traffic in found.functions
    } == {"app": ([60_000.0, 180_000.0], [4, 2]), "other": ([180_000.0], [1])}
    assert (found.unreadable, found.span_s) == (2, 180.0)


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "not a traffic file"),
        (b"time,name\n1,2\n", "not a traffic file"),
        (b"function_name,at_ms,duration_ms\n", "no invocations"),
        (gzip.compress(as_csv().encode(), mtime=0)[:-30], "cannot be read: .* is cut off$"),
        (zstd.compress(as_csv().encode())[:-9], "cannot be read: .* is cut off$"),
        (b"\x1f\x8bnot gzip", "cannot be read"),
    ],
)
def test_a_file_without_traffic_is_named(tmp_path: Path, data: bytes, says: str) -> None:
    """A file that holds no traffic is refused in one sentence that names it."""
    with pytest.raises(UsageError, match=says) as refused:
        traffic_files.read(written(tmp_path, data))

    assert "traffic[1]" in str(refused.value)


def test_a_folder_and_nothing_are_refused(tmp_path: Path) -> None:
    """A folder, and a path with nothing at it, are refused too."""
    for path in (tmp_path, tmp_path / "nothing"):
        with pytest.raises(UsageError, match="cannot be read"):
            traffic_files.read(path)


@pytest.mark.skipif(not TRACE.exists(), reason="the Azure trace does not lie beside the project")
def test_the_trace_gives_its_known_answers() -> None:
    """11.6 million invocations of 1000 apps: cold starts as published for six keep-alive times."""
    found = traffic_files.read(TRACE)
    cold_starts = [
        sum(
            replay(traffic, policies.keep_alive(60 * minutes)).cold_starts
            for traffic in found.functions
        )
        for minutes in (1, 5, 10, 20, 60, 120)
    ]

    assert sum(traffic.invocations for traffic in found.functions) == 11_639_447
    assert cold_starts == [68_255, 16_334, 8_819, 5_338, 2_095, 1_467]
