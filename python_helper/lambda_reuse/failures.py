"""A failed build's error, remembered for a time, so that each later caller gets one of its own.

An error that was raised holds the frames it passed, and with them everything that its callers had
in hand. So what is remembered is a copy without a traceback and without the error that its first
caller was handling at the time; and what is raised is a copy of that.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

MOST_CAUSES = 8
"""Copied of a chain of `raise ... from ...`."""


class Failure:
    """The error of a build, and when it failed."""

    __slots__ = ("_error", "failed_at")

    def __init__(self, error: Exception, failed_at: float) -> None:
        self._error = _clean_copy(error, MOST_CAUSES)
        self.failed_at = failed_at

    def error(self) -> Exception:
        """An error like the one that the build raised, for one caller."""
        error: "Exception" = _clean_copy(self._error, MOST_CAUSES)
        return error


def _clean_copy(error: "Any", causes: int) -> "Any":
    """A copy with the same type, arguments and attributes, with its causes and its notes.

    An error that cannot be copied is kept itself, and cleaned: better than to forget the failure.
    """
    copy = _copy(error)
    if copy is None:
        copy = error.with_traceback(None)
    cause = error.__cause__ if causes else None
    copy.__cause__ = cause and _clean_copy(cause, causes - 1)
    copy.__suppress_context__ = cause is not None
    copy.__context__ = None
    notes = getattr(error, "__notes__", None)
    if isinstance(notes, list):
        copy.__notes__ = list(notes)
    return copy


def _copy(error: BaseException) -> "Optional[BaseException]":
    return _copy_by(_without_init, error) or _copy_by(_as_pickled, error)


def _copy_by(way: "Any", error: BaseException) -> "Optional[BaseException]":
    try:
        copy: BaseException = way(error)
        is_alike = type(copy) is type(error) and copy is not error and str(copy) == str(error)
    except Exception:  # its own methods may want other arguments, or fail
        return None
    return copy if is_alike else None


def _without_init(error: "Any") -> "Any":
    """As most errors can be copied, even where `__init__` wants what `args` does not have."""
    make: "Any" = type(error).__new__
    if hasattr(error, "exceptions") and hasattr(error, "derive"):  # a group
        arguments = (error.message, [_clean_copy(one, MOST_CAUSES) for one in error.exceptions])
        copy = make(type(error), *arguments)
    else:
        copy = make(type(error), *error.args)
        copy.args = error.args
    copy.__dict__.update(error.__dict__)
    if isinstance(error, OSError) and copy.errno != error.errno:
        raise ValueError("its fields are set by __init__")
    return copy


def _as_pickled(error: "Any") -> "Any":
    """As errors are copied that keep fields outside `args` and `__dict__`."""
    make, arguments, *state = error.__reduce__()
    copy = make(*arguments)
    if state and state[0]:
        copy.__dict__.update(state[0])
    if copy.args != error.args:
        raise ValueError("its arguments are not those of __init__")
    return copy
