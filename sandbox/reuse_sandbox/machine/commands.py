"""What is executed to run a function."""

import os
from collections.abc import Mapping
from pathlib import Path

from reuse_sandbox.config import FunctionConfig
from reuse_sandbox.layer import Layer
from reuse_sandbox.machine import node
from reuse_sandbox.machine.variables import RUNTIME_DIR

WRAPPER_VARIABLE = "AWS_LAMBDA_EXEC_WRAPPER"  # "Modifying the runtime environment"


def runtime_command(
    function: FunctionConfig, layer: Layer | None, variables: Mapping[str, str]
) -> list[str]:
    """The command of the runtime; raises `FileNotFoundError` without an entry point."""
    if function.command is not None:
        return list(function.command)
    if function.is_node:
        command = node.command(function.runtime, variables)
    elif function.is_python:
        # Wrappers put arguments of Python's before the last one, as in AWS's own examples.
        command = [function.python, "-S", str(RUNTIME_DIR / "bootstrap.py")]
    else:
        return [str(_bootstrap(function, layer))]
    wrapper = variables.get(WRAPPER_VARIABLE)
    return [_in_layer(wrapper, layer), *command] if wrapper else command


def _bootstrap(function: FunctionConfig, layer: Layer | None) -> Path:
    own = function.folder.resolve() / "bootstrap"
    candidates = {own: own}  # where it is run -> where it lies
    if layer is not None:
        candidates[layer.opt / "bootstrap"] = layer.folder / "bootstrap"
    for candidate, file in candidates.items():
        if os.access(file, os.X_OK) and file.is_file():
            return candidate
    names = " ".join(str(candidate) for candidate in candidates)
    raise FileNotFoundError(f"Couldn't find valid bootstrap(s): [{names}]")


def _in_layer(path: str, layer: Layer | None) -> str:
    """A path below /opt, which on this machine may be the layer's folder."""
    if layer is None or not path.startswith("/opt/"):
        return path
    return str(layer.opt / path.removeprefix("/opt/"))
