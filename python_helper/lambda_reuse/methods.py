"""Resources as members of classes: what binds them to an instance or a class, and their looks.

A function that is defined in a class becomes a descriptor, because what can be asked of a bound
resource (`repo.item.refresh("a")`) has to know its instance as the call does. Bound or not, a call
goes through `functools.partial`, which is written in C.
"""

from functools import partial

from .looks import LOOKS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

OF_THE_FUNCTION = ("__wrapped__", "__code__", "__defaults__", "__kwdefaults__")
"""What a bound resource does not have: it takes the instance, too."""


class BoundResource(partial):  # type: ignore[type-arg]
    """A resource and the instance or class that it was taken from."""

    def peek(self, *args: "Any", **kwargs: "Any") -> "Any":
        """The value that a call would find, or None."""
        return self.func.peek(*self.args, *args, **kwargs)  # type: ignore[attr-defined]

    def refresh(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Build the value now and replace the one there is."""
        return self.func.refresh(*self.args, *args, **kwargs)  # type: ignore[attr-defined]

    @property
    def __self__(self) -> "Any":
        return self.args[0]

    @property
    def __func__(self) -> "Any":
        return self.func

    @property
    def __doc__(self) -> "Any":  # type: ignore[override]
        return self.func.__doc__

    def __getattr__(self, name: str) -> "Any":
        if name in OF_THE_FUNCTION:
            raise AttributeError(name)
        return getattr(self.func, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, BoundResource):
            return NotImplemented
        return self.func is other.func and self.args[0] is other.args[0]

    def __hash__(self) -> int:
        return hash((id(self.func), id(self.args[0])))

    def __reduce__(self) -> "Any":
        return getattr, (self.args[0], self.func.__name__)


class MethodResource(partial):  # type: ignore[type-arg]
    """A resource in a class: called with its instance, as functions are there."""

    def __new__(cls, get: "Any") -> "Any":
        """`get`: the resource's function."""
        made = super().__new__(cls, get)
        for look in LOOKS:
            if hasattr(get, look) and not look.startswith("__annot"):
                setattr(made, look, getattr(get, look))
        made.__dict__.update(get.__dict__)
        return made

    def __get__(self, instance: "Any", owner: "Any" = None) -> "Any":
        return self if instance is None else BoundResource(self.func, instance)

    def __reduce__(self) -> "Any":
        return self.func.__qualname__  # as functions are: by name


class ClassMethodResource(MethodResource):
    """A resource over a `classmethod`: called with the class, from the instance too."""

    def __get__(self, instance: "Any", owner: "Any" = None) -> "Any":
        return BoundResource(self.func, type(instance) if owner is None else owner)


class StaticResource(staticmethod):  # type: ignore[type-arg]
    """A resource over a `staticmethod`, which can be called outside a class as well."""

    def __init__(self, get: "Any") -> None:
        super().__init__(get)
        self.__dict__.update(get.__dict__)

    def __call__(self, *args: "Any", **kwargs: "Any") -> "Any":
        """Since 3.10 static methods can be called themselves."""
        return self.__func__(*args, **kwargs)


def over(factory: "Any", get: "Any") -> "Any":
    """The resource `get` in the place of this `classmethod` or `staticmethod`."""
    return ClassMethodResource(get) if isinstance(factory, classmethod) else StaticResource(get)
