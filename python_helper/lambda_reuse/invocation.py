"""Whether an invocation is running in this process, its number, and whether its handler failed.

AWS's runtime client calls `awslambdaric.bootstrap.handle_event_request` once for every invocation,
with the request id as its third argument. That function is wrapped where the client is loaded
already; it is never imported from here. Everything before the first call is init, everything after
it belongs to invocations. Where the handler raised, the client answers through its
`post_invocation_error`, which is wrapped too: nothing stands between the client and the handler,
so tracebacks are what they are without the helper. Where no runtime client is loaded (a script, a
test, a custom runtime), all is init until `lambda_reuse.testing.simulate` or a call of `begin` says
otherwise.
"""

import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Optional

CLIENT = "awslambdaric.bootstrap"
ENTRY = "handle_event_request"
ERROR = "post_invocation_error"

ON_LAMBDA = os.environ.get("AWS_LAMBDA_RUNTIME_API") is not None
TMP = (os.environ.get("TMPDIR") or "/tmp") if ON_LAMBDA else ""
"""On Lambda, where the extension looks for pages: a function may change its own environment, and
this is loaded before the function."""

count = 0
"""Invocations begun in this process."""
running = False
request_id: "Optional[str]" = None
"""Of the invocation that is running."""

idle_s = 0.0
"""Seconds between this invocation and the one before it; 0 at the first."""
_ended_at = 0.0

at_begin: "list[Callable[[], None]]" = []
at_error: "list[Callable[[], None]]" = []
at_end: "list[Callable[[], None]]" = []
"""Called at every invocation's begin, function error and end; they must not raise."""
sees_errors = False
"""Whether an invocation that failed would be known to have."""


def in_init() -> bool:
    """Whether the handler could not run yet."""
    return count == 0


def begin(new_request_id: "Optional[str]" = None) -> None:
    """An invocation starts."""
    global count, running, request_id, idle_s
    if count:
        idle_s = time.time() - _ended_at  # a monotonic clock may stand still meanwhile
    count += 1
    running = True
    request_id = new_request_id
    for call in at_begin:
        call()


def fail() -> None:
    """The invocation is answered with an error: the handler raised, or its answer is no JSON."""
    for call in at_error:
        call()


def end() -> None:
    """The invocation is over; its answer has been sent."""
    global running, request_id, _ended_at
    for call in at_end:
        call()
    _ended_at = time.time()
    running = False
    request_id = None


def forget() -> None:
    """Start again, as in a new container."""
    global count, running, request_id, idle_s
    idle_s = 0.0
    count = 0
    running = False
    request_id = None


def attach() -> None:
    """Wrap the runtime client's function, once, where the client is there.

    A client that looks otherwise is left alone.
    """
    client = sys.modules.get(CLIENT)
    handle = getattr(client, ENTRY, None)
    if handle is None or hasattr(handle, "lambda_reuse_original"):
        return
    setattr(client, ENTRY, _wrapped(handle))
    late = getattr(client, "_GLOBAL_AWS_REQUEST_ID", None)
    if late is not None and not running:
        begin(late)  # the helper was imported by the handler: that call is under way


def _wrapped(handle: "Callable[..., Any]") -> "Callable[..., Any]":
    def handle_event_request(*args: "Any", **kwargs: "Any") -> "Any":
        _see_errors(type(args[0] if args else kwargs.get("lambda_runtime_client")))
        begin(args[2] if len(args) > 2 else kwargs.get("invoke_id"))
        try:
            return handle(*args, **kwargs)
        except BaseException as error:  # not of the handler's exceptions: of what ends the process
            error.__traceback__ = error.__traceback__ and error.__traceback__.tb_next
            raise
        finally:
            end()

    handle_event_request.lambda_reuse_original = handle  # type: ignore[attr-defined]
    return handle_event_request


def _see_errors(runtime_client: "Any") -> None:
    """Wrap what this class answers with where the handler raised, once."""
    global sees_errors
    post = getattr(runtime_client, ERROR, None)
    if not callable(post) or hasattr(post, "lambda_reuse_original"):
        return

    def post_invocation_error(*args: "Any", **kwargs: "Any") -> "Any":
        fail()
        return post(*args, **kwargs)

    post_invocation_error.lambda_reuse_original = post  # type: ignore[attr-defined]
    try:
        setattr(runtime_client, ERROR, post_invocation_error)
        sees_errors = True
    except (AttributeError, TypeError):
        pass  # a class that cannot be changed


attach()
