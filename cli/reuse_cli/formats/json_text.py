"""Statistics as JSON, with a version.

Version history: 1, the first.
"""

import json

from reuse_cli.analysis.statistics import Row

VERSION = 1


def render(name: str, rows: list[Row]) -> str:
    """`{"version": 1, NAME: [row, …]}`; what is not known is null, rates lie between 0 and 1."""
    return json.dumps({"version": VERSION, name: rows}, indent=2)
