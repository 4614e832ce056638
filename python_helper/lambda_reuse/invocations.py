"""Learns from the runtime when an invocation begins and ends.

AWS's Python runtime client calls `awslambdaric.bootstrap.handle_event_request` once an invocation.
Where that module is loaded, which it is in every managed Python runtime before the function is
imported, this wraps it. Elsewhere no invocation ever begins, and everything counts as init, unless
somebody who knows better says so with `begin` and `end` (the test tools do).
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

RUNTIME = "awslambdaric.bootstrap"

number = 0
"""Invocations that this process has begun."""
running = 0
"""Invocations that are under way in it."""
_at_end: "list[Callable[[], None]]" = []


def begin() -> None:
    """An invocation begins."""
    global number, running
    number += 1
    running += 1


def end() -> None:
    """An invocation is over."""
    global running
    running = max(0, running - 1)
    for look in _at_end:
        look()


def at_end(look: "Callable[[], None]") -> None:
    """Call this at the end of every invocation."""
    _at_end.append(look)


def reset() -> None:
    """No invocation has begun: a process that was forked or restored from a snapshot, or a test."""
    global number, running
    number = running = 0


def _wrap(handle: "Callable[..., Any]") -> "Callable[..., Any]":
    def handle_event_request(*arguments: "Any", **options: "Any") -> "Any":
        begin()
        try:
            return handle(*arguments, **options)
        finally:
            end()

    handle_event_request.lambda_reuse = True  # type: ignore[attr-defined]
    return handle_event_request


def watch_runtime() -> None:
    """Wrap the runtime client's function, if it is there and not wrapped yet."""
    runtime = sys.modules.get(RUNTIME)
    handle = getattr(runtime, "handle_event_request", None)
    if runtime is not None and callable(handle) and not hasattr(handle, "lambda_reuse"):
        runtime.handle_event_request = _wrap(handle)  # type: ignore[attr-defined]


watch_runtime()
