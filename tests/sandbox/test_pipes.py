"""The cutting of a process's bytes into messages."""

import asyncio
import fcntl
import os
import select
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st
from reuse_sandbox.machine.pipes import (
    CHUNK,
    FRAME,
    MAX_MESSAGE,
    Cutter,
    Frames,
    Lines,
    Message,
    Pipe,
)


def frame(text: str, micros: int = 1_000_000, kind: int = 0xA55A0003) -> bytes:
    """One framed message."""
    data = text.encode()
    return FRAME.pack(kind, len(data), micros) + data


def cut(cutter: Cutter, data: bytes, at: list[int]) -> list[str]:
    """The messages of `data`, fed in pieces."""
    borders = [0, *sorted(position % (len(data) + 1) for position in at), len(data)]
    pieces = [data[a:b] for a, b in pairwise(borders)]
    emitted = [message for piece in pieces for message in cutter.feed(piece)]
    return [text for _, text in emitted + cutter.end()]


POSITIONS = st.lists(st.integers(0, 10_000), max_size=20)
TEXTS = st.lists(st.text(st.characters(blacklist_characters="\n", codec="utf-8"), min_size=1))


@given(TEXTS, POSITIONS, st.booleans())
def test_lines_in_any_pieces(texts: list[str], at: list[int], last: bool) -> None:
    """However the bytes arrive, the lines are the same; the last needs no newline."""
    data = "\n".join(texts).encode() + (b"\n" if last else b"")

    assert texts == cut(Lines(), data, at)


@given(st.lists(st.text(st.characters(codec="utf-8"))), POSITIONS)
def test_frames_in_any_pieces(texts: list[str], at: list[int]) -> None:
    """A frame is one message, newlines and all; the one at its end is not part of it."""
    data = b"".join(map(frame, texts))

    assert [text.removesuffix("\n") for text in texts] == cut(Frames(), data, at)


@given(st.binary(max_size=200), POSITIONS)
def test_any_bytes_give_text(data: bytes, at: list[int]) -> None:
    """What is neither a frame nor UTF-8 is shown as well as can be, and never raised."""
    for cutter in (Lines(), Frames()):
        assert all(isinstance(text, str) for text in cut(cutter, data, at))


def test_a_frame_has_its_own_time() -> None:
    """The runtime's clock, in microseconds."""
    assert Frames().feed(frame("now", 1_500_000)) == [(1.5, "now")]


def test_unframed_text_is_cut_at_lines() -> None:
    """Somebody else wrote into the runtime's pipe."""
    cutter = Frames(lambda: 7.0)

    assert cutter.feed(frame("framed") + b"this is not framed\n") == [
        (1.0, "framed"),
        (7.0, "this is not framed"),
    ]


def test_a_frame_longer_than_any_event_is_none() -> None:
    """A length that cannot be is not waited for."""
    data = FRAME.pack(0xA55A0003, 2**31, 0) + b"text\n"

    assert Frames(lambda: 7.0).feed(data)[-1][1].endswith("text")


def test_endless_lines_are_cut() -> None:
    """A line without end does not fill the memory."""
    texts = [text for _, text in Lines().feed(b"x" * (2 * MAX_MESSAGE + 1))]

    assert [len(text) for text in texts] == [MAX_MESSAGE, MAX_MESSAGE]


async def test_draining_reads_all_there_is() -> None:
    """Also more than fits into one read; closing tells the unfinished line."""
    emitted: list[Message] = []
    pipe = Pipe(Lines(), emitted.append)
    writing = os.dup(pipe.writing)
    pipe.listen()
    fcntl.fcntl(writing, fcntl.F_SETPIPE_SZ, 4 * CHUNK)
    os.set_blocking(writing, False)
    written = 0
    while select.select([], [writing], [], 0)[1]:
        written += os.write(writing, b"x" * 99 + b"\n")
    pipe.drain()
    os.write(writing, b"unfinished")
    os.close(writing)
    await asyncio.sleep(0)
    pipe.drain()
    pipe.close()

    assert written > CHUNK
    assert [*["x" * 99] * (written // 100), "unfinished"] == [text for _, text in emitted]
