"""What a source could not read: counted, and said in one line each on stderr."""

from collections import Counter
from dataclasses import dataclass, field

SHOWN = 3
"""Files that are named; of more, only the number is said."""


@dataclass
class Notes:
    """What happened while records were looked for."""

    unreadable: int = 0
    """Lines that hold a record, or the beginning of one, that cannot be read."""
    newer: Counter[str] = field(default_factory=Counter)
    """Records of versions that this program does not know, such as `container/2`."""
    files: int = 0
    """Files that were read."""
    size: int = 0
    """Bytes of their text."""
    problems: list[str] = field(default_factory=list)
    """`NAME: reason`, for each file that was not read, or not to its end."""
    remarks: list[str] = field(default_factory=list)
    """Whole sentences about the answer, such as what it only approximates."""

    def sentences(self) -> list[str]:
        """Everything that the user should know, a sentence each."""
        found = []
        if self.unreadable:
            lines = "1 line" if self.unreadable == 1 else f"{self.unreadable} lines"
            found.append(f"{lines} with records could not be read (cut off or damaged)")
        if self.newer:
            kinds = ", ".join(f"{count} {kind}" for kind, count in sorted(self.newer.items()))
            found.append(f"records of a newer version were left out: {kinds}; upgrade lambda-reuse")
        if self.problems:
            shown = "; ".join(self.problems[:SHOWN])
            rest = len(self.problems) - SHOWN
            found.append(shown + (f"; and {rest} more" if rest > 0 else ""))
        return found + self.remarks
