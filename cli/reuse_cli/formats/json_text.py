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
    """`{"version": 1, NAME: [row, …]}`; what is not known is null, rates lie between 0 and 1."""
    return json.dumps({"version": VERSION, name: finite(rows)}, indent=2, allow_nan=False)


def finite(value: Any) -> Any:
    """The value with null for numbers that JSON cannot say."""
    if isinstance(value, dict):
        return {name: finite(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [finite(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
