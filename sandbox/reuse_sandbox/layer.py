"""What lies in a layer's folder, which Lambda would unpack under /opt."""

import os
from dataclasses import dataclass
from pathlib import Path

from reuse_sandbox.errors import LayerError

# The folders and files of /opt that Lambda or a runtime looks at ("Packaging your layer content").
KNOWN_ENTRIES = ("extensions", "python", "nodejs", "bin", "lib", "bootstrap")


@dataclass(frozen=True)
class Layer:
    """A layer's folder; raises `LayerError` when it is none.

    `mounted` is where a container sees it, where that is somewhere else.
    """

    folder: Path
    mounted: Path | None = None

    def __post_init__(self) -> None:
        if not self.folder.is_dir():
            raise LayerError(f"There is no layer folder {self.folder}.")
        if not any((self.folder / entry).exists() for entry in KNOWN_ENTRIES):
            raise LayerError(
                f"{self.folder} is not a layer:"
                f" it has none of {', '.join(KNOWN_ENTRIES[:-1])} or {KNOWN_ENTRIES[-1]}."
            )

    @property
    def opt(self) -> Path:
        """Where a container finds what would be under /opt."""
        return self.mounted or self.folder.resolve()

    def extensions(self) -> dict[str, Path]:
        """Every non-directory entry of `extensions/` by its name, executable or not: its path.

        A stray file there is started too and fails the function, here as on Lambda.
        """
        folder = self.folder.resolve() / "extensions"
        if not folder.is_dir():
            return {}
        with os.scandir(folder) as entries:
            names = sorted(entry.name for entry in entries if not entry.is_dir())
        return {name: self.opt / "extensions" / name for name in names}
