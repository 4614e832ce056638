"""Times as dashboards write them: an ISO time, epoch ms, or a duration before another time."""

import re
from datetime import UTC, datetime
from typing import Any

from reuse_cli.analysis import times
from reuse_cli.cloudwatch.lines import MAX_MS
from reuse_cli.cloudwatch.series import TimeRange
from reuse_cli.errors import UsageError

MAX_DIGITS = 15
DURATION = re.compile(
    r"-?P(?:(\d+)M)?(?:(\d+)W)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?"
)
UNITS_MS = (30 * 86_400_000, 7 * 86_400_000, 86_400_000, 3_600_000, 60_000, 1000)


def moment_ms(text: str, option: str, now: datetime) -> int:
    """Epoch ms of a time: an ISO time, epoch ms, or a span before `now` (3h, -PT3H).

    Raises UsageError.
    """
    if text.isdecimal() and len(text) <= MAX_DIGITS:
        if int(text) > MAX_MS:
            raise UsageError(f"{option} '{text}' is not a time: the year is beyond 9999")
        return int(text)
    match = DURATION.fullmatch(text)
    if match is not None and any(match.groups()):
        parts = zip(match.groups(), UNITS_MS, strict=True)
        before_ms = sum(int(count or 0) * unit_ms for count, unit_ms in parts)
        return round(now.timestamp() * 1000) - before_ms
    return times.parse(text, option, now, is_utc=True)


def own_range(properties: dict[str, Any], span: TimeRange) -> TimeRange:
    """The range of a widget that has a `start` or `end` of its own. Raises UsageError."""
    start, end = properties.get("start"), properties.get("end")
    if start is None and end is None:
        return span
    now = datetime.fromtimestamp(span.end_ms / 1000, UTC)
    end_ms = span.end_ms if end is None else moment_ms(str(end), "end", now)
    then = datetime.fromtimestamp(end_ms / 1000, UTC)
    start_ms = span.start_ms if start is None else moment_ms(str(start), "start", then)
    if start_ms >= end_ms:
        raise UsageError("the start of the widget's time range is not before its end")
    return TimeRange(start_ms, end_ms)
