"""A damaged batch loses what is damaged, and nothing beside it."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_extension.core import batches
from reuse_extension.core.events import Start, Unknown

from tests import platform_events as pe
from tests.core.play import START_MS

GOOD = [
    pe.start(START_MS, "one"),
    pe.start(START_MS, 'two \u00e9 { " } \\'),
    pe.start(START_MS, "3"),
]


def reported(body: bytes) -> tuple[list[str], int]:
    """(the requests that a body reports, how many of its pieces were dropped)."""
    events = list(batches.events(body))
    requests = [event.request_id for event in events if isinstance(event, Start)]
    return requests, sum(isinstance(event, Unknown) for event in events)


NAMES = [event["record"]["requestId"] for event in GOOD]


def test_a_whole_batch_is_told_whole():
    """In the platform's compact writing and in Python's, with escapes and without."""
    for separators in ((",", ":"), (", ", ": ")):
        for is_ascii in (True, False):
            body = json.dumps(GOOD, separators=separators, ensure_ascii=is_ascii).encode()
            assert reported(body) == (NAMES, 0)


@pytest.mark.parametrize(
    ("middle", "dropped"),
    [
        (b"17", 1),
        (b'{"type": "platform.start", "record": {}}', 1),
        (b'{"type": "platform.newThing", "record": 1}', 0),
        (b'{"type": broken}', 1),
        (b'{"type": "platform.start", "record": {"requestId": "x", "metrics": NaN}}', 1),
        (b'{"type": "platform.start", "record": {"requestId": "x", "list": [1, -Infinity]}}', 1),
        (b'{"type": "\xff\xfe"}', 1),
        (b'{"a": "unfinished \\"}, {', 1),
    ],
)
def test_good_records_beside_a_bad_one_count(middle, dropped):
    """A bad element, broken JSON, what only CPython takes for numbers, bytes that are not UTF-8."""
    before, after = (json.dumps(event).encode() for event in GOOD[:2])

    requests, lost = reported(b"[" + before + b"," + middle + b"," + after + b"]")

    assert requests[0] == NAMES[0]
    assert lost >= dropped
    if b"unfinished" not in middle:
        assert (requests, lost) == (NAMES[:2], dropped)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (None, ([], 1)),
        (b"", ([], 0)),
        (b"  \n", ([], 0)),
        (b"[]", ([], 0)),
        (b"hello", ([], 1)),
        (b"null", ([], 1)),
        (b"{", ([], 1)),
        (b"[" * 100_000, ([], 1)),
        (b"\x00" * 1000, ([], 1)),
        (json.dumps(GOOD[0]).encode(), (["one"], 0)),
    ],
)
def test_bodies_that_are_no_batch(body, expected):
    """Each is survived and counted once; None stands for one that was too large."""
    assert reported(body) == expected


@given(st.integers(0, 400), st.integers(1, 30), st.binary(max_size=30))
def test_any_damage_loses_only_what_it_touches(at, size, damage):
    """Records wholly before the damage are read; nothing is raised."""
    body = json.dumps(GOOD).encode()
    damaged = body[:at] + damage + body[at + size :]
    whole_before = sum(body.find(json.dumps(e).encode()) + len(json.dumps(e)) <= at for e in GOOD)

    requests, _ = reported(damaged)

    assert requests[:whole_before] == NAMES[:whole_before] or at > len(body)


@pytest.mark.parametrize(("end", "lost"), [(b"]", 0), (b",broken", 1)])
def test_a_large_batch_is_told_like_a_small_one(end, lost):
    """Its records are cut out one by one."""
    body = b"[" + b",".join([json.dumps(GOOD[1]).encode()] * 5000) + end

    assert reported(body) == ([NAMES[1]] * 5000, lost)


def test_of_too_many_records_the_first_count():
    """What comes after so many is dropped, whether as one or with its number."""
    for body in (b"{}" * 200_000, b"[" + b"1," * 20_000 + b"1]"):
        events = list(batches.events(body))

        assert len(events) == batches.MAX_EVENTS + 1


@pytest.mark.parametrize("digits", [batches.MAX_DIGITS, batches.MAX_DIGITS + 1])
@pytest.mark.parametrize("before", [0, 1, 399, 400, 401])
def test_a_number_of_too_many_digits_is_damage(digits, before):
    """Reading it takes the square of its length; what is beside it counts."""
    number = b'{"pad":"%s","type":%s}' % (b"x" * before, b"7" * digits)

    _, lost = reported(b"[" + json.dumps(GOOD[0]).encode() + b"," + number + b"]")

    assert lost == 1
    assert (batches._load(number) is None) == (digits > batches.MAX_DIGITS)


@given(st.binary(max_size=40), st.sampled_from([b'{"', b'"}', b"\\", b'"', b"{", b"}"]))
def test_pieces_are_braces_that_match_outside_of_texts(noise, mark):
    """Held against a reader that looks at every byte."""
    body = mark.join([noise[i : i + 3] for i in range(0, len(noise), 3)])
    at, found = 0, []
    while (piece := batches.find_piece(body, at))[0] >= 0:
        found.append(piece)
        at = abs(piece[1])

    assert found == pieces_by_byte(body)


def pieces_by_byte(body: bytes) -> list[tuple[int, int]]:
    pieces, depth, start, is_text, is_escaped = [], 0, 0, False, False
    for at, byte in enumerate(body):
        if is_text:
            is_text = is_escaped or byte != ord('"')
            is_escaped = byte == ord("\\") and not is_escaped
        elif byte == ord('"'):
            is_text = True
        elif byte == ord("{"):
            start = at if depth == 0 else start
            depth += 1
        elif byte == ord("}") and depth:
            depth -= 1
            if depth == 0:
                pieces.append((start, at + 1))
    return [*pieces, (start, -len(body))] if depth else pieces


class Native:
    """Stands for the native reader: it takes one body and leaves all others."""

    find_piece = staticmethod(batches.find_piece)

    def read_batch(self, body: bytes, makers: tuple) -> list | None:
        read, start = makers[:2]
        return [read(b'{"type":"x"}'), start(1, "one", None)] if body == b"usual" else None


def test_what_is_usual_is_read_by_the_native_reader():
    """And everything else as without it."""
    assert list(batches.events(b"usual", Native()))[1:] == [Start(1, "one", None)]
    body = json.dumps(GOOD).encode()[:-1]
    assert list(batches.events(body, Native())) == list(batches.events(body))


def test_too_many_texts_before_a_brace_are_taken_for_none():
    """Else passing them over could take as long as somebody likes."""
    quotes = b'""' * (batches.MAX_TEXTS + 1)

    assert batches.find_piece(quotes + b"{}", 0) == (len(quotes), len(quotes) + 2)
