"""The environment variables of the runtime and of the extensions, built from nothing.

Sources: "Working with Lambda environment variables" (defined runtime environment variables) and
"Using the Lambda Extensions API" (which of them extensions do not get).
"""

import os
from collections.abc import Mapping
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.layer import Layer

RUNTIME_DIR = Path(__file__).with_name("runtime")

# What extensions do not get, besides everything that begins with an underscore.
NOT_FOR_EXTENSIONS = frozenset(
    {
        "AWS_EXECUTION_ENV",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_LAMBDA_MAX_CONCURRENCY",
        "AWS_XRAY_CONTEXT_MISSING",
        "AWS_XRAY_DAEMON_ADDRESS",
        "LAMBDA_RUNTIME_DIR",
        "LAMBDA_TASK_ROOT",
    }
)

# No call to AWS succeeds with these; a customer who wants calls to succeed sets his own.
CREDENTIALS = {
    "AWS_ACCESS_KEY_ID": "sandbox",
    "AWS_SECRET_ACCESS_KEY": "sandbox",
    "AWS_SESSION_TOKEN": "sandbox",
}


def runtime_variables(
    function: FunctionConfig, layer: Layer | None, *, log_stream: str, tmp: Path, api: str
) -> dict[str, str]:
    """All variables of the runtime; the customer's win where Lambda lets them win."""
    variables = {
        **CREDENTIALS,
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_VERSION": function.version,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_mb),
        "AWS_LAMBDA_INITIALIZATION_TYPE": function.init_type,
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": log_stream,
        "AWS_LAMBDA_LOG_FORMAT": function.log_format,
        "AWS_LAMBDA_RUNTIME_API": api,
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(function.folder.resolve()),
        "LAMBDA_RUNTIME_DIR": str(RUNTIME_DIR),
        "LANG": "en_US.UTF-8",
        "PATH": _path(function, layer),
        "TZ": ":UTC",
        "TMPDIR": str(tmp),
    }
    if function.init_type == "snap-start":  # the snapshot is older than the stream
        del variables["AWS_LAMBDA_LOG_GROUP_NAME"], variables["AWS_LAMBDA_LOG_STREAM_NAME"]
    if function.is_managed:
        variables["AWS_LAMBDA_MAX_CONCURRENCY"] = str(function.max_concurrency)
    if function.log_level:
        variables["AWS_LAMBDA_LOG_LEVEL"] = function.log_level
    if layer is not None and (layer.folder / "lib").is_dir():
        variables["LD_LIBRARY_PATH"] = str(layer.folder.resolve() / "lib")
    # TMPDIR is ours in every case: by it a container's processes are found.
    return {**variables, **function.environment, "TMPDIR": str(tmp)}


def extension_variables(runtime: Mapping[str, str]) -> dict[str, str]:
    """The part of the runtime's variables that extensions get."""
    return {
        name: value
        for name, value in runtime.items()
        if not name.startswith("_") and name not in NOT_FOR_EXTENSIONS
    }


def _path(function: FunctionConfig, layer: Layer | None) -> str:
    # Lambda has the runtime's own interpreter (/var/lang/bin) first and the layers' /opt/bin last.
    folders = [os.path.dirname(function.python), "/usr/local/bin", "/usr/bin", "/bin"]
    if layer is not None:
        folders.append(str(layer.folder.resolve() / "bin"))
    return ":".join(folders)
