"""Which log events a file holds, in whatever shape it left AWS, and when they were."""

import json
from collections.abc import Sequence

import pytest
from reuse_cli.cloudwatch.event import Event
from reuse_cli.cloudwatch.events import EventReader

T = 1_764_115_213_053
"""2025-11-26T00:00:13.053Z."""
EMF = json.dumps({"_aws": {"Timestamp": T, "CloudWatchMetrics": []}, "a": 1})
STREAM = "2025/11/26/[$LATEST]b5913dacf6e546aea2fa65a2bab1ab19"
REPORT = (
    "REPORT RequestId: 6bc28136-xx\tDuration: 1.50 ms\tBilled Duration: 2 ms\t"
    "Memory Size: 128 MB\tMax Memory Used: 40 MB\tInit Duration: 99.5 ms\t"
).replace("6bc28136-xx", "8476a536-e9f4-11e8-9739-2dfe598c3fcd")
ISO = "2025-11-26T00:00:13.053"


def read(*lines: str) -> list[Event]:
    reader = EventReader()
    found: list[Event] = []
    for line in lines:
        found += reader.line(line.encode())
    return found + list(reader.end())


def texts(events: Sequence[Event]) -> list[tuple[int | None, str]]:
    return [(event.at_ms, event.data.decode()) for event in events]


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ([EMF], [(None, EMF)]),
        ([EMF, "hello"], [(None, EMF), (T, "hello")]),
        (["hello", EMF, EMF], [(T, "hello"), (T, EMF), (None, EMF)]),
        ([f"{ISO}Z hello"], [(T, "hello")]),
        ([f"{ISO}000+00:00 {STREAM} hello {{}}"], [(T, "hello {}")]),
        ([f"{STREAM} {ISO} hello"], [(T, "hello")]),
        ([f"{ISO} {STREAM} {EMF}"], [(T, EMF)]),
        ([f"{ISO} {STREAM} Traceback", "  File 'x'", "Error"], [(T, "Traceback\nFile 'x'\nError")]),
        ([f"{ISO} {STREAM} {{", '  "a": 1', "}"], [(T, '{"a":1}')]),
        ([f"EVENTS\t{'3' * 56}\t{T}\t{STREAM}\thello", f"\t{T}"], [(T, "hello")]),
        ([f"EVENTS\t{'3' * 56}\t{T}\t{STREAM}\t{EMF}\t{T + 1}"], [(T + 1, EMF)]),
        ([f"/aws/lambda/x {STREAM} {ISO} {EMF}", f"\x1b[32m{ISO}\x1b[0m {STREAM} {EMF}"],
         [(T, EMF)] * 2),
        ([f"{ISO} {STREAM} hello", f"{ISO} {STREAM} {EMF}"], [(T, "hello"), (T, EMF)]),
        ([f"{ISO} {STREAM} got {EMF}"], [(T, f"got {EMF}")]),
        ([f"{ISO} ecs/app/1 {EMF}"], [(T, EMF)]),
        ([f"[INFO] {EMF}", EMF], [(T, f"[INFO] {EMF}"), (T, EMF)]),
        ([json.dumps({"log": EMF + "\n", "stream": "stdout", "time": f"{ISO}Z"})], [(T, EMF)]),
        ([json.dumps({"log": "hello\n", "stream": "stdout", "time": f"{ISO}Z"})], [(T, "hello")]),
        ([f"{ISO}000Z stdout F {EMF}"], [(T, EMF)]),
        ([f"{ISO} INFO: {EMF}"], [(T, f"INFO: {EMF}")]),
        ([f"{ISO}Z\tsome-id\tINFO\t{EMF}"], [(T, f"some-id\tINFO\t{EMF}")]),
        (['{"level":"INFO","message":"x"}'], [(None, '{"level":"INFO","message":"x"}')]),
        ([f'{{"timestamp":"{ISO}Z","message":"x"}}'],
         [(T, f'{{"timestamp":"{ISO}Z","message":"x"}}')]),
        ([json.dumps({"timestamp": T, "message": "hello\n"})], [(T, "hello")]),
        ([json.dumps({"timestamp": T, "message": '{"message":"x"}'})], [(T, '{"message":"x"}')]),
        ([json.dumps({"timestamp": T, "message": '{"level": "x", "message": "y"}'})],
         [(T, '{"level": "x", "message": "y"}')]),
        (json.dumps({"events": [{"timestamp": T, "message": "a"},
                                {"timestamp": T + 1, "message": EMF}]}, indent=2).split("\n"),
         [(T, "a"), (T + 1, EMF)]),
        ([json.dumps({"results": [[{"field": "@timestamp", "value": ISO.replace("T", " ")},
                                   {"field": "@message", "value": "hello"}]]})], [(T, "hello")]),
        (["@timestamp,@message,@logStream",
          f'{ISO.replace("T", " ")},"one, ""two""', '",' + STREAM],
         [(T, 'one, "two"')]),
        (["got {'a': 1}"], [(None, "got {'a': 1}")]),
        (['{"cut": "of'], [(None, '{"cut": "of')]),
        ([f'[{{"timestamp": {T}, "message": "a"}}]'], [(T, "a")]),
        ([f'{{"timestamp": {T}, "message": "a"}}{{"timestamp": {T}, "message": "b"}}'],
         [(T, "a"), (T, "b")]),
        (["", "   "], []),
    ],
)  # fmt: skip
def test_events(lines, found):
    """Log events in every form in which they leave AWS, with their times."""
    assert texts(read(*lines)) == found


def test_what_has_no_time_yet_gets_the_first_that_is_known():
    assert texts(read("one", "two", f"{ISO} {STREAM} three", f"{ISO} {STREAM} four")) == [
        (T, "one"),
        (T, "two"),
        (T, "three"),
        (T, "four"),
    ]


@pytest.mark.parametrize(
    ("around", "group"),
    [
        ({"logGroup": "/aws/lambda/orders"}, "/aws/lambda/orders"),
        ({"logGroup": "123456789012:/aws/lambda/orders"}, "/aws/lambda/orders"),
        ({"logGroup": "shop"}, "shop"),
        ({}, None),
    ],
)
def test_the_log_group(around, group):
    """It is taken from the object around the events, where one names it."""
    (event,) = read(json.dumps({**around, "logEvents": [{"timestamp": T, "message": "a"}]}))

    assert event.group == group


def test_a_line_of_a_text_and_of_an_object():
    """What was added to an object stands at its end; a text is a member."""
    plain = Event(T, None, b"hello", is_json=False)
    json_ = Event(T, "g", b'{"a":1}', is_json=True)

    assert json.loads(plain.line()) == {"@text": "hello", "@event_ms": T}
    assert json_.line() == b'{"a":1,"@event_ms":%d,"@log_group":"g"}' % T
    assert Event(None, None, b'{"a":1}', is_json=True).line() == b'{"a":1}'


def test_the_fields_that_lambda_lines_have():
    """Memory in bytes, times in ms, as Logs Insights has them."""
    line = json.loads(Event(T, None, REPORT.encode(), is_json=False).line())

    assert line == {
        "@text": REPORT,
        "@event_ms": T,
        "@type": "REPORT",
        "@requestId": "8476a536-e9f4-11e8-9739-2dfe598c3fcd",
        "@duration": 1.5,
        "@billedDuration": 2,
        "@memorySize": 128e6,
        "@maxMemoryUsed": 40e6,
        "@initDuration": 99.5,
    }


@pytest.mark.parametrize(
    "line",
    [
        f"{ISO} {STREAM} hello",
        f"{ISO} {STREAM} {EMF}",
        json.dumps({"timestamp": T, "logStreamName": STREAM, "message": EMF}),
        json.dumps({"logStream": STREAM, "logEvents": [{"timestamp": T, "message": '{"a": 1}'}]}),
        json.dumps([{"@timestamp": ISO, "@logStream": STREAM, "@message": "hello"}]),
    ],
)
def test_the_stream_is_kept(line: str) -> None:
    """In front of a message, beside it, and around many."""
    (event,) = read(line)

    assert event.stream == STREAM
    assert json.loads(event.line())["@log_stream"] == STREAM
