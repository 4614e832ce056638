"""Resources with parameters: one value a key, the least recently used going first."""

import functools
import inspect

import pytest
from lambda_reuse import resource

from tests.helper.parts import DownError, Factory, Value, numbers


def keyed(factory, **options):
    return resource(name="keyed", **options)(factory.build_for)


class TestKeys:
    """What makes a key."""

    def test_one_value_a_key(self):
        """Each key is built once."""
        factory = Factory()
        get = keyed(factory)

        assert [get("a"), get("b"), get("a")] == ["value 1", "value 2", "value 1"]
        assert numbers("keyed") == {"hits": 1, "first": 2, "builds_in_init": 2}

    def test_however_it_is_written(self):
        """By position, by name or by default: it is the values that count."""
        calls = []

        @resource
        def get(name, ttl=300, *, region="eu"):
            calls.append((name, ttl, region))
            return len(calls)

        same = [
            get("a"),
            get("a", 300),
            get(name="a"),
            get(ttl=300, name="a"),
            get("a", region="eu"),
        ]

        assert same == [1] * 5
        assert get("a", 300, region="us") == 2
        assert calls == [("a", 300, "eu"), ("a", 300, "us")]

    def test_any_arguments(self):
        """Functions with *args and **kwargs: names make other keys than positions."""
        factory = Factory()

        @resource
        def get(*args, **kwargs):
            return factory(args, tuple(kwargs.items()))

        assert get() == get() == "value 1"
        assert get(1) == get(1) == "value 2"
        assert get(1, a=2, b=3) == get(1, b=3, a=2) == "value 3"
        assert get(1, "a", 2) == "value 4"

    def test_positional_only(self):
        """A name that is only a position is refused, as the function itself would."""

        @resource
        def get(name, /):
            return name

        assert get("a") == "a"
        with pytest.raises(TypeError, match=r"positional.only"):
            get(name="a")

    @pytest.mark.parametrize(
        ("args", "kwargs", "message"),
        [
            ((), {}, "missing a required argument: 'name'"),
            (("a", 1, 2), {}, "too many positional arguments"),
            (("a",), {"colour": 1}, "unexpected keyword argument 'colour'"),
            (("a",), {"name": 1}, "multiple values for argument 'name'"),
        ],
    )
    def test_wrong_calls(self, args, kwargs, message):
        """A call that the function would refuse is refused, and not counted."""

        @resource
        def get(name, ttl=1):
            return name

        with pytest.raises(TypeError, match=message):
            get(*args, **kwargs)
        assert get.cache_info()[:2] == (0, 0)

    def test_a_signature_that_lies(self):
        """Where a function says of itself what it does not do, the call is still refused."""

        def get(name):
            return name

        get.__signature__ = inspect.signature(lambda *arguments: arguments)
        with pytest.raises(TypeError, match=r"get\(\): too many positional arguments"):
            resource(get)("a", "b")

    def test_names_among_others(self):
        """A parameter passed by name is the same key beside `**kwargs` and `*args`, too."""
        calls = []

        @resource
        def get(name, ttl=300, /, *more, region="eu", **others):
            calls.append(name)
            return len(calls)

        @resource
        def named(name, **others):
            calls.append(name)
            return len(calls)

        assert named("a") == named(name="a") == 1
        assert named("a", x=1, y=2) == named(y=2, name="a", x=1) == 2
        assert get("a") == get("a", 300) == get("a", region="eu") == get("a", 300, region="eu") == 3
        assert get("a", name="b") == 4
        assert get("a", 300, 1) == get("a", 300, 1, region="eu") == 5
        assert get("a", 300, 1, region="us", x=1) == 6
        with pytest.raises(TypeError, match="missing a required argument: 'name'"):
            named(x=1)
        with pytest.raises(TypeError, match="multiple values for argument 'name'"):
            named("a", name="a")

    def test_below_a_decorator(self):
        """functools.wraps: the parameters are those of the function below."""

        def passing(function):
            @functools.wraps(function)
            def inner(*args, **kwargs):
                return function(*args, **kwargs)

            return inner

        def injecting(function):
            @functools.wraps(function)
            def inner(*args, **kwargs):
                return function("connection", *args, **kwargs)

            return inner

        get = resource(passing(lambda name, ttl=1: [name, ttl]))
        assert get("a") is get(name="a") is get("a", 1) is get("a", ttl=1)
        assert get.cache_info()[:2] == (3, 1)
        get = resource(injecting(lambda connection, name: [connection, name]))
        assert get("a") is get("a")
        assert get("b") == ["connection", "b"]

    def test_names_of_partials(self):
        """A partial has the name of what it calls."""

        def load(name, kind):
            return name, kind

        get = resource(functools.partial(load, kind="x"))
        assert get.__name__ == "load"
        assert get("a") is get(name="a")
        assert numbers(get.__qualname__)["hits"] == 1
        with pytest.raises(TypeError, match=r"load\(\): missing a required argument"):
            get()

    @pytest.mark.parametrize("options", [{}, {"max_age": 60}, {"check": bool}])
    def test_the_argument_that_cannot_be_a_key(self, options):
        """Is named, with the resource; by position or by name, whatever is called."""
        get = resource(**options)(lambda first, second=1: (first, second))
        for call in (get, get.peek, get.refresh):
            with pytest.raises(
                TypeError, match=r"<lambda>\(\): argument 2 cannot be a key: unhash"
            ):
                call(1, [])
            with pytest.raises(TypeError, match=r"argument 'second' cannot be a key: unhashable"):
                call(1, second={})

        class Odd:
            def __hash__(self):
                return 1

            def __eq__(self, other):
                raise TypeError("not comparable")

        get(Odd())
        with pytest.raises(TypeError, match="not comparable"):
            get(Odd())

    def test_a_default_that_cannot_be_a_key(self):
        """Is named as well: the call itself passes nothing that is wrong."""

        @resource
        def get(region="eu", tags=[]):  # noqa: B006 - as people write it
            return region, tags

        for call in (get, get.peek, get.refresh):
            with pytest.raises(TypeError, match=r"get\(\): the default of 'tags' cannot be a key"):
                call("us")
        assert get("us", ()) == ("us", ())

    def test_the_argument_that_cannot_be_awaited_for(self):
        """The same of an async resource."""
        import asyncio

        @resource
        async def get(key):
            return key

        async def main():
            await get("a")
            with pytest.raises(TypeError, match="argument 1 cannot be a key"):
                await get([])

        asyncio.run(main())
        with pytest.raises(TypeError, match="argument 1 cannot be a key"):
            asyncio.run(get([]))

    def test_unhashable(self):
        """An argument that cannot be a key is Python's own TypeError."""
        get = keyed(Factory())
        with pytest.raises(TypeError, match="unhashable"):
            get([])
        assert get.cache_info()[:2] == (0, 0)

    def test_callables_without_code(self):
        """Classes, partials and built-in functions have keys too."""

        class Client:
            def __init__(self, name):
                self.name = name

        client = resource(Client)
        assert client("a") is client(name="a")
        assert client("b").name == "b"
        assert resource(functools.partial(pow, 2), name="p")(5) == 32
        assert resource(Value)() is not None
        with pytest.raises(TypeError, match=r"positional.only"):
            resource(len)(obj="abc")
        assert resource(max)(1, 3) == 3

    def test_bound_methods(self):
        """The instance of a bound method is no key."""

        class Client:
            def table(self, name="orders"):
                return [name]

            def region(self):
                return object()

        client = Client()
        table, region = resource(client.table), resource(client.region)
        assert table() is table("orders") is table(name="orders")
        assert region() is region()
        assert region.cache_info().maxsize == 1

    def test_methods(self):
        """On a class, every instance has values of its own."""

        class Client:
            @resource
            def table(self, name):
                return [name]

        one, two = Client(), Client()
        assert one.table("a") is one.table("a")
        assert one.table("a") is not two.table("a")


class TestRoom:
    """`max_keys`: how many values there may be."""

    def test_least_recently_used(self):
        """The value not used for longest goes, and is closed; it comes back as `evicted`."""
        factory = Factory()
        closed = []
        get = keyed(factory, max_keys=2, close=closed.append)
        get("a")
        get("b")
        get("a")
        get("c")

        assert closed == ["value 2"]
        assert get("a") == "value 1"
        assert get("b") == "value 4"
        assert closed == ["value 2", "value 3"]
        assert numbers("keyed") == {"hits": 2, "first": 3, "evicted": 1, "builds_in_init": 4}
        assert get.cache_info()[2:4] == (2, 2)

    def test_default(self):
        """128, as in functools."""
        get = keyed(Factory())
        for key in range(130):
            get(key)
        assert get.cache_info()[2:4] == (128, 128)

    def test_unbounded(self):
        """None keeps them all."""
        get = keyed(Factory(), max_keys=None)
        for key in range(200):
            get(key)
        assert get.cache_info()[2:4] == (None, 200)

    def test_failing_keys_put_nothing_out(self):
        """Keys that cannot be built take no value's room, and are remembered up to max_keys."""
        factory = Factory()
        get = keyed(factory, max_keys=2)
        get("a")
        factory.error = DownError()
        for key in ("x", "y", "z", "x"):
            with pytest.raises(DownError):
                get(key)
        with pytest.raises(DownError):
            get("x")
        factory.error = None

        assert get("a") == "value 1"
        # x was forgotten when z came, and known when it came again
        assert numbers("keyed") == {
            "hits": 1, "first": 5, "error": 1, "builds_in_init": 1, "failed": 5,
        }  # fmt: skip

    def test_a_long_forgotten_key(self):
        """What was evicted long ago is like new."""
        get = keyed(Factory(), max_keys=1)
        for key in ("a", "b", "c", "a"):
            get(key)
        assert get.cache_info().reasons["first"] == 4
        assert get("c") == "value 5"
        assert get.cache_info().reasons["evicted"] == 1
