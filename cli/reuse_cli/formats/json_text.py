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
    found = ",\n".join(map(_row, rows))
    listed = f"[\n{found}\n  ]" if rows else "[]"
    return f'{{\n  "version": {VERSION},\n  {json.dumps(name)}: {listed}\n}}'


_ENCODER = json.JSONEncoder(separators=(",\n      ", ": "), allow_nan=False)
"""Puts each member of a row without objects and arrays on a line, as an indent of 2 does."""
_PLAIN = {type(None), bool, int, float, str}


def _row(row: Row) -> str:
    """A row, four blanks from the left."""
    if row and _PLAIN.issuperset(map(type, row.values())):
        try:
            return "    {\n      " + _ENCODER.encode(row)[1:-1] + "\n    }"
        except ValueError:  # a number that JSON cannot say
            pass
    return "    " + json.dumps(finite(row), indent=2, allow_nan=False).replace("\n", "\n    ")


def finite(value: Any) -> Any:
    """The value with null for numbers that JSON cannot say."""
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
