"""The life of one execution environment as the platform sees it; pure: no socket, no clock.

`Platform.receive` takes what happened and answers what must be done; whatever it knows about time
is handed to it. Nothing here knows how an action is carried out. What follows what stands in the
tables of the container's mode.
"""

from collections.abc import Callable, Mapping, Sequence

from reuse_sandbox.clock import Instant
from reuse_sandbox.config import FunctionConfig, InitType
from reuse_sandbox.life.actions import Action
from reuse_sandbox.life.agents import Extension
from reuse_sandbox.life.events import Event
from reuse_sandbox.life.managed import MANAGED
from reuse_sandbox.life.on_demand import ON_DEMAND
from reuse_sandbox.life.scene import Mode, Scene, State
from reuse_sandbox.life.snap_start import SNAP_START

MODES: Mapping[InitType, Mode] = {
    "on-demand": ON_DEMAND,
    "provisioned-concurrency": ON_DEMAND,
    "snap-start": SNAP_START,
    "lambda-managed-instances": MANAGED,
}


class Platform:
    """One container; `snapshot_id` is the instance that made the snapshot it begins with, if any.

    `memory_used_mb` is asked when a report is due: the peak memory of all processes so far.
    """

    def __init__(
        self,
        function: FunctionConfig,
        extensions: Sequence[str],
        instance_id: str,
        memory_used_mb: Callable[[], int],
        snapshot_id: str = "",
    ) -> None:
        is_restored = function.init_type == "snap-start"
        self._scene = Scene(
            MODES[function.init_type],
            function,
            extensions,
            memory_used_mb,
            instance_id=snapshot_id if is_restored else instance_id,
            own_id=instance_id,
        )

    @property
    def state(self) -> State:
        """Where the container stands."""
        return self._scene.state

    def receive(self, event: Event, now: Instant) -> list[Action]:
        """What must be done now that `event` happened; raises `Refused` for a call out of turn."""
        scene = self._scene
        scene.now, scene.actions = now, []
        call = scene.mode.calls.get(type(event))
        if call is not None:
            call(scene, event)
            scene.advance()
            return scene.actions
        transition = scene.mode.transitions[scene.state].get(type(event))
        if transition is not None:  # what has no row came too late to matter
            transition(scene, event)
        return scene.actions

    def find(self, identifier: str) -> Extension | None:
        """The extension that was given this identifier."""
        extensions = self._scene.agents.extensions.values()
        return next((one for one in extensions if one.identifier == identifier), None)
