"""The container as the function's own code sees it: its id, its age, the invocation's number.

A process that Lambda starts again in the same container (after a timeout or a crash) begins to
count again: these are the facts of this process. The container's own are in its records.
"""

import os
import time

from . import invocation, lifecycle

SNAP_START = "snap-start"


class Container(lifecycle.Participant):
    """The container of this process; `lambda_reuse.container` is the only instance."""

    def __init__(self) -> None:
        super().__init__()
        self._began = time.time()
        self._made_id = ""
        self._is_restored = False
        invocation.at_begin.append(self._first_invocation)

    @property
    def id(self) -> str:
        """Its log stream, as in the records; where there is none, an id made once a process."""
        return os.environ.get("AWS_LAMBDA_LOG_STREAM_NAME") or self._made()

    @property
    def age(self) -> float:
        """Seconds since this process began, by wall clock; the time it was frozen counts."""
        return max(0.0, time.time() - self._began)

    @property
    def invocation(self) -> int:
        """The number of this invocation: 1 for the first one, 0 during init."""
        return invocation.count

    @property
    def cold(self) -> bool:
        """Whether no invocation came before this one."""
        return invocation.count <= 1

    @property
    def init_type(self) -> str:
        """`on-demand`, `provisioned-concurrency`, `snap-start` or `lambda-managed-instances`."""
        return os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")

    def __repr__(self) -> str:
        return f"<container {self.id}, {self.age:.0f} s old, invocation {self.invocation}>"

    def after_fork(self) -> None:
        """A child is another process of the same container: an id that was made is kept."""

    def after_restore(self) -> None:
        """A clone has its own id and its own age."""
        self.forget()
        self._is_restored = True

    def forget(self) -> None:
        """A new container."""
        self._began = time.time()
        self._made_id = ""
        self._is_restored = False

    def _first_invocation(self) -> None:
        # Without snapshot_restore_py nobody reports the restore; the first invocation comes after.
        if invocation.count == 1 and self.init_type == SNAP_START and not self._is_restored:
            lifecycle.after_restore()

    def _made(self) -> str:
        if not self._made_id:
            self._made_id = os.urandom(16).hex()
        return self._made_id


container = Container()

if container.init_type == SNAP_START:
    from . import snapstart

    snapstart.attach()
