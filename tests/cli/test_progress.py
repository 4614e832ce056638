"""How far a run is: seen on a terminal, and nowhere else."""

import io

from reuse_cli.local.progress import Progress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_that_is_written_over_and_removed() -> None:
    """The first invocation shows at once; the end leaves an empty line."""
    terminal = Terminal()
    progress = Progress(terminal)

    progress.add(failed=True)
    progress.close()

    assert terminal.getvalue() == "\r\x1b[K1 invocation, 1 failed\r\x1b[K"


def test_nothing_where_no_terminal_is() -> None:
    """A log file gets no control characters."""
    file = io.StringIO()
    progress = Progress(file)

    progress.add(failed=False)
    progress.close()

    assert file.getvalue() == ""


def test_nothing_is_removed_where_nothing_was_shown() -> None:
    terminal = Terminal()

    Progress(terminal).close()

    assert terminal.getvalue() == ""
