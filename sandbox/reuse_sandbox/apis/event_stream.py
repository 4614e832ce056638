"""The binary messages in which AWS's services stream their answers (`vnd.amazon.eventstream`).

A message is its whole length, its headers' length and a checksum of these two, then headers,
payload and a checksum of all before it; numbers are big-endian ("Event stream encoding" in the
Amazon Transcribe developer guide, and botocore's reader of it).
"""

import struct
from binascii import crc32

CONTENT_TYPE = "application/vnd.amazon.eventstream"
STRING = 7  # the type of a header's value

PRELUDE_SIZE = 12
CHECKSUM_SIZE = 4


def message(event_type: str, content_type: str, payload: bytes) -> bytes:
    """One event."""
    headers = b"".join(
        _header(name, value)
        for name, value in (
            (":message-type", "event"),
            (":event-type", event_type),
            (":content-type", content_type),
        )
    )
    size = PRELUDE_SIZE + len(headers) + len(payload) + CHECKSUM_SIZE
    prelude = struct.pack(">II", size, len(headers))
    whole = prelude + struct.pack(">I", crc32(prelude)) + headers + payload
    return whole + struct.pack(">I", crc32(whole))


def _header(name: str, value: str) -> bytes:
    encoded = name.encode(), value.encode()
    return struct.pack(
        f">B{len(encoded[0])}sBH{len(encoded[1])}s",
        len(encoded[0]),
        encoded[0],
        STRING,
        len(encoded[1]),
        encoded[1],
    )
