"""Counts the invocations of this process, and those that were answered with an error.

They have a slot of the kind "invocations", which is no resource. Lambda's telemetry calls an
invocation whose handler raised a success (aws-lambda-extensions issue 85), so only the process can
count them.
"""

from . import invocation, lifecycle
from .counters import Counters

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

NAME = "(invocations)"
KIND = "invocations"


class Outcomes(lifecycle.Participant):
    """The invocations of this process."""

    def __init__(self) -> None:
        super().__init__()
        self._counters: "Optional[Counters]" = None
        invocation.at_end.append(self.ended)
        invocation.at_error.append(self.failed)

    def ended(self) -> None:
        """An invocation is over. The first one makes the page, after its answer was sent."""
        if invocation.sees_errors:
            self._count("uses")

    def failed(self) -> None:
        """An invocation is answered with an error."""
        self._count("failed")

    def _count(self, counter: str) -> None:
        if self._counters is None:
            self._counters = Counters(NAME, KIND, "")
        if self._counters.has_own_slot:
            self._counters.add(counter, 1)

    def after_fork(self) -> None:
        """What was counted up to now is the parent's."""
        self._leave_page()

    def after_restore(self) -> None:
        """What was counted up to now is the snapshot's."""
        self._leave_page()

    def _leave_page(self) -> None:
        if self._counters is not None:
            self._counters.leave_page()

    def forget(self) -> None:
        """Another container's invocations."""
        self._counters = None


_outcomes: "list[Outcomes]" = []


def listen() -> None:
    """Count from now on."""
    if not _outcomes:
        _outcomes.append(Outcomes())
