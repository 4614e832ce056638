"""What is known of a callable before it is called: its code, its name, whether it is awaited."""

import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


class _Example:
    def method(self) -> None: ...


CO_VARARGS = 0x04
CO_VARKEYWORDS = 0x08
CO_GENERATOR = 0x20
CO_COROUTINE = 0x80
CO_ITERABLE_COROUTINE = 0x100
CO_ASYNC_GENERATOR = 0x200
FUNCTION = type(lambda: None)
GENERATOR = type(_ for _ in ())
METHOD = type(_Example().method)
PLAIN = (str, bytes, int, float, bool, type(None))


def is_partial(function: "Any") -> bool:
    """Whether it is a `functools.partial`; for one, functools (1 ms) is loaded already."""
    functools = sys.modules.get("functools")
    return functools is not None and isinstance(function, functools.partial)


def innermost(function: "Any") -> "Any":
    """The function behind partials, bound methods and objects that are called; or what was given.

    `functools.wraps` is not followed: what a decorator does with its function is its own business.
    """
    while True:
        if is_partial(function):
            function = function.func
        elif isinstance(function, (METHOD, staticmethod, classmethod)):
            function = function.__func__  # type: ignore[union-attr]  # all three have it
        elif isinstance(function, (FUNCTION, type)) or has_code(function):
            return function
        else:
            call = getattr(type(function), "__call__", None)  # noqa: B004 - its code is wanted
            if not isinstance(call, FUNCTION):
                return function
            function = call


def has_code(function: "Any") -> bool:
    """Whether it says of itself what its code is, as compiled functions and mocks do."""
    own = getattr(function, "__dict__", None)
    return hasattr(type(function), "__code__") or (type(own) is dict and "__code__" in own)


def code_flags(function: "Any") -> int:
    """The flags of a callable's code; 0 where it has none."""
    flags = getattr(getattr(innermost(function), "__code__", None), "co_flags", 0)
    return flags if isinstance(flags, int) else 0


def is_async(function: "Any") -> bool:
    """Whether a call is known to be awaited: False may be found to be untrue by a call."""
    return bool(code_flags(function) & (CO_COROUTINE | CO_ITERABLE_COROUTINE))


def is_awaitable(value: "Any") -> bool:
    """Whether `await` takes this value."""
    if hasattr(type(value), "__await__"):
        return True
    if type(value) is not GENERATOR:
        return False
    code: "Any" = value.gi_code  # type: ignore[attr-defined]
    return bool(code.co_flags & CO_ITERABLE_COROUTINE)  # as types.coroutine marks it


def name_of(function: "Any") -> str:
    """By what name a callable appears in records: its own, or that of what a partial calls."""
    while is_partial(function) and not _own_name(function):
        function = function.func
    return _own_name(function) or type(function).__qualname__


def _own_name(function: "Any") -> str:
    name = getattr(function, "__qualname__", None) or getattr(function, "__name__", None)
    return name if isinstance(name, str) else ""


def describe(function: "Any") -> str:
    """A callable's name, for people."""
    while is_partial(function) and not _own_name(function):
        function = function.func
    name = _own_name(function)
    return f"{name}()" if name else repr(type(function).__name__)


def call_site(function: "Any") -> str:
    """Where a callable is defined, as in "app.py:12"; empty where that is not known.

    The path is relative to the function's folder, and just the file's name elsewhere.
    """
    code = getattr(innermost(function), "__code__", None)
    path = getattr(code, "co_filename", None)
    if not isinstance(path, str):
        return ""
    root = os.environ.get("LAMBDA_TASK_ROOT")
    is_inside = root and path.startswith(os.path.join(root, ""))
    shown = os.path.relpath(path, root) if is_inside else os.path.basename(path)
    return f"{shown}:{code.co_firstlineno}"  # type: ignore[union-attr]  # it has a file


def distinction(function: "Any") -> int:
    """What distinguishes functions that one line defines: the plain values they were made with."""
    values: "list[Any]" = []
    while is_partial(function):
        values += [*function.args, *sorted(function.keywords.items())]
        function = function.func
    cells = getattr(innermost(function), "__closure__", None) or ()
    values += [_content(cell) for cell in cells]
    return hash(tuple([value if _is_plain(value) else None for value in values]))


def _content(cell: "Any") -> "Any":
    try:
        return cell.cell_contents
    except ValueError:  # not filled yet
        return None


def _is_plain(value: "Any") -> bool:
    if type(value) is tuple:
        return all(type(part) in PLAIN for part in value)
    return type(value) in PLAIN


def give_up(coroutine: "Any") -> None:
    """Close a coroutine of a resource that nobody will await, and what it was given to await."""
    frame = coroutine.cr_frame
    begun: "Any" = frame.f_locals.get("begun") if frame is not None else None
    coroutine.close()
    if hasattr(type(begun), "cr_code"):
        begun.close()
