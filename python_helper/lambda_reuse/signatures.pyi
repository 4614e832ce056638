"""What type checkers see of a resource; nothing here is loaded when a function runs."""

from collections.abc import Awaitable, Coroutine
from typing import (
    Any,
    Callable,
    Concatenate,
    Generic,
    ParamSpec,
    Protocol,
    TypeVar,
    overload,
)

from .info import CacheInfo

P = ParamSpec("P")
Q = ParamSpec("Q")
R = TypeVar("R")
T = TypeVar("T")
R_co = TypeVar("R_co", covariant=True)

class Resource(Protocol[P, R_co]):
    """What `resource` makes of a function: the same call, and what can be asked of it."""

    __name__: str
    __qualname__: str

    @property
    def __wrapped__(self) -> Callable[P, R_co]: ...
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    def __get__(self, instance: object, owner: Any = ..., /) -> Member[P, R_co]: ...
    def cache_info(self) -> CacheInfo: ...
    def cache_clear(self) -> None: ...
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

class AsyncResource(Protocol[P, R_co]):
    """The same of what is awaited: the call and `refresh` are, too."""

    __name__: str
    __qualname__: str

    @property
    def __wrapped__(self) -> Callable[P, Awaitable[R_co]]: ...
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]: ...
    def __get__(self, instance: object, owner: Any = ..., /) -> AsyncMember[P, R_co]: ...
    def cache_info(self) -> CacheInfo: ...
    def cache_clear(self) -> None: ...
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]: ...

class Member(Generic[P, R_co]):
    """A resource that was taken from a class or an instance.

    No checker can say whether the first parameter has its argument already, for methods, class
    methods and static methods, taken from the class or from an instance: both calls are right.
    """

    @property
    def __wrapped__(self) -> Callable[..., Any]: ...
    @overload
    def __call__(self: Member[Concatenate[Any, Q], T], *args: Q.args, **kwargs: Q.kwargs) -> T: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...
    def cache_info(self) -> CacheInfo: ...
    def cache_clear(self) -> None: ...
    @overload
    def peek(
        self: Member[Concatenate[Any, Q], T], *args: Q.args, **kwargs: Q.kwargs
    ) -> T | None: ...
    @overload
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...
    @overload
    def refresh(self: Member[Concatenate[Any, Q], T], *args: Q.args, **kwargs: Q.kwargs) -> T: ...
    @overload
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> R_co: ...

class AsyncMember(Generic[P, R_co]):
    """The same of what is awaited.

    No checker can say whether the first parameter has its argument already, for methods, class
    methods and static methods, taken from the class or from an instance: both calls are right.
    """

    @property
    def __wrapped__(self) -> Callable[..., Any]: ...
    @overload
    def __call__(
        self: AsyncMember[Concatenate[Any, Q], T], *args: Q.args, **kwargs: Q.kwargs
    ) -> Coroutine[Any, Any, T]: ...
    @overload
    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]: ...
    def cache_info(self) -> CacheInfo: ...
    def cache_clear(self) -> None: ...
    @overload
    def peek(
        self: AsyncMember[Concatenate[Any, Q], T], *args: Q.args, **kwargs: Q.kwargs
    ) -> T | None: ...
    @overload
    def peek(self, *args: P.args, **kwargs: P.kwargs) -> R_co | None: ...
    @overload
    def refresh(
        self: AsyncMember[Concatenate[Any, Q], T], *args: Q.args, **kwargs: Q.kwargs
    ) -> Coroutine[Any, Any, T]: ...
    @overload
    def refresh(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R_co]: ...

class OfClass(Generic[P, R]):
    """A resource over a `classmethod`: called with the class, from the instance too."""

    def __get__(self, instance: object, owner: Any = ..., /) -> Resource[P, R]: ...

class Decorator(Protocol):
    """What `resource(...)` with options makes: it takes a function of either kind."""

    @overload
    def __call__(self, factory: classmethod[Any, P, R], /) -> OfClass[P, R]: ...
    @overload
    def __call__(  # type: ignore[overload-overlap]  # the first that fits is the one
        self, factory: Callable[P, Awaitable[R]], /
    ) -> AsyncResource[P, R]: ...
    @overload
    def __call__(self, factory: Callable[P, R], /) -> Resource[P, R]: ...
