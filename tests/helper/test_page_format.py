"""The page's format: what is read back, and what is no page."""

import struct

import hypothesis.strategies as st
import pytest
from hypothesis import given
from lambda_reuse import page_format


def page_of(slots=(), phases=(), pid=7, started_ms=1700000000000):
    """The bytes of a page with these (texts, counters) and phases."""
    data = bytearray(page_format.PAGE_SIZE)
    data[: page_format.HEADER_SIZE] = page_format.pack_header(pid, started_ms)
    for index, (texts, counters) in enumerate(slots):
        at = page_format.slot_at(index)
        data[at : at + page_format.COUNTERS_AT] = page_format.pack_slot_texts(*texts)
        struct.pack_into(
            f"{len(page_format.COUNTERS)}Q", data, at + page_format.COUNTERS_AT, *counters
        )
    for index, phase in enumerate(phases):
        at = page_format.phase_at(index)
        data[at : at + page_format.PHASE_SIZE] = page_format.pack_phase(phase)
    struct.pack_into("Q", data, page_format.SLOTS_USED_AT, len(slots))
    struct.pack_into("Q", data, page_format.PHASES_USED_AT, len(phases))
    return bytes(data)


COUNTERS = tuple(range(len(page_format.COUNTERS)))


def test_read_back():
    """What was packed is read."""
    phase = page_format.Phase("imports", 1700000000001, 250, 1)
    found = page_format.read(page_of([(("table", "resource", "app.py:3"), COUNTERS)], [phase]))

    assert found == page_format.Page(
        7,
        1700000000000,
        [page_format.Slot("table", "resource", "app.py:3", COUNTERS)],
        [phase],
        False,
    )


def test_restored():
    """A page says that it was begun after a restore."""
    data = page_format.pack_header(7, 1, is_restored=True) + page_of()[page_format.HEADER_SIZE :]
    assert page_format.read(data).is_restored


@pytest.mark.parametrize(
    "data",
    [
        b"",
        page_of()[:127],
        page_of([(("table", "resource", ""), COUNTERS)])[: page_format.slot_at(1) - 1],
        b"X" + page_of()[1:],
        page_of()[:8] + struct.pack("Q", page_format.VERSION + 1) + page_of()[16:],
        page_of().replace(b"\r\n", b"\n"),
    ],
    ids=["empty", "no header", "cut", "magic", "version", "text mode"],
)
def test_no_page(data):
    """Whatever is not a whole page of this version is none."""
    assert page_format.read(data) is None


def test_the_docstring_says_how_large_a_slot_is():
    """The layout there is what another reader of pages is written from."""
    size = page_format.slot_at(1) - page_format.slot_at(0)

    assert f"slots, {size} bytes each" in page_format.__doc__
    assert f"{len(page_format.COUNTERS)} integers" in page_format.__doc__
    assert f"version        {page_format.VERSION}\n" in page_format.__doc__


def test_more_used_than_there_are():
    """A header that promises too much is not followed."""
    data = bytearray(page_of())
    struct.pack_into("Q", data, page_format.SLOTS_USED_AT, 10**6)
    struct.pack_into("Q", data, page_format.PHASES_USED_AT, 10**6)
    found = page_format.read(bytes(data))
    assert (len(found.slots), len(found.phases)) == (page_format.SLOTS, page_format.PHASES)


def test_a_text_that_is_none():
    """Bytes that are not UTF-8 are shown as a question mark; its counters still count."""
    data = bytearray(page_of([(("table", "resource", ""), COUNTERS)]))
    at = page_format.slot_at(0)
    data[at] = 0xFF
    slot = page_format.read(bytes(data)).slots[0]
    assert (slot.name, slot.counters) == ("?", COUNTERS)


@given(st.text(max_size=80), st.integers(1, 120))
def test_texts(text, size):
    """A text fills its place exactly, and reads back as its beginning."""
    data = page_format.pack_text(text, size)
    read = page_format._read_text(data, 0, size)

    assert len(data) == size
    expected = text.replace("\0", " ").encode("utf-8", "replace").decode()
    assert expected.startswith(read)
    assert read == expected or len((read + expected[len(read)]).encode()) > size


@given(st.binary(max_size=200), st.integers(0, 130))
def test_any_bytes(noise, at):
    """Damage is read as something or nothing, but never an error."""
    data = page_of([(("table", "resource", ""), COUNTERS)])
    damaged = data[:at] + noise + data[at + len(noise) :]
    page_format.read(damaged)
