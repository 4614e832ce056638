"""The environment variables of the runtime and of the extensions, built from nothing.

Sources: "Working with Lambda environment variables" (defined runtime environment variables) and
"Using the Lambda Extensions API" (which of them extensions do not get).
"""

import functools
import importlib.util
import os
from collections.abc import Mapping
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.layer import Layer
from reuse_sandbox.machine import node
from reuse_sandbox.machine.runtime.bootstrap import LAYER, PACKAGES

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

# On loopback, where a daemon of X-Ray may listen; Lambda's is at an address of its own.
TRACING = {
    "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
    "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
    "_AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1",
    "_AWS_XRAY_DAEMON_PORT": "2000",
}


def runtime_variables(
    function: FunctionConfig, layer: Layer | None, *, log_stream: str, tmp: Path, api: str
) -> dict[str, str]:
    """All variables of the runtime; the customer's win where Lambda lets them win."""
    variables = {
        **({} if "AWS_ACCESS_KEY_ID" in function.environment else CREDENTIALS),
        "AWS_REGION": function.region,
        "AWS_DEFAULT_REGION": function.region,
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
        "LD_LIBRARY_PATH": _library_path(function, layer),
        **TRACING,
        "TZ": ":UTC",
        "TMPDIR": str(tmp),
    }
    if function.is_python:  # both are gone before the function's code runs
        variables[PACKAGES] = managed_packages()
        if layer is not None:
            variables[LAYER] = str(layer.opt)
    if function.init_type == "snap-start":  # the snapshot is older than the stream
        del variables["AWS_LAMBDA_LOG_GROUP_NAME"], variables["AWS_LAMBDA_LOG_STREAM_NAME"]
    if not function.runtime.startswith("provided"):
        variables["AWS_EXECUTION_ENV"] = f"AWS_Lambda_{function.runtime}"
    if function.is_managed:
        variables["AWS_LAMBDA_MAX_CONCURRENCY"] = str(function.max_concurrency)
    if function.log_level:
        variables["AWS_LAMBDA_LOG_LEVEL"] = function.log_level
    if function.is_node:
        task_root = function.folder.resolve()
        variables["NODE_PATH"] = node.search_path(function.runtime, layer, task_root)
    # TMPDIR is ours in every case: by it a container's processes are found.
    return {**variables, **function.environment, "TMPDIR": str(tmp)}


@functools.cache
def managed_packages() -> str:
    """The folders in which the runtime client and boto3 are installed, as for PYTHONPATH."""
    specs = map(importlib.util.find_spec, ("awslambdaric", "boto3"))
    origins = [spec.origin for spec in specs if spec is not None and spec.origin is not None]
    return os.pathsep.join(dict.fromkeys(str(Path(origin).parents[1]) for origin in origins))


def extension_variables(runtime: Mapping[str, str]) -> dict[str, str]:
    """The part of the runtime's variables that extensions get."""
    return {
        name: value
        for name, value in runtime.items()
        if not name.startswith("_") and name not in NOT_FOR_EXTENSIONS
    }


def _path(function: FunctionConfig, layer: Layer | None) -> str:
    """Documented: `/usr/local/bin:/usr/bin/:/bin:/opt/bin`, after the managed runtime's own folder.

    That one (`/var/lang/bin`) is here the folder of the interpreter itself: where the sandbox is
    installed in a virtual environment, that environment's programs are no function's business.
    """
    folders = ["/usr/local/bin", "/usr/bin", "/bin"]
    if function.is_python:
        folders.insert(0, str(Path(function.python).resolve().parent))
    program = node.installed() if function.is_node else None
    if program is not None:
        folders.insert(0, str(Path(program).parent))
    if layer is not None:
        folders.append(str(layer.opt / "bin"))
    return ":".join(folders)


def _library_path(function: FunctionConfig, layer: Layer | None) -> str:
    """As documented, without `/var/lang/lib` and `/var/runtime`: those of this machine are not it.

    A folder that is not there is passed over by the loader.
    """
    task = str(function.folder.resolve())
    folders = ["/lib64", "/usr/lib64", task, f"{task}/lib"]
    if layer is not None:
        folders.append(str(layer.opt / "lib"))
    return ":".join(folders)
