"""The live page beside other work: in a thread of its own, so that neither waits for the other."""

import asyncio
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from pathlib import Path

from reuse_cli.live.server import LivePage


@contextmanager
def page_beside(folders: Callable[[], list[Path]]) -> Iterator[str]:
    """Serve the page of these folders at a free port until the end of the block; its address.

    `folders` is called in that thread. Raises OSError where there is no port.
    """
    begun: Future[tuple[str, asyncio.AbstractEventLoop, asyncio.Event]] = Future()

    async def live() -> None:
        ended = asyncio.Event()
        async with LivePage(folders).serve(0) as address:
            begun.set_result((address, asyncio.get_running_loop(), ended))
            await ended.wait()

    def serve() -> None:
        try:
            asyncio.run(live())
        except OSError as error:
            begun.set_exception(error)

    thread = threading.Thread(target=serve, name="live page", daemon=True)
    thread.start()
    address, loop, ended = begun.result()
    try:
        yield address
    finally:
        loop.call_soon_threadsafe(ended.set)
        thread.join()
