"""What resources say of the functions that make them."""

import asyncio
import inspect

from lambda_reuse import callables


def test_a_coroutine_that_nobody_awaits_is_given_up():
    """With the coroutine that it was given; what else it was given is left alone."""

    async def value():
        return 1

    async def wrapper(begun):
        return await begun

    inner, future = value(), asyncio.Future(loop=asyncio.new_event_loop())
    for begun in (inner, future):
        given_up = wrapper(begun)
        callables.give_up(given_up)
        assert inspect.getcoroutinestate(given_up) == inspect.CORO_CLOSED

    assert inspect.getcoroutinestate(inner) == inspect.CORO_CLOSED
    assert not future.done()
    future.get_loop().close()
