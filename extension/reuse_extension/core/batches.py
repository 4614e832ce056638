"""One telemetry batch: the bytes of a POST to the events in it.

A batch is a JSON array of records. Where it is damaged, or large, the records are cut out one by
one: what is whole still counts, and what remains is counted as dropped. The work is linear in the
bytes, whatever they are: nothing else is done meanwhile.
"""

import json

from .events import Invoke, LogsDropped, Report, RuntimeDone, Served, Start, Unknown, joined, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterator

    FindPiece = Callable[[bytes, int], "tuple[int, int]"]

MAX_AT_ONCE = 64 * 1024
"""Bytes of what is read as one JSON value: a larger batch is cut first, and a larger record is
none. The platform's have a few hundred. Some of what a reader of JSON does is quadratic."""
MAX_EVENTS = 10000
"""Of one batch; the platform sends as many as were asked for, 1000."""
MAX_DIGITS = 400
"""Of one number: a double has no more than 309 before its point."""
MAX_TEXTS = 10000
"""Texts between two records that are passed over; after so many they are taken for none."""


def events(body: "bytes | None", native: "Any" = None) -> "Iterator[Any]":
    """The events of one batch, Unknown for what is not one; None is a body that was too large.

    Start, RuntimeDone and Report in a row are one event, Served, where that says the same.

    They are read as they are asked for. `native`: a module with a faster `find_piece`, and with
    `read_batch`, which reads what is usual and leaves all else to this; or None.
    """
    if body is None:
        yield Unknown("a batch that is too large")
        return
    usual = None if native is None else native.read_batch(body, USUAL)
    if usual is not None:
        yield from usual
    elif body.strip():
        find = find_piece if native is None else native.find_piece
        items = _load(body)
        # MicroPython's reader does not miss the last bracket.
        is_whole = isinstance(items, list) and body[-64:].rstrip().endswith(b"]")
        yield from joined_events(_listed(items) if is_whole else _cut(body, find))


def _read(piece: bytes) -> "Any":
    item = _load(piece)
    return Unknown("damaged") if item is None else parse(item)


USUAL = (_read, Start, RuntimeDone, Report, Served, Invoke)
"""How native code makes events: of another record's bytes, and of the fields of these."""


def joined_events(found: "Iterator[Any]") -> "Iterator[Any]":
    """The same, with Served for three events that come to that."""
    waiting: "list[Any]" = []  # a Start, and the RuntimeDone after it
    for event in found:
        served = joined(waiting[0], waiting[1], event) if len(waiting) == 2 else None
        if served is not None:
            yield served
            waiting = []
            continue
        if len(waiting) != 1 or not isinstance(event, RuntimeDone):
            yield from waiting
            waiting = []
        if waiting or isinstance(event, Start):
            waiting.append(event)
        else:
            yield event
    yield from waiting


def _listed(items: "list[Any]") -> "Iterator[Any]":
    for item in items[:MAX_EVENTS]:
        yield parse(item)
    if len(items) > MAX_EVENTS:
        yield LogsDropped(None, len(items) - MAX_EVENTS)


def _load(data: bytes) -> "Any":
    """The JSON value in these bytes, or None."""
    try:
        if len(data) > MAX_AT_ONCE or _has_long_number(data):
            return None
        text = data.decode()
        value = json.loads(text)
        # CPython takes these for numbers; RFC 8259 does not know them, nor does MicroPython.
        is_suspicious = "NaN" in text or "Infinity" in text
        return None if is_suspicious and not _is_finite(value) else value
    except Exception:
        # Not UTF-8, not JSON, nested too deep, or too large for the memory there is.
        return None


def _has_long_number(data: bytes) -> bool:
    """Whether there are more than MAX_DIGITS digits in a row: one is at a multiple of it."""
    for middle in range(0, len(data), MAX_DIGITS):
        start = end = middle
        while end < len(data) and end - start <= MAX_DIGITS and _is_digit(data[end]):
            end += 1
        if end == middle:
            continue
        while start > 0 and end - start <= MAX_DIGITS and _is_digit(data[start - 1]):
            start -= 1
        if end - start > MAX_DIGITS:
            return True
    return False


def _is_digit(byte: int) -> bool:
    return 0x30 <= byte < 0x3A


def _is_finite(value: "Any") -> bool:
    if isinstance(value, dict):
        return all(_is_finite(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_finite(item) for item in value)
    return not isinstance(value, float) or value - value == 0


def _cut(body: bytes, find: "FindPiece") -> "Iterator[Any]":
    """The events of the whole records in a batch, and one Unknown for each other piece."""
    at = 0
    for count in range(MAX_EVENTS):
        start, end = find(body, at)
        if start < 0:
            is_cut_off = body[:64].lstrip()[:1] == b"[" and body[-64:].rstrip()[-1:] not in b"}]"
            if is_cut_off or count == 0:
                yield Unknown("not JSON, or cut off")
            return
        yield _read(body[start:end]) if end > 0 else Unknown("damaged")
        at = abs(end)
    yield Unknown("what comes after so many events")


def find_piece(body: bytes, at: int) -> "tuple[int, int]":
    """(start, end) of the next outermost {...} in these bytes; (-1, -1) where there is none.

    A brace inside a text is not one; a text without an end reaches to the end. A piece that is too
    large or has no end stops somewhere, and its `end` is negative.
    """
    start = _next_object(body, at)
    if start < 0:
        return -1, -1
    limit = min(len(body), start + MAX_AT_ONCE)
    at = start + 1
    depth = 1
    # The next of each mark, searched for again only when it was passed: else this were quadratic.
    close = opening = quote = -1
    while at < limit:
        close = _next(body, b"}", close, at, limit)
        opening = _next(body, b"{", opening, at, limit)
        quote = _next(body, b'"', quote, at, limit)
        nearest = min(close, opening, quote)
        at = nearest + 1
        if nearest == limit:
            break
        if nearest == quote:
            at = _end_of_text(body, at, limit) + 1
        elif nearest == opening:
            depth += 1
        else:
            depth -= 1
            if depth == 0:
                return start, at
    return start, -limit


def _next_object(body: bytes, at: int) -> int:
    """Where the next brace stands that is in no text, or -1."""
    brace = body.find(b"{", at)
    for _ in range(MAX_TEXTS):
        if brace < 0:
            return -1
        quote = body.find(b'"', at, brace)
        if quote < 0:
            return brace
        at = _end_of_text(body, quote + 1, len(body)) + 1
        if at > brace:
            brace = body.find(b"{", at)
    return brace


def _next(body: bytes, mark: bytes, known: int, at: int, limit: int) -> int:
    """Where the next mark stands; the limit where there is none. `known`: what it was before."""
    if known >= at:
        return known
    found = body.find(mark, at, limit)
    return limit if found < 0 else found


def _end_of_text(body: bytes, at: int, limit: int) -> int:
    """Where the text that begins here has its closing quote; the limit where it has none."""
    while True:
        quote = body.find(b'"', at, limit)
        if quote < 0:
            return limit
        escapes = 0
        while quote - escapes > at and body[quote - escapes - 1] == 0x5C:
            escapes += 1
        if escapes % 2 == 0:
            return quote
        at = quote + 1
