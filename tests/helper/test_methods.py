"""Resources in classes: methods, class methods, static methods, properties."""

import asyncio
import inspect
import pickle

import pytest
from lambda_reuse import resource

from tests.helper.parts import numbers


def define():
    """The classes, as if they stood here; not at import, because they take slots of the page."""
    global Repo, Child

    class Repo:
        """Each kind once."""

        built = 0

        def __init__(self, name="repo"):
            self.name = name

        @resource
        def item(self, key, more=1):
            """An item."""
            Repo.built += 1
            return [self.name, key, more]

        @resource
        async def session(self):
            return [self.name]

        @property
        @resource
        def table(self):
            return [self.name]

        @resource
        @classmethod
        def over_class(cls, key):
            return [cls.__name__, key]

        @classmethod
        @resource
        def under_class(cls, key):
            return [cls.__name__, key]

        @resource(max_keys=4)
        @staticmethod
        def over_static(key):
            return ["static", key]

        @staticmethod
        @resource
        def under_static(key):
            return ["static", key]

        @resource
        @staticmethod
        def no_arguments():
            return ["static"]

    class Child(Repo):
        """A class below."""


@pytest.fixture(scope="module", autouse=True)
def classes():
    """The slots are free for other tests before and afterwards."""
    define()
    yield
    del globals()["Repo"], globals()["Child"]


@pytest.mark.parametrize("name", ["over_static", "under_static", "over_class", "under_class"])
@pytest.mark.parametrize("owner", ["class", "instance"])
def test_of_the_class(name, owner):
    """Class methods and static methods work over and under it, from the class and the instance."""
    get = getattr(Repo if owner == "class" else Repo(), name)
    first = get("a")

    assert first == ["Repo" if "class" in name else "static", "a"]
    assert get("a") is first
    assert getattr(Repo, name)(key="a") is first
    assert get("b") != first
    assert get.cache_info().currsize >= 2


def test_class_methods_know_their_class():
    """Each class has its own values."""
    assert Child.over_class("a") == Child.under_class("a") == ["Child", "a"]
    assert Child.over_class.peek("a") is Child().over_class("a")


def test_static_methods_without_arguments():
    """And outside of a class."""
    assert Repo.no_arguments() is Repo().no_arguments()
    taken = resource(Repo.__dict__["under_static"])
    assert taken("x") is taken("x")
    assert taken.cache_info().hits == 1


def test_methods_know_their_instance():
    """The call, peek and refresh; the class's own takes the instance as an argument."""
    one, two = Repo("one"), Repo("two")
    first = one.item("a")

    assert one.item("a") is first is one.item.peek("a") is Repo.item(one, "a")
    assert one.item("a", more=1) is first
    assert two.item.peek("a") is None
    assert two.item("a") == ["two", "a", 1]
    assert one.item.refresh("a") is not first
    assert two.item.peek("a") == ["two", "a", 1]
    one.item.cache_clear()
    assert two.item.peek("a") is None


def test_what_methods_look_like():
    """As functions in classes do: names, signature, equality, pickles, `__self__`."""
    repo = Repo()
    assert (repo.item.__name__, repo.item.__qualname__) == ("item", "Repo.item")
    assert repo.item.__doc__ == Repo.item.__doc__ == "An item."
    assert list(inspect.signature(repo.item).parameters) == ["key", "more"]
    assert list(inspect.signature(Repo.item).parameters) == ["self", "key", "more"]
    assert repo.item == repo.item
    assert hash(repo.item) == hash(repo.item)
    assert repo.item != Repo().item
    assert repo.item != 3
    assert repo.item.__self__ is repo
    assert repo.item.__func__ is Repo.item.func
    assert not hasattr(repo.item, "__wrapped__")
    assert pickle.loads(pickle.dumps(Repo.item)) is Repo.item
    again = pickle.loads(pickle.dumps(repo.item))
    assert (again.__name__, again.__self__.name) == ("item", "repo")


def test_async_methods():
    """Are async functions for those who ask."""
    repo = Repo("one")

    async def main():
        first = await repo.session()
        return await repo.session() is first is repo.session.peek()

    assert inspect.iscoroutinefunction(repo.session)
    assert asyncio.run(main())


def test_properties():
    """A value for each instance."""
    repo = Repo("one")
    assert repo.table is repo.table
    assert Repo("two").table == ["two"]


def test_named_in_records():
    """By the qualified name of what was decorated."""
    Repo("one").item("named")
    assert numbers("Repo.item")["first"] >= 1


@pytest.mark.parametrize("kind", [property])
def test_what_cannot_be_a_resource(kind):
    """Is refused with what to do instead."""
    with pytest.raises(TypeError, match="a property: put @resource below the property"):
        resource(kind(lambda _self: 1))


def test_a_wrong_call_names_the_method():
    """Counted nowhere."""
    with pytest.raises(TypeError, match=r"Repo.item\(\): missing a required argument: 'key'"):
        Repo().item()
