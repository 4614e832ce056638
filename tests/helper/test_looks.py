"""What a resource looks like from outside: as the function that it was made of."""

import functools
import inspect

import pytest
from lambda_reuse.looks import is_method, wrapped


def client(region: str = "eu-west-1") -> dict:
    """A client."""
    return {"region": region}


client.tag = "mine"


def get(*args, **kwargs):
    return args, kwargs


def fresh():
    """What is dressed: a function without looks of its own."""

    def own(*args, **kwargs):
        return args, kwargs

    return own


def test_it_looks_as_with_functools():
    """Name, place, documentation, signature, annotations and attributes."""
    ours, theirs = wrapped(fresh(), client), functools.update_wrapper(fresh(), client)

    for look in (*functools.WRAPPER_ASSIGNMENTS, "__wrapped__", "tag"):
        assert getattr(ours, look) == getattr(theirs, look)
    assert inspect.signature(ours) == inspect.signature(client)
    assert inspect.get_annotations(ours) == {"region": str, "return": dict}


def test_what_has_no_name_is_named_by_what_it_calls():
    """A partial, and an object that can be called."""

    class Maker:
        def __call__(self):
            return 1

    assert wrapped(fresh(), functools.partial(client, "x")).__name__ == "client"
    assert wrapped(fresh(), Maker()).__wrapped__() == 1


def test_a_look_that_no_function_can_have_is_left_out():
    class Odd:
        __name__ = 7

        def __call__(self):
            return 1

    made = wrapped(fresh(), Odd())

    assert isinstance(made.__name__, str)


class Holder:
    def method(self):
        return self

    def variadic(*args):
        return args

    @staticmethod
    def static():
        return 1

    class Inner:
        def method(self):
            return self


def local():
    class Local:
        def method(self):
            return self

    def inner(one):
        return one

    return Local.method, inner


@pytest.mark.parametrize(
    ("function", "expected"),
    [
        (Holder.method, True),
        (Holder.variadic, True),
        (Holder.Inner.method, True),
        (Holder.static, False),
        (client, False),
        (Holder().method, False),
        (len, False),
        (local()[0], True),
        (local()[1], False),
    ],
)
def test_a_method_stands_in_a_class_and_takes_something(function, expected):
    assert is_method(function) is expected
