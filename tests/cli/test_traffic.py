"""Which events are sent, and when."""

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest
from reuse_cli.commands.traffic_options import traffic
from reuse_cli.errors import UsageError
from reuse_cli.local.events import Event, event_source
from reuse_cli.local.traffic import Pace
from reuse_cli.local.traffic import arrivals as arrivals_of


def arrivals(
    path: Path | None, count: int | None, pace: Pace | None, *, is_endless: bool = False
) -> Iterator[Event]:
    return arrivals_of(event_source(path), count, pace, is_endless=is_endless)


def events(folder: Path, *lines: str) -> Path:
    path = folder / "events.ndjson"
    path.write_text("".join(f"{line}\n" for line in lines))
    return path


def test_one_empty_event_without_a_file() -> None:
    """So that a function can be tried at once."""
    assert list(arrivals(None, None, None)) == [(None, b"{}", "")]


def test_a_trace_is_replayed_at_its_times(tmp_path: Path) -> None:
    """A line with at_ms and event; a line with one of them is an event itself."""
    path = events(tmp_path, '{"at_ms": 250, "event": {"a": 1}}', "", '{"event": 1}', "[2]")

    assert list(arrivals(path, None, None)) == [
        (0.25, b'{"a": 1}', ""),
        (None, b'{"event": 1}', ""),
        (None, b"[2]", ""),
    ]


def test_events_of_tenants(tmp_path: Path) -> None:
    """Each names its own; the time may be left to the pace."""
    lines = ['{"tenant_id": "blue", "event": 1}', '{"at_ms": 9, "tenant_id": "green", "event": 2}']
    found = list(arrivals(events(tmp_path, *lines, '{"event": 3}'), None, Pace(1)))

    assert [arrival.tenant for arrival in found] == ["blue", "green", ""]
    assert [arrival.payload for arrival in found] == [b"1", b"2", b'{"event": 3}']
    assert [arrival.at_s for arrival in found] == [0, 0.009, 1]


def test_a_trace_that_is_repeated_goes_on_from_its_end(tmp_path: Path) -> None:
    """Otherwise its second round would come all at once."""
    path = events(tmp_path, '{"at_ms": 0, "event": 1}', '{"at_ms": 500, "event": 2}')

    assert [at_s for at_s, *_ in arrivals(path, 5, None)] == [0, 0.5, 0.5, 1.0, 1.0]


def test_count_cuts_and_repeats(tmp_path: Path) -> None:
    """`--count` sends that many events, however many the file has."""
    path = events(tmp_path, "1", "2", "3")

    assert [body for _, body, _ in arrivals(path, 2, None)] == [b"1", b"2"]
    assert [body for _, body, _ in arrivals(path, 4, None)] == [b"1", b"2", b"3", b"1"]


def test_without_end_events_repeat(tmp_path: Path) -> None:
    """A duration ends them, not the file."""
    found = islice(arrivals(events(tmp_path, "1", "2"), None, None, is_endless=True), 5)

    assert [body for _, body, _ in found] == [b"1", b"2", b"1", b"2", b"1"]


def test_a_steady_rate() -> None:
    """Events come at equal distances."""
    assert list(islice(Pace(4).moments(), 4)) == [0, 0.25, 0.5, 0.75]


def test_bursts_keep_the_rate() -> None:
    """Three at a time, three times as far apart."""
    assert list(islice(Pace(6, burst=3).moments(), 7)) == [0, 0, 0, 0.5, 0.5, 0.5, 1]


@pytest.mark.parametrize("burst", [1, 4])
def test_random_moments_keep_the_rate(burst: int) -> None:
    """Over many events the mean rate and the spread are those of a Poisson process."""
    moments = list(islice(Pace(10, burst=burst, poisson=True).moments(), 40_000))
    gaps = [b - a for a, b in zip(moments[::burst], moments[burst::burst], strict=False)]
    mean = sum(gaps) / len(gaps)
    spread = (sum((gap - mean) ** 2 for gap in gaps) / len(gaps)) ** 0.5

    assert mean == pytest.approx(burst / 10, rel=0.05)
    assert spread == pytest.approx(mean, rel=0.05)  # as only the exponential distribution has it
    assert moments == sorted(moments)


def test_the_seed_decides() -> None:
    """The same moments for the same seed, others for another."""

    def moments(seed: int) -> list[float]:
        return list(islice(Pace(10, poisson=True, seed=seed).moments(), 20))

    assert moments(1) == moments(1)
    assert moments(1) != moments(2)


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ("nonsense", "line 2 of .* is not JSON"),
        ('{"at_ms": "1", "event": 1}', "at_ms must be a number"),
        ('{"at_ms": -1, "event": 1}', "at_ms must be a number"),
        ('{"at_ms": NaN, "event": 1}', "line 2 of .* is not JSON"),
        ('{"at_ms": 1e999, "event": 1}', "at_ms must be a number"),
        ('{"at_ms": true, "event": 1}', "at_ms must be a number"),
        ('{"tenant_id": 1, "event": 1}', "tenant_id must be a string"),
        ("[" * 100_000, "line 2 of .* is not JSON"),
    ],
)
def test_a_bad_line_is_named(tmp_path: Path, line: str, sentence: str) -> None:
    """Those before it have been sent."""
    found = arrivals(events(tmp_path, "1", line), None, None)

    assert next(found).payload == b"1"
    with pytest.raises(UsageError, match=sentence):
        next(found)


@pytest.mark.parametrize("content", [b"", b"\n \n"])
def test_a_file_without_events(tmp_path: Path, content: bytes) -> None:
    """An empty file is refused, not taken as no traffic."""
    path = tmp_path / "events"
    path.write_bytes(content)

    with pytest.raises(UsageError, match="there are no events"):
        list(arrivals(path, None, None))


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_bytes(bytes(range(128, 256)))

    with pytest.raises(UsageError, match=r"line 1 of .* is not JSON"):
        list(arrivals(path, None, None))


@pytest.mark.parametrize(
    ("lines", "options", "is_single"),
    [
        (["1"], {}, True),
        (["1", "2"], {}, False),
        (["1", "2"], {"count": 1}, True),
        (["1"], {"count": 2}, False),
        (["1"], {"duration": 5.0}, False),
    ],
)
def test_whether_there_is_one_event_only(
    tmp_path: Path, lines: list[str], options: dict[str, object], is_single: bool
) -> None:
    """Found out without losing any of them."""
    given = {"rate": None, "burst": 1, "poisson": False, "seed": 0, "given": (), "concurrency": 1}
    chosen = {**given, "duration": None, "count": None, **options}

    found = traffic({**chosen, "events": events(tmp_path, *lines)})

    assert found.is_single is is_single
    payloads = [event.payload.decode() for event in islice(found.events, len(lines))]
    assert payloads == lines[: options.get("count", len(lines))]
