"""Options that contradict each other are refused where they stand."""

import functools

import pytest
from lambda_reuse import resource


def value():
    return 1


async def awaited():
    return 1


def yielding():
    yield 1


async def yielding_async():
    yield 1


def with_key(key):
    return key


class Client:
    async def ping(self):
        return True


@pytest.mark.parametrize(
    ("factory", "options", "message"),
    [
        (value, {"max_age": "5"}, "max_age is a number of seconds, not '5'"),
        (value, {"max_age": -1}, "max_age is a number of seconds, not -1"),
        (value, {"max_age": float("nan")}, "max_age is a number of seconds, not nan"),
        (value, {"max_age": True}, "max_age is a number of seconds, not True"),
        (value, {"retry_after": "1 m"}, "retry_after is a number of seconds"),
        (value, {"check": 1}, "check is a function, not 1"),
        (value, {"close": "close"}, "close is a function, not 'close'"),
        (value, {"clock": 3}, "clock is a function, not 3"),
        (value, {"name": ""}, "name is the text"),
        (value, {"name": 3}, "name is the text"),
        (value, {"check_every": 5}, "there is no check"),
        (value, {"stale_while_error": True}, "stale_while_error needs max_age"),
        (value, {"max_keys": 3}, r"max_keys needs parameters to be keys; value\(\) has none"),
        (with_key, {"max_keys": 0}, "max_keys is a number of at least 1, not 0"),
        (with_key, {"max_keys": 1.5}, "max_keys is a number of at least 1, not 1.5"),
        (with_key, {"max_keys": True}, "max_keys is a number of at least 1, not True"),
        (with_key, {"eager": True}, r"eager cannot know the arguments of with_key\(\)"),
        (awaited, {"eager": True}, r"eager needs a running loop to await awaited\(\)"),
        (value, {"check": Client().ping}, r"check is async and value\(\) is not"),
        (value, {"close": awaited}, r"close is async and value\(\) is not"),
        (yielding, {}, r"yielding\(\) yields; a resource returns its value"),
        (yielding_async, {}, r"yielding_async\(\) yields"),
        (functools.partial(value), {"max_keys": 2}, r"value\(\) has none"),
        (3, {}, "a resource is made of a function, not of 3"),
        (value, {"maxage": 3}, r"resource\(\) got an unexpected keyword argument 'maxage'"),
    ],
)
def test_refused(factory, options, message):
    """A TypeError that says why, before anything is built."""
    with pytest.raises(TypeError, match=message):
        resource(**options)(factory)


def test_refused_before_the_function_is_seen():
    """What is wrong in itself is refused by `resource(...)` already."""
    with pytest.raises(TypeError):
        resource(check_every=1)


def test_the_function_must_be_one():
    """@resource on something else."""
    with pytest.raises(TypeError, match="a resource is made of a function"):
        resource(3)
