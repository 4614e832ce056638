"""Numbers for people: units, and no more digits than mean something."""

import math
from datetime import UTC, datetime

NOTHING = "-"
THOUSANDS = "\N{NARROW NO-BREAK SPACE}"


def percent(rate: float | None) -> str:
    """A rate between 0 and 1. 0 % and 100 % are written only where they are exact."""
    if rate is None:
        return NOTHING
    text = f"{rate * 100:.1f}"
    if text == "0.0" and rate > 0:
        return "<0.1 %"
    if text == "100.0" and rate < 1:
        return ">99.9 %"
    return f"{text.removesuffix('.0')} %"


def milliseconds(value: float | None) -> str:
    """A duration, in the unit that reads best."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value < 10:
        return f"{value:.1f} ms".replace(".0 ", " ")
    if value < 9_950:
        return f"{value:.0f} ms"
    return seconds(value / 1000)


def seconds(value: float | None) -> str:
    """A span of time, in the two largest units that it has."""
    if value is None or not math.isfinite(value):
        return NOTHING
    if value < 99.95:
        return f"{value:.1f} s".replace(".0 ", " ")
    minutes, rest = divmod(round(value), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    if days:
        return f"{days}d {hours}h"
    return f"{hours}h {minutes}m" if hours else f"{minutes}m {rest}s"


def count(value: int | None) -> str:
    """A count, with its thousands apart."""
    return NOTHING if value is None else f"{value:,}".replace(",", THOUSANDS)


def decimal(value: float | None) -> str:
    """A number with one digit behind the point where it is small."""
    if value is None or not math.isfinite(value):
        return NOTHING
    return f"{value:.1f}".removesuffix(".0") if value < 1000 else count(round(value))


def dollars(value: float | None) -> str:
    """An amount of US dollars, with the digits that a small one needs."""
    if value is None:
        return NOTHING
    if 0 < value < 0.000_001:
        return "<$0.000001"
    return f"${value:,.2f}" if value >= 1 or value == 0 else f"${value:.6f}".rstrip("0")


def moment(epoch_ms: int, *, is_utc: bool) -> str:
    """A point in time, local or in UTC."""
    try:
        time = datetime.fromtimestamp(epoch_ms / 1000, UTC)
    except (ValueError, OverflowError, OSError):
        return NOTHING
    return (time if is_utc else time.astimezone()).strftime("%Y-%m-%d %H:%M:%S")
