"""What a resource can be asked, and resources that need each other."""

import threading

import pytest
from lambda_reuse import resource

from tests.conftest import MS
from tests.helper.parts import DownError, Factory, numbers


class TestAbilities:
    """cache_info, cache_clear, peek, refresh."""

    def test_cache_info(self, clock):
        """It begins as functools' does, and gives reasons, builds and failures."""
        factory = Factory()
        token = resource(max_age=1, clock=clock)(factory.build)
        assert token.cache_info()[:4] == (0, 0, 1, 0)
        token()
        token()
        clock.now += 1
        token()
        info = token.cache_info()

        assert info[:4] == (1, 2, 1, 1)
        assert (info.builds, info.failed) == (2, 0)
        assert {reason for reason, count in info.reasons.items() if count} == {"first", "expired"}

    def test_cache_clear(self):
        """The value is closed, the counts begin at 0, the page's go on: reason `forced`."""
        factory = Factory()
        closed = []
        table = resource(close=closed.append, name="table")(factory.build)
        table()
        table()
        table.cache_clear()
        table.cache_clear()

        assert closed == ["value 1"]
        assert table.cache_info()[:4] == (0, 0, 1, 0)
        assert table() == "value 2"
        assert table.cache_info()[:4] == (0, 1, 1, 1)
        assert numbers("table") == {"hits": 1, "first": 1, "forced": 1, "builds_in_init": 2}

    def test_clear_before_the_first(self):
        """What was never built is not forced to be built again."""
        table = resource(name="table")(lambda: 1)
        table.cache_clear()
        table()
        assert numbers("table") == {"first": 1, "builds_in_init": 1}

    def test_clear_forgets_a_failure(self, clock):
        """After it, an attempt is made at once."""
        factory = Factory()
        factory.error = DownError()
        table = resource(retry_after=60, clock=clock, name="table")(factory.build)
        with pytest.raises(DownError):
            table()
        factory.error = None
        table.cache_clear()

        assert table() == "value 2"
        assert numbers("table") == {"first": 1, "forced": 1, "failed": 1, "builds_in_init": 1}

    def test_peek(self, clock):
        """It sees what a call would find, and changes nothing."""
        factory = Factory()
        token = resource(max_age=1, clock=clock)(factory.build)
        assert token.peek() is None
        token()
        assert token.peek() == "value 1"
        clock.now += 1
        assert token.peek() is None
        assert len(factory.calls) == 1
        assert token.cache_info()[:2] == (0, 1)

    def test_refresh(self):
        """It builds at once; the old value is closed, and stays where the build fails."""
        factory = Factory()
        closed = []
        table = resource(close=closed.append, name="table")(factory.build)
        table()
        assert table.refresh() == "value 2"
        assert closed == ["value 1"]
        factory.error = DownError()
        with pytest.raises(DownError):
            table.refresh()
        assert table() == "value 2"
        assert numbers("table") == {
            "hits": 1, "first": 1, "forced": 2, "builds_in_init": 2, "failed": 1,
        }  # fmt: skip

    def test_eager(self):
        """It is built where it is defined."""
        factory = Factory()
        table = resource(eager=True, name="table")(factory.build)
        assert len(factory.calls) == 1
        assert table() == "value 1"
        assert numbers("table") == {"hits": 1, "first": 1, "builds_in_init": 1}

    def test_eager_and_failing(self):
        """The definition does not fail; the first call tries again and lets the error pass."""
        factory = Factory()
        factory.error = DownError()
        table = resource(eager=True)(factory.build)
        with pytest.raises(DownError):
            table()
        assert len(factory.calls) == 2


class TestCircles:
    """A resource that needs itself would wait for ever."""

    def test_itself(self):
        """It is refused, and the error passes through the factory."""

        @resource
        def table():
            return table()

        with pytest.raises(RecursionError, match=r"table\(\) needs itself while it is being built"):
            table()

    def test_through_another(self):
        """So is a circle of two."""

        @resource
        def one():
            return two()

        @resource
        def two():
            return one()

        with pytest.raises(RecursionError, match="needs itself"):
            one()

    def test_across_threads(self):
        """And a circle that two threads make together, each of them waiting for the other."""
        both = threading.Barrier(2)
        errors = []

        @resource
        def one():
            both.wait()
            return two()

        @resource
        def two():
            both.wait()
            return one()

        def use(what):
            try:
                what()
            except (RecursionError, threading.BrokenBarrierError) as error:
                both.abort()
                errors.append(type(error))

        threads = [threading.Thread(target=use, args=(what,)) for what in (one, two)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10_000 * MS)

        assert not any(thread.is_alive() for thread in threads)
        assert RecursionError in errors

    def test_one_needs_another(self):
        """A chain is no circle."""

        @resource
        def one():
            return two() + 1

        @resource
        def two():
            return 1

        assert one() == 2
