"""Built again by the same line, without a reason: `recreated`, and how long that took."""

import asyncio
import functools

import pytest
from lambda_reuse import lifecycle, page, resource, watch
from lambda_reuse.callables import distinction
from lambda_reuse.testing import simulate

from tests.helper.parts import DownError, counted, numbers, page_on_disk


def test_in_the_handler():
    """The first build of the line is legitimate, all later ones are not; nothing is `first` 20."""

    def handler(_event, _context):
        @resource(name="table")
        def table():
            return object()

        table()
        table()
        return table.cache_info()

    infos = simulate(handler, range(20))
    assert numbers("table") == {
        "hits": 20, "first": 1, "recreated": 19, "builds_in_invocations": 20,
    }  # fmt: skip
    assert counted("table").get("recreated_us", 0) <= counted("table")["invocations_us"]
    assert infos[0][:2] == infos[19][:2] == (1, 1)
    assert (infos[0].recreated, infos[19].recreated) == (0, 1)
    assert sum(infos[19].reasons.values()) == 0


@pytest.mark.parametrize("how", ["async", "partial", "method", "options", "lambda"])
def test_however_it_is_written(how):
    """Async, of a partial, as a method, with options, with what the event holds in hand."""

    def make(event):
        if how == "async":

            async def connect():
                return 1

            get = resource(name="table")(connect)
            return lambda: asyncio.run(get())
        if how == "partial":
            return resource(name="table")(functools.partial(dict, a=1))
        if how == "method":

            class Repo:
                @resource(name="table")
                def table(self):
                    return 1

            return Repo().table
        if how == "lambda":
            return resource(name="table")(lambda: event["n"])
        return resource(name="table", max_age=60, check=bool)(lambda: 1)

    simulate(lambda event, _: make(event)(), [{"n": n} for n in range(3)])
    expected = {"method": {"first": 3}}.get(how, {"first": 1, "recreated": 2})
    assert numbers("table") == {**expected, "builds_in_invocations": 3}


def test_other_things_of_one_line():
    """A client for each region is not one built again, nor is another key."""

    def client(region):
        return resource(name="client")(lambda: region)

    clients = {region: client(region) for region in ("eu", "us")}

    def handler(event, _context):
        return clients.setdefault(event, client(event))()

    simulate(handler, ["eu", "us", "eu", "ap"])
    assert numbers("client") == {"hits": 1, "first": 3, "builds_in_invocations": 3}
    again = client("eu")
    simulate(lambda _event, _context: again(), [1])
    assert numbers("client")["recreated"] == 1


def test_keys_of_another_one():
    """Made in the handler, with keys: the same key again is."""

    def handler(event, _context):
        @resource(name="item")
        def item(key):
            return key

        return item(event)

    simulate(handler, "abab")
    assert numbers("item") == {"first": 2, "recreated": 2, "builds_in_invocations": 4}


def test_builds_with_a_reason():
    """Refreshed, failed: these have one."""
    errors = [DownError(), None, None]

    def handler(_event, _context):
        @resource(name="table")
        def table():
            error = errors.pop(0)
            if error:
                raise error
            return 1

        try:
            table()
        except DownError:
            table.refresh()
        return table.refresh() if errors else 1

    simulate(handler, [1])
    assert numbers("table") == {
        "first": 1, "failed": 1, "forced": 1, "builds_in_invocations": 1,
    } or numbers("table")["forced"] >= 1  # fmt: skip
    assert "recreated" not in numbers("table")


def test_another_process_and_another_container():
    """Begin with a first build again."""

    def make():
        return resource(name="table")(lambda: 1)

    make()()
    lifecycle.after_fork()
    make()()
    assert "recreated" not in numbers("table")
    lifecycle.after_restore()
    make()()
    assert "recreated" not in numbers("table")


def test_many_keys_are_not_remembered_for_ever():
    """So many of a line."""
    for _ in range(2):
        get = resource(name="item", max_keys=None)(lambda key: key)
        for key in range(1100):
            get(key)
    assert numbers("item")["recreated"] == 1024
    assert max(map(len, page.things.values())) == 1024


class TestWatched:
    """Caches that are made in the handler."""

    def test_a_cache(self):
        """Its misses are builds of what the cache before it had; nothing of it stays."""

        def handler(_event, _context):
            tax = watch(functools.cache(lambda _key: 1), name="tax")
            tax("a")
            tax("a")

        simulate(handler, range(5))
        assert numbers("tax") == {"hits": 5, "first": 1, "recreated": 4}

    def test_they_are_let_go(self):
        """A watched cache that the function has dropped is dropped here, too."""
        import gc
        import weakref

        references = []

        def handler(_event, _context):
            tax = watch(functools.cache(lambda: 1), name="tax")
            references.append(weakref.ref(tax))
            tax()

        simulate(handler, range(5))
        gc.collect()
        assert [reference() for reference in references] == [None] * 5


def test_function_errors():
    """Invocations and those that raised, in a slot that is no resource."""

    def handler(event, _context):
        if event:
            raise DownError

    simulate(handler, [0, 0])
    for _ in range(2):
        with pytest.raises(DownError):
            simulate(handler, [1])
    assert numbers("(invocations)") == {"uses": 4, "failed": 2}
    kinds = {slot.name: slot.kind for slot in page_on_disk().slots}
    assert kinds["(invocations)"] == "invocations"
    lifecycle.after_fork()
    simulate(handler, [0])
    assert numbers("(invocations)") == {"uses": 1}
    lifecycle.forget()
    simulate(handler, [0])
    assert numbers("(invocations)") == {"uses": 1}


def test_a_closure_that_is_not_filled_yet():
    """Its value is not known, so it distinguishes nothing."""

    def build():
        return late

    empty = distinction(build)
    late = 1
    assert build() == 1
    assert distinction(build) != empty
