"""For tests of functions: containers that begin again, and invocations without Lambda."""

import os
import time

from . import invocation, lifecycle, outcomes
from .container import Container, container

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from typing import Any, Callable, Optional


class fresh_container:  # noqa: N801 - reads as a statement: `with fresh_container():`
    """`with fresh_container() as container: ...` runs the block in a new container.

    All resources are empty (what they held is closed) and have counted nothing, files of `tmp_file`
    are removed, no invocation has begun, and the container has a new id; after the block as well.
    """

    def __enter__(self) -> Container:
        lifecycle.forget()
        return container

    def __exit__(self, *_error: object) -> None:
        lifecycle.forget()


class SimulatedContext:
    """What a handler gets as `context`; times in milliseconds, memory in MB."""

    def __init__(self, timeout_ms: int = 3000) -> None:
        self.function_name = os.environ.get("AWS_LAMBDA_FUNCTION_NAME", "simulated")
        self.function_version = "$LATEST"
        self.invoked_function_arn = (
            "arn:aws:lambda:us-east-1:123456789012:function:" + self.function_name
        )
        self.memory_limit_in_mb = os.environ.get("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "128")
        self.aws_request_id = _request_id()
        self.log_group_name = "/aws/lambda/" + self.function_name
        self.log_stream_name = container.id
        self.identity = None
        self.client_context = None
        self.tenant_id = None
        self._end = time.monotonic() + timeout_ms / 1000

    def get_remaining_time_in_millis(self) -> int:
        """Until the function would time out."""
        return max(0, int((self._end - time.monotonic()) * 1000))


def simulate(
    handler: "Callable[[Any, Any], Any]",
    events: "Iterable[Any]",
    context: "Optional[Any]" = None,
) -> "list[Any]":
    """Invoke `handler` with each of these events, one after another in this container.

    Returns what it returned. What it raises ends the simulation and passes unchanged. Each call is
    an invocation as on Lambda: what it builds counts as built in an invocation, not in init.
    """
    outcomes.listen()
    invocation.sees_errors = True
    answers = []
    for event in events:
        given = SimulatedContext() if context is None else context
        invocation.begin(getattr(given, "aws_request_id", None))
        try:
            answers.append(handler(event, given))
        except BaseException:
            invocation.fail()
            raise
        finally:
            invocation.end()
    return answers


def _request_id() -> str:
    text = os.urandom(16).hex()
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))
