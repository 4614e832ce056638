"""What all containers of a sandbox share."""

from dataclasses import dataclass, field
from pathlib import Path

from reuse_sandbox.clock import Clock, SystemClock
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.faults import Faults
from reuse_sandbox.layer import Layer
from reuse_sandbox.logs import Recording
from reuse_sandbox.machine.cgroup import ControlGroups
from reuse_sandbox.machine.freezer import Freezer, NoFreezer, SignalFreezer
from reuse_sandbox.machine.frozen_clock import FrozenClock
from reuse_sandbox.telemetry.delivery import BatchSender


@dataclass(frozen=True)
class ContainerContext:
    """What all containers of a sandbox share.

    `folder` holds their temporary folders; `snapshot_id` is the instance whose init they were all
    restored from, where they are. `private` is what each container has of its own: `files`,
    `network`.
    """

    function: FunctionConfig
    layer: Layer | None
    recording: Recording
    sender: BatchSender
    folder: Path
    snapshot_id: str = ""
    faults: Faults = field(default_factory=Faults)
    private: tuple[str, ...] = ()
    freeze: bool = True
    isolate: bool = False
    is_prompt: bool = False
    """Whether extensions get the telemetry of an invocation before the container is frozen."""
    clock: Clock = field(default_factory=SystemClock)
    clock_library: Path | None = None
    """What lets the monotonic clock of a container's processes stand still with them."""

    def control_groups(self, number: int) -> ControlGroups | None:
        """A container's control groups, which the reaper knows by name; None without rights."""
        if not self.isolate:
            return None
        function = self.function
        try:
            groups = ControlGroups(
                f"{self.folder.name}-{number}",
                function.memory_mb,
                is_held=not function.is_init_boosted,
            )
        except OSError:
            return None
        return groups if groups.steps else None

    def frozen_clock(self, number: int) -> FrozenClock | None:
        """A container's own monotonic clock; None where it is the machine's."""
        return None if self.clock_library is None else FrozenClock(self.clock_library, number)

    def freezer(self, tmp: Path, groups: ControlGroups | None) -> Freezer:
        """What holds a container still between invocations."""
        if not self.freeze:
            return NoFreezer()
        return (
            groups if groups is not None and "freeze" in groups.steps else SignalFreezer(str(tmp))
        )
