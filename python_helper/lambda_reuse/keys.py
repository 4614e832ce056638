"""A call's arguments as the key of its value.

`get("a", 300)`, `get("a", ttl=300)` and, where 300 is the default, `get("a")` are one key: the
values of the parameters in their order. Arguments must be hashable, and are compared as in a dict.
"""

from .options import CO_VARARGS, CO_VARKEYWORDS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn

MARK = object()
"""Stands between what was passed by position and by name, where names are not known."""


class Parameters:
    """The parameters of a factory."""

    def __init__(self, factory: "Callable[..., Any]") -> None:
        self._factory = factory
        bound = 1 if hasattr(factory, "__func__") else 0
        function = getattr(factory, "__func__", factory)
        code = getattr(function, "__code__", None)
        if code is None:
            self._read_signature()
        else:
            self._read_code(function, code, bound)
        self._tails = {} if self.is_open else self._all_defaults()

    def _read_code(self, function: "Any", code: "Any", bound: int) -> None:
        by_position = code.co_argcount
        self._names = code.co_varnames[bound : by_position + code.co_kwonlyargcount]
        self._by_position = by_position - bound
        self._only_by_position = max(0, code.co_posonlyargcount - bound)
        self.is_open = bool(code.co_flags & (CO_VARARGS | CO_VARKEYWORDS))
        defaults = function.__defaults__ or ()
        first = self._by_position - len(defaults)
        self._defaults = {self._names[first + i]: value for i, value in enumerate(defaults)}
        self._defaults.update(function.__kwdefaults__ or {})

    def _read_signature(self) -> None:
        from inspect import Parameter, signature  # classes, partials: rare, and it is heavy

        try:
            parameters = list(signature(self._factory).parameters.values())
        except ValueError:  # some built-in functions have none
            parameters = [Parameter("arguments", Parameter.VAR_POSITIONAL)]
        kinds = [parameter.kind for parameter in parameters]
        self.is_open = Parameter.VAR_POSITIONAL in kinds or Parameter.VAR_KEYWORD in kinds
        self._names = tuple([parameter.name for parameter in parameters])
        self._by_position = sum(kind <= Parameter.POSITIONAL_OR_KEYWORD for kind in kinds)
        self._only_by_position = kinds.count(Parameter.POSITIONAL_ONLY)
        self._defaults = {p.name: p.default for p in parameters if p.default is not Parameter.empty}

    def _all_defaults(self) -> "dict[int, tuple[Any, ...]]":
        """How many are passed by position -> the values of the others, where all have defaults."""
        tails = {}
        for passed in range(self._by_position, -1, -1):
            names = self._names[passed:]
            if all(name in self._defaults for name in names):
                tails[passed] = tuple([self._defaults[name] for name in names])
        return tails

    @property
    def are_there(self) -> bool:
        """Whether the factory takes arguments at all."""
        return self.is_open or bool(self._names)

    @property
    def plain_count(self) -> int:
        """How many arguments by position are a key as they are; -1 where they never are."""
        return -1 if self.is_open or len(self._names) > self._by_position else self._by_position

    @property
    def is_key_as_passed(self) -> bool:
        """Whether arguments by position that equal a key are this key's; not with names only."""
        return self.is_open or len(self._names) == self._by_position

    def key(self, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> "tuple[Any, ...]":
        """The key of a call; TypeError, as the factory would raise it, where it cannot be made."""
        if not kwargs and len(args) in self._tails:
            return args + self._tails[len(args)]
        if self.is_open:
            by_name = tuple([item for pair in sorted(kwargs.items()) for item in pair])
            return (*args, MARK, *by_name) if kwargs else args
        if len(args) > self._by_position:
            self._refuse(args, kwargs)
        named = dict(kwargs)
        key = list(args)
        for name in self._names[len(args) :]:
            if len(key) < self._only_by_position and name in named:
                self._refuse(args, kwargs)
            if name not in named and name not in self._defaults:
                self._refuse(args, kwargs)
            key.append(named.pop(name) if name in named else self._defaults[name])
        if named:
            self._refuse(args, kwargs)
        return tuple(key)

    def _refuse(self, args: "tuple[Any, ...]", kwargs: "dict[str, Any]") -> "NoReturn":
        from inspect import signature  # an error is on its way: time does not matter

        why = "these are not its arguments"
        try:
            signature(self._factory).bind(*args, **kwargs)
        except TypeError as error:
            why = str(error)
        raise TypeError(f"{getattr(self._factory, '__name__', 'the resource')}(): {why}")
