"""Damage to good input: bytes changed, cut out, put in and repeated."""

import random

MARKS = (b'"', b"{", b"}", b"[", b"]", b"\\", b",", b":", b"\r\n", b"\0", b"\xff", b"-1", b"1e999")


def damaged(data: bytes, chance: random.Random) -> bytes:
    for _ in range(chance.randrange(1, 6)):
        at = chance.randrange(len(data) + 1)
        to = at + chance.choice((0, 1, 8, 64, len(data)))
        part = chance.choice((b"", chance.choice(MARKS), chance.randbytes(8), 2 * data[at:to]))
        data = data[:at] + part + data[to:]
    return data
