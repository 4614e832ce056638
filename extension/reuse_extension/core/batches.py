"""One telemetry batch: the bytes of a POST to the events it tells.

A batch is a JSON array of records. Where it is damaged, what is whole in it still counts: the
records are cut out one by one, and what remains is counted as dropped.
"""

import json

from .events import Unknown, parse

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_SEARCHED = 256 * 1024
"""Bytes of a damaged batch that are searched for whole records; a batch has seldom more, and
nothing else is done meanwhile."""


def events(body: "bytes | None") -> "list[Any]":
    """The events of one batch, Unknown for what is not one; None is a body that was too large."""
    if body is None:
        return [Unknown("a batch that is too large")]
    if not body.strip():
        return []
    items = _load(body)
    # MicroPython's reader does not miss the last bracket.
    is_whole = isinstance(items, list) and body[-64:].rstrip().endswith(b"]")
    return [parse(item) for item in items] if is_whole else _rescue(body)


def _load(data: bytes) -> "Any":
    """The JSON value in these bytes, or None."""
    try:
        text = data.decode()
        value = json.loads(text)
        # CPython takes these for numbers; RFC 8259 does not know them, nor does MicroPython.
        is_suspicious = "NaN" in text or "Infinity" in text
        return None if is_suspicious and not _is_finite(value) else value
    except Exception:
        # Not UTF-8, not JSON, nested too deep, or too large for the memory there is.
        return None


def _is_finite(value: "Any") -> bool:
    if isinstance(value, dict):
        return all(_is_finite(item) for item in value.values())
    if isinstance(value, list):
        return all(_is_finite(item) for item in value)
    return not isinstance(value, float) or value - value == 0


def _rescue(body: bytes) -> "list[Any]":
    """The events of the whole records in a damaged batch, and one Unknown for each other piece."""
    told: "list[Any]" = []
    for piece in _pieces(body[:MOST_SEARCHED]):
        item = _load(piece)
        told.append(Unknown("damaged") if item is None else parse(item))
    return told or [Unknown("not JSON")]


def _pieces(body: bytes) -> "list[bytes]":
    """The outermost {...} in these bytes, and an empty one for a last one without an end.

    A brace inside a text is not one; a text without an end reaches to the end.
    """
    pieces = []
    start = depth = at = 0
    while True:
        at, mark = _next_mark(body, at)
        if mark == b"{":
            start = at if depth == 0 else start
            depth += 1
        elif mark == b"}" and depth > 0:
            depth -= 1
            if depth == 0:
                pieces.append(body[start : at + 1])
        elif mark == b'"':
            at = _end_of_text(body, at + 1)
        elif not mark:
            break
        at += 1
    return pieces + [b""] if depth else pieces


def _next_mark(body: bytes, at: int) -> "tuple[int, bytes]":
    """Where the next brace or quote stands, and which; (the end, nothing) where there is none."""
    nearest, mark = len(body), b""
    for candidate in (b'"', b"{", b"}"):
        found = body.find(candidate, at, nearest)
        if found >= 0:
            nearest, mark = found, candidate
    return nearest, mark


def _end_of_text(body: bytes, at: int) -> int:
    """Where the text that begins here has its closing quote."""
    while True:
        quote = body.find(b'"', at)
        if quote < 0:
            return len(body)
        escapes = 0
        while quote - escapes > at and body[quote - escapes - 1] == 0x5C:
            escapes += 1
        if escapes % 2 == 0:
            return quote
        at = quote + 1
