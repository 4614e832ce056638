"""A small Lambda on one machine: one function, its containers, and an Invoke API."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from reuse_sandbox.apis.invoke import InvokeApi
from reuse_sandbox.clock import Clock, SystemClock
from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.container_context import ContainerContext
from reuse_sandbox.errors import BadRequest, ConfigError, RecordingError, SandboxClosed
from reuse_sandbox.faults import Faults
from reuse_sandbox.fleet import Fleet
from reuse_sandbox.layer import Layer
from reuse_sandbox.life.events import InvokeRequest
from reuse_sandbox.logs import Recording, new_stream_name
from reuse_sandbox.machine.frozen_clock import build
from reuse_sandbox.machine.namespaces import KINDS, write_hosts
from reuse_sandbox.machine.temporary import TemporaryFolder
from reuse_sandbox.results import InvokeResult, Pending
from reuse_sandbox.telemetry.delivery import LOOPBACK, BatchSender


class Sandbox:
    """Runs a function as Lambda would; an asynchronous context manager.

    `layer` is the folder that Lambda would unpack under /opt; `data` is where the logs go, one file
    a container in `logs/<function name>/`. Up to `concurrency` containers serve at a time; one that
    has been idle for `keep_alive_s` seconds ends. `provisioned` of them are initialised before the
    block begins and never end by being idle; with `proactive`, another one is always initialised
    before it is needed. `freeze=False` leaves the processes running between invocations. `isolate`
    holds each container to the memory and the processor's share of its size, as far as this user
    may (`machine.cgroup`). `private` names what each container has of its own: `files` (an empty
    /tmp, the layer as /opt), `network` (the API at port 9001, nothing outside). `faults` names what
    goes wrong and how often (`faults.FAULTS`), as `seed` decides. `port` is the Invoke
    API's, 0 for any. `answered` is given the result of every invocation. All pauses are by `clock`;
    with `frozen_clock` the monotonic clock of a container's processes stands still with them.

    Leaving the block ends every container as Lambda does, all at the same time; when the logs
    could not be written to the end, it raises `RecordingError`. Whatever ends the block, no
    process, socket or temporary file is left.
    """

    def __init__(
        self,
        function: FunctionConfig,
        *,
        layer: Path | None = None,
        data: Path,
        concurrency: int = 10,
        keep_alive_s: float = 600.0,
        provisioned: int = 0,
        proactive: bool = False,
        freeze: bool = True,
        isolate: bool = False,
        private: Sequence[str] = (),
        faults: Mapping[str, float] | None = None,
        seed: int = 0,
        port: int = 0,
        answered: Callable[[InvokeResult], None] | None = None,
        is_prompt: bool = False,
        clock: Clock | None = None,
        frozen_clock: bool = False,
    ) -> None:
        if not hasattr(os, "pidfd_open"):
            raise ConfigError("The sandbox needs Linux 5.3 or newer to run a function.")
        if concurrency < 1:
            raise ConfigError(f"A concurrency of {concurrency} leaves no container to run.")
        if not 0 <= provisioned <= concurrency:
            raise ConfigError(
                f"{provisioned} containers cannot be provisioned: the concurrency is {concurrency}."
            )
        if provisioned and (function.tenant_isolation or function.init_type != "on-demand"):
            raise ConfigError(
                "Lambda provisions no containers of functions that isolate tenants, have SnapStart"
                " or run on managed instances."
            )
        if keep_alive_s < 0:
            raise ConfigError(f"Containers cannot be kept for {keep_alive_s:g} s.")
        if frozen_clock and not freeze:
            raise ConfigError("A clock is frozen with its container: freeze both or none.")
        self.function = function
        self._layer = Layer(layer) if layer is not None else None
        self._data = data
        self._concurrency = concurrency
        self._keep_alive_s = keep_alive_s
        self._provisioned = provisioned
        self._is_proactive = proactive
        self._freeze = freeze
        self._isolate = isolate
        if not set(private) <= set(KINDS):
            raise ConfigError(f"A container can have {' or '.join(KINDS)} of its own.")
        self._private = tuple(dict.fromkeys(private))
        self._faults = Faults(faults or {}, seed)
        self._port = port
        self._answered = answered
        self._is_prompt = is_prompt
        self.clock = clock or SystemClock()
        self._has_frozen_clock = frozen_clock
        self._stack = AsyncExitStack()
        self._recording: Recording | None = None
        self._fleet: Fleet | None = None
        self._invoke_api = InvokeApi(function, self, self.clock)

    @property
    def invoke_url(self) -> str:
        """The Invoke API's address: the `endpoint_url` for boto3 and the aws command."""
        return f"http://{LOOPBACK}:{self._invoke_api.port}"

    @property
    def idle(self) -> int:
        """How many containers could take an invocation at once."""
        return self._fleet.idle if self._fleet is not None else 0

    @property
    def log_folder(self) -> Path:
        """Where the containers' log files are."""
        return self._data / "logs" / self.function.name

    async def __aenter__(self) -> Self:
        """Opens the sandbox; containers are started by invocations, but for provisioned ones."""
        async with AsyncExitStack() as stack:
            self._recording = Recording(self._data, self.function.name)
            folder = TemporaryFolder()
            stack.callback(folder.close)
            if self._private:
                write_hosts(folder.path)
            sender = BatchSender()
            stack.push_async_callback(sender.close)
            self._invoke_api.bind(self._port)
            stack.push_async_callback(self._invoke_api.close)
            fleet = self._new_fleet(self._recording, sender, folder.path)
            stack.callback(fleet.kill)
            stack.push_async_callback(fleet.close)
            await fleet.open()
            self._fleet = fleet
            await self._invoke_api.listen()
            self._stack = stack.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Ends everything."""
        await self._stack.__aexit__(kind, error, traceback)
        self._fleet = None
        if error is None:
            self._check_recording()

    async def invoke(
        self,
        payload: bytes = b"{}",
        *,
        request_id: str = "",
        client_context: str = "",
        tenant: str = "",
        wait: bool = False,
    ) -> InvokeResult:
        """Invokes the function and returns when its container can take the next invocation.

        An error of the function is a result; `TooManyRequests` says that no container was free
        (with `wait` it is waited for), `BadRequest` that a tenant is missing or one too many,
        `RecordingError` that the logs cannot be written any more.
        """
        request = InvokeRequest(
            payload,
            request_id or str(uuid4()),
            arn=self.function.arn,
            client_context=client_context,
            tenant=tenant,
        )
        pending = Pending(request)
        await self.submit(pending, wait=wait)
        result = await pending.result
        await pending.finished
        self._check_recording()
        return result

    async def submit(self, pending: Pending, *, wait: bool = False) -> None:
        """Hands an invocation to a container; its result appears in `pending`."""
        if self._fleet is None:
            raise SandboxClosed("The sandbox is not open.")
        self.check(pending.request)
        self._check_recording()
        if self._answered is not None:
            pending.result.add_done_callback(self._report)
        await self._fleet.invoke(pending, wait=wait)

    def _report(self, result: "asyncio.Future[InvokeResult]") -> None:
        if self._answered is not None and not result.cancelled() and result.exception() is None:
            self._answered(result.result())

    def _new_fleet(self, recording: Recording, sender: BatchSender, folder: Path) -> Fleet:
        clock_library = None
        if self._has_frozen_clock:
            (folder / "clocks").mkdir()
            clock_library = build(folder / "clocks")
        context = ContainerContext(
            self.function,
            self._layer,
            recording,
            sender,
            folder,
            new_stream_name(self.clock.now().wall, self.function.version),
            self._faults,
            private=self._private,
            freeze=self._freeze,
            isolate=self._isolate,
            is_prompt=self._is_prompt,
            clock=self.clock,
            clock_library=clock_library,
        )
        return Fleet(
            context,
            concurrency=self._concurrency,
            keep_alive_s=self._keep_alive_s,
            provisioned=self._provisioned,
            # A snapshot is there before the invocation that it is restored for.
            is_proactive=self._is_proactive or self.function.init_type == "snap-start",
        )

    def check(self, request: InvokeRequest) -> None:
        """Raises `BadRequest` where the function does not take the invocation."""
        if bool(request.tenant) is self.function.tenant_isolation:
            return
        if request.tenant:
            raise BadRequest("This function does not isolate tenants: it takes no tenant id.")
        raise BadRequest("This function isolates tenants: the invocation must name its tenant.")

    def _check_recording(self) -> None:
        if self._recording is not None and self._recording.failure is not None:
            raise RecordingError(str(self._recording.failure))
