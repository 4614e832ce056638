"""Statistics as JSON, with a version.

Version history: 1, the first.
"""

import json
import math
from collections.abc import Sequence
from typing import Any

from reuse_cli.analysis.statistics import Row

VERSION = 1


def render(name: str, rows: Sequence[Row]) -> str:
    """`{"version": 1, NAME: [row, …]}`; what is not known is null, rates lie between 0 and 1.

    The text is that of `json.dumps` with an indent of 2, which takes more than twice as
    long because it leaves the C encoder.
    """
    names = {key: f"      {json.dumps(key)}: " for row in rows[:1] for key in row}
    found = ",\n".join(_row(row, names) for row in rows)
    listed = f"[\n{found}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  {json.dumps(name)}: {listed}\n}}'


def _row(row: Row, names: dict[str, str]) -> str:
    """A row, four blanks from the left; `names` are those of rows before, as text."""
    if not row:
        return "    {}"
    parts = []
    for key, value in row.items():
        begin = names.get(key) or names.setdefault(key, f"      {json.dumps(key)}: ")
        parts.append(begin + _value(value))
    return "    {\n" + ",\n".join(parts) + "\n    }"


def _value(value: Any) -> str:
    kind = type(value)
    if value is None:
        return "null"
    if kind is float:
        return repr(value) if math.isfinite(value) else "null"
    if kind is int:
        return str(value)
    if kind is str:
        return json.dumps(value)
    return json.dumps(finite(value), indent=2, allow_nan=False).replace("\n", "\n      ")


def finite(value: Any) -> Any:
    """The value with null for numbers that JSON cannot say."""
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
