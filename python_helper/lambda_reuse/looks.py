"""What a resource looks like from outside: its function's name, signature and documentation."""

import sys

from .callables import CO_VARARGS, FUNCTION, name_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

LOOKS = (
    "__module__",
    "__name__",
    "__qualname__",
    "__doc__",
    # Since 3.14 annotations are evaluated when they are asked for (PEP 649), and may not exist.
    "__annotate__" if sys.version_info >= (3, 14) else "__annotations__",
    "__type_params__",
)


def is_method(factory: "Any") -> bool:
    """Whether this function stands in a class and may get an instance."""
    if not isinstance(factory, FUNCTION):
        return False
    where = factory.__qualname__.rpartition(".")[0]
    takes_some = factory.__code__.co_argcount or factory.__code__.co_flags & CO_VARARGS
    return bool(where and not where.endswith("<locals>") and takes_some)


def _copy_look(look: str, factory: "Any", get: "Any") -> None:
    try:
        setattr(get, look, getattr(factory, look))
    except (AttributeError, TypeError):
        pass  # it has none, or one that a function cannot have


def wrapped(get: "Any", factory: "Any") -> "Any":
    """Let `get` look like the factory, as functools.update_wrapper does (1 ms to import)."""
    own = getattr(factory, "__dict__", None)
    if own:
        get.__dict__.update(own)
    get.__name__ = name_of(factory).rpartition(".")[2]
    get.__qualname__ = name_of(factory)
    for look in LOOKS:
        _copy_look(look, factory, get)
    get.__wrapped__ = factory
    return get
