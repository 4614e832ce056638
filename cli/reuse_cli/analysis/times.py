"""Times as people write them: `3h`, `1h30m`, `2026-11-26T10:00Z`."""

import re
from datetime import UTC, datetime, timedelta

from reuse_cli.errors import UsageError

_SPAN = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m(?:in)?)?(?:(\d+)s)?", re.IGNORECASE)
_UNITS_S = (604_800, 86_400, 3_600, 60, 1)


def parse(text: str, option: str, now: datetime, *, is_utc: bool = False) -> int:
    """Epoch milliseconds of a span before `now`, or of an ISO time; raises UsageError.

    A time without an offset is this machine's local time, or UTC with `is_utc`.
    """
    span = _SPAN.fullmatch(text.strip().removesuffix(" ago"))
    try:
        if span and any(span.groups()):
            parts = [int(part or 0) for part in span.groups()]
            seconds = sum(part * unit for part, unit in zip(parts, _UNITS_S, strict=True))
            time = now - timedelta(seconds=seconds)
            return round(time.timestamp() * 1000)
        time = now if text.strip() == "now" else datetime.fromisoformat(text.strip())
        if time.tzinfo is None and is_utc:
            time = time.replace(tzinfo=UTC)
        return round(time.timestamp() * 1000)
    except (ValueError, OverflowError, OSError):
        raise UsageError(
            f"{option} {text!r} is not a time: write 30m, 1h30m, 7d or 2026-11-26T10:00:00Z"
        ) from None
