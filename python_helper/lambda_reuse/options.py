"""The options of a resource, checked where it is defined and not where it is used."""

import time

from .callables import (
    CO_ASYNC_GENERATOR,
    CO_COROUTINE,
    CO_GENERATOR,
    CO_ITERABLE_COROUTINE,
    FUNCTION,
    code_flags,
    describe,
    is_async,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

DEFAULT_MAX_KEYS = 128
"""As functools.lru_cache has it: enough for parameters and clients, no leak for anything else."""
_UNSET: "Any" = object()

FOREVER = float("inf")


class Options:
    """The arguments of `resource(...)`."""

    def __init__(
        self,
        *,
        name: "Optional[str]" = None,
        max_age: "Optional[float]" = None,
        check: "Optional[Callable[[Any], Any]]" = None,
        check_every: "Optional[float]" = None,
        close: "Optional[Callable[[Any], Any]]" = None,
        retry_after: "Optional[float]" = None,
        stale_while_error: bool = False,
        max_keys: "Optional[int]" = _UNSET,
        eager: bool = False,
        clock: "Callable[[], float]" = time.time,
    ) -> None:
        self.name = name
        self.max_age = seconds("max_age", max_age)
        self.check = _callable("check", check)
        self.check_every = seconds("check_every", check_every)
        self.close = _callable("close", close)
        self.retry_after = seconds("retry_after", retry_after)
        self.stale_while_error = stale_while_error
        self.has_max_keys = max_keys is not _UNSET
        self.max_keys = _positive(max_keys) if self.has_max_keys else DEFAULT_MAX_KEYS
        self.eager = eager
        self.clock = _callable("clock", clock) or time.time
        self._refuse_contradictions()

    def _refuse_contradictions(self) -> None:
        if self.name is not None and not (isinstance(self.name, str) and self.name):
            raise TypeError("name is the text by which a resource is known")
        if self.check_every is not None and self.check is None:
            raise TypeError("check_every says how often to check; there is no check")
        if self.stale_while_error and self.max_age is None:
            raise TypeError("stale_while_error needs max_age: without it no value becomes stale")

    def refuse_factory(self, factory: "Callable[..., Any]", is_keyed: bool) -> None:
        """Raise TypeError where this factory and these options do not go together."""
        flags = code_flags(factory)
        is_generator = flags & CO_GENERATOR and not flags & CO_ITERABLE_COROUTINE
        if is_generator or flags & CO_ASYNC_GENERATOR:
            raise TypeError(
                f"{describe(factory)} yields; a resource returns its value,"
                " and close= says how to end it"
            )
        if self.has_max_keys and not is_keyed:
            raise TypeError(f"max_keys needs parameters to be keys; {describe(factory)} has none")
        if self.eager and is_keyed:
            raise TypeError(f"eager cannot know the arguments of {describe(factory)}")
        if is_async(factory):
            self.refuse_eager(factory)
        elif _is_plain_function(factory):
            self.refuse_async_calls(factory)

    def refuse_eager(self, factory: "Callable[..., Any]") -> None:
        """Raise TypeError where a factory that has to be awaited is to be called at once."""
        if self.eager:
            raise TypeError(f"eager needs a running loop to await {describe(factory)}")

    def refuse_async_calls(self, factory: "Callable[..., Any]") -> None:
        """Raise TypeError where a factory is not async, but its check or close is."""
        for option, function in (("check", self.check), ("close", self.close)):
            if code_flags(function) & CO_COROUTINE:
                raise TypeError(f"{option} is async and {describe(factory)} is not")


def _is_plain_function(factory: "Any") -> bool:
    """Whether a factory that is not async will hardly give something to await: a bare `def`."""
    is_bare = isinstance(factory, FUNCTION) and not hasattr(factory, "__wrapped__")
    return is_bare and factory.__name__ != "<lambda>"


def seconds(name: str, value: "Any") -> "Optional[float]":
    """`value`, if it is a number of seconds or None; else TypeError."""
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not value >= 0:
        raise TypeError(f"{name} is a number of seconds, not {value!r}")
    return value


def _callable(name: str, value: "Any") -> "Any":
    if value is not None and not callable(value):
        raise TypeError(f"{name} is a function, not {value!r}")
    return value


def _positive(max_keys: "Any") -> "Optional[int]":
    if max_keys is None:
        return None
    if isinstance(max_keys, bool) or not isinstance(max_keys, int) or max_keys < 1:
        raise TypeError(f"max_keys is a number of at least 1, not {max_keys!r}")
    return max_keys
