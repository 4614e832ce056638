"""Figures as Markdown."""

import textwrap
from collections.abc import Iterable, Sequence


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table; the first column is text, the others are numbers."""
    lines = [head, ["---", *["--:"] * (len(head) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def wrapped(page: str) -> str:
    """The page with its sentences in lines of 119 characters; tables stay as they are."""
    return "\n".join(
        line if line.startswith("|") else textwrap.fill(line, 119, break_on_hyphens=False)
        for line in page.split("\n")
    )
