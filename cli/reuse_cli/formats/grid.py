"""Where widgets lie in CloudWatch's grid."""

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

SIZE = 6
"""Columns and rows of a widget that names none."""


class Place(NamedTuple):
    """Columns and rows of the grid."""

    x: int | None
    y: int | None
    width: int
    height: int

    def style(self) -> str:
        """CSS; what has no place goes to the next one that is free."""
        column = f"span {self.width}" if self.x is None else f"{self.x + 1} / span {self.width}"
        row = f"span {self.height}" if self.y is None else f"{self.y + 1} / span {self.height}"
        return f"grid-column: {column}; grid-row: {row}"


def places(widgets: Sequence[Mapping[str, Any]]) -> list[Place]:
    """A place for each widget, in the order of the body."""
    return [
        Place(
            widget.get("x"), widget.get("y"), widget.get("width", SIZE), widget.get("height", SIZE)
        )
        for widget in widgets
    ]
