"""Numbers for people: units, and no more digits than mean something."""

NOTHING = "-"


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
    if value is None:
        return NOTHING
    if value < 10:
        return f"{value:.1f} ms".replace(".0 ", " ")
    if value < 9_950:
        return f"{value:.0f} ms"
    return seconds(value / 1000)


def seconds(value: float | None) -> str:
    """A span of time, in the two largest units that it has."""
    if value is None:
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
    return NOTHING if value is None else f"{value:,}".replace(",", "\N{NARROW NO-BREAK SPACE}")
