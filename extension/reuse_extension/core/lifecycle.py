"""The states in which a process of the extension sees its container, and what leads from one to
another.

Every state and every step stands in TRANSITIONS; the diagram in the documentation is drawn from
it. A step that a state does not list changes nothing: telemetry comes late, twice or out of order,
and such an event is an ordinary one.
"""

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Literal

    State = Literal["starting", "restarting", "running", "ending", "resetting", "reset", "ended"]
    Step = Literal["repeat", "invoke", "spindown", "reset", "finish", "restart"]

STARTING: "State" = "starting"
"""The first process of a container, before its first invocation."""
RESTARTING: "State" = "restarting"
"""A process after a reset, before its first invocation: the init is repeated for that."""
RUNNING: "State" = "running"
ENDING: "State" = "ending"
"""SHUTDOWN has come, for good."""
RESETTING: "State" = "resetting"
"""SHUTDOWN has come because an invocation timed out or a process failed."""
RESET: "State" = "reset"
"""The process has written its last record, and the container may come back."""
ENDED: "State" = "ended"

REPEAT: "Step" = "repeat"
"""An init of the phase "invoke" began."""
INVOKE: "Step" = "invoke"
SPINDOWN: "Step" = "spindown"
SHUTDOWN_RESET: "Step" = "reset"
FINISH: "Step" = "finish"
RESTART: "Step" = "restart"
"""A new process has found what an earlier one left."""

TRANSITIONS: "dict[State, dict[Step, State]]" = {
    STARTING: {
        REPEAT: RESTARTING,
        INVOKE: RUNNING,
        SPINDOWN: ENDING,
        SHUTDOWN_RESET: RESETTING,
    },
    RESTARTING: {INVOKE: RUNNING, SPINDOWN: ENDING, SHUTDOWN_RESET: RESETTING},
    RUNNING: {SPINDOWN: ENDING, SHUTDOWN_RESET: RESETTING},
    ENDING: {FINISH: ENDED},
    RESETTING: {FINISH: RESET},
    RESET: {RESTART: RESTARTING},
    ENDED: {},
}
STEPS = (REPEAT, INVOKE, SPINDOWN, SHUTDOWN_RESET, FINISH, RESTART)

ENDS = {
    "spindown": "spindown",
    "timeout": "timeout",
    "failure": "failure",
    "releasefail": "failure",  # AWS's emulator writes it
}
"""The `end` of a record by the reason of SHUTDOWN; another reason than these is a spindown."""

RESETS = ("timeout", "failure")
"""The ends with which something has failed, and after which the container may come back."""


class Lifecycle:
    """Where a process stands."""

    def __init__(self, state: "State" = STARTING) -> None:
        self.state = state

    def move(self, step: "Step") -> None:
        """Take a step. Raises ValueError for one that there is not."""
        if step not in STEPS:
            raise ValueError("there is no step " + repr(step))
        self.state = TRANSITIONS[self.state].get(step, self.state)
