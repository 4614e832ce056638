"""The page: the file in which a process of the function counts what it reused, for the extension.

One file a process, `${TMPDIR:-/tmp}/.lambda-reuse/<pid>-<start>.page`, of a fixed size. The
process maps it and adds to its counters; the extension reads the file whenever it likes. All
integers are unsigned, 64 bits wide, in the machine's own byte order and aligned to 8 bytes, and
counters only grow: a reader needs no lock, a read that is missed loses nothing, and what changed
between two reads is the reader's business. Texts are UTF-8, cut at a character, padded with NUL.

      0  header, 128 bytes
           0  magic          8 bytes, b"LREUSE\\r\\n"; a text-mode copy would damage it
           8  version        1
          16  pid            the writing process
          24  started_ms     when the page was made, epoch milliseconds
          32  slots          how many slots there are
          40  slots_used     how many are taken, counted from the first; raised only after the
                             slot's texts are written, so that a slot below it is always whole
          48  phases         how many phase entries there are
          56  phases_used    as slots_used
          64  restored       1 where the page was begun after the restore from a snapshot, so that
                             all that it counts is the restored container's, else 0
          72  (free)         zero
    128  phase entries, 64 bytes each: one named stretch of the init
           0  name           40 bytes
          40  start_ms       epoch milliseconds
          48  duration_us    microseconds
          56  failed         1 where the block raised, else 0
   then  slots, 400 bytes each: one resource
           0  name           112 bytes
         112  kind           24 bytes: resource, file, lru_cache, boto3.client and the like
         136  call_site      128 bytes, as in "app.py:12", or empty
         264  counters       17 integers in the order of COUNTERS

The last slot is taken last and named "(other)": where there are more names than slots, all the
others are counted there, so no count is lost. A slot of the kind "invocations" is no resource: its
`uses` are the invocations that the helper saw end, its `failed` those of them that the runtime
client answered with an error. In one of the kind "import" the `failed_us` are the module's own
time, without what it imports. The values that resources hold, their arguments and their keys never
reach the page.

Both CPython and MicroPython run this file, so it keeps to what they share.
"""

import struct
from collections import namedtuple

MAGIC = b"LREUSE\r\n"
VERSION = 1
FOLDER = ".lambda-reuse"
SUFFIX = ".page"
OTHER = "(other)"
INVOCATIONS = "invocations"
IMPORT = "import"

SLOTS = 64
PHASES = 16

HEADER_SIZE = 128
PHASE_SIZE = 64

SLOTS_USED_AT = 40
PHASES_USED_AT = 56
NAME_SIZE = 112
KIND_SIZE = 24
CALL_SITE_SIZE = 128
COUNTERS_AT = NAME_SIZE + KIND_SIZE + CALL_SITE_SIZE
PHASE_NAME_SIZE = 40

REASONS = ("first", "expired", "invalid", "evicted", "forced", "loop_changed", "error")
"""Why a resource had to be built; their sum is the misses. `error`: the build before it failed."""

COUNTERS = (
    ("hits",)
    + REASONS
    + (
        "builds_in_init",  # builds that gave a value, before the handler could run
        "builds_in_invocations",  # and those that an invocation waited for
        "init_us",  # the time the former took, microseconds
        "invocations_us",  # and the latter
        "failed",  # builds that raised
        "failed_us",  # the time they took
        "recreated",  # builds of the same thing by the same call site, after the first: the waste
        "recreated_us",  # the time those took
        "uses",  # of a client or connection that is only observed: its calls, requests and the like
    )
)

SLOT_SIZE = COUNTERS_AT + 8 * len(COUNTERS)
PAGE_SIZE = HEADER_SIZE + PHASES * PHASE_SIZE + SLOTS * SLOT_SIZE
_COUNTERS_FORMAT = str(len(COUNTERS)) + "Q"

Slot = namedtuple("Slot", ("name", "kind", "call_site", "counters"))
Phase = namedtuple("Phase", ("name", "start_ms", "duration_us", "failed"))
Page = namedtuple("Page", ("pid", "started_ms", "slots", "phases", "is_restored"))


def phase_at(index: int) -> int:
    """Where phase entry `index` begins, in bytes."""
    return HEADER_SIZE + index * PHASE_SIZE


def slot_at(index: int) -> int:
    """Where slot `index` begins, in bytes, in a page of PHASES phase entries."""
    return HEADER_SIZE + PHASES * PHASE_SIZE + index * SLOT_SIZE


def pack_header(pid: int, started_ms: int, is_restored: bool = False) -> bytes:
    """The first HEADER_SIZE bytes of an empty page."""
    numbers = (VERSION, pid, started_ms, SLOTS, 0, PHASES, 0, 1 if is_restored else 0)
    return struct.pack("8s8Q", MAGIC, *numbers) + bytes(56)


def pack_text(text: str, size: int) -> bytes:
    """`text` as `size` bytes: cut at a character where it is too long, padded with NUL."""
    data = text.replace("\0", " ").encode("utf-8", "replace")
    end = size
    while end < len(data) and data[end] & 0xC0 == 0x80:
        end -= 1
    data = data[:end]
    return data + bytes(size - len(data))


def pack_slot_texts(name: str, kind: str, call_site: str) -> bytes:
    """The texts of a slot: its first COUNTERS_AT bytes."""
    return (
        pack_text(name, NAME_SIZE)
        + pack_text(kind, KIND_SIZE)
        + pack_text(call_site, CALL_SITE_SIZE)
    )


def pack_phase(phase: "Phase") -> bytes:
    """One phase entry of PHASE_SIZE bytes."""
    name = pack_text(phase.name, PHASE_NAME_SIZE)
    return name + struct.pack("3Q", phase.start_ms, phase.duration_us, phase.failed)


def size_in_use(data: bytes) -> int:
    """How many bytes of the page that begins with `data` are in use; 0 where it is no page."""
    if len(data) < HEADER_SIZE or data[:8] != MAGIC:
        return 0
    version, _, _, slots, slots_used, phases = struct.unpack_from("6Q", data, 8)
    size: int = HEADER_SIZE + phases * PHASE_SIZE + min(slots, slots_used) * SLOT_SIZE
    return size if version == VERSION and size <= PAGE_SIZE else 0


def read(data: bytes) -> "Page | None":
    """The page in `data`, which may end after what is in use.

    None where these bytes are not a page of this version, or not as much of one.
    """
    if not 0 < size_in_use(data) <= len(data):
        return None
    _, pid, started_ms, slots, slots_used, phases, phases_used, restored = struct.unpack_from(
        "8Q", data, 8
    )
    first_slot = HEADER_SIZE + phases * PHASE_SIZE
    return Page(
        pid,
        started_ms,
        [_read_slot(data, first_slot + i * SLOT_SIZE) for i in range(min(slots, slots_used))],
        [_read_phase(data, phase_at(i)) for i in range(min(phases, phases_used))],
        restored == 1,
    )


def _read_slot(data: bytes, at: int) -> "Slot":
    kind_at = at + NAME_SIZE
    call_site_at = kind_at + KIND_SIZE
    return Slot(
        _read_text(data, at, NAME_SIZE) or "?",
        _read_text(data, kind_at, KIND_SIZE) or "?",
        _read_text(data, call_site_at, CALL_SITE_SIZE),
        struct.unpack_from(_COUNTERS_FORMAT, data, at + COUNTERS_AT),
    )


def _read_phase(data: bytes, at: int) -> "Phase":
    start_ms, duration_us, failed = struct.unpack_from("3Q", data, at + PHASE_NAME_SIZE)
    return Phase(_read_text(data, at, PHASE_NAME_SIZE) or "?", start_ms, duration_us, failed)


def _read_text(data: bytes, at: int, size: int) -> str:
    text = data[at : at + size]
    end = text.find(b"\0")
    if end >= 0:
        text = text[:end]
    try:
        return text.decode()
    except UnicodeError:
        return "?"
