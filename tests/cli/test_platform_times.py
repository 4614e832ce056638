"""The times of the platform's lines: whose they are, and what is asked about."""

from reuse_cli.sources.span import Span

from tests.cli import shapes
from tests.cli.asking import ask
from tests.cli.records import STARTED_MS
from tests.cli.test_platform_lines import platform, write_events

A, REQUESTS, report, events = (
    shapes.STREAMS[0],
    shapes.REQUESTS,
    shapes.report,
    shapes.platform_events,
)


def test_an_event_with_a_time_is_not_moved_by_the_line_behind_it(tmp_path, monkeypatch):
    """JSON events as `--output text` has them, before a line that the function prints."""
    found = [
        (STARTED_MS, A, platform("report", STARTED_MS, requestId=REQUESTS[0], status="success",
                                 metrics={"durationMs": 5.0, "billedDurationMs": 6})),
        (STARTED_MS + 60_000, A, "a line of the function\n"),
    ]  # fmt: skip
    for shape in ("filter-log-events --output text", "filter-log-events"):
        monkeypatch.setattr(shapes, "events", lambda: found)
        (tmp_path / f"orders.{len(shape)}").write_text(shapes.SHAPES[shape]().replace("}\n", "}"))

    ((row,), _) = ask("containers", tmp_path)

    assert (row["invocations"], row["last_ms"]) == (1, STARTED_MS)


def test_what_is_the_same_at_another_time_is_another_one(tmp_path):
    """Lines without their container: inits that took as long, a timeout that was tried again."""
    failed = "INIT_REPORT Init Duration: 9999.72 ms\tPhase: init\tStatus: timeout"
    late = report(1, 3000, "Status: timeout")
    lines = [(at, line) for line in (failed, late) for at in (0, 60_000, 60_000)]
    text = "".join(f"{shapes.iso(STARTED_MS + at)[:19]} {line.strip()}\n" for at, line in lines)
    (tmp_path / "orders.log").write_text(text)

    (function,), _ = ask("summary", tmp_path)

    assert [function[name] for name in ("inits", "invocations", "timeouts")] == [2, 2, 2]


def test_what_began_before_the_time_asked_about_says_how(tmp_path):
    """An init that nobody waited for is no cold start where its beginning is left out."""
    start = f"START RequestId: {REQUESTS[0]} Version: $LATEST\n"
    found = [
        (STARTED_MS, A, "INIT_START Runtime Version: python:3.13.v60\n"),
        (STARTED_MS + 9_000, A, start),
        (STARTED_MS + 30_000, A, report(0, 21_000, "Init Duration: 300 ms")),
    ]
    write_events(tmp_path / "orders.json", found)

    for since_ms in (STARTED_MS + 5000, STARTED_MS + 20_000):
        ((row,), _) = ask("containers", tmp_path, span=Span(since_ms, None))
        assert [row[name] for name in ("invocations", "cold_starts", "init_kind")] == [
            *(1, 0, "proactive")
        ]


def test_a_time_can_be_asked_about(tmp_path):
    write_events(tmp_path / "orders.json", events())

    (function,), _ = ask("summary", tmp_path, span=Span(STARTED_MS + 2000, None))

    assert (function["invocations"], function["cold_starts"]) == (2, 0)
