"""A small AWS Lambda on one machine, independent of the extension it is used to test.

The map of the room:

    sandbox         the block a user opens: one function, its containers, an Invoke API
    config, layer, errors, results
                    what goes in, what comes out
    fleet           which container serves which invocation
    container, sides
                    one container: the platform's word carried out on the following, and what their
                    APIs see of it
    life/           the platform: the life of a container as pure tables, one for each kind of
                    container, and what they are made of
    apis/           what is served over HTTP, one file an API
    telemetry/      what subscribers are told, and how it reaches them
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
    from reuse_sandbox.faults import DEFAULT_SHARE, FAULTS
    from reuse_sandbox.layer import Layer
    from reuse_sandbox.machine.isolation import Isolation, isolation
    from reuse_sandbox.machine.node import node_version
    from reuse_sandbox.machine.temporary import TemporaryFolder
    from reuse_sandbox.results import InvokeResult
    from reuse_sandbox.sandbox import Sandbox

_HOMES = {
    "BadRequest": "errors",
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
}

__all__ = [
    "DEFAULT_SHARE",
    "FAULTS",
    "BadRequest",
    "ConfigError",
    "FunctionConfig",
    "FunctionNotFound",
    "InitFailed",
    "InvokeResult",
    "Isolation",
    "Layer",
    "LayerError",
    "Limits",
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
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
