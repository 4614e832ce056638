"""`container`: which container this is, for the function's own logic and logs."""

import os
import time

from . import invocations

_started = time.time()


class Container:
    """The container this process runs in."""

    def __init__(self) -> None:
        self._made_id = ""

    @property
    def id(self) -> str:
        """Its log stream, as in the records; a made id where the platform tells none."""
        told = os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME")
        if told:
            return told
        if not self._made_id:
            self._made_id = os.urandom(16).hex()
        return self._made_id

    @property
    def age(self) -> float:
        """Seconds since this process imported the helper, frozen ones included."""
        return max(0.0, time.time() - _started)

    @property
    def invocation(self) -> int:
        """Number of the invocation under way, or of the last one: 1 is the process's first."""
        return invocations.number

    @property
    def cold(self) -> bool:
        """Whether this process has not finished an invocation yet."""
        return invocations.number <= 1

    @property
    def init_type(self) -> str:
        """`on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`."""
        return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")

    def __repr__(self) -> str:
        return f"<container {self.id}, invocation {self.invocation}>"


container = Container()
