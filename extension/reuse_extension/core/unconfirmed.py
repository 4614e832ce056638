"""Invocations of which one side alone has spoken: INVOKE without telemetry, or the reverse.

An INVOKE that telemetry does not confirm within HOLD_MS after its minute is counted all the same:
HOLD_MS in which the container was not frozen, since telemetry is then, too, and comes after it.
Telemetry without an INVOKE is counted at once; its INVOKE is still to be read, or never comes
because the invocation failed with its init.
"""

from .cold_start import ran_for
from .events import MINUTE_MS

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .inits import Interval
    from .invocations import Invocation

HOLD_MS = 2000
"""How long an INVOKE of a later minute waits for telemetry before it is taken as it is: twice the
time for which the platform may hold a batch back."""
LATE_MS = 500
"""Whoever wakes up so long after the time to was frozen meanwhile."""
MAX_PUT_OFF = 2
"""In a row without any telemetry: then it is not the freezing."""
MAX_WAITING = 400
"""INVOKEs that wait: more than the invocations in one batch, which is sent when it has 1000 events,
three an invocation, and not before where invocations are short."""
MAX_UNINVOKED = 32


class Unconfirmed:
    """Both kinds, and when to stop waiting for telemetry."""

    def __init__(self) -> None:
        self.invoked: "list[Invocation]" = []  # oldest first
        self._uninvoked: "list[Invocation]" = []
        self._first_uninvoked: "Invocation | None" = None
        self.has_failed_uninvoked = False
        self.wake_ms: "int | None" = None
        """When to stop waiting, by the wall clock."""
        self._minute = 0  # of the last INVOKE
        self._put_off_count = 0

    def invoke(self, invocation: "Invocation") -> None:
        """INVOKE was read."""
        if not invocation.is_counted:
            self.invoked.append(invocation)
        if invocation in self._uninvoked:
            self._uninvoked.remove(invocation)

    def watch(self, time_ms: int) -> bool:
        """Whether waiting makes no sense any more: too many wait. Sets the time to wake."""
        if len(self.invoked) >= MAX_WAITING:
            return True
        minute = self._minute = time_ms // MINUTE_MS
        oldest_ms = self.invoked[0].invoked_ms or 0 if self.invoked else time_ms
        if oldest_ms // MINUTE_MS < minute and self.wake_ms is None:
            self.wake_ms = time_ms + HOLD_MS
        return False

    def older(self) -> "list[Invocation]":
        """Those of an earlier minute than the last INVOKE's; the others have more time."""
        return [invocation for invocation in self.invoked if self._is_older(invocation)]

    def _is_older(self, invocation: "Invocation") -> bool:
        return (invocation.invoked_ms or 0) // MINUTE_MS < self._minute

    def put_off(self, wake_ms: int, now_ms: int) -> bool:
        """Whether to wait once more: the time to stop, `wake_ms`, passed in a frozen container."""
        if now_ms - wake_ms < LATE_MS or self._put_off_count >= MAX_PUT_OFF:
            return False
        self._put_off_count += 1
        self.wake_ms = now_ms + HOLD_MS
        return True

    def confirm(self, invocation: "Invocation") -> bool:
        """It is counted; whether it was the last that is to be waited for."""
        if invocation not in self.invoked:
            return False
        self.invoked.remove(invocation)
        self._put_off_count = 0
        return not (self.invoked and self._is_older(self.invoked[0]))

    def add_uninvoked(self, invocation: "Invocation") -> None:
        """Telemetry has spoken of it first."""
        self._first_uninvoked = self._first_uninvoked or invocation
        self._uninvoked.append(invocation)
        if len(self._uninvoked) > MAX_UNINVOKED:
            self._uninvoked.pop(0)

    @property
    def first_served(self) -> "Invocation | None":
        """The first that only telemetry has shown, if it was served: no failed init explains it."""
        first = self._first_uninvoked
        is_served = first is not None and first.end_us is not None and not first.is_failed
        return first if is_served else None

    def fail(self, invocation: "Invocation") -> None:
        """It has failed; one of an earlier process explains nothing that happens to this one."""
        if invocation in self._uninvoked and not invocation.is_past:
            self.has_failed_uninvoked = True

    @property
    def failed(self) -> "list[Invocation]":
        """Failed invocations without an INVOKE; their init's events may come after a reset."""
        return [invocation for invocation in self._uninvoked if invocation.is_failed]

    def failed_with_init(
        self, inits: "list[Interval]", before_ms: "int | None"
    ) -> "list[Invocation]":
        """Those that failed because their init did, and so had no INVOKE; each once.

        INVOKEs come in order, so what began before one that has come (`before_ms`) had none; at the
        end (None) all that are left had none.
        """
        found = [
            invocation
            for invocation in self._uninvoked
            if invocation.is_failed
            and (_is_certain(invocation, before_ms) or invocation.is_past)
            and ran_for(invocation, inits)
        ]
        self._uninvoked = [other for other in self._uninvoked if other not in found]
        return found

    def restore(self, past: "list[Invocation]") -> None:
        """Go on with those that an earlier process has left."""
        self.invoked = [invocation for invocation in past if not invocation.is_counted]
        self._uninvoked = [
            invocation
            for invocation in past
            if invocation.is_counted and invocation.invoked_ms is None
        ]


def _is_certain(invocation: "Invocation", before_ms: "int | None") -> bool:
    return before_ms is None or (invocation.start_ms or before_ms) < before_ms
