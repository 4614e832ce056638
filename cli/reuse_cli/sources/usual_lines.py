"""The platform's most frequent lines, START and REPORT, read with one expression each.

A log has some of these lines for every invocation, so that they decide how long reading takes.
What is not written exactly as here is left to `platform_values`, whose answer would be the same for
these too. A line becomes the JSON of its event without being decoded: what is matched is ASCII.
"""

import functools
import json
import re
from collections.abc import Sequence
from typing import Any

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

Usual = tuple[bytes | None, bytes | None]
"""(name of the log stream, the event's members as JSON); no members: a line that says nothing."""
NOTHING: Usual = (None, None)


def of_line(line: bytes) -> Usual | None:
    """What the line says; None where a closer look is due."""
    if line.startswith(b"{"):
        found = _MEMBER_LINE.fullmatch(line)
        if not found:
            return _of_event(line)
        stream, at_ms, *values = found.groups()
        return stream, _members(at_ms, values)
    found = _TEXT_LINE.fullmatch(line)
    if not found:
        return _of_event(line) if line.endswith((b"}", b"}\r")) else None
    time, stream, *values = found.groups()
    if not values[0] and not values[2]:
        return NOTHING
    at_ms = _epoch_ms(time) if time else b"null"
    return (stream, _members(at_ms, values)) if at_ms else None


def _of_event(line: bytes) -> Usual | None:
    found = _EVENT_LINE.fullmatch(line)
    if not found:
        return None
    stream, time, *values = found.groups()
    at_ms = _epoch_ms(time)
    members = _members(at_ms, values) if at_ms else None
    if members is None:
        return None
    return stream, members if values[0] else members + b'"status":"success",'


def _members(at_ms: bytes, values: Sequence[Any]) -> bytes | None:
    start, version, report, duration, billed, memory, used, init = values
    if start:
        return b'{"kind":"start","request_id":"%b","function_version":"%b","at_ms":%b,' % (
            start, version, at_ms,
        )  # fmt: skip
    if not report:
        return None
    members = (
        b'{"kind":"report","request_id":"%b","at_ms":%b,"duration_ms":%b,"billed_ms":%b,'
        b'"memory_mb":%b,"memory_used_mb":%b,'
    ) % (report, at_ms, duration, billed, memory, used)
    return members + b'"init_ms":%b,' % init if init else members


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
