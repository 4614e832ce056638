"""What `@resource` can be told, checked when a function is decorated and not at its first use."""

import os
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

IS_GENERATOR, IS_COROUTINE, IS_ASYNC_GENERATOR = 0x20, 0x80, 0x200
"""`co_flags` of a code object; `inspect` knows them too, and takes 10 ms to import."""


class Options:
    """How a resource's values are looked after."""

    def __init__(
        self,
        *,
        max_age: "Optional[float]" = None,
        check: "Optional[Callable[[Any], Any]]" = None,
        check_every: float = 0,
        close: "Optional[Callable[[Any], Any]]" = None,
        retry_after: "Optional[float]" = None,
        stale_while_error: bool = False,
        max_keys: "Optional[int]" = None,
        eager: bool = False,
        clock: "Callable[[], float]" = time.time,
    ) -> None:
        """Raises TypeError where options do not fit together or are none."""
        for name, value in (("max_age", max_age), ("retry_after", retry_after)):
            if value is not None:
                _check_seconds(name, value, is_zero_fine=False)
        _check_seconds("check_every", check_every, is_zero_fine=True)
        for name, function in (("check", check), ("close", close), ("clock", clock)):
            if function is not None and not callable(function):
                raise TypeError(f"{name} takes a function, not {function!r}")
        if check_every and check is None:
            raise TypeError("check_every needs check")
        if stale_while_error and max_age is None:
            raise TypeError("stale_while_error needs max_age: without it nothing is refreshed")
        if max_keys is not None and (not isinstance(max_keys, int) or max_keys < 1):
            raise TypeError(f"max_keys takes a whole number from 1, not {max_keys!r}")
        self.max_age = max_age
        self.check = check
        self.check_every = check_every
        self.close = close
        self.retry_after = retry_after
        self.stale_while_error = stale_while_error
        self.max_keys = max_keys
        self.eager = eager
        self.clock = clock

    @property
    def is_plain(self) -> bool:
        """Whether a value, once built, serves for ever."""
        return self.max_age is None and self.check is None


def _check_seconds(name: str, value: "Any", is_zero_fine: bool) -> None:
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not (value > 0 or (is_zero_fine and value == 0)):
        raise TypeError(f"{name} takes a number of seconds above 0, not {value!r}")


class Factory:
    """The function that builds a resource, and what its code tells of it."""

    def __init__(self, function: "Callable[..., Any]") -> None:
        """Raises TypeError where it cannot be a factory."""
        if not callable(function):
            raise TypeError(f"@resource decorates a function, not {function!r}")
        code = getattr(function, "__code__", None)
        flags = code.co_flags if code is not None else 0
        self.name: str = getattr(function, "__qualname__", "") or type(function).__name__
        if flags & (IS_GENERATOR | IS_ASYNC_GENERATOR):
            raise TypeError(
                f"{self.name} yields: a generator can be used once, so return the value instead"
            )
        self.is_coroutine = bool(flags & IS_COROUTINE)
        # Arguments make keys; a bound method's own instance is none.
        self.has_arguments = code is None or bool(_argument_count(function, code))
        self.call_site = _call_site(code)


def _argument_count(function: "Any", code: "Any") -> int:
    own = 1 if getattr(function, "__self__", None) is not None else 0
    varying = bool(code.co_flags & 0x04) + bool(code.co_flags & 0x08)  # *args and **kwargs
    return int(code.co_argcount + code.co_kwonlyargcount + varying - own)


def _call_site(code: "Any") -> str:
    """File and line as in "app.py:12", the file as seen from the function's folder."""
    if code is None:
        return ""
    path, root = code.co_filename, os.environ.get("LAMBDA_TASK_ROOT", "").rstrip("/") + "/"
    shown = path[len(root) :] if len(root) > 1 and path.startswith(root) else os.path.basename(path)
    return f"{shown}:{code.co_firstlineno}"
