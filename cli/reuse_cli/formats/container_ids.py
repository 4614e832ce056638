"""Container ids as tables and lanes show them."""

DIGITS = 8
"""Enough to tell the containers of a function apart."""


def short(container_id: str) -> str:
    """The first digits of its unique part: `0e0f1a2b` of `2026/11/26/[1]0e0f1a2b...`."""
    return container_id.rpartition("]")[2][:DIGITS]
