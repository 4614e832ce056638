"""The lanes of a timeline, and how they are drawn."""

import contextlib
import re
from pathlib import Path

import duckdb
import pytest
from reuse_cli.analysis import questions
from reuse_cli.analysis.lanes import Lane, Stretch, lanes
from reuse_cli.formats import lanes as formats
from reuse_cli.formats import lanes_svg
from reuse_cli.sources.files import Files
from reuse_cli.sources.span import ALL

from tests.cli.records import STARTED_MS, container, write


def lanes_of(folder: Path, *records: object) -> list[Lane]:
    source = Files([write(folder / "log.jsonl", *records)])
    with duckdb.connect() as connection:
        source.fill(connection, questions.TIMELINE.tables, ALL)
        _, rows = questions.ask(connection, questions.TIMELINE)
    source.close()
    return lanes(rows)


IMPOSSIBLE = [None, -5.0, 1e308, 1e13]


@pytest.mark.parametrize(
    ("values", "is_there"),
    [
        ({"Duration": [*IMPOSSIBLE, 100.0]}, True),
        ({"IdleTime": IMPOSSIBLE}, True),
        ({"InitDuration": 1e308}, True),
        ({"RestoreDuration": -1.0}, True),
        ({"container_started_ms": 10**15}, True),
        ({"from_ms": -1}, True),
        ({"to_ms": 10**17}, False),
        ({"to_ms": None}, False),
    ],
    ids=str,
)
def test_values_that_no_record_has_are_left_out(tmp_path: Path, values: dict, is_there: bool):
    """A number that is none, or longer than thirty years; a record without a time is counted."""
    good = {"to_ms": STARTED_MS + 400, "Invocations": 1, "Duration": [100.0], "sequence": 1}
    made = container("a", **{**good, **values}, total={"invocations": 1})
    source = Files([write(tmp_path / "log.jsonl", made, container("b", **good))])
    with duckdb.connect() as connection, contextlib.closing(source):
        source.fill(connection, questions.TIMELINE.tables, ALL)
        found = lanes(questions.ask(connection, questions.TIMELINE)[1])

    assert len(found) == 1 + is_there
    assert source.notes.unreadable == (not is_there)
    for lane in found:
        assert lane.invocations == [Stretch(STARTED_MS + 300, STARTED_MS + 400)]
        assert lane.to_ms - lane.from_ms < 1000
    assert lanes_svg.render(found).startswith("<svg")


def test_a_life_has_its_init_invocations_and_end(tmp_path: Path) -> None:
    """Each where it was; a record's errors stand at its end."""
    totals = {"cold_starts": 1, "init_ms": 300.0}
    (lane,) = lanes_of(
        tmp_path,
        container("a", 1, to_ms=STARTED_MS + 400, Invocations=1, ColdStarts=1, Duration=[100.0],
                  InitDuration=300.0, total={"invocations": 1, **totals}),
        container("a", 2, from_ms=STARTED_MS + 400, to_ms=STARTED_MS + 1500, Invocations=1,
                  Duration=[100.0], IdleTime=[1000.0], errors=1, end="spindown",
                  total={"invocations": 2, **totals}),
    )  # fmt: skip

    at = STARTED_MS
    assert lane.inits == [Stretch(at, at + 300)]
    assert lane.invocations == [Stretch(at + 300, at + 400), Stretch(at + 1400, at + 1500)]
    assert [(one.at_ms, one.what) for one in lane.troubles] == [(at + 1500, "1 error")]
    assert (lane.from_ms, lane.to_ms, lane.end, lane.is_exact) == (at, at + 1500, "spindown", True)


def test_a_repeated_init_stands_before_its_invocation(tmp_path: Path) -> None:
    """After a reset the init comes again, before the first invocation of its record."""
    first, second = lanes_of(
        tmp_path,
        container("a", 1, to_ms=STARTED_MS + 400, Invocations=1, ColdStarts=1, Duration=[100.0],
                  InitDuration=300.0, end="timeout", total={"invocations": 1}),
        container("a", 2, from_ms=STARTED_MS + 5000, to_ms=STARTED_MS + 6000, Invocations=1,
                  Duration=[100.0], IdleTime=[5500.0], InitDuration=200.0,
                  total={"invocations": 2}),
        container("b", 1, to_ms=STARTED_MS + 900),
    )  # fmt: skip

    at = STARTED_MS
    assert first.inits == [Stretch(at, at + 300), Stretch(at + 5700, at + 5900)]
    assert first.end is None
    assert (second.invocations, second.inits) == ([], [])


def test_what_a_lost_record_counted_stands_with_the_next(tmp_path: Path) -> None:
    """The totals of the next record have it; of the first record, only its own counts."""
    (lane,) = lanes_of(
        tmp_path,
        container("a", 3, Invocations=1, errors=1, total={"invocations": 4, "errors": 3}),
        container("a", 6, Invocations=1, total={"invocations": 9, "errors": 5, "resets": 2}),
        container("a", 7, Invocations=1, total={"invocations": 10, "errors": 5, "resets": 2}),
    )

    assert [one.counts for one in lane.troubles] == [{"errors": 1}, {"errors": 2, "resets": 2}]


def test_only_those_that_served_most_are_drawn(tmp_path: Path) -> None:
    """Forty lanes at most, in order of their start."""
    records = [
        container(f"{number:02}", 1, Invocations=number, container_started_ms=STARTED_MS - number,
                  total={"invocations": number})
        for number in range(60)
    ]  # fmt: skip
    found = lanes_of(tmp_path, *records)

    assert [lane.container_id[-2:] for lane in found] == [str(n) for n in range(59, 19, -1)]


def test_close_invocations_are_one_box() -> None:
    """A lane of ten thousand invocations is drawn with no more boxes than can be seen."""
    busy = [Stretch(i * 100.0, i * 100.0 + 50) for i in range(10_000)]
    lane = Lane("f", "c", 0.0, 1e6, invocations=busy)
    apart = Lane("f", "c", 0.0, 1e6, invocations=[Stretch(0, 1), Stretch(5e5, 5.1e5)])
    drawn = [formats.render([one], lambda _: "c") for one in (lane, apart)]
    boxes = [re.findall(r'class="run" d="([^"]+)"', one)[0].count("z") for one in drawn]

    assert boxes == [1, 2]
    assert "10000 invocations" in drawn[0]


def test_what_begins_at_the_end_is_seen() -> None:
    """The last container of a day, which has just begun."""
    day = Lane("f", "a", 0.0, 1e8, invocations=[Stretch(0, 1e8)])
    late = Lane("f", "b", 1e8 - 300, 1e8, inits=[Stretch(1e8 - 300, 1e8 - 100)])
    drawn = formats.drawing(late, 0.0, 1e8)

    assert formats.render([day, late]).count("<svg") == 2
    begins = [float(x) for x in re.findall(r'd="M([0-9.]+) ', drawn)]
    assert begins
    assert all(x <= formats.WIDTH - formats.NARROWEST for x in begins)


def spreads(folder: Path, *gaps_ms: float) -> dict[str, object]:
    record = container("a", 1, IdleTime=list(gaps_ms), Invocations=1, total={"invocations": 1})
    source = Files([write(folder / "log.jsonl", record)])
    with duckdb.connect() as connection:
        source.fill(connection, questions.REPORT_SPREADS.tables, ALL)
        _, rows = questions.ask(connection, questions.REPORT_SPREADS)
    source.close()
    return next(row for row in rows if row["spread"] == "idle")


def test_bins_begin_at_1_2_and_5(tmp_path: Path) -> None:
    """An edge belongs to the bin that it begins; 0 has its own."""
    edges = [0.001, 0.2, 1.0, 2.0, 5.0, 10.0, 1000.0, 500_000.0]
    row = spreads(tmp_path, 0.0, *edges, 1.999, 4.999, 9.999, 999.999)

    assert row["bins"] == {
        0.0: 1, 0.001: 1, 0.2: 1, 1.0: 2, 2.0: 2, 5.0: 2, 10.0: 1, 500.0: 1, 1000.0: 1,
        500_000.0: 1,
    }  # fmt: skip
    assert (row["values"], row["p50"]) == (13, 4.999)
