"""Options of resources with keys, and how a call is written."""

import pytest
from lambda_reuse import lifecycle, resource

from tests.helper.parts import Factory, Value, numbers


def keyed(factory, **options):
    return resource(name="keyed", **options)(factory.build_for)


class TestOptions:
    """The options of single values hold for each key."""

    def test_max_age(self, clock):
        """Each key has its own age."""
        factory = Factory()
        get = keyed(factory, max_age=10, clock=clock)
        get("a")
        clock.now += 5
        get("b")
        clock.now += 5

        assert get("a") == "value 3"
        assert get("b") == "value 2"
        assert numbers("keyed") == {"hits": 1, "first": 2, "expired": 1, "builds_in_init": 3}

    def test_check(self):
        """A broken value is replaced, the others stay."""
        get = resource(check=lambda v: v.is_healthy, name="keyed")(lambda _key: Value())
        one, two = get(1), get(2)
        one.is_healthy = False

        assert get(1) is not one
        assert get(2) is two

    def test_clear_peek_refresh(self):
        """They take the key as the call does."""
        factory = Factory()
        closed = []
        get = keyed(factory, close=closed.append)
        get("a")
        get("b")
        assert get.peek("a") == get.peek(key="a") == "value 1"
        assert get.peek("c") is None
        assert get.refresh(key="a") == "value 3"
        get.cache_clear()
        assert closed[0] == "value 1"
        assert sorted(closed[1:]) == ["value 2", "value 3"]
        assert get("b") == "value 4"
        assert numbers("keyed")["forced"] == 2

    def test_after_a_fork_or_a_restore(self):
        """The values stay where they are."""
        factory = Factory()
        get = keyed(factory)
        get("a")
        lifecycle.after_restore()
        assert get("a") == "value 1"
        lifecycle.after_fork()
        assert get("a") == get("a") == "value 1"
        assert numbers("keyed") == {"hits": 2}
        assert get.cache_info()[:2] == (3, 1)

    def test_order_of_use_over_a_fork(self):
        """What the parent used last goes after what it used before, and before the child's."""
        factory = Factory()
        get = keyed(factory, max_keys=3)
        for key in ("a", "b", "c", "a", "c", "c"):
            get(key)
        lifecycle.after_fork()
        get("b")
        get("d")
        assert get.peek("a") is None
        get("e")
        assert [get.peek(key) for key in "bcde"] == ["value 2", None, "value 4", "value 5"]


def positional(factory):
    return lambda name, ttl=300: [factory(), name, ttl]


def by_name_only(factory):
    return lambda name, ttl=300, *, region="here": [factory(), name, ttl, region]


@pytest.mark.parametrize("signature", [positional, by_name_only])
@pytest.mark.parametrize("options", [{}, {"max_age": 300}])
class TestHowACallIsWritten:
    """By position, by name, with what is left to its default: it is the same call."""

    def test_hits(self, options, signature):
        """Each is a hit, and a use."""
        factory = Factory()
        get = resource(name="keyed", max_keys=2, **options)(signature(factory))
        first = get("a")
        get("b")
        assert get("a") is get("a", 300) is get(name="a") is get("a", ttl=300) is first
        get("c")
        assert get.peek("b") is None
        assert get("a") is first
        assert get.cache_info()[:2] == (5, 3)
        with pytest.raises(TypeError):
            get("a", 300, "here")

    def test_misses(self, options, signature, clock):
        """Where the time of the value is over, also of one that was found by its defaults."""
        factory = Factory()
        made = resource(name="keyed", clock=clock, **options)
        get = made(signature(factory))
        get("a"), get("b")
        clock.now += 301
        assert get("a", 300) == get(name="a") == get("a")
        get(name="b")
        expired = 2 if options else 0
        assert get.cache_info().reasons["expired"] == expired
        assert get.cache_info()[:2] == (4 - expired, 2 + expired)


@pytest.mark.parametrize("options", [{}, {"max_age": 300}])
def test_a_key_that_another_thread_has_just_evicted(options):
    """The emptied entry is not taken for a value."""
    factory = Factory()
    get = resource(name="keyed", **options)(lambda key, ttl=1: factory())  # noqa: ARG005
    get("a")
    entry = get.refresh.__self__._cache.full["a", 1]
    entry.empty("evicted")

    assert get("a", 1) == "value 2"
    entry.empty("evicted")
    assert get("a") == "value 3"
    assert get.cache_info().reasons["evicted"] == 2


def test_a_keys_own_error_is_its_own():
    """Where every argument has a hash and comparing fails, the comparison's error is raised."""

    class Odd:
        def __hash__(self):
            return 1

        def __eq__(self, other):
            raise TypeError("cannot be compared")

    get = resource(lambda key: key)
    get(Odd())
    with pytest.raises(TypeError, match="cannot be compared"):
        get(Odd())
