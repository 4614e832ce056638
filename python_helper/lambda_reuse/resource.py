"""`resource`: a function whose value is built once per process and used again."""

from . import invocation, outcomes
from .callables import call_site, give_up, is_async, is_awaitable, name_of
from .counters import Counters
from .looks import is_method, wrapped
from .options import Options
from .sync_resource import SyncResource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Awaitable
    from typing import Any, Callable, Optional, overload

    from .signatures import AsyncResource, Decorator, OfClass, P, R, Resource

if TYPE_CHECKING:

    @overload
    def resource(factory: classmethod[Any, P, R], /) -> OfClass[P, R]: ...
    @overload
    def resource(  # type: ignore[overload-overlap]  # the first that fits is the one
        factory: Callable[P, Awaitable[R]], /
    ) -> AsyncResource[P, R]: ...
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
    """Build the value of `factory` once, and return it from every later call.

    name: the name in records; by default the function's qualified name.
    max_age: seconds, by wall clock, after which it is rebuilt; frozen time counts.
    check: called with the value before it is used; a false answer or an error replaces the value.
    check_every: seconds between two checks; without it every use is checked.
    close: called with a value that has been replaced, evicted or cleared.
    retry_after: seconds for which a failed build's error is raised again, without a new attempt.
    stale_while_error: if a build fails, keep using the value that is too old.
    max_keys: how many values to keep of a function with parameters, one a key (128; None: all).
    eager: build at once; if that fails, the first call tries again.
    clock: returns the time in seconds, for tests.

    Raises TypeError for options that contradict each other. Errors of the factory pass unchanged.
    """
    try:
        settings = Options(**options)
    except TypeError as error:
        sentence = str(error).replace("Options.", "").replace("__init__()", "resource()")
        raise TypeError(sentence) from None

    def decorate(factory: "Any") -> "Any":
        if isinstance(factory, (classmethod, staticmethod)):
            from . import methods

            made = _made_of(factory.__func__, settings)
            return methods.over(factory, getattr(made, "func", made))
        if not callable(factory):
            raise TypeError(f"a resource is made of a function, not of {_what(factory)}")
        return _made_of(factory, settings)

    return decorate if factory is None else decorate(factory)


def _made_of(factory: "Callable[..., Any]", options: Options) -> "Any":
    invocation.attach()
    outcomes.listen()
    counters = Counters(options.name or name_of(factory), "resource", call_site(factory))
    made: "Any"
    if is_async(factory):
        from .async_resource import AsyncParticipant  # only where there is something to await

        made = AsyncParticipant(factory, options, counters)
    else:
        made = SyncResource(factory, options, counters)
    get = wrapped(made.get, factory)
    for ability in ("cache_info", "cache_clear", "peek", "refresh"):
        setattr(get, ability, getattr(made, ability))
    if options.eager:
        _build_at_once(get, options, factory)
    if is_method(factory):
        from .methods import MethodResource

        return MethodResource(get)
    return get


def _build_at_once(get: "Any", options: Options, factory: "Any") -> None:
    try:
        value = get()
    except Exception:
        return  # counted; the first call tries again and lets the error pass
    if is_awaitable(value) and hasattr(type(value), "cr_code"):
        give_up(value)
        options.refuse_eager(factory)


def _what(factory: "Any") -> str:
    if isinstance(factory, property) or hasattr(type(factory), "__set_name__"):
        kind = type(factory).__name__
        return f"a {kind}: put @resource below the {kind}, on the function itself"
    return repr(factory)
