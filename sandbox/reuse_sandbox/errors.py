"""The sandbox's errors, each with one sentence for its user.

SandboxError
+-- ConfigError             a setting that cannot be
|   +-- FunctionNotFound    the function's folder or entry point is not there
|   +-- RuntimeNotFound     this machine does not have the function's runtime
|   +-- LayerError          the layer's folder is not a layer
+-- PortTaken               another program listens there
+-- BadRequest              an invocation that this function does not take
+-- InitFailed              no managed instance could be initialised
+-- TooManyRequests         every container is busy and the concurrency limit is reached
+-- RecordingError          the logs cannot be written any more
+-- SandboxClosed           an invocation after the end
"""
# ruff: noqa: N818 - these are named after what happened, as Lambda names its exceptions


class SandboxError(Exception):
    """The base of all errors the sandbox raises; never raised itself."""


class ConfigError(SandboxError):
    """A setting that Lambda would refuse, or that cannot work here."""


class FunctionNotFound(ConfigError):
    """The function's folder or entry point is not where the configuration says."""


class RuntimeNotFound(ConfigError):
    """Functions of this runtime cannot run on this machine; the message says what can."""


class LayerError(ConfigError):
    """The layer's folder is missing or is not laid out as a layer."""


class PortTaken(SandboxError):
    """Another program listens on the port that was asked for."""


class BadRequest(SandboxError):
    """An invocation that this function does not take."""


class InitFailed(SandboxError):
    """No managed instance could be initialised, so nothing can be served."""


class TooManyRequests(SandboxError):
    """Every container is busy and no further one may start."""


class RecordingError(SandboxError):
    """The logs cannot be written; what was written before stays readable."""


class SandboxClosed(SandboxError):
    """The sandbox has ended or is ending."""
