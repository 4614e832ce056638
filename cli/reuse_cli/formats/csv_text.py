"""Statistics as CSV (RFC 4180), with the names and values of the JSON output."""

import csv
import io
import json
from collections.abc import Sequence
from typing import Any

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats.json_text import finite
from reuse_cli.formats.text import safe

FORMULA = (*("=", "+", "-", "@"), *("\uff1d", "\uff0b", "\uff0d", "\uff20"), *("\t", "\r", "\n"))
"""What a spreadsheet takes for the beginning of a formula, the signs also in full width (OWASP,
"CSV Injection")."""


def render(rows: Sequence[Row], names: Sequence[str]) -> str:
    """A heading, then a line for each row; what is not known is empty."""
    output = io.StringIO()
    writer = csv.writer(output, lineterminator="\n")
    writer.writerow(names)
    writer.writerows([_cell(row[name]) for name in names] for row in rows)
    return output.getvalue().removesuffix("\n")


def _cell(value: Any) -> Any:
    value = finite(value)
    if isinstance(value, dict | list):
        return json.dumps(value, separators=(",", ":"))
    if isinstance(value, bool):
        return str(value).lower()
    if not isinstance(value, str):
        return value
    text = "\n".join(safe(line) for line in value.split("\n"))  # it may be shown by a terminal
    return "'" + text if value.startswith(FORMULA) else text
