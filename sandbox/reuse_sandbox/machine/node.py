"""The machine's Node.js, started as Lambda starts that of its managed Node.js runtimes.

Sources: "Building Lambda functions with Node.js" (the features that Lambda switches off), "Working
with layers for Node.js Lambda functions" (where packages of layers lie).
"""

import functools
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from reuse_sandbox.layer import Layer

BOOTSTRAP = Path(__file__).with_name("runtime") / "node" / "bootstrap.mjs"
Version = tuple[int, ...]

# What Lambda switches off, for which of its runtimes, and the releases of Node.js that know the
# option: (option, major versions of the runtimes, oldest release on each line that has it).
SWITCHED_OFF: Sequence[tuple[str, range, Mapping[int, Version]]] = (
    ("experimental-require-module", range(20, 24), {20: (20, 17), 22: (22, 0)}),
    ("experimental-detect-module", range(22, 24), {20: (20, 10), 22: (22, 0)}),
)


def installed() -> str | None:
    """The Node.js of the PATH; None where there is none."""
    return shutil.which("node")


def node_version() -> Version | None:
    """The version of the Node.js in the PATH, such as (22, 11, 0); None where there is none."""
    program = installed()
    return None if program is None else _version(program)


def command(runtime: str, variables: Mapping[str, str]) -> list[str]:
    """The command that runs a function; raises `FileNotFoundError` without a Node.js."""
    program = installed()
    if program is None:
        raise FileNotFoundError("Couldn't find node in the PATH")
    return [program, *switched_off(runtime, _version(program), variables), str(BOOTSTRAP)]


def search_path(runtime: str, layer: Layer | None, task_root: Path) -> str:
    """NODE_PATH: the packages of the layer, then the function's folder."""
    folders = [str(task_root)]
    if layer is not None:
        packages = layer.opt / "nodejs"
        own = packages / f"node{_major(runtime)}" / "node_modules"
        folders[:0] = [str(own), str(packages / "node_modules")]
    return ":".join(folders)


@functools.cache
def _version(program: str) -> Version:
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, check=True)
    except subprocess.CalledProcessError as error:
        raise OSError(f"{program} --version ended with status {error.returncode}") from error
    return tuple(int(number) for number in re.findall(r"\d+", said.stdout))


def _major(runtime: str) -> int:
    return int(re.sub(r"\D", "", runtime.partition(".")[0]) or 0)


def switched_off(runtime: str, present: Version, variables: Mapping[str, str]) -> list[str]:
    """The options that make this Node.js what the runtime's own is; NODE_OPTIONS win."""
    chosen = variables.get("NODE_OPTIONS", "")
    return [
        f"--no-{option}"
        for option, runtimes, known in SWITCHED_OFF
        if _major(runtime) in runtimes
        and present >= known.get(present[0], (23,))
        and f"--{option}" not in chosen
    ]
