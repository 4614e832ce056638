"""What type checkers are told of a resource; nothing here is loaded when a function runs."""

from collections.abc import Coroutine
from typing import (
    Any,
    Callable,
    ParamSpec,
    Protocol,
    TypeVar,
    overload,
)

from .info import CacheInfo

P = ParamSpec("P")
R = TypeVar("R")
R_co = TypeVar("R_co", covariant=True)

class Resource(Protocol[P, R_co]):
    """What `resource` makes of a function: the same call, and what can be asked of it."""

    __name__: str
    __qualname__: str

    @property
    def __wrapped__(self) -> Callable[P, R_co]: ...
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    def cache_info(self) -> CacheInfo: ...
    def cache_clear(self) -> None: ...
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

class AsyncResource(Protocol[P, R_co]):
    """The same of an `async def`: the call and `refresh` are awaited."""

    __name__: str
    __qualname__: str

    @property
    def __wrapped__(self) -> Callable[P, Coroutine[Any, Any, R_co]]: ...
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]: ...
    def cache_info(self) -> CacheInfo: ...
    def cache_clear(self) -> None: ...
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]: ...

class Decorator(Protocol):
    """What `resource(...)` with options makes: it takes a function of either kind."""

    @overload
    def __call__(self, factory: Callable[P, Coroutine[Any, Any, R]], /) -> AsyncResource[P, R]: ...
    @overload
    def __call__(self, factory: Callable[P, R], /) -> Resource[P, R]: ...
