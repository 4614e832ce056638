"""Zips a folder so that the same files always give the same bytes.

`python -m layer_tools.zip_folder FOLDER ZIP`. Where Zopfli is installed, it compresses: to 5 %
less, and to the same bytes whichever zlib the machine has.
"""

import importlib
import stat
import sys
import zipfile
from pathlib import Path
from typing import Any

try:
    zopfli: Any = importlib.import_module("zopfli.zlib")
except ImportError:
    zopfli = None

EARLIEST = (1980, 1, 1, 0, 0, 0)
"""The earliest date that a zip can hold; it stands for none."""
FROM_UNIX = 3


def zip_folder(folder: Path, target: Path) -> Path:
    """Zip all files below the folder, in order of their names; the zip."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for path in sorted(path for path in folder.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(path.relative_to(folder).as_posix(), EARLIEST)
            entry.create_system = FROM_UNIX
            is_executable = path.stat().st_mode & stat.S_IXUSR
            entry.external_attr = (stat.S_IFREG | (0o755 if is_executable else 0o644)) << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            with archive.open(entry, "w") as opened:
                if zopfli:
                    opened._compressor = Zopfli()  # type: ignore[attr-defined]
                opened.write(path.read_bytes())
    return target


class Zopfli:
    """Compresses as zlib's compression objects do."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def compress(self, data: bytes) -> bytes:
        """Wait for the rest."""
        self.parts.append(data)
        return b""

    def flush(self) -> bytes:
        """All of it, without the header and the sum that zlib's format puts around it."""
        compressed: bytes = zopfli.compress(b"".join(self.parts))
        return compressed[2:-4]


if __name__ == "__main__":
    zip_folder(Path(sys.argv[1]), Path(sys.argv[2]))
