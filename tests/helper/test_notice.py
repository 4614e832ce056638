"""What the helper says: one line on stderr, and never an error."""

import io
import sys

import pytest
from lambda_reuse.notice import say


def test_a_line_says_whose_it_is(capsys):
    say("two resources have one name")

    assert capsys.readouterr().err == "lambda-reuse: two resources have one name\n"


class Gone(io.StringIO):
    """A stream that nothing can be written to."""

    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    def write(self, _text: str) -> int:
        raise self.error


@pytest.mark.parametrize("error", [OSError(9, "Bad file descriptor"), ValueError("closed")])
def test_a_stream_that_is_closed_is_no_reason_to_fail(monkeypatch, error):
    monkeypatch.setattr(sys, "stderr", Gone(error))
    say("nobody reads this")


def test_without_a_stream_nothing_is_said(monkeypatch):
    """As under pythonw, and late at exit."""
    monkeypatch.setattr(sys, "stderr", None)
    say("nobody reads this")


def test_an_error_of_another_kind_passes(monkeypatch):
    """A timeout that a signal handler raises is the function's own."""
    monkeypatch.setattr(sys, "stderr", Gone(TimeoutError()))
    say("an OSError as well")
    monkeypatch.setattr(sys, "stderr", Gone(ZeroDivisionError()))

    with pytest.raises(ZeroDivisionError):
        say("not")
