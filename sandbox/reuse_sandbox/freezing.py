"""When a container is frozen: at once, or as soon as its extensions know what has happened."""

import asyncio

from reuse_sandbox.life.events import RUNTIME_PROCESS
from reuse_sandbox.machine.container_processes import ContainerProcesses
from reuse_sandbox.telemetry.publisher import Telemetry

DELIVERY_S = 1.0  # an extension that takes its telemetry more slowly is not waited for
WRITING_S = 0.05  # for an extension to write what it makes of it


class Freezing:
    """Freezes and thaws one container.

    On Lambda, and by default here, an extension is frozen with the function, so what it says of an
    invocation may come when the container is thawed for the next one. With `is_prompt` the runtime
    alone is stopped at first; the extensions get their telemetry and a moment, and then everything
    is frozen.
    """

    def __init__(
        self, processes: ContainerProcesses, telemetry: Telemetry, *, is_prompt: bool
    ) -> None:
        self._processes = processes
        self._telemetry = telemetry
        self._is_prompt = is_prompt
        self._last_words: asyncio.Task[None] | None = None

    def freeze(self) -> None:
        """The container has nothing to do."""
        if not self._is_prompt:
            self._freeze()
            return
        self._processes.stop(RUNTIME_PROCESS)
        self._last_words = asyncio.get_running_loop().create_task(self._hear_extensions())

    def thaw(self) -> None:
        """The container goes on."""
        self.cancel()
        if self._is_prompt:
            self._processes.go_on(RUNTIME_PROCESS)
        self._processes.thaw()
        self._telemetry.thaw()

    def cancel(self) -> None:
        """Nothing is to be frozen any more."""
        if self._last_words is not None:
            self._last_words.cancel()
            self._last_words = None

    async def _hear_extensions(self) -> None:
        self._telemetry.send()
        delivery = asyncio.ensure_future(self._telemetry.delivered())
        await asyncio.wait({delivery}, timeout=DELIVERY_S)
        delivery.cancel()
        await asyncio.sleep(WRITING_S)
        self._last_words = None
        self._freeze()

    def _freeze(self) -> None:
        self._telemetry.freeze()
        self._processes.freeze()
