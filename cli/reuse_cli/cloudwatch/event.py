"""A log event, and how it is handed to DuckDB: as a JSON object on one line."""

import functools
import json
import re
from typing import Any, NamedTuple

_REPORT = re.compile(
    r"(?<!Runtime )(Billed Duration|Init Duration|Duration|Memory Size|Max Memory Used): "
    r"([\d.]+) (ms|MB)"
)
_REPORTED = {
    "Duration": "@duration",
    "Billed Duration": "@billedDuration",
    "Init Duration": "@initDuration",
    "Memory Size": "@memorySize",
    "Max Memory Used": "@maxMemoryUsed",
}
"""What Logs Insights discovers in a REPORT line: ms, and bytes of 1,000,000 a MB."""
_PLATFORM = re.compile(r"(START|END|REPORT) RequestId: ([0-9a-f-]{36})\b")


NO_NUMBERS = (b"NaN", b"Infinity")
"""Numbers that JSON does not have, and that many libraries write all the same."""


class Event(NamedTuple):
    """A log event: time (epoch ms), group and stream, where something says them, and message.

    `data`: a JSON object on one line, or any other text.
    """

    at_ms: int | None
    group: str | None
    data: bytes
    is_json: bool
    stream: str | None = None

    def line(self) -> bytes:
        """A JSON object on one line: a text as the member `@text`, beside what is known of it."""
        if not self.is_json:
            text = self.data.decode()
            extra = {"@event_ms": self.at_ms, "@log_group": self.group}
            extra["@log_stream"] = self.stream
            known = {name: value for name, value in extra.items() if value is not None}
            return json.dumps({"@text": text} | _discovered(text) | known).encode()
        if not self.data.endswith(b"}") or self.data == b"{}":
            return self.data
        time = b"" if self.at_ms is None else b',"@event_ms":%d' % self.at_ms
        group = b"" if self.group is None else b',"@log_group":%b' % _quoted(self.group)
        stream = b"" if self.stream is None else b',"@log_stream":%b' % _quoted(self.stream)
        return self.data[:-1] + time + group + stream + b"}"


@functools.lru_cache(maxsize=1 << 12)
def _quoted(name: str) -> bytes:
    """A group's or a stream's name as JSON: a file has few of them on many lines."""
    return json.dumps(name).encode()


def is_lenient(data: bytes) -> bool:
    """Whether what looks like an object is none by the rules: for CloudWatch Logs it is a text."""
    # One of NO_NUMBERS, or two objects; written out, because every line comes by here.
    if b"}{" not in data and b"NaN" not in data and b"Infinity" not in data:
        return False
    try:
        json.loads(data, parse_constant=_refuse)
    except ValueError:
        return True
    return False


def _refuse(name: str) -> None:
    raise ValueError(name)


def is_event(line: bytes) -> bool:
    """Whether a line is, by its look, one object with embedded metrics and nothing around it."""
    if line.startswith(b'{"_aws"'):
        return line.endswith(b"}")
    at = line.find(b'"_aws"')
    return (
        at > 0
        and line.startswith(b"{")
        and line.endswith(b"}")
        and line.count(b"{", 0, at) - line.count(b"}", 0, at) == 1
    )


def _discovered(text: str) -> dict[str, Any]:
    """The fields that Logs Insights discovers in Lambda's own lines."""
    found = _PLATFORM.match(text)
    if found is None:
        return {}
    fields: dict[str, Any] = {"@type": found[1], "@requestId": found[2]}
    if found[1] == "REPORT":
        for name, number, unit in _REPORT.findall(text):
            fields[_REPORTED[name]] = float(number) * (1e6 if unit == "MB" else 1)
    return fields
