"""What a user writes for a function, and the folder and handler that Lambda would be given.

app.py:handler                  a function in a file, of Python or (.js, .mjs, .cjs) of Node.js
orders/app.py:handler           the same in another folder
orders:app.handler              a folder, and module.function in it
orders/app.handler              the same, as one path
orders:src/app.handler          for Node.js also a path in that folder, and a function in an object
"""

import re
from pathlib import Path
from typing import NamedTuple

from reuse_cli.errors import ConfigurationError, UsageError

GENERIC = ("app", "main", "handler", "lambda_function", "index")
NOT_IN_NAMES = re.compile("[^A-Za-z0-9_-]+")
PYTHON = ".py"
NODE = (".js", ".mjs", ".cjs")


class Handler(NamedTuple):
    """Where a function is: `folder` is its /var/task, `handler` is module.function there."""

    folder: Path
    handler: str
    is_node: bool
    """Whether it is a function of Node.js; else it is one of Python."""

    @property
    def name(self) -> str:
        """A name for the function: its folder's, or its module's where that says nothing.

        Lambda takes ASCII only.
        """
        folder = self.folder.resolve().name
        module = self.handler.partition(".")[0]
        name = folder if module in GENERIC else module
        return NOT_IN_NAMES.sub("-", name)[:64].strip("-") or "function"


def find(text: str) -> Handler:
    """The function that `text` names. Raises ConfigurationError where there is none."""
    path, colon, function = text.rpartition(":")
    if colon and path.endswith((PYTHON, *NODE)):
        return _in_file(Path(path), function)
    if colon and path.endswith((".ts", ".mts", ".cts")):
        raise UsageError(f"{path} is TypeScript: compile it, and name the .js or .mjs file")
    folder, handler = (Path(path), function) if colon else (Path(text).parent, Path(text).name)
    if handler.endswith((PYTHON, *NODE)):
        raise UsageError(f"{text} names a file but no function in it: write {text}:handler")
    module, dot, function = handler.rpartition(".")
    if not dot or not module or not function:
        if any((place / "bootstrap").is_file() for place in (Path(text), folder)):
            raise UsageError(f"{text} has a custom runtime: describe the function in a --template")
        raise UsageError(f"{text} does not name a function: write {_meant(path, function)}")
    if not folder.is_dir():
        raise ConfigurationError(f"there is no folder {folder}")
    return Handler(folder, handler, _is_node(folder, handler))


def _meant(module: str, function: str) -> str:
    """How a function is named; of `package.module:function`, which servers take, that very one."""
    if module and function and Path(module.replace(".", "/") + PYTHON).is_file():
        return f".:{module}.{function}"
    return "FILE.py:FUNCTION, FILE.mjs:FUNCTION or FOLDER:MODULE.FUNCTION"


def _in_file(file: Path, function: str) -> Handler:
    if not file.is_file():
        raise ConfigurationError(f"there is no file {file}")
    if "." in file.stem:
        raise UsageError(f"Lambda takes no module with a dot in its name: rename {file}")
    if file.suffix in NODE:
        first = next(file.with_suffix(end) for end in NODE if file.with_suffix(end).is_file())
        if first != file:
            raise UsageError(f"Lambda would load {first} in place of {file}: remove one of them")
    return Handler(file.parent, f"{file.stem}.{function}", file.suffix in NODE)


def _is_node(folder: Path, handler: str) -> bool:
    """By the file that is there: `a.b.c` is c in a/b.py of Python, or b.c in a.js of Node.js."""
    inside, _, name = handler.rpartition("/")
    place, dotted = folder / inside, name.rpartition(".")[0].replace(".", "/")
    if any((place / (dotted + ending)).is_file() for ending in (PYTHON, "/__init__.py")):
        return False
    module = name.partition(".")[0]
    return any((place / (module + ending)).is_file() for ending in (*NODE, "/index.js"))
