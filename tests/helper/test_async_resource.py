"""Async resources: awaited once, by many tasks, in every loop that runs."""

import asyncio
import gc

import pytest
from lambda_reuse import lifecycle, resource

from tests.conftest import MS
from tests.helper.parts import DownError, Factory, Value, numbers


def awaited(factory, **options):
    @resource(name="awaited", **options)
    async def get():
        await asyncio.sleep(0)
        return factory()

    return get


def awaited_keyed(factory, **options):
    @resource(name="awaited", **options)
    async def get(key):
        await asyncio.sleep(0)
        return factory(key)

    return get


def test_a_value_is_awaited_once():
    """Many tasks at once make one build; those that waited count as hits."""
    factory = Factory()
    get = awaited(factory)

    async def main():
        first = await asyncio.gather(*[get() for _ in range(64)])
        return {*first, await get()}

    assert asyncio.run(main()) == {"value 1"}
    assert numbers("awaited") == {"hits": 64, "first": 1, "builds_in_init": 1}
    assert asyncio.iscoroutinefunction(get)


class TestLoops:
    """A value belongs to the loop it was made in."""

    def test_another_loop(self):
        """It builds its own, for the reason `loop_changed`; the dead loop's value is closed."""
        factory = Factory()
        closed = []
        get = awaited(factory, close=closed.append)

        assert [asyncio.run(get()) for _ in range(3)] == ["value 1", "value 2", "value 3"]
        assert closed == ["value 1", "value 2"]
        assert numbers("awaited") == {"first": 1, "loop_changed": 2, "builds_in_init": 3}
        assert get.cache_info().currsize == 1

    def test_two_living_loops(self):
        """Loops that take turns keep a value each."""
        factory = Factory()
        get = awaited(factory)
        one, two = asyncio.new_event_loop(), asyncio.new_event_loop()
        try:
            values = [loop.run_until_complete(get()) for loop in (one, two, one, two)]
        finally:
            one.close()
            two.close()

        assert values == ["value 1", "value 2", "value 1", "value 2"]
        assert get.cache_info().hits == 2

    def test_keys(self):
        """Each key that the loop before had is `loop_changed`, another one is `first`."""
        get = awaited_keyed(Factory(), max_keys=1)

        async def main(*keys):
            return [await get(key) for key in keys]

        asyncio.run(main("a", "b", "b"))
        asyncio.run(main("b", "a", "c"))

        assert numbers("awaited") == {
            "hits": 1, "first": 3, "loop_changed": 1, "evicted": 1, "builds_in_init": 5,
        }  # fmt: skip


class TestFailures:
    """Builds that fail or are cancelled."""

    def test_errors_pass(self):
        """And the next task tries again."""
        factory = Factory()
        factory.error = DownError("down")
        get = awaited(factory)

        async def main():
            return await asyncio.gather(get(), get(), return_exceptions=True)

        assert asyncio.run(main()) == [factory.error] * 2
        assert numbers("awaited") == {"first": 1, "error": 1, "failed": 2}

    def test_retry_after(self, clock):
        """Tasks that wait for a build that fails get its error, where it is remembered."""
        factory = Factory()
        factory.error = DownError("down")
        get = awaited(factory, retry_after=9, clock=clock)

        async def main():
            return await asyncio.gather(get(), get(), return_exceptions=True)

        assert [str(error) for error in asyncio.run(main())] == ["down", "down"]
        assert len(factory.calls) == 1

    def test_a_cancelled_build(self):
        """The task that builds is cancelled: one that waits builds instead."""
        factory = Factory()
        get = awaited(factory)

        async def main():
            first, second = asyncio.create_task(get()), asyncio.create_task(get())
            await asyncio.sleep(0)
            first.cancel()
            value = await second
            return value, first.cancelled()

        assert asyncio.run(main()) == ("value 1", True)
        assert numbers("awaited") == {"first": 1, "error": 1, "failed": 1, "builds_in_init": 1}

    def test_stale_while_error(self, clock):
        """As without await."""
        factory = Factory()
        get = awaited(factory, max_age=1, stale_while_error=True, clock=clock)

        async def main():
            await get()
            clock.now += 1
            factory.error = DownError()
            return await get()

        assert asyncio.run(main()) == "value 1"

    def test_circles(self):
        """A task that needs itself, and two that need each other, are refused."""

        @resource
        async def alone():
            return await alone()

        @resource
        async def one():
            await asyncio.sleep(0)
            return await two()

        @resource
        async def two():
            await asyncio.sleep(0)
            return await one()

        async def main():
            return await asyncio.gather(one(), two(), return_exceptions=True)

        with pytest.raises(RecursionError, match=r"alone\(\) needs itself"):
            asyncio.run(alone())
        assert [type(answer) for answer in asyncio.run(main())] == [RecursionError] * 2


class TestOptions:
    """check, close, max_age, refresh, peek, cache_clear."""

    @pytest.mark.parametrize("is_async", [True, False])
    def test_check_and_close(self, is_async):
        """Either may be async or not; a check that raises says no."""
        values = [Value(), Value(), Value()]
        made = iter(values)

        async def check(value):
            return value.is_healthy

        async def close(value):
            value.close()

        get = awaited(
            lambda: next(made),
            check=check if is_async else lambda value: value.is_healthy,
            close=close if is_async else Value.close,
        )

        async def main():
            assert await get() is await get() is values[0]
            values[0].is_healthy = False
            assert await get() is values[1]
            del values[1].is_healthy
            assert await get() is values[2]

        asyncio.run(main())
        assert [value.closed for value in values] == [1, 1, 0]
        assert numbers("awaited")["invalid"] == 2

    def test_max_age(self, clock):
        """A value in use is replaced when it is too old, and closed."""
        closed = []
        get = awaited_keyed(Factory(), max_age=1, close=closed.append, clock=clock)

        async def main():
            values = [await get("a"), await get(key="a")]
            clock.now += 1
            return [*values, await get("a")]

        assert asyncio.run(main()) == ["value 1", "value 1", "value 2"]
        assert closed == ["value 1"]

    def test_refresh_and_peek(self):
        """`refresh` is awaited, peek is not; outside of the loop there is nothing to see."""
        get = awaited_keyed(Factory())

        async def main():
            assert get.peek("a") is None
            await get("a")
            assert await get.refresh("a") == get.peek("a") == "value 2"
            assert get.peek("b") is None

        asyncio.run(main())
        assert get.peek("a") is None
        assert numbers("awaited") == {"first": 1, "forced": 1, "builds_in_init": 2}

    def test_what_close_raises(self, capsys):
        """It is told and goes no further."""

        async def close(value):
            raise DownError

        get = awaited(Factory(), close=close)

        async def main():
            await get()
            return await get.refresh()

        assert asyncio.run(main()) == "value 2"
        assert "failed with DownError" in capsys.readouterr().err


class TestClear:
    """cache_clear, which is not awaited, and async close."""

    def make(self):
        closed = []

        async def close(value):
            await asyncio.sleep(0)
            closed.append(value)

        return awaited(Factory(), close=close), closed

    def test_in_its_own_loop(self):
        """The value is closed by a task, soon."""
        get, closed = self.make()

        async def main():
            await get()
            get.cache_clear()
            gc.collect()
            for _ in range(3):
                await asyncio.sleep(0)
            assert closed == ["value 1"]
            return await get()

        assert asyncio.run(main()) == "value 2"
        assert numbers("awaited") == {"first": 1, "forced": 1, "builds_in_init": 2}

    def test_in_a_resting_loop(self):
        """A loop that rests is run for it."""
        get, closed = self.make()
        loop = asyncio.new_event_loop()
        try:
            loop.run_until_complete(get())
            get.cache_clear()
        finally:
            loop.close()

        assert closed == ["value 1"]

    def test_from_another_thread(self):
        """A loop that runs in another thread does it there."""
        get, closed = self.make()

        async def main():
            await get()
            await asyncio.get_running_loop().run_in_executor(None, get.cache_clear)
            while not closed:
                await asyncio.sleep(MS)

        asyncio.run(main())
        assert closed == ["value 1"]

    def test_of_a_closed_loop(self):
        """A closed loop can await nothing: an async close is not gone through, another is."""
        get, closed = self.make()
        asyncio.run(get())
        get.cache_clear()
        assert closed == []

        get = awaited(Factory(), close=closed.append)
        asyncio.run(get())
        get.cache_clear()
        assert closed == ["value 1"]

    def test_nothing_to_close(self):
        """Without values or without close nothing happens."""
        get, closed = self.make()
        get.cache_clear()
        plain = awaited(Factory())
        asyncio.run(plain())
        plain.cache_clear()
        assert closed == []
        assert plain.cache_info()[:4] == (0, 0, 1, 0)


def test_after_a_fork_or_a_restore(clock):
    """The values stay; after a restore they are checked, after a fork counted from zero."""
    asked = []
    get = awaited(Factory(), check=lambda _: asked.append(1) or True, check_every=60, clock=clock)
    plain = awaited_keyed(Factory())

    async def main():
        await get()
        await plain("a")
        lifecycle.after_restore()
        await get()
        await plain("a")
        assert asked == [1]
        lifecycle.after_fork()
        await plain("a")
        return await get()

    assert asyncio.run(main()) == "value 1"
    assert numbers("awaited") == {"hits": 1}
    assert get.cache_info()[:2] == (2, 1)
