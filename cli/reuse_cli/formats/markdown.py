"""Statistics as a Markdown table, for pull requests and wikis."""

import re
from collections.abc import Sequence

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats.columns import Column

_SPECIAL = re.compile(r"([\\`*_\[\]>|])")


def render(columns: Sequence[Column], rows: Sequence[Row]) -> str:
    """The table in GitHub's dialect; text from logs is shown as it is, never as Markdown."""
    rules = ["---" if column.is_text else "---:" for column in columns]
    lines = [[_text(column.heading) for column in columns], rules]
    lines += [[_text(column.show(row)) for column in columns] for row in rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _text(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;"))
