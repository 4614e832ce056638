"""`resource`: a function whose value is built once per process and used again."""

import os

from . import invocation
from .kept import Called
from .options import CO_COROUTINE, Options, code_flags
from .tally import Tally

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Coroutine
    from typing import Any, Callable, Optional, overload

    from .signatures import AsyncResource, Decorator, P, R, Resource

if TYPE_CHECKING:

    @overload
    def resource(factory: Callable[P, Coroutine[Any, Any, R]], /) -> AsyncResource[P, R]: ...
    @overload
    def resource(factory: Callable[P, R], /) -> Resource[P, R]: ...
    @overload
    def resource(
        *,
        name: Optional[str] = ...,
        max_age: Optional[float] = ...,
        check: Optional[Callable[[Any], Any]] = ...,
        check_every: Optional[float] = ...,
        close: Optional[Callable[[Any], Any]] = ...,
        retry_after: Optional[float] = ...,
        stale_while_error: bool = ...,
        max_keys: Optional[int] = ...,
        eager: bool = ...,
        clock: Callable[[], float] = ...,
    ) -> Decorator: ...


def resource(factory: "Any" = None, /, **options: "Any") -> "Any":
    """Build the value of `factory` once, and give the same one to every later call.

    name: by which it appears in records; the function's qualified name where it is not given.
    max_age: seconds, by wall clock, after which it is built anew; frozen time counts.
    check: called with the value before it is used; what it says no to (or raises at) is replaced.
    check_every: seconds between two checks; without it every use is checked.
    close: called with a value that has been replaced, evicted or cleared away.
    retry_after: seconds for which a failed build's error is raised again, without a new attempt.
    stale_while_error: where a build fails, go on with the value that has become too old.
    max_keys: of a function with parameters: how many values to keep, one a key (128; None: all).
    eager: build at once; where that fails, the first call tries again.
    clock: what tells the time in seconds, for tests.

    Raises TypeError for options that contradict each other. Errors of the factory pass unchanged.
    """
    try:
        settings = Options(**options)
    except TypeError as error:
        sentence = str(error).replace("Options.", "").replace("__init__()", "resource()")
        raise TypeError(sentence) from None

    def decorate(factory: "Any") -> "Any":
        if not callable(factory):
            raise TypeError(f"a resource is made of a function, not of {factory!r}")
        return _made_of(factory, settings)

    return decorate if factory is None else decorate(factory)


def _made_of(factory: "Callable[..., Any]", options: Options) -> "Any":
    invocation.attach()
    tally = Tally(options.name or name_of(factory), "resource", call_site(factory))
    if code_flags(factory) & CO_COROUTINE:
        from .async_kept import Awaited  # only where there is something to await

        kept: "Called | Awaited" = Awaited(factory, options, tally)
    else:
        kept = Called(factory, options, tally)
    get = dressed(kept.get, factory)
    for ability in ("cache_info", "cache_clear", "peek", "refresh"):
        setattr(get, ability, getattr(kept, ability))
    if options.eager:
        try:
            get()
        except Exception:
            pass  # counted; the first call tries again and lets the error pass
    return get


def dressed(get: "Any", factory: "Any") -> "Any":
    """Let `get` look like the factory, as functools.update_wrapper does (1 ms to import)."""
    get.__dict__.update(getattr(factory, "__dict__", {}))
    for attribute in ("__module__", "__name__", "__qualname__", "__doc__", "__annotations__"):
        if hasattr(factory, attribute):
            setattr(get, attribute, getattr(factory, attribute))
    get.__wrapped__ = factory
    return get


def name_of(function: "Any") -> str:
    """By what name a callable appears in records."""
    return str(getattr(function, "__qualname__", None) or type(function).__qualname__)


def call_site(function: "Any") -> str:
    """Where a callable is defined, as in "app.py:12"; empty where that is not known.

    The path is relative to the function's folder, and just the file's name elsewhere.
    """
    function = getattr(function, "__func__", function)
    code = getattr(function, "__code__", None)
    if code is None:
        return ""
    path = code.co_filename
    root = os.environ.get("LAMBDA_TASK_ROOT")
    is_inside = root and path.startswith(os.path.join(root, ""))
    shown = os.path.relpath(path, root) if is_inside else os.path.basename(path)
    return f"{shown}:{code.co_firstlineno}"
