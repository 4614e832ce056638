"""A call's arguments as the key of its value.

`get("a", 300)`, `get("a", ttl=300)` and, where 300 is the default, `get("a")` are one key: the
values of the parameters in their order, then what `*args` took, then what `**kwargs` took.
Arguments must be hashable, and are compared as in a dict.
"""

from .callables import CO_VARARGS, CO_VARKEYWORDS, FUNCTION, METHOD, describe

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, NoReturn

    Key = tuple[Any, ...]

MARK = object()
"""Stands in a key before what was passed by name and is no parameter."""
AS_PASSED = object()
"""Begins the key of a call that the decorated function would refuse: its decorator changes it."""


class Parameters:
    """The parameters of a factory, and the key of a call.

    Of a function that a decorator covers (`functools.wraps`), those of the function itself, where
    the decorator takes anything: it hands on what it is given, as a rule.
    """

    def __init__(self, factory: "Callable[..., Any]") -> None:
        self._factory = factory
        self._defaults: "dict[str, Any]" = {}
        bound = 1 if isinstance(factory, METHOD) else 0
        function = getattr(factory, "__func__", factory) if bound else factory
        if isinstance(function, FUNCTION):
            self._read_code(function, function.__code__, bound)
        else:
            self._read_signature()
        self._covered = self._covered_by(function)
        self._tails = {} if self._is_open_by_name else self._all_defaults()

    def _read_code(self, function: "Any", code: "Any", bound: int) -> None:
        by_position = code.co_argcount
        self._names = code.co_varnames[bound : by_position + code.co_kwonlyargcount]
        self._by_position = max(0, by_position - bound)
        self._only_by_position = max(0, code.co_posonlyargcount - bound)
        self._takes_more = bool(code.co_flags & CO_VARARGS)
        self._takes_names = bool(code.co_flags & CO_VARKEYWORDS)
        defaults = function.__defaults__ or ()
        first = self._by_position - len(defaults)
        self._defaults = {self._names[first + i]: value for i, value in enumerate(defaults)}
        self._defaults.update(function.__kwdefaults__ or {})

    def _read_signature(self) -> None:
        from inspect import Parameter  # classes, partials: rare, and it is heavy

        try:
            parameters = list(_signature(self._factory).parameters.values())
        except (ValueError, TypeError):  # some built-in functions and odd objects have none
            parameters = [
                Parameter("arguments", Parameter.VAR_POSITIONAL),
                Parameter("named", Parameter.VAR_KEYWORD),
            ]
        kinds = [parameter.kind for parameter in parameters]
        self._takes_more = Parameter.VAR_POSITIONAL in kinds
        self._takes_names = Parameter.VAR_KEYWORD in kinds
        named = [p for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
        self._names = tuple([parameter.name for parameter in named])
        self._by_position = sum([p.kind != Parameter.KEYWORD_ONLY for p in named])
        self._only_by_position = kinds.count(Parameter.POSITIONAL_ONLY)
        self._defaults = {p.name: p.default for p in named if p.default is not Parameter.empty}

    def _covered_by(self, function: "Any") -> "Parameters | None":
        """The parameters of the function below a decorator that takes anything."""
        below = getattr(function, "__wrapped__", None)
        takes_anything = self._takes_more and self._takes_names and not self._names
        if takes_anything and isinstance(function, FUNCTION) and callable(below):
            return Parameters(below)
        return None

    def _all_defaults(self) -> "dict[int, Key]":
        """How many are passed by position -> the values of the others, where all have defaults."""
        tails = {}
        for passed in range(self._by_position, -1, -1):
            names = self._names[passed:]
            if all(name in self._defaults for name in names):
                tails[passed] = tuple([self._defaults[name] for name in names])
        return tails

    @property
    def _is_open_by_name(self) -> bool:
        """Whether there is a `*args` before parameters by name: what is passed is no key then."""
        return self._takes_more and len(self._names) > self._by_position

    @property
    def are_there(self) -> bool:
        """Whether the factory takes arguments at all."""
        return self._takes_more or self._takes_names or bool(self._names)

    @property
    def plain_count(self) -> int:
        """How many arguments by position are a key as they are; -1 where they never are."""
        if self._covered is not None:
            return self._covered.plain_count
        is_plain = not self._takes_more and len(self._names) == self._by_position
        return self._by_position if is_plain else -1

    @property
    def is_key_as_passed(self) -> bool:
        """Whether arguments by position that equal a key are this key's; not with names only."""
        if self._covered is not None:
            return bool(self._covered.is_key_as_passed)
        return bool(len(self._names) == self._by_position)

    def key(self, args: "Key", kwargs: "dict[str, Any]") -> "Key":
        """The key of a call; TypeError, as the factory would raise it, where it cannot be made."""
        if self._covered is not None:
            key, problem = self._covered.bind(args, kwargs)
            if problem:
                key = (AS_PASSED, *args, MARK, *_by_name(kwargs))
        else:
            key, problem = self.bind(args, kwargs)
            if problem:
                raise TypeError(f"{describe(self._factory)}: {problem}")
        try:
            hash(key)
        except TypeError:
            self.refuse_unhashable(args, kwargs)
        return key

    def bind(self, args: "Key", kwargs: "dict[str, Any]") -> "tuple[Key, str]":
        """The key of a call, or what is wrong with the call."""
        if not kwargs and len(args) in self._tails:
            return args + self._tails[len(args)], ""
        if len(args) > self._by_position and not self._takes_more:
            return (), "too many positional arguments"
        named = dict(kwargs)
        key = list(args[: self._by_position])
        for at in range(len(key)):
            if self._names[at] in named and not self._is_hidden(at):
                return (), f"multiple values for argument {self._names[at]!r}"
        for at in range(len(key), len(self._names)):
            name = self._names[at]
            if name in named and not self._is_hidden(at):
                if at < self._only_by_position:
                    return (), f"{name!r} parameter is positional only, but was passed as a keyword"
                key.append(named.pop(name))
            elif name in self._defaults:
                key.append(self._defaults[name])
            else:
                return (), f"missing a required argument: {name!r}"
        return self._with_the_rest(key, args[self._by_position :], named)

    def _with_the_rest(
        self, key: "list[Any]", more: "Key", named: "dict[str, Any]"
    ) -> "tuple[Key, str]":
        if named and not self._takes_names:
            return (), f"got an unexpected keyword argument {next(iter(named))!r}"
        by_name = key[self._by_position :]
        if not self._is_open_by_name:
            tail = (MARK, *_by_name(named)) if named else ()
            return (*key, *more, *tail), ""
        return (*key[: self._by_position], *more, MARK, *by_name, MARK, *_by_name(named)), ""

    def _is_hidden(self, at: int) -> bool:
        """Whether the name of this parameter may be used again, for `**kwargs`."""
        return at < self._only_by_position and self._takes_names

    def refuse_unhashable(self, args: "Key", kwargs: "dict[str, Any]") -> "NoReturn":
        """Name the argument that cannot be a key; call it where a TypeError is handled."""
        for name, value in [*enumerate(args, 1), *kwargs.items()]:
            problem = _why_unhashable(value)
            if problem:
                where = f"{describe(self._factory)}: argument {name!r}"
                raise TypeError(f"{where} cannot be a key: {problem}") from None
        for name, value in (self._covered or self)._defaults.items():
            problem = _why_unhashable(value)
            if problem and name not in kwargs:
                where = f"{describe(self._factory)}: the default of {name!r}"
                raise TypeError(f"{where} cannot be a key: {problem}") from None
        raise  # noqa: PLE0704 - the error that is being handled: a key's own comparison failed


def _why_unhashable(value: "Any") -> str:
    try:
        hash(value)
    except TypeError as error:
        return str(error) or "it has no hash"
    return ""


def _by_name(named: "dict[str, Any]") -> "Key":
    return tuple([part for name in sorted(named) for part in (name, named[name])])


def _signature(factory: "Any") -> "Any":
    """The signature, without evaluating annotations: they may name what does not exist."""
    import inspect
    from importlib import import_module

    try:
        how = {"annotation_format": import_module("annotationlib").Format.STRING}  # Python 3.14
    except ImportError:
        how = {}
    return inspect.signature(factory, **how)
