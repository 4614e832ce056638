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
    faults          what goes wrong on purpose
    logs            one file a container
    temporary, keeper
                    nothing is left behind
"""

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
