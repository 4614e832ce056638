"""A small AWS Lambda on one machine, independent of the extension it is used to test.

The map of the room:

    sandbox         the block a user opens: one function, its containers, an Invoke API
    config, layer, errors, results
                    what goes in, what comes out
    fleet           which container serves which invocation
    container       one container: the platform's word carried out on the following
    platform        the life of a container as pure tables; with events, actions, parties,
                    initialisation, invocation, fatal, shutdown, records, log_lines: all without IO
    snap_start, managed, modes
                    the lives that differ from an on-demand container's, and which one it is
    runtime_api, extensions_api, telemetry_api, invoke_api
                    what is served over HTTP; web has what they share, waiting the long calls
    telemetry, subscription, delivery
                    what subscribers are told, and how it reaches them
    crew, processes, pipes, freezer, commands, variables, runtime/
                    the real processes
    isolation, cgroup, namespaces, namespace_maker
                    what keeps containers apart, where there are rights
    faults          what goes wrong on purpose
    logs            one file a container
    temporary, keeper
                    nothing is left behind
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
        SandboxClosed,
        SandboxError,
        TooManyRequests,
    )
    from reuse_sandbox.layer import Layer
    from reuse_sandbox.results import InvokeResult
    from reuse_sandbox.sandbox import Sandbox

_HOMES = {
    "BadRequest": "errors",
    "ConfigError": "errors",
    "FunctionConfig": "config",
    "FunctionNotFound": "errors",
    "InitFailed": "errors",
    "InvokeResult": "results",
    "Layer": "layer",
    "LayerError": "errors",
    "Limits": "config",
    "PortTaken": "errors",
    "RecordingError": "errors",
    "Sandbox": "sandbox",
    "SandboxClosed": "errors",
    "SandboxError": "errors",
    "TooManyRequests": "errors",
}

__all__ = [
    "BadRequest",
    "ConfigError",
    "FunctionConfig",
    "FunctionNotFound",
    "InitFailed",
    "InvokeResult",
    "Layer",
    "LayerError",
    "Limits",
    "PortTaken",
    "RecordingError",
    "Sandbox",
    "SandboxClosed",
    "SandboxError",
    "TooManyRequests",
]


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
