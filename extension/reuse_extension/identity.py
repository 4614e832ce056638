"""What must survive a reset: the container's identity and accounts, kept in /tmp.

Lambda kills and restarts the extension when an invocation times out or a process crashes, and /tmp
stays. Without this file one container would look like many. It is written before the lines that it
accounts for: when the process is killed between the two a line is missing, which its number shows,
but nothing is ever told twice.
"""

import json

from . import interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

NAME = "container.json"
MOST_BYTES = 4 * 1024 * 1024


class Identity:
    """The file that one process leaves for the next."""

    def __init__(self, folder: str) -> None:
        self._folder = folder
        self._path = folder + "/" + NAME

    def load(self) -> "dict[str, Any] | None":
        """What the process before this one left; None where there is nothing legible."""
        data = interpreter.read_file(self._path, MOST_BYTES)
        try:
            value = json.loads((data or b"").decode())
        except Exception:
            return None
        return value if isinstance(value, dict) else None

    def save(self, snapshot: "dict[str, Any]") -> bool:
        """Leave this for the next process; whether it could be written."""
        interpreter.make_folder(self._folder)
        return interpreter.replace_file(self._path, json.dumps(snapshot).encode())
