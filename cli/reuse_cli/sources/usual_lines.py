"""The platform's most frequent lines, START and REPORT, read with one expression each.

A log has some of these lines for every invocation, so that they decide how long reading takes.
What is not written exactly as here is left to `platform_values`, whose answer would be the same for
these too. A line becomes the JSON of its event without being decoded: what is matched is ASCII.
What a START says is kept with the REPORT of the same request: one event in the place of two.
"""

import functools
import json
import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from reuse_cli.sources import platform_lines

_ID = rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"
_COUNT = rb"(?:0|[1-9]\d{0,8})"
_NUMBER = _COUNT + rb"(?:\.\d{1,6})?"
_VERSION = rb"\$LATEST|\d{1,9}"
_TIME = rb"\d{4}-\d\d-\d\dT\d\d:\d\d:[0-5]\d(?:\.\d{3}(?:000)?)?(?:Z|\+00:00)"
_STREAM = rb"\d{4}/\d\d/\d\d/(?:[A-Za-z0-9_-]{1,64})?\[[\w$]{1,32}\][0-9a-f]{32}"


def _message(tab: bytes, end: bytes) -> bytes:
    """A message as text, with what stands for a tab and for the end of a line within it.

    Its groups: (request, version) of START; (request, duration, billed, memory, used, init).
    """
    return (
        rb"(?:END RequestId: %(id)b"
        rb"|START RequestId: (%(id)b) Version: (%(version)b)"
        rb"|REPORT RequestId: (%(id)b)%(tab)bDuration: (%(number)b) ms"
        rb"%(tab)bBilled Duration: (%(count)b) ms%(tab)bMemory Size: (%(count)b) MB"
        rb"%(tab)bMax Memory Used: (%(count)b) MB(?:%(tab)bInit Duration: (%(number)b) ms)?"
        rb"(?:%(tab)b)?(?:%(end)bXRAY TraceId: [\w-]{1,80}%(tab)bSegmentId: \w{1,40}"
        rb"%(tab)bSampled: (?:true|false)(?:%(tab)b)?)?)"
    ) % {
        b"id": _ID, b"version": _VERSION, b"number": _NUMBER, b"count": _COUNT,
        b"tab": tab, b"end": end,
    }  # fmt: skip


_EVENT = (
    rb'\{"time":"(%(time)b)","type":"platform\.(?:'
    rb'start","record":\{"requestId":"(%(id)b)","version":"(%(version)b)"\}'
    rb'|report","record":\{"requestId":"(%(id)b)","metrics":\{"durationMs":(%(number)b)'
    rb',"billedDurationMs":(%(count)b),"memorySizeMB":(%(count)b),"maxMemoryUsedMB":(%(count)b)'
    rb'(?:,"initDurationMs":(%(number)b))?\},"status":"success"\})\}'
) % {
    b"id": _ID, b"version": _VERSION, b"number": _NUMBER, b"count": _COUNT, b"time": _TIME
}  # fmt: skip
"""The same as a JSON event, behind its time."""

_TEXT_LINE = re.compile(
    rb"(?:(%b) )?(?:(%b) )?%b\r?" % (_TIME, _STREAM, _message(rb"\t", rb"(?!)"))
)
"""As `aws logs tail` prints it, as in an export, and alone."""
_EVENT_LINE = re.compile(rb"(?:%b )?(?:(%b) )?%b\r?" % (_TIME, _STREAM, _EVENT))
"""The same of a function that logs JSON; the event has the time."""
_MEMBER_LINE = re.compile(
    rb'\{(?:"logStreamName": ?"(%b)", ?)?"timestamp": ?([1-9]\d{12}), ?"message": ?"%b(?:\\n)*"'
    rb'(?:, ?"(?:ingestionTime": ?[1-9]\d{0,15}|eventId": ?"\d{1,80}"))*\}\r?'
    % (_STREAM, _message(rb"\\t", rb"\\n"))
)
"""As events of CloudWatch Logs, one a line, and as in the sandbox."""


_PREFIX = re.compile(rb"(%b) (?:(%b) )?(?=\{)" % (_TIME, _STREAM))
"""What `aws logs tail` and an export write before an object."""


class Usual(NamedTuple):
    """What a line says."""

    stream: bytes | None = None
    """The name of the log stream."""
    members: bytes | None = None
    """The event's members as JSON; None where the line says nothing."""
    request: bytes | None = None
    begun: bytes | None = None
    """The members that a REPORT of the request takes over, where this is a START with a time."""


NOTHING = Usual()


class Begun:
    """The invocations of one file that have a START, and no REPORT yet."""

    def __init__(self) -> None:
        self._found: dict[tuple[bytes | None, bytes | None], tuple[bytes, bytes]] = {}

    def start(self, line: Usual, event: bytes) -> Sequence[bytes]:
        """Keep it, with its own event; the events that nothing will come for any more."""
        assert line.begun is not None
        earlier = self._found.pop(line[::2], None)  # a line that is there twice, or was tried again
        left = [] if earlier is None else [earlier[0]]
        if len(self._found) >= MAX_BEGUN:
            left += self.left()
        self._found[line[::2]] = (event, line.begun)
        return left

    def report(self, line: Usual) -> bytes:
        """The members of a REPORT, and of its START."""
        assert line.members is not None
        begun = self._found.pop(line[::2], None)
        return line.members if begun is None else line.members + begun[1]

    def forget(self, line: Usual) -> None:
        """The START that was kept last is another event than it seemed."""
        self._found.pop(line[::2], None)

    def left(self) -> list[bytes]:
        """The events of those that got no REPORT."""
        events = [event for event, _ in self._found.values()]
        self._found.clear()
        return events


MAX_BEGUN = 1 << 16
"""Requests that are waited for; a log of which somebody has left out the REPORT lines has more."""


def of_line(line: bytes) -> Usual | None:
    """What the line says; None where a closer look is due."""
    if line.startswith(b"{"):
        found = _MEMBER_LINE.fullmatch(line)
        if not found:
            return _of_event(line)
        stream, at_ms, *values = found.groups()
        return _usual(stream, at_ms, values)
    found = _TEXT_LINE.fullmatch(line)
    if not found:
        return _of_event(line) if line.endswith((b"}", b"}\r")) else None
    time, stream, *values = found.groups()
    if not values[0] and not values[2]:
        return NOTHING
    at_ms = _epoch_ms(time) if time else b"null"
    return _usual(stream, at_ms, values) if at_ms else None


class Prefix(NamedTuple):
    """What stands before an object: a time, epoch ms, and a stream's name where there is one."""

    at_ms: int
    stream: str | None
    size: int
    """Bytes, up to the object."""


def prefix(line: bytes) -> Prefix | None:
    """What the line has before an object; None where a closer look is due."""
    found = _PREFIX.match(line)
    at_ms = _epoch_ms(found[1]) if found else None
    if found is None or at_ms is None:
        return None
    stream = found[2]
    return Prefix(int(at_ms), stream.decode() if stream else None, found.end())


def _of_event(line: bytes) -> Usual | None:
    found = _EVENT_LINE.fullmatch(line)
    if not found:
        return None
    stream, time, *values = found.groups()
    at_ms = _epoch_ms(time)
    usual = _usual(stream, at_ms, values) if at_ms else None
    if usual is None or usual.members is None or values[0]:
        return usual if usual and usual.members else None
    return usual._replace(members=usual.members + b'"status":"success",')


def _usual(stream: bytes | None, at_ms: bytes, values: Sequence[Any]) -> Usual:
    start, version, report, duration, billed, memory, used, init = values
    if start:
        members = b'{"kind":"start","request_id":"%b","function_version":"%b","at_ms":%b,' % (
            start, version, at_ms,
        )  # fmt: skip
        begun = b'"function_version":"%b","began_ms":%b,' % (version, at_ms)
        return Usual(stream, members, start, None if at_ms == b"null" else begun)
    if not report:
        return Usual(stream)
    members = (
        b'{"kind":"report","request_id":"%b","at_ms":%b,"duration_ms":%b,"billed_ms":%b,'
        b'"memory_mb":%b,"memory_used_mb":%b,'
    ) % (report, at_ms, duration, billed, memory, used)
    return Usual(stream, members + b'"init_ms":%b,' % init if init else members, report)


def _epoch_ms(time: bytes) -> bytes | None:
    begin_ms = _second_ms(time[:19])
    if begin_ms is None or time[19:20] != b".":
        return None if begin_ms is None else b"%d" % begin_ms
    return b"%d" % (begin_ms + int(time[20:23]))


@functools.lru_cache(maxsize=1 << 16)
def _second_ms(second: bytes) -> int | None:
    """The second's begin in epoch milliseconds; None where there is no such day or hour."""
    return platform_lines.epoch_ms(second.decode() + "Z")


def end(
    function_name: str | None, fallback: str | None, container_id: str | None, file: int
) -> bytes:
    """The members that lines of one stream in one file share, and the object's end."""
    shared = {"function_name": function_name, "fallback": fallback, "container_id": container_id}
    return json.dumps({**shared, "file": file}, separators=(",", ":"))[1:].encode() + b"\n"
