"""The function and its limits, as they would stand in Lambda's configuration."""

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Literal

from reuse_sandbox.errors import ConfigError, FunctionNotFound, RuntimeNotFound
from reuse_sandbox.machine import node

InitType = Literal["on-demand", "provisioned-concurrency", "snap-start", "lambda-managed-instances"]
LogLevel = Literal["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"]
SystemLogLevel = Literal["DEBUG", "INFO", "WARN"]

MEMORY_MB = range(128, 10_241)  # Lambda quotas: memory in steps of 1 MB
MAX_TIMEOUT_S = 900  # Lambda quotas: 15 minutes
FUNCTION_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")  # CreateFunction, FunctionName without an ARN
VERSION = re.compile(r"\$LATEST|[0-9]+")
PYTHON_HANDLER = re.compile(r"[^\s.][^\s]*\.[^\s.]+")  # module.function, the module may have dots
RUNNABLE = ("python", "nodejs", "provided")

# What takes the place of the other managed runtimes: the first letters of their names, and how an
# executable named bootstrap serves the same function.
REPLACEMENTS = {
    "java": "starts the runtime client for Java",
    "ruby": "starts the runtime client for Ruby",
    "dotnet": "is the function, published with Amazon.Lambda.RuntimeSupport",
    "go": "is the function, built with aws-lambda-go",
}

# Lambda's "reserved environment variables"; credentials and region are reserved there too, but here
# the customer is the only one who can supply them.
RESERVED_VARIABLES = frozenset(
    {
        "_HANDLER",
        "_X_AMZN_TRACE_ID",
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_INITIALIZATION_TYPE",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_RUNTIME_API",
        "LAMBDA_TASK_ROOT",
        "LAMBDA_RUNTIME_DIR",
    }
)


@dataclass(frozen=True)
class Limits:
    """How long each step may take; the defaults are Lambda's."""

    init_s: float = 10.0
    """The init phase of an on-demand container ("Lambda execution environment lifecycle")."""

    init_ahead_s: float = 130.0
    """The init of a container that nobody waits for by its kind, or the function's timeout if that
    is longer (same page)."""

    restore_s: float = 10.0
    """The hooks between a restore and the first event ("Lambda SnapStart runtime hooks")."""

    shutdown_ms: int = 2000
    """The shutdown phase with at least one external extension (same page)."""

    shutdown_internal_ms: int = 500
    """The shutdown phase with internal extensions only (same page); without any it is 0."""

    delivery_s: float = 1.0
    """How long managed instances wait for telemetry to arrive before they tell SHUTDOWN (observed
    of AWS's runtime interface emulator)."""

    runtime_share: float = 0.3
    """How much of the shutdown phase the runtime gets between SIGTERM and SIGKILL
    (`runtimeDeadlineShare` in the source of AWS's runtime interface emulator)."""

    retry_s: tuple[float, ...] = (60.0, 120.0)
    """The pauses before a failed asynchronous invocation is tried again ("Understanding retry
    behavior in Lambda": two more attempts, after one minute and after two)."""

    kill_wait_s: float = 2.0
    """How long a killed process may take to go (`maxProcessExitWait` in the same source)."""


@dataclass(frozen=True)
class FunctionConfig:
    """One function.

    `runtime` is Lambda's word: `pythonX.Y` runs AWS's Python runtime client, `nodejsX.x` this
    machine's Node.js, `provided...` an executable `bootstrap` of the function's folder or of the
    layer. `command` replaces all of them.
    Timeouts are seconds; Lambda takes whole ones, here fractions are allowed.
    """

    folder: Path
    handler: str
    name: str = "function"
    memory_mb: int = 128
    timeout_s: float = 3.0
    environment: Mapping[str, str] = field(default_factory=dict)
    runtime: str = f"python{sys.version_info.major}.{sys.version_info.minor}"
    python: str = sys.executable
    command: Sequence[str] | None = None
    version: str = "$LATEST"
    region: str = "us-east-1"
    account_id: str = "123456789012"
    init_type: InitType = "on-demand"
    max_concurrency: int = 1
    """How many invocations a container serves at a time; more than one on managed instances."""
    log_format: Literal["Text", "JSON"] = "Text"
    log_level: LogLevel | None = None
    """The application log level; Lambda takes one with the JSON format only."""
    system_log_level: SystemLogLevel = "INFO"
    tenant_isolation: bool = False
    """Whether a container serves one tenant only, and every invocation must name its tenant."""
    limits: Limits = Limits()

    def __post_init__(self) -> None:
        for check in (
            _check_name,
            _check_sizes,
            _check_entry_point,
            _check_environment,
            _check_logging,
            _check_snap_start,
            _check_managed,
        ):
            check(self)

    @property
    def is_managed(self) -> bool:
        """Whether it runs on Lambda Managed Instances."""
        return self.init_type == "lambda-managed-instances"

    @property
    def is_init_boosted(self) -> bool:
        """Whether the init phase is not held to the memory size's share of the processor.

        An on-demand init is not, a provisioned one is (observed and reported in pull requests of
        AWS's partners: DataDog/datadog-lambda-extension#700, newrelic/newrelic-lambda-layers#1). Of
        the init before a snapshot nothing is known; nobody waits for it.
        """
        return self.init_type in {"on-demand", "snap-start"}

    @property
    def init_limit_s(self) -> float:
        """How long the init phase may take."""
        if self.init_type == "on-demand":
            return self.limits.init_s
        return max(self.limits.init_ahead_s, self.timeout_s)

    @property
    def arn(self) -> str:
        """The function's name in full, without a version."""
        return f"arn:aws:lambda:{self.region}:{self.account_id}:function:{self.name}"

    @property
    def is_python(self) -> bool:
        """Whether the managed Python runtime runs it."""
        return self.command is None and self.runtime.startswith("python")

    @property
    def is_node(self) -> bool:
        """Whether the managed Node.js runtime runs it."""
        return self.command is None and self.runtime.startswith("nodejs")

    @property
    def has_log_frames(self) -> bool:
        """Whether its runtime client writes messages in frames, as those of managed runtimes do."""
        return self.is_python or self.is_node

    @property
    def runtime_version(self) -> str:
        """The runtime as telemetry names it, such as `python:3.13.v0` and `nodejs:22.v0`."""
        family = re.split("[^a-z]", self.runtime, maxsplit=1)[0]
        version = self.runtime.removeprefix(family).lstrip(".").removesuffix(".x")
        return f"{family}:{version}.v0"

    @property
    def runtime_version_arn(self) -> str:
        """An ARN of the shape Lambda gives its runtime versions."""
        digest = sha256(self.runtime_version.encode()).hexdigest()
        return f"arn:aws:lambda:{self.region}::runtime:{digest}"


def _check_name(config: FunctionConfig) -> None:
    if not FUNCTION_NAME.fullmatch(config.name):
        raise ConfigError(
            f"{config.name!r} is not a function name:"
            " Lambda takes up to 64 letters, digits, hyphens and underscores."
        )
    if not VERSION.fullmatch(config.version):
        raise ConfigError(f"{config.version!r} is not a version: it is $LATEST or a number.")


def _check_sizes(config: FunctionConfig) -> None:
    if config.memory_mb not in MEMORY_MB:
        raise ConfigError(f"{config.memory_mb} MB is not a memory size: Lambda has 128 to 10240.")
    if not 0 < config.timeout_s <= MAX_TIMEOUT_S:
        raise ConfigError(f"{config.timeout_s:g} s is not a timeout: Lambda has up to 900 s.")


def _check_entry_point(config: FunctionConfig) -> None:
    if not config.folder.is_dir():
        raise FunctionNotFound(f"There is no folder {config.folder} to run a function from.")
    if config.command is None and not config.runtime.startswith(RUNNABLE):
        raise RuntimeNotFound(_replacement(config.runtime))
    if config.is_node and node.installed() is None:
        raise RuntimeNotFound(f"The runtime {config.runtime} needs node in the PATH.")
    if config.is_python and not PYTHON_HANDLER.fullmatch(config.handler):
        raise FunctionNotFound(
            f"{config.handler!r} does not name a Python handler: it has the form module.function."
        )


def _replacement(runtime: str) -> str:
    """What can be run in place of a runtime that this machine does not have."""
    family = re.split("[^a-z]", runtime, maxsplit=1)[0]
    bootstrap = REPLACEMENTS.get(family, "starts its runtime client")
    return (
        f"The runtime {runtime} does not run here, python, nodejs and provided runtimes do:"
        f" use provided.al2023 with an executable file named bootstrap that {bootstrap}."
    )


def _check_environment(config: FunctionConfig) -> None:
    for name, value in config.environment.items():
        if name in RESERVED_VARIABLES:
            raise ConfigError(f"Lambda sets the environment variable {name} itself.")
        if not name or "=" in name or "\0" in name + value:
            raise ConfigError(f"The environment variable {name!r} cannot be set.")


def _check_logging(config: FunctionConfig) -> None:
    if config.log_format != "JSON" and (config.log_level or config.system_log_level != "INFO"):
        raise ConfigError("Lambda filters by log level only where the log format is JSON.")


def _check_snap_start(config: FunctionConfig) -> None:
    if config.init_type == "snap-start" and config.version == "$LATEST":
        raise ConfigError("SnapStart works with published versions: give the version as a number.")
    if config.init_type == "snap-start" and config.is_node:
        raise ConfigError("Lambda has no SnapStart for Node.js functions.")
    if config.init_type == "snap-start" and config.tenant_isolation:
        raise ConfigError("Lambda has no SnapStart for functions that isolate tenants.")


def _check_managed(config: FunctionConfig) -> None:
    if config.max_concurrency < 1:
        raise ConfigError(f"A container cannot serve {config.max_concurrency} invocations.")
    if not config.is_managed:
        if config.max_concurrency > 1:
            raise ConfigError("Only managed instances serve several invocations in a container.")
    elif config.log_format != "JSON" or config.tenant_isolation:
        raise ConfigError("Managed instances log in JSON, and isolate no tenants.")
