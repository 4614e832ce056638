"""The functions of CloudWatch metric math, by their names."""

import math
import statistics
from bisect import bisect_left
from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, datetime
from itertools import pairwise
from typing import Protocol

from reuse_cli.cloudwatch.series import Points, Series
from reuse_cli.errors import UsageError


class MathError(UsageError):
    """An expression that cannot be evaluated."""


class Array(tuple[Series, ...]):
    """Several series."""

    period_s = Series("", "").period_s
    """Of the sum of none: what a search that finds nothing was asked for."""


Value = float | str | Series | Array


class Context(Protocol):
    """What an expression can refer to."""

    period_s: int

    def moments(self, period_s: int) -> Sequence[int]:
        """The starts of all periods, epoch ms."""

    def series(self, identifier: str) -> Series | Array:
        """The series with this id. Raises MathError."""

    def metrics(self, part: str) -> Array:
        """All series of metrics whose id holds `part`."""

    def search(self, text: str, statistic: str, period_s: int) -> Array:
        """The series that a search finds."""


Function = Callable[[Context, Sequence[Value]], Value]


def _only(name: str, arguments: Sequence[Value]) -> Value:
    if len(arguments) != 1:
        raise MathError(f"{name} takes one argument")
    return arguments[0]


def _line(name: str, value: Value) -> Series:
    if not isinstance(value, Series):
        raise MathError(f"{name} takes a series")
    return value


def _reduced(name: str, reduce: Callable[[Sequence[float]], float]) -> Function:
    """Of a series one number; of an array one series, point by point."""

    def function(_: Context, arguments: Sequence[Value]) -> Value:
        value = _only(name, arguments)
        if isinstance(value, float):
            return value
        if isinstance(value, Series):
            if not value.points:
                return value  # nothing of nothing, and so is what is made of it
            return float(reduce(list(value.points.values())))
        if isinstance(value, Array):
            return _across(value, reduce)
        raise MathError(f"{name} takes a series or an array")

    return function


def same_period(lines: Iterable[Series]) -> None:
    """Raises MathError for series whose points stand for spans of different length."""
    periods = sorted({line.period_s for line in lines})
    if len(periods) > 1:
        own = " and ".join(f"{period} s" for period in periods)
        raise MathError(f"series with periods of {own} cannot be combined here")


def _across(lines: Array, reduce: Callable[[Sequence[float]], float]) -> Series:
    same_period(lines)
    moments = sorted({at for line in lines for at in line.points})
    points = {
        at: float(reduce([line.points[at] for line in lines if at in line.points]))
        for at in moments
    }
    return Series("", "", points, period_s=lines[0].period_s if lines else lines.period_s)


def _mapped(name: str, change: Callable[[float], float]) -> Function:
    """Of each point another one; a point that has none is left out."""

    def function(_: Context, arguments: Sequence[Value]) -> Value:
        value = _only(name, arguments)
        if isinstance(value, float):
            found = dict(_changed({0: value}, change))
            if not found:
                raise MathError(f"{name} of {value:g} has no value")
            return found[0]
        return _each(value, lambda line: line.with_points(dict(_changed(line.points, change))))

    return function


def _changed(points: Points, change: Callable[[float], float]) -> Iterable[tuple[int, float]]:
    for at, value in points.items():
        try:
            yield at, float(change(value))
        except (ValueError, OverflowError):
            continue


def _each(value: Value, change: Callable[[Series], Series]) -> Value:
    if isinstance(value, Array):
        return Array(change(line) for line in value)
    return change(_line("the function", value))


def _fill(context: Context, arguments: Sequence[Value]) -> Value:
    if len(arguments) != 2:
        raise MathError("FILL takes a series and a number, REPEAT or LINEAR")
    by = arguments[1]
    if not isinstance(by, float | Series) and by not in ("REPEAT", "LINEAR"):
        raise MathError("FILL takes a series and a number, REPEAT or LINEAR")
    return _each(
        arguments[0],
        lambda line: line.with_points(_filled(line, by, context.moments(line.period_s))),
    )


def _filled(line: Series, by: Value, moments: Sequence[int]) -> Points:
    grid = [at for at in moments if at not in line.points]
    if isinstance(by, Series):
        return dict(sorted({**by.points, **line.points}.items()))
    if isinstance(by, float):
        return dict(sorted({**line.points, **dict.fromkeys(grid, by)}.items()))
    filled = dict(line.points)
    known = sorted(line.points)
    for at in grid:
        place = bisect_left(known, at)
        before, after = known[:place][-1:], known[place : place + 1]
        if by == "REPEAT" and before:
            filled[at] = line.points[before[0]]
        elif by == "LINEAR" and before and after:
            low, high = before[0], after[0]
            share = (at - low) / (high - low)
            filled[at] = line.points[low] + share * (line.points[high] - line.points[low])
    return dict(sorted(filled.items()))


def _metrics(context: Context, arguments: Sequence[Value]) -> Value:
    part = arguments[0] if arguments else ""
    if len(arguments) > 1 or not isinstance(part, str):
        raise MathError("METRICS takes a text or nothing")
    return context.metrics(part)


def _search(context: Context, arguments: Sequence[Value]) -> Value:
    texts = [argument for argument in arguments[:2] if isinstance(argument, str)]
    period = arguments[2] if len(arguments) == 3 else float(context.period_s)
    if len(texts) != 2 or len(arguments) > 3 or not isinstance(period, float):
        raise MathError("SEARCH takes a search text, a statistic and a period")
    return context.search(texts[0], texts[1], int(period))


def _choose(_: Context, arguments: Sequence[Value]) -> Value:
    """IF: point by point where the condition is a series."""
    if len(arguments) not in (2, 3):
        raise MathError("IF takes a condition, a value and another value")
    condition, then = arguments[0], arguments[1]
    other = arguments[2] if len(arguments) == 3 else None
    if isinstance(condition, float):
        chosen = then if condition else other
        if chosen is None:
            raise MathError("IF has no value for a condition that is false")
        return chosen
    line = _line("IF", condition)
    points = {}
    for at, value in line.points.items():
        picked = then if value else other
        if isinstance(picked, Series):
            picked = picked.points.get(at)
        if isinstance(picked, float | int):
            points[at] = float(picked)
    return line.with_points(points)


def _running_sum(_: Context, arguments: Sequence[Value]) -> Value:
    def change(line: Series) -> Series:
        total, points = 0.0, {}
        for at, value in line.points.items():
            total += value
            points[at] = total
        return line.with_points(points)

    return _each(_only("RUNNING_SUM", arguments), change)


def _diff(_: Context, arguments: Sequence[Value]) -> Value:
    return _each(_only("DIFF", arguments), lambda line: line.with_points(_differences(line, 1.0)))


def _rate(_: Context, arguments: Sequence[Value]) -> Value:
    """The change a second since the point before."""
    return _each(_only("RATE", arguments), lambda line: line.with_points(_rates(line)))


def _diff_time(_: Context, arguments: Sequence[Value]) -> Value:
    """The seconds since the point before."""

    def change(line: Series) -> Series:
        times = pairwise(line.points)
        return line.with_points({at: (at - before) / 1000 for before, at in times})

    return _each(_only("DIFF_TIME", arguments), change)


def _differences(line: Series, scale: float) -> Points:
    moments = list(line.points)
    return {at: (line.points[at] - line.points[before]) * scale for before, at in pairwise(moments)}


def _rates(line: Series) -> Points:
    moments = list(line.points)
    return {
        at: (line.points[at] - line.points[before]) / ((at - before) / 1000)
        for before, at in pairwise(moments)
    }


def _period(_: Context, arguments: Sequence[Value]) -> Value:
    return float(_line("PERIOD", _only("PERIOD", arguments)).period_s)


def _time_series(context: Context, arguments: Sequence[Value]) -> Value:
    value = _only("TIME_SERIES", arguments)
    if not isinstance(value, float):
        raise MathError("TIME_SERIES takes a number")
    points = dict.fromkeys(context.moments(context.period_s), value)
    return Series("", "", points, period_s=context.period_s)


def _of_time(part: Callable[[datetime], float]) -> Function:
    """A part of each point's time, in UTC."""

    def change(line: Series) -> Series:
        times = {at: datetime.fromtimestamp(at / 1000, UTC) for at in line.points}
        return line.with_points({at: float(part(time)) for at, time in times.items()})

    return lambda _, arguments: _each(_only("the function", arguments), change)


def _remove_empty(_: Context, arguments: Sequence[Value]) -> Value:
    value = _only("REMOVE_EMPTY", arguments)
    if not isinstance(value, Array):
        raise MathError("REMOVE_EMPTY takes an array")
    return Array(line for line in value if line.points)


def _end(name: str, at: int) -> Function:
    def function(_: Context, arguments: Sequence[Value]) -> Value:
        value = _only(name, arguments)
        if not isinstance(value, Array) or not value:
            raise MathError(f"{name} takes an array with a series in it")
        return value[at]

    return function


MEASURES: dict[str, Callable[[Sequence[float]], float]] = {
    "SUM": sum,
    "AVG": lambda values: sum(values) / len(values),
    "MIN": min,
    "MAX": max,
}


def _measure(line: Series, by: Value) -> float:
    if by not in MEASURES:
        raise MathError("the order is by AVG, MIN, MAX or SUM")
    return MEASURES[str(by)](list(line.points.values())) if line.points else -math.inf


def _sort(_: Context, arguments: Sequence[Value]) -> Value:
    if len(arguments) not in (3, 4) or not isinstance(arguments[0], Array):
        raise MathError("SORT takes an array, a measure, ASC or DESC, and how many")
    by, order = arguments[1], arguments[2]
    if order not in ("ASC", "DESC"):
        raise MathError("SORT takes ASC or DESC")
    ordered = sorted(arguments[0], key=lambda line: _measure(line, by), reverse=order == "DESC")
    most = arguments[3] if len(arguments) == 4 else None
    return Array(ordered[: int(most)] if isinstance(most, float) else ordered)


def _slice(_: Context, arguments: Sequence[Value]) -> Value:
    places = [int(value) for value in arguments[1:] if isinstance(value, float)]
    if not isinstance(arguments[0] if arguments else None, Array) or not 1 <= len(places) <= 2:
        raise MathError("SLICE takes an array and one or two places")
    lines = arguments[0]
    assert isinstance(lines, Array)
    if len(places) == 1:
        return lines[places[0]] if places[0] < len(lines) else Array()
    return Array(lines[places[0] : places[1]])


def _count(values: Sequence[float]) -> float:
    return float(len(values))


FUNCTIONS: dict[str, Function] = {
    "ABS": _mapped("ABS", abs),
    "AVG": _reduced("AVG", MEASURES["AVG"]),
    "CEIL": _mapped("CEIL", math.ceil),
    "DATAPOINT_COUNT": _reduced("DATAPOINT_COUNT", _count),
    "DATE": _of_time(lambda time: time.day),
    "DAY": _of_time(lambda time: time.isoweekday()),
    "DIFF": _diff,
    "DIFF_TIME": _diff_time,
    "EPOCH": _of_time(lambda time: time.timestamp()),
    "FILL": _fill,
    "FIRST": _end("FIRST", 0),
    "FLOOR": _mapped("FLOOR", math.floor),
    "HOUR": _of_time(lambda time: time.hour),
    "IF": _choose,
    "LAST": _end("LAST", -1),
    "LOG": _mapped("LOG", math.log),
    "LOG10": _mapped("LOG10", math.log10),
    "MAX": _reduced("MAX", max),
    "METRICS": _metrics,
    "METRIC_COUNT": lambda _, arguments: float(len(_array("METRIC_COUNT", arguments))),
    "MIN": _reduced("MIN", min),
    "MINUTE": _of_time(lambda time: time.minute),
    "MONTH": _of_time(lambda time: time.month),
    "PERIOD": _period,
    "RATE": _rate,
    "REMOVE_EMPTY": _remove_empty,
    "RUNNING_SUM": _running_sum,
    "SEARCH": _search,
    "SLICE": _slice,
    "SORT": _sort,
    "STDDEV": _reduced("STDDEV", statistics.pstdev),
    "SUM": _reduced("SUM", sum),
    "TIME_SERIES": _time_series,
    "YEAR": _of_time(lambda time: time.year),
}


def _array(name: str, arguments: Sequence[Value]) -> Array:
    value = _only(name, arguments)
    if not isinstance(value, Array):
        raise MathError(f"{name} takes an array")
    return value
