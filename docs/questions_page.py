"""The page of questions: the words are in `questions_asked.txt`, the outputs come from a run.

A line `$ COMMAND` of the text stands for the command on the records of `examples/fleet.py`, and for
what it prints.
"""

import contextlib
import importlib.util
import io
import os
import shlex
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

HERE = Path(__file__).parent
FLEET = HERE.parent / "examples" / "fleet.py"
SOURCE = "--source build/fleet"


def questions_page() -> str:
    """The page; runs every command once."""
    text = (HERE / "questions_asked.txt").read_text(encoding="utf-8")
    with _fleet():
        lines = [_shown(line[2:]) if line.startswith("$ ") else line for line in text.split("\n")]
    return "\n".join(lines)


def _shown(command: str) -> str:
    """The command as it is typed, and what the terminal shows."""
    from reuse_cli import main

    typed = f"lambda-reuse {command} {SOURCE}"
    shown, remarks = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(shown), contextlib.redirect_stderr(remarks):
        code = main.run(shlex.split(typed)[1:])
    if code not in (0, 1):
        raise RuntimeError(f"{typed}: {code} {remarks.getvalue()}")
    lines = [line.rstrip() for line in (shown.getvalue() + remarks.getvalue()).splitlines()]
    lines += [f"[exit code {code}]"] if code else []
    return "\n".join(["```console", f"$ {typed}", *lines, "```"])


@contextlib.contextmanager
def _fleet() -> Iterator[None]:
    """A folder with the records, as the page's first command makes them."""
    spec = importlib.util.spec_from_file_location("fleet", FLEET)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    sys.modules["fleet"] = module  # data classes look for it there
    spec.loader.exec_module(module)
    before = Path.cwd()
    with tempfile.TemporaryDirectory() as folder:
        module.write(Path(folder, "build", "fleet"))
        os.chdir(folder)
        try:
            yield
        finally:
            os.chdir(before)
