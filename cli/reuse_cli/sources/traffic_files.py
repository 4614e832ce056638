"""Reads recorded traffic from files: NDJSON, CSV, and minute counts as in the Azure trace.

NDJSON and CSV have `function_name, at_ms, duration_ms`. The trace has `HashOwner, HashApp,
HashFunction, minute_1, minute_2, ...` (as it is published `1, 2, ...`) with the invocations of each
minute: there each minute is one moment, the run time is 0, and an app, whose functions Azure keeps
together, has one container.
A file may be compressed, as logs are.
"""

import csv
import io
import json
from array import array
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import IO, Any

from reuse_cli.analysis.replay import Traffic
from reuse_cli.errors import UsageError
from reuse_cli.sources.reading import CHUNK, Text, UnreadableError, open_file

BLANK = object()
BATCH = 1024
FIELDS = ("function_name", "at_ms", "duration_ms")
APP, OWNER, MINUTE = "HashApp", "HashOwner", "minute_"
MINUTE_MS = 60_000.0
MAX_MS = 1e15
SHAPES = (
    f"a traffic file has {', '.join(FIELDS)} (NDJSON or CSV), or HashApp, minute_1, minute_2 ..."
)


@dataclass
class TrafficFile:
    """What a file holds: the traffic of each function, and how many rows could not be read."""

    functions: list[Traffic] = field(default_factory=list)
    span_s: float = 0.0
    """How long the traffic lasts."""
    unreadable: int = 0
    first_unreadable: int | None = None
    """The number of the first line that could not be read, counted from 1."""

    def reject(self, line: int) -> None:
        """Count a row that is not as described."""
        self.unreadable += 1
        if self.first_unreadable is None:
            self.first_unreadable = line


def read(path: Path) -> TrafficFile:
    """The traffic in a file. Raises UsageError where it cannot be read or holds none."""
    found = TrafficFile()
    try:
        with _text(path) as lines:
            _read_lines(path, lines, found)
    except OSError as error:
        raise UsageError(f"{path} cannot be read: {error}") from None
    except UnreadableError as error:
        reason = str(error).partition(";")[0]  # and not what was read of it: that is not used
        raise UsageError(f"{path} cannot be read: {reason}") from None
    if not found.functions:
        raise UsageError(f"there are no invocations in {path}: {SHAPES}")
    return found


def _read_lines(path: Path, lines: IO[str], found: TrafficFile) -> None:
    first = lines.readline()
    if first.lstrip().startswith("{"):
        _read_invocations(_json_rows(first, lines), found)
        return
    columns = [name.strip() for name in next(csv.reader([first]), [])]
    rows = _csv_rows(lines)
    if all(name in columns for name in FIELDS):
        places = [columns.index(name) for name in FIELDS]
        _read_invocations(_picked(rows, places), found)
    elif APP in columns and any(_minute(name) is not None for name in columns):
        _read_minutes(columns, rows, found)
    else:
        raise UsageError(f"{path} is not a traffic file: {SHAPES}")


@contextmanager
def _text(path: Path) -> Iterator[IO[str]]:
    with open_file(path) as file:
        data = io.BufferedReader(Text(file), CHUNK)
        yield io.TextIOWrapper(data, encoding="utf-8", errors="replace", newline="")


Row = tuple[int, Any]
"""(line number, the three fields or None where the row cannot be read)."""


def _json_rows(first: str, lines: Iterable[str]) -> Iterator[Row]:
    number = 1
    for batch in _batches(_chained(first, lines)):
        values = _json_values(batch)
        for line, value in enumerate(_each(batch) if values is None else values, number):
            if value is not BLANK:
                yield line, _fields(value)
        number += len(batch)


def _batches(lines: Iterable[str]) -> Iterator[list[str]]:
    rest = iter(lines)
    while batch := list(islice(rest, BATCH)):
        yield batch


def _json_values(batch: list[str]) -> list[Any] | None:
    """The values of all lines at once, which is faster; None where one is not an object."""
    if not all(line[0] == "{" and line.rstrip()[-1] == "}" for line in batch if line):
        return None
    try:
        values: list[Any] = json.loads(f"[{','.join(batch)}]")
    except (ValueError, RecursionError):
        return None
    return values if len(values) == len(batch) else None


def _each(batch: list[str]) -> Iterator[Any]:
    for line in batch:
        try:
            yield json.loads(line) if line.strip() else BLANK
        except (ValueError, RecursionError):
            yield None


def _fields(value: Any) -> list[Any] | None:
    try:
        return [value["function_name"], value["at_ms"], value["duration_ms"]]
    except (KeyError, TypeError):
        return None


def _chained(first: str, lines: Iterable[str]) -> Iterator[str]:
    yield first
    yield from lines


def _csv_rows(lines: Iterable[str]) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(lines)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error:
            row = ["\0"]  # a row that no shape accepts
        if row:
            yield reader.line_num + 1, row


def _picked(rows: Iterable[tuple[int, list[str]]], places: list[int]) -> Iterator[Row]:
    most = max(places)
    for number, row in rows:
        yield number, [row[place] for place in places] if len(row) > most else None


def _read_invocations(rows: Iterator[Row], found: TrafficFile) -> None:
    functions: dict[str, tuple[array[float], array[float]]] = {}
    for number, values in rows:
        times = None if values is None else _times(values)
        if times is None:
            found.reject(number)
            continue
        name = values[0]
        if name not in functions:
            functions[name] = (array("d"), array("d"))
        arrivals, durations = functions[name]
        arrivals.append(times[0])
        durations.append(times[1])
    for name, (arrivals, durations) in functions.items():
        found.functions.append(Traffic(name, *_sorted(arrivals, durations)))
    found.span_s = _span_s(found.functions)


def _span_s(functions: list[Traffic]) -> float:
    """From the first arrival to the last end of an invocation."""
    if not functions:
        return 0.0
    first_ms = min(traffic.arrivals_ms[0] for traffic in functions)
    last_ms = max(
        at_ms + duration_ms
        for traffic in functions
        for at_ms, duration_ms in zip(traffic.arrivals_ms, traffic.durations_ms, strict=True)
    )
    return (last_ms - first_ms) / 1000


def _times(values: list[Any]) -> tuple[float, float] | None:
    name, at, duration = values
    are_usual = type(name) is str and type(at) is type(duration) is float
    if are_usual and name and -MAX_MS < at < MAX_MS and 0 <= duration < MAX_MS:
        return at, duration  # quickly
    if not isinstance(name, str) or isinstance(at, bool) or isinstance(duration, bool):
        return None
    try:
        at_ms, duration_ms = float(at), float(duration)
    except (TypeError, ValueError, OverflowError):
        return None
    is_sound = -MAX_MS < at_ms < MAX_MS and 0 <= duration_ms < MAX_MS
    return (at_ms, duration_ms) if is_sound and name else None


def _sorted(
    arrivals: "array[float]", durations: "array[float]"
) -> "tuple[array[float], array[float]]":
    order: Callable[[int], float] = arrivals.__getitem__
    if all(arrivals[i] <= arrivals[i + 1] for i in range(len(arrivals) - 1)):
        return arrivals, durations
    places = sorted(range(len(arrivals)), key=order)
    return (
        array("d", [arrivals[place] for place in places]),
        array("d", [durations[place] for place in places]),
    )


def _minute(column: str) -> int | None:
    """The number of the minute that a column has; None for another column."""
    number = column.removeprefix(MINUTE)
    return int(number) if number.isdecimal() else None


def _read_minutes(
    columns: list[str], rows: Iterable[tuple[int, list[str]]], found: TrafficFile
) -> None:
    app, owner = columns.index(APP), columns.index(OWNER) if OWNER in columns else None
    numbers = [_minute(name) for name in columns]
    minutes = [(number, place) for place, number in enumerate(numbers) if number is not None]
    found.span_s = len(minutes) * MINUTE_MS / 1000
    apps: dict[tuple[str, str], dict[int, int]] = {}
    for number, row in rows:
        counts = _counts(row, minutes) if len(row) == len(columns) else None
        if counts is None:
            found.reject(number)
            continue
        key = (row[owner] if owner is not None else "", row[app])
        of_app = apps.setdefault(key, {})
        for minute, count in counts.items():
            of_app[minute] = of_app.get(minute, 0) + count
    for (_, name), of_app in apps.items():
        moments = sorted(of_app)
        if moments:
            arrivals = [minute * MINUTE_MS for minute in moments]
            counts_of = [of_app[minute] for minute in moments]
            found.functions.append(Traffic(name, arrivals, counts=counts_of))


def _counts(row: list[str], minutes: list[tuple[int, int]]) -> dict[int, int] | None:
    try:
        counts = {
            minute: int(row[place]) for minute, place in minutes if row[place] not in ("", "0")
        }
    except ValueError:
        return None
    return None if any(count < 0 for count in counts.values()) else counts
