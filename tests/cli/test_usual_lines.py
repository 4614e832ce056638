"""The platform's most frequent lines: read at a glance, they say what the closer look finds."""

import json
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from reuse_cli.sources import platform_values, usual_lines
from reuse_cli.sources.places import Place, of_path
from reuse_cli.sources.platform_reader import PlatformReader

REQUEST = "a445d3f4-722c-4b30-8940-509826c6036a"
STREAM = "2026/11/21/[$LATEST]" + "0a" * 16
TIMES = ("2026-11-21T00:25:51.704Z", "2026-11-21T00:25:51.704000+00:00", "2026-11-21T00:25:51Z",
         "2026-02-30T00:25:51Z", "2026-11-21T24:25:51.704Z", "2026-11-21T00:25:51.704001Z",
         "0001-01-01T00:00:00Z")  # fmt: skip
STREAMS = (STREAM, "2026/11/21/orders[7]" + "0b" * 16, "2026/11/21/[7]0b")
NUMBERS = ("688.85", "0", "0.07", "3000", "007", "1e3", "999999999", "9999999999", "1.23456789")
XRAY = "XRAY TraceId: 1-5-6\tSegmentId: 7a\tSampled: true"

numbers, times = st.sampled_from(NUMBERS), st.sampled_from(TIMES)
streams, versions = st.sampled_from(STREAMS), st.sampled_from(["$LATEST", "7", "live", ""])


@st.composite
def messages(draw: Callable[..., Any]) -> str:
    """START, END and REPORT, with what may stand in them and what may not."""
    kind = draw(st.sampled_from(["START", "END", "REPORT", "REPORT", "RESTORE_REPORT"]))
    if kind == "START":
        return f"START RequestId: {REQUEST} Version: {draw(versions)}"
    if kind == "END":
        return f"END RequestId: {REQUEST}"
    fields = [
        f"{name}: {draw(numbers)} {unit}"
        for name, unit in (("Duration", "ms"), ("Billed Duration", "ms"), ("Memory Size", "MB"),
                           ("Max Memory Used", "MB"))
    ]  # fmt: skip
    more = [f"Init Duration: {draw(numbers)} ms", f"Restore Duration: {draw(numbers)} ms",
            "Status: timeout"]  # fmt: skip
    fields += draw(st.lists(st.sampled_from(more), max_size=2))
    end = draw(st.sampled_from(["", "\t", "\t\n" + XRAY + "\t", "\n"]))
    return f"{kind} RequestId: {REQUEST}\t" + "\t".join(fields) + end


@st.composite
def platform_events(draw: Callable[..., Any]) -> str:
    """The same as JSON events."""
    record: dict[str, Any] = {"requestId": REQUEST}
    kind = draw(st.sampled_from(["start", "report", "runtimeDone"]))
    if kind == "start":
        record["version"] = draw(versions)
    else:
        values = st.sampled_from([12, 0.5, 1024, -3, 1e300])
        names = ["durationMs", "billedDurationMs", "memorySizeMB", "maxMemoryUsedMB"]
        names += draw(st.sampled_from([[], ["initDurationMs"], ["restoreDurationMs"]]))
        record["metrics"] = {name: draw(values) for name in names}
        record["status"] = draw(st.sampled_from(["success", "timeout"]))
    event = {"time": draw(times), "type": f"platform.{kind}", "record": record}
    return json.dumps(event, separators=(",", ":"))


@st.composite
def lines(draw: Callable[..., Any]) -> str:
    """One message in the shapes that are read at a glance, and in some that are nearly so."""
    message = draw(st.one_of(messages(), platform_events()))
    shape = draw(st.integers(0, 5))
    if shape == 0:
        return f"{draw(times)} {draw(streams)} {message}"
    if shape == 1:
        return f"{draw(times)} {message}"
    if shape == 2:
        return draw(st.sampled_from(["", " ", f"{draw(streams)} "])) + message
    if shape == 3:
        return "\t" + str(draw(st.sampled_from([1795219200000, 17952192000001])))
    separators = draw(st.sampled_from([(",", ":"), (", ", ": ")]))
    event: dict[str, Any] = {"timestamp": draw(st.sampled_from([1795219200000, 1795219200, 7]))}
    if shape == 4:
        event = {"logStreamName": draw(streams), **event}
    event["message"] = message
    event |= draw(st.sampled_from([{}, {"ingestionTime": 1795219200001, "eventId": "36"}]))
    return json.dumps(event, separators=separators)


def start_of(event: dict[str, Any]) -> dict[str, Any] | None:
    """The START that a REPORT took over, which it then says no more."""
    if "began_ms" not in event:
        return None
    start = {name: value for name, value in event.items() if name in SHARED}
    start |= {"kind": "start", "at_ms": event.pop("began_ms")}
    return start | {"function_version": event.pop("function_version")}


SHARED = ("request_id", "function_name", "fallback", "container_id", "file")


def read(text: bytes, sizes: Sequence[int], place: Place, *, is_usual: bool) -> list[str]:
    """The events, in an order of their own."""
    found: list[dict[str, Any]] = []
    reader = PlatformReader(
        found.append, (lambda some: found.extend(map(json.loads, some))) if is_usual else None
    )
    reader.begin(place)
    for size in sizes:
        reader.feed(text[:size])
        text = text[size:]
    reader.feed(text)
    reader.end()
    found += [start for event in found if (start := start_of(event))]
    return sorted(
        json.dumps({
            name: float(value) if isinstance(value, int) else value
            for name, value in event.items() if value is not None
        }, sort_keys=True)
        for event in found
    )  # fmt: skip


@given(
    st.lists(lines(), max_size=6),
    st.lists(st.integers(0, 200), max_size=3),
    st.sampled_from(["orders.log", "logs/orders/2026-11-26-LATEST-" + "0c" * 16 + ".jsonl"]),
    st.sampled_from(["\n", "\r\n"]),
)
@example(
    [f"START RequestId: {REQUEST} Version: 7", "an own line", "\t1795219200000"], [], "a", "\n"
)
@example(
    [
        f"{TIMES[0]} {STREAM} START RequestId: {REQUEST} Version: $LATEST",
        f"{TIMES[0]} START RequestId: {REQUEST} Version: $LATEST",
        "\t1795219200000",
    ], [], "orders.log", "\n",
)  # fmt: skip
def test_a_glance_finds_what_the_closer_look_finds(
    found: list[str], sizes: list[int], name: str, end: str
) -> None:
    """In any order, cut into any chunks, with the time behind the line or before it."""
    text = end.join(found).encode()
    place = of_path(name)

    assert read(text, sizes, place, is_usual=True) == read(text, sizes, place, is_usual=False)


REPORT = (
    f"REPORT RequestId: {REQUEST}\tDuration: 6.85 ms\tBilled Duration: 7 ms\tMemory Size: 128 MB\t"
    "Max Memory Used: 85 MB\tInit Duration: 477.65 ms\t"
)
EVENT = {
    "time": TIMES[0],
    "type": "platform.report",
    "record": {
        "requestId": REQUEST,
        "metrics": {
            "durationMs": 12.5,
            "billedDurationMs": 13,
            "memorySizeMB": 128,
            "maxMemoryUsedMB": 70,
        },
        "status": "success",
    },
}


@pytest.mark.parametrize(
    "line",
    [
        f"{TIMES[0]} {STREAM} START RequestId: {REQUEST} Version: $LATEST",
        f"{TIMES[1]} {STREAMS[1]} {REPORT}",
        json.dumps({"timestamp": 1795219200000, "message": f"END RequestId: {REQUEST}"}),
        json.dumps(
            {
                "logStreamName": STREAM,
                "timestamp": 1795219200000,
                "message": f"{REPORT}\n{XRAY}\t\n",
                "ingestionTime": 1795219200001,
                "eventId": "36",
            }
        ),
        f"{TIMES[0]} {STREAM} {json.dumps(EVENT, separators=(',', ':'))}",
    ],
)
def test_the_usual_lines_are_read_at_a_glance(line: str) -> None:
    assert usual_lines.of_line(line.encode()) is not None


def kept(*found: str) -> list[dict[str, Any]]:
    events: list[dict[str, Any]] = []
    reader = PlatformReader(events.append, lambda some: events.extend(map(json.loads, some)))
    reader.begin(of_path("orders.log"))
    reader.feed("".join(line + "\n" for line in found).encode())
    reader.end()
    return events


def test_a_report_takes_over_its_start() -> None:
    """One event an invocation; a START whose REPORT is not there is its own."""
    start = f"{STREAM} START RequestId: {REQUEST} Version: 7"
    early, late = TIMES[0], TIMES[0].replace("51.704", "58.704")
    events = kept(f"{early} {start}", f"{late} {STREAM} {REPORT}", f"{late} {start}")

    assert [event["kind"] for event in events] == ["report", "start"]
    assert events[0]["at_ms"] - events[0]["began_ms"] == 7000
    assert events[0]["function_version"] == "7"


def test_starts_without_reports_are_let_go(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log without REPORT lines takes no memory."""
    monkeypatch.setattr(usual_lines, "MAX_BEGUN", 3)
    found = [f"{TIMES[0]} START RequestId: {REQUEST[:-2]}{i:02} Version: 7" for i in range(10)]
    begun = usual_lines.Begun()
    let_go = []
    for line in found:
        usual = usual_lines.of_line(line.encode())
        assert usual is not None
        let_go += begun.start(usual, line.encode())

    assert (len(let_go), len(begun.left())) == (9, 1)
    assert len(kept(*found, found[0])) == 11


@pytest.mark.parametrize("time", TIMES)
@pytest.mark.parametrize("stream", ["", *STREAMS])
def test_what_stands_before_an_object(time: str, stream: str) -> None:
    words = f"{time} {stream} " if stream else f"{time} "
    around, rest = platform_values.split(words)
    found = usual_lines.prefix(f"{words}{{}}".encode())
    if found is not None:
        said = (around.group, around.stream, around.at_ms, rest)
        assert (None, found.stream, found.at_ms, "") == said
        assert found.size == len(words)


def test_the_usual_words_before_an_object_are_read_at_a_glance() -> None:
    assert usual_lines.prefix(f"{TIMES[1]} {STREAM} {{}}".encode()) is not None
    assert usual_lines.prefix(f"{TIMES[0]} {{}}".encode()) is not None
    assert usual_lines.prefix(b"{}") is None
