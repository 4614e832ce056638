"""`--watch`: asks the same question again and again, and shows the answer in the same place.

Files are read again each time. From CloudWatch what is there is read once, and what comes is read
by StartLiveTail; the answers are then of the copies on this machine.
"""

import contextlib
import io
import shutil
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING, Any

from reuse_cli.errors import FINE, NoRecordsError, UsageError

if TYPE_CHECKING:
    from reuse_cli.commands.options import Asked

HOME, CLEAR, END_OF_LINE, BELOW = "\x1b[H", "\x1b[2J", "\x1b[K", "\x1b[J"
NO_WRAP, WRAP = "\x1b[?7l", "\x1b[?7h"
NOT_YET = "There are no records yet."


class Screen(io.StringIO):
    """What a command writes, which believes that it writes to the terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        """As the terminal, so that a table takes its width and colours."""
        return True


def repeat(
    command: Callable[..., Any], asked: "Asked", seconds: float, given: dict[str, Any], since: str
) -> int:
    """Show the command's answer until it ends with a code, or until the user has seen enough.

    `since` is how far back CloudWatch is asked where nothing is said.
    Raises UsageError where there is no terminal, and what the command raises.
    """
    if not sys.stdout.isatty() or asked.output != "table":
        raise UsageError("--watch needs a terminal, and shows tables only")
    if "-" in asked.sources:
        raise UsageError(
            "--watch reads its source repeatedly: standard input can be read only once"
        )
    terminal = sys.stdout
    with _live(asked, given, since) as (chosen, check):
        terminal.write(NO_WRAP + CLEAR)
        try:
            while True:
                code = _show(command, chosen, seconds, terminal)
                if code != FINE:
                    return code
                check()
                time.sleep(seconds)
        finally:
            terminal.write(WRAP)
            terminal.flush()


def _show(command: Callable[..., Any], given: dict[str, Any], seconds: float, terminal: Any) -> int:
    answer, remarks = Screen(), Screen()
    answer.encoding = remarks.encoding = terminal.encoding
    code = FINE
    with contextlib.redirect_stdout(answer), contextlib.redirect_stderr(remarks):
        try:
            code = command(**given) or FINE
        except NoRecordsError:
            answer.write(NOT_YET)
    lines = [*answer.getvalue().splitlines(), "", *remarks.getvalue().splitlines()]
    heading = f"{datetime.now().astimezone():%H:%M:%S}, every {seconds:g} s; Ctrl-C ends"
    terminal.write(frame([heading, "", *lines], shutil.get_terminal_size((80, 24)).lines))
    terminal.flush()
    return code


def frame(lines: list[str], height: int) -> str:
    """The lines as they are drawn over the ones before, as many as the terminal has room for."""
    room = max(height - 1, 2)
    left_out = len(lines) - room
    if left_out > 0:
        lines = [*lines[: room - 1], f"… and {left_out + 1} more lines"]
    return HOME + "".join(line + END_OF_LINE + "\r\n" for line in lines) + BELOW


@contextlib.contextmanager
def _live(
    asked: "Asked", given: dict[str, Any], since: str
) -> Iterator[tuple[dict[str, Any], Callable[[], None]]]:
    """The options of each refresh, and what raises the failure of the connection, if any."""
    if not asked.is_cloudwatch:
        yield given, lambda: None
        return
    from reuse_cli.sources import live_tail

    with live_tail.open_tail(asked.functions, asked.log_groups, asked.account, asked.span) as tail:
        local = {"sources": (str(tail.folder),), "log_groups": (), "since": given["since"] or since}
        yield {**given, **local}, tail.check
