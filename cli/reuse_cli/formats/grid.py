"""Where widgets lie in CloudWatch's grid, which moves one down that would lie over another."""

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
    made: list[Place] = []
    for widget in widgets:
        x, y = widget.get("x"), widget.get("y")
        width, height = widget.get("width", SIZE), widget.get("height", SIZE)
        while x is not None and y is not None:
            below = [
                other.y + other.height
                for other in made
                if other.x is not None
                and other.y is not None
                and x < other.x + other.width
                and other.x < x + width
                and y < other.y + other.height
                and other.y < y + height
            ]
            if not below:
                break
            y = max(below)
        made.append(Place(x, y, width, height))
    return made
