"""What is fuzzed: functions that take any bytes and fail when a promise does not hold."""

import functools
import json

from lambda_reuse import page_format
from reuse_extension import wire
from reuse_extension.core import batches, events
from reuse_extension.core.resources import ResourceLedger

from tests.core.play import START_MS, Played
from tests.core.test_lives import FIXTURES
from tests.fuzz.native import COMPILER, NativeReader
from tests.line_schema import check_line

MAX_BODY = 1000


def fuzz_wire(data: bytes) -> None:
    """Messages do not depend on how their bytes arrive, and no peer makes us hold much of them."""
    for reads_responses in (False, True):
        at_once = _messages([data], reads_responses)
        step = data[0] % 7 + 1 if data else 1
        pieces = [data[i : i + step] for i in range(0, len(data), step)]
        assert at_once == _messages(pieces, reads_responses)


def _messages(pieces: list[bytes], reads_responses: bool) -> list[object]:
    reader = wire.Reader(MAX_BODY, reads_responses)
    reported: list[object] = []
    for piece in pieces:
        try:
            reported += reader.feed(piece)
        except wire.WireError:
            assert reader.is_broken
        if reader.is_broken:
            return [*reported, "not HTTP"]
        assert reader.buffered <= MAX_BODY + wire.MAX_HEAD + len(piece)
    return reported + reader.end()


def fuzz_events(data: bytes) -> None:
    """Any body leaves a container that goes on, and lines that the schema takes."""
    played = Played({"environment": {}, "subscription": 200})
    container = played.container
    for event in batches.events(data):
        played.take(container.receive(event, START_MS))
    played.take(container.end_batch(START_MS))
    played.take(container.receive(events.Shutdown(START_MS, "spindown", None), START_MS))
    played.take(container.finish(START_MS))
    for line in played.lines():
        check_line(json.loads(line, parse_constant=_refuse))


def _refuse(constant: str) -> None:
    raise AssertionError(f"{constant} is not JSON")


def fuzz_pages(data: bytes) -> None:
    """Any file in the folder of pages is a page that can be recorded, or none."""
    page = page_format.read(data)
    if page is not None:
        played = Played({"environment": {}, "subscription": 200}, [("1-1.page", page)])
        played.take(played.container.finish(START_MS))
        for line in played.lines():
            check_line(json.loads(line, parse_constant=_refuse))
        assert ResourceLedger().read([("1-1.page", page)]) is not None


def fuzz_reader(data: bytes) -> None:
    """What the native reader takes, it reads as the Python code does; it leaves all else to it."""
    native = _native()
    assert list(batches.events(data, native)) == list(batches.events(data))
    request_id = native.read_invoke(data)
    if request_id is not None:
        assert events.parse_next(json.loads(data), 5) == events.Invoke(5, request_id)
    for is_response in (False, True):
        body = native.read_message(data, len(data), is_response)
        if body is not None:
            reader = wire.Reader(len(data), is_response)
            (message,) = reader.feed(data)
            assert (message.body, message.keeps_open, reader.is_between) == (body, True, True)


@functools.cache
def _native() -> NativeReader:
    return NativeReader()


TARGETS = {"wire": fuzz_wire, "events": fuzz_events, "pages": fuzz_pages}
if COMPILER:
    TARGETS["reader"] = fuzz_reader


def seeds(target: str) -> list[bytes]:
    """Good input, from which the search begins."""
    if target == "pages":
        return [_page()]
    bodies = [
        json.dumps(step["batch"]).encode()
        for path in FIXTURES
        for step in json.loads(path.read_text())["steps"]
        if "batch" in step
    ]
    if target == "events":
        return bodies
    if target == "reader":
        return [*bodies, *_messages_of(bodies)]
    chunked = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n"
    head = b"POST / HTTP/1.1\r\nhost: sandbox\r\ncontent-length: %d\r\n\r\n"
    return [chunked, *(head % len(body) + body for body in bodies)]


INVOKE = (
    b'{"eventType":"INVOKE","deadlineMs":1795219200000,"requestId":"8f66dbe6-3db0-4f99-bf49-1",'
    b'"invokedFunctionArn":"arn:aws:lambda:eu-west-1:123456789012:function:orders",'
    b'"tracing":{"type":"X-Amzn-Trace-Id","value":"Root=1-5f35ae12"}}'
)


def _messages_of(bodies: list[bytes]) -> list[bytes]:
    length = b"Content-Length: %d\r\n\r\n%s"
    date = b"Date: Sat, 21 Nov 2026 00:00:00 GMT\r\nContent-Type: application/json\r\n"
    return [
        INVOKE,
        b"HTTP/1.1 200 OK\r\n" + date + length % (len(INVOKE), INVOKE),
        b"POST / HTTP/1.1\r\nHost: sandbox\r\n" + length % (len(bodies[0]), bodies[0]),
    ]


def _page() -> bytes:
    data = bytearray(page_format.PAGE_SIZE)
    header = page_format.pack_header(7, START_MS)
    data[: len(header)] = header
    phase = page_format.pack_phase(page_format.Phase("import", START_MS, 1_500, 0))
    data[page_format.phase_at(0) : page_format.phase_at(0) + len(phase)] = phase
    texts = page_format.pack_slot_texts("client", "resource", "app.py:1")
    data[page_format.slot_at(0) : page_format.slot_at(0) + len(texts)] = texts
    data[page_format.SLOTS_USED_AT] = data[page_format.PHASES_USED_AT] = 1
    return bytes(data)
