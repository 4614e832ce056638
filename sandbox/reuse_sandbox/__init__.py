"""A small AWS Lambda on one machine, independent of the extension it is used to test.

Where things are:

    sandbox         the block a user opens: one function, its containers, an Invoke API
    config, layer, errors, results
                    what goes in, what comes out
    event_loop      what the sandbox runs on
    clock           where the sandbox has its time from; one that can jump, for tests
    fleet           which container serves which invocation
    container       one container: what the fleet asks of it, and the way of an event through it
    container_context, api_port, action_runner, output
                    what containers share; what APIs see of one; what carries out the platform's
                    decisions; where its lines go
    life/           the platform: the steps of a container's life and, for each kind of container,
                    the tables of which step follows what; pure
    apis/           what is served over HTTP, one file an API
    telemetry/      what subscribers are sent, and how it reaches them
    machine/        the real processes, what keeps them apart, and what cleans up after them
    logs            one file a container
    faults          what goes wrong on purpose
    testing, pytest_plugin
                    a sandbox for tests

What is exported is loaded when it is asked for: pytest loads the plugin, and with it this file, in
every run.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from reuse_sandbox.clock import Clock, MockClock
    from reuse_sandbox.config import FunctionConfig, Limits
    from reuse_sandbox.errors import (
        BadRequest,
        ConfigError,
        FunctionNotFound,
        InitFailed,
        LayerError,
        PortTaken,
        RecordingError,
        RuntimeNotFound,
        SandboxClosed,
        SandboxError,
        TooManyRequests,
    )
    from reuse_sandbox.event_loop import run
    from reuse_sandbox.faults import DEFAULT_SHARE, FAULTS
    from reuse_sandbox.layer import Layer
    from reuse_sandbox.machine.isolation import Isolation, isolation
    from reuse_sandbox.machine.node import node_version
    from reuse_sandbox.machine.temporary import TemporaryFolder
    from reuse_sandbox.results import InvokeResult
    from reuse_sandbox.sandbox import Sandbox

_HOMES = {
    "BadRequest": "errors",
    "Clock": "clock",
    "ConfigError": "errors",
    "DEFAULT_SHARE": "faults",
    "FAULTS": "faults",
    "FunctionConfig": "config",
    "FunctionNotFound": "errors",
    "InitFailed": "errors",
    "InvokeResult": "results",
    "Isolation": "machine.isolation",
    "Layer": "layer",
    "LayerError": "errors",
    "Limits": "config",
    "MockClock": "clock",
    "PortTaken": "errors",
    "RecordingError": "errors",
    "RuntimeNotFound": "errors",
    "Sandbox": "sandbox",
    "SandboxClosed": "errors",
    "SandboxError": "errors",
    "TemporaryFolder": "machine.temporary",
    "TooManyRequests": "errors",
    "isolation": "machine.isolation",
    "node_version": "machine.node",
    "run": "event_loop",
}

__all__ = [
    "DEFAULT_SHARE",
    "FAULTS",
    "BadRequest",
    "Clock",
    "ConfigError",
    "FunctionConfig",
    "FunctionNotFound",
    "InitFailed",
    "InvokeResult",
    "Isolation",
    "Layer",
    "LayerError",
    "Limits",
    "MockClock",
    "PortTaken",
    "RecordingError",
    "RuntimeNotFound",
    "Sandbox",
    "SandboxClosed",
    "SandboxError",
    "TemporaryFolder",
    "TooManyRequests",
    "isolation",
    "node_version",
    "run",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
