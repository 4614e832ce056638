"""A failed build's error, remembered for a time, so that each later caller gets one of its own.

An error that was raised holds the frames it passed, and with them everything that its callers had
in hand. So what is remembered is a copy without a traceback and without the error that its first
caller was handling at the time; and what is raised is a copy of that.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Optional

MAX_CAUSES = 8
"""Copied of a chain of `raise ... from ...`."""


class _Example:
    __slots__ = ("field",)


FIELD = type(_Example.field)  # type: ignore[attr-defined]  # made by __slots__
"""What a class has for a field outside `__dict__`: of `__slots__`, or of an error written in C."""
_set = BaseException.__setattr__
"""Past a `__setattr__` of the error's own: a frozen dataclass allows nothing."""


class Failure:
    """The error of a build, and when it failed."""

    __slots__ = ("_error", "failed_at")

    def __init__(self, error: Exception, failed_at: float) -> None:
        self._error = _clean_copy(error, MAX_CAUSES)
        self.failed_at = failed_at

    def error(self) -> Exception:
        """An error like the one that the build raised, for one caller."""
        error: "Exception" = _clean_copy(self._error, MAX_CAUSES)
        return error


def _clean_copy(error: "Any", causes: int) -> "Any":
    """A copy with the same type, arguments and attributes, with its causes and its notes.

    An error that cannot be copied is kept itself, and cleaned: better than to forget the failure.
    """
    copy = _copy(error)
    if copy is None:
        copy = error.with_traceback(None)
    cause = error.__cause__ if causes else None
    _set(copy, "__cause__", cause and _clean_copy(cause, causes - 1))
    _set(copy, "__suppress_context__", cause is not None)
    _set(copy, "__context__", None)
    notes = error.__dict__.get("__notes__")
    if isinstance(notes, list):
        copy.__dict__["__notes__"] = list(notes)
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
        arguments = (error.message, [_clean_copy(one, MAX_CAUSES) for one in error.exceptions])
        copy = make(type(error), *arguments)
    else:
        copy = make(type(error), *error.args)
        _set(copy, "args", error.args)
    copy.__dict__.update(error.__dict__)
    _copy_fields(error, copy)
    return copy


def _copy_fields(error: BaseException, copy: BaseException) -> None:
    """Copy what stands in fields, but the object that an AttributeError is about: it may be large,
    and one caller's."""
    for kind in type(error).__mro__:
        for name, field in list(vars(kind).items()):
            if type(field) is FIELD and kind is not BaseException and name != "obj":
                try:
                    field.__set__(copy, field.__get__(error))
                except (AttributeError, TypeError):
                    pass  # empty, or not to be set


def _as_pickled(error: "Any") -> "Any":
    """As errors are copied that keep fields outside `args` and `__dict__`."""
    make, arguments, *state = error.__reduce__()
    copy = make(*arguments)
    if state and state[0]:
        copy.__dict__.update(state[0])
    if copy.args != error.args:
        raise ValueError("its arguments are not those of __init__")
    return copy
