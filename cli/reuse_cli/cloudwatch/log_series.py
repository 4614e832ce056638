"""The series of a log widget that is drawn as a graph, bars or a pie: its table read by columns.

After "Visualizing log data in graphs" of the CloudWatch Logs user guide. A graph has a line for
each column of numbers over the column of times, and for each group of the other columns; bars and a
pie have a part for each row.
"""

from typing import Any

from reuse_cli.cloudwatch.labels import moment
from reuse_cli.cloudwatch.logs_insights import Answer
from reuse_cli.cloudwatch.series import Points, Series, TimeRange


def of_answer(answer: Answer, view: str, span: TimeRange) -> list[Series]:
    """The series; none where the view is a table, or the answer has no numbers."""
    numbers = [at for at in range(len(answer.columns)) if _is_number(answer, at)]
    times = [at for at, name in enumerate(answer.columns) if name in answer.times]
    if view not in ("timeSeries", "bar", "pie") or not numbers:
        return []
    if view == "timeSeries" and not times:
        return []
    over = times[0] if view == "timeSeries" else None
    lines: dict[tuple[str, str], Points] = {}
    for row in answer.rows:
        own = [at for at in range(len(row)) if at not in numbers and at != over]
        group = " ".join(_shown(row[at], is_time=at in times) for at in own)
        at_ms = span.start_ms if over is None else row[over]
        for at in numbers:
            if row[at] is not None and at_ms is not None:
                points = lines.setdefault((group, answer.columns[at]), {})
                points[int(at_ms)] = float(row[at])
    return [
        Series(name, _label(group, name, is_only=len(numbers) == 1), dict(sorted(points.items())))
        for (group, name), points in lines.items()
    ]


def _is_number(answer: Answer, at: int) -> bool:
    if answer.columns[at] in answer.times:
        return False
    values = [row[at] for row in answer.rows if row[at] is not None]
    return bool(values) and all(isinstance(value, int | float) for value in values)


def _label(group: str, name: str, *, is_only: bool) -> str:
    if not group:
        return name
    return group if is_only else f"{group} {name}"


def _shown(value: Any, *, is_time: bool) -> str:
    if value is None:
        return "-"
    return moment(int(value)) if is_time else str(value)
