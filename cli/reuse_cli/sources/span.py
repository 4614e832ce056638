"""The time that a question is about."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Span:
    """From and to, in epoch milliseconds; None is without end."""

    since_ms: int | None = None
    until_ms: int | None = None

    def condition(self, from_column: str, to_column: str) -> str:
        """SQL that holds for a row whose time touches this one; empty where every row does."""
        parts = []
        if self.since_ms is not None:
            parts.append(f"{to_column} >= {self.since_ms}")
        if self.until_ms is not None:
            parts.append(f"{from_column} <= {self.until_ms}")
        return " and ".join(parts)


ALL = Span()
