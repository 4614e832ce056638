"""The time that a question is about."""

from dataclasses import dataclass
from datetime import UTC, datetime


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

    @property
    def words(self) -> str:
        """The time, for a sentence."""
        moments = [
            f"{word} {datetime.fromtimestamp(at_ms / 1000, UTC):%Y-%m-%d %H:%M} UTC"
            for word, at_ms in (("since", self.since_ms), ("until", self.until_ms))
            if at_ms is not None
        ]
        return " ".join(moments)


ALL = Span()
