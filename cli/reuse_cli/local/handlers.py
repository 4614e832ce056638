"""What a user writes for a function, and the folder and handler that Lambda would be given.

app.py:handler                  a function in a file
orders/app.py:handler           the same in another folder
orders:app.handler              a folder, and module.function in it
orders/app.handler              the same, as one path
"""

from pathlib import Path
from typing import NamedTuple

from reuse_cli.errors import ConfigurationError, UsageError


class Handler(NamedTuple):
    """Where a function is: `folder` is its /var/task, `handler` is module.function there."""

    folder: Path
    handler: str

    @property
    def name(self) -> str:
        """A name for the function: its folder's, or its module's where that says nothing."""
        folder = self.folder.resolve().name
        module = self.handler.partition(".")[0]
        name = folder if module in ("app", "main", "handler", "lambda_function") else module
        return "".join(letter if letter.isalnum() or letter in "-_" else "-" for letter in name)[
            :64
        ]


def find(text: str) -> Handler:
    """The function that `text` names. Raises ConfigurationError where there is none."""
    path, colon, function = text.rpartition(":")
    if colon and path.endswith(".py"):
        file = Path(path)
        if not file.is_file():
            raise ConfigurationError(f"there is no file {path}")
        return Handler(file.parent, f"{file.stem}.{function}")
    folder, handler = (Path(path), function) if colon else (Path(text).parent, Path(text).name)
    if handler.endswith(".py"):
        raise UsageError(f"{text} names a file but no function in it: write {text}:handler")
    module, dot, function = handler.rpartition(".")
    if not dot or not module or not function:
        raise UsageError(
            f"{text} does not name a function: write FILE.py:FUNCTION or FOLDER:MODULE.FUNCTION"
        )
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder}")
    return Handler(folder, handler)
