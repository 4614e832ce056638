"""Async clients: one a running loop, as they require."""

import asyncio

from lambda_reuse import resource

loop = asyncio.new_event_loop()  # kept over invocations, so that the session can be


@resource
async def session():
    await asyncio.sleep(0)
    return {"connected": True}


async def answer():
    return (await session())["connected"]


def handler(event, context):
    return {"connected": loop.run_until_complete(answer())}
