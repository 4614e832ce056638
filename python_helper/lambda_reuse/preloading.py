"""`preload`: builds several resources at once, each in a thread of its own, in init."""

import time
from threading import Thread

from . import invocation
from .callables import give_up, is_async, is_awaitable, name_of
from .phase import phase

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional


def preload(*resources: "Callable[[], Any]", timeout: "Optional[float]" = None) -> "list[str]":
    """Call each of these in its own thread; return the names of those that are not ready.

    They need no arguments: `lambda: parameter("tax")` preloads one key of a keyed resource. One
    that fails does not stop the others, nor the init: its first use tries again, and its error
    passes there (with `retry_after`, at once). `timeout` is the limit in seconds for all of them
    together; what takes longer continues in the background, and its first use waits for it. Each
    one is recorded as a phase of the init under its own name.

    Raises TypeError for what cannot be called, and for an `async def`, which needs its loop.
    """
    for one in resources:
        if not callable(one):
            raise TypeError(f"preload takes functions, not {one!r}")
        if is_async(one):
            raise TypeError(f"{name_of(one)} is async: await it in the loop that will use it")
    invocation.attach()
    builds = [_Build(one) for one in resources]
    for build in builds:
        build.start()
    end = None if timeout is None else time.monotonic() + timeout
    for build in builds:
        build.join(None if end is None else max(0.0, end - time.monotonic()))
    return [build.shown for build in builds if not build.is_ready]


class _Build(Thread):
    def __init__(self, build: "Callable[[], Any]") -> None:
        self.shown = name_of(build)
        self._build = build
        self.is_ready = False
        # Daemonic: a build that hangs must not keep the process from its end.
        super().__init__(name="preload " + self.shown, daemon=True)

    def run(self) -> None:
        try:
            with phase(self.shown):
                value = self._build()
            if hasattr(type(value), "cr_code"):
                give_up(value)  # it wants to be awaited, in the loop that will use it
            self.is_ready = not is_awaitable(value)
        except Exception:
            pass  # counted by the resource, and met again at its first use
