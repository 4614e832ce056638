"""A damaged batch loses what is damaged, and nothing beside it."""

import json
import random

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


def told(body: bytes) -> tuple[list[str], int]:
    """(the requests that a body tells of, how many of its pieces were dropped)."""
    events = batches.events(body)
    requests = [event.request_id for event in events if isinstance(event, Start)]
    return requests, sum(isinstance(event, Unknown) for event in events)


NAMES = [event["record"]["requestId"] for event in GOOD]


def test_a_whole_batch_is_told_whole():
    """In the platform's compact writing and in Python's, with escapes and without."""
    for separators in ((",", ":"), (", ", ": ")):
        for is_ascii in (True, False):
            body = json.dumps(GOOD, separators=separators, ensure_ascii=is_ascii).encode()
            assert told(body) == (NAMES, 0)


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

    requests, lost = told(b"[" + before + b"," + middle + b"," + after + b"]")

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
    assert told(body) == expected


@given(st.integers(0, 400), st.integers(1, 30), st.binary(max_size=30))
def test_any_damage_loses_only_what_it_touches(at, size, damage):
    """Records wholly before the damage are told; nothing is raised."""
    body = json.dumps(GOOD).encode()
    damaged = body[:at] + damage + body[at + size :]
    whole_before = sum(body.find(json.dumps(e).encode()) + len(json.dumps(e)) <= at for e in GOOD)

    requests, _ = told(damaged)

    assert requests[:whole_before] == NAMES[:whole_before] or at > len(body)


def test_a_large_damaged_batch_is_searched_in_part():
    """The search ends after so many bytes: nothing else is done meanwhile."""
    body = b"[" + b",".join([json.dumps(GOOD[0]).encode()] * 5000) + b",broken"
    random.seed(1)

    requests, dropped = told(body)

    assert 1000 < len(requests) < 5000
    assert dropped == 1
