"""Makes the function's configuration of what the command line asks for."""

import importlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from reuse_cli.errors import ConfigurationError, UsageError
from reuse_cli.local import cfn_response, template
from reuse_cli.local.environment import CREDENTIALS, credentials_of
from reuse_cli.local.handlers import find
from reuse_cli.local.layers import unpack
from reuse_cli.local.local_run import LocalRun

if TYPE_CHECKING:
    from reuse_sandbox import FunctionConfig

DEFAULT_REGION = "us-east-1"
CERTIFICATES = ("SSL_CERT_FILE", "SSL_CERT_DIR")
"""The variables that tell OpenSSL where certificates are."""

Warn = Callable[[str], None]


def require_sandbox() -> ModuleType:
    """The sandbox; raises ConfigurationError where it is not installed."""
    try:
        import reuse_sandbox
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the sandbox needs {error.name}: pip install 'lambda-reuse[sandbox]'"
        ) from error
    return reuse_sandbox


def load_sandbox() -> ModuleType:
    """The sandbox with all that a run needs of it.

    Its HTTP library reads this machine's certificates when it is imported, which takes a tenth of
    the time of all imports; here nothing speaks TLS with it, so it finds none.
    """
    sandbox = require_sandbox()
    before = {name: os.environ.get(name) for name in CERTIFICATES}
    os.environ.update(dict.fromkeys(CERTIFICATES, os.devnull))
    try:
        importlib.import_module("reuse_sandbox.sandbox")
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
    return sandbox


@dataclass(frozen=True)
class Interpreter:
    """A Python that runs functions."""

    path: str
    runtime: str
    """Lambda's word for its version, such as `python3.13`."""

    @classmethod
    def of(cls, python: Path | None) -> "Interpreter":
        """The one that was chosen; raises ConfigurationError where it is none."""
        if python is None:
            return cls(sys.executable, f"python{sys.version_info.major}.{sys.version_info.minor}")
        path = shutil.which(python)
        if path is None:
            raise ConfigurationError(f"--python {python}: there is no such program")
        code = "import sys; print('python%d.%d' % sys.version_info[:2])"
        try:
            done = subprocess.run(
                [path, "-ISc", code], capture_output=True, text=True, check=False, timeout=10
            )
            version = re.fullmatch(r"python3\.\d+", done.stdout.strip())
        except (OSError, subprocess.SubprocessError, UnicodeDecodeError):
            version = None
        if version is None:
            raise ConfigurationError(f"--python {python} is not a Python 3 that runs")
        return cls(os.path.abspath(path), version[0])


def describe(run: LocalRun, interpreter: Interpreter) -> template.TemplateFunction:
    """The function that the options name, by HANDLER or in a template; it has its warnings."""
    if run.template is not None:
        given = {*run.variables, *(CREDENTIALS if run.profile else ())}
        function = template.read(
            run.template, run.function, _region(run), parameters=run.parameters, given=given
        )
        _choose_runtime(function, interpreter)
        return function
    assert run.handler is not None  # one of the two is given
    handler = find(run.handler)
    runtime = _node_runtime() if handler.is_node else interpreter.runtime
    return template.TemplateFunction(
        handler.folder, handler.handler, handler.name, runtime, origin=run.handler
    )


def configure(
    run: LocalRun, function: template.TemplateFunction, interpreter: Interpreter, folder: Path
) -> "FunctionConfig":
    """The function's configuration: what the options say wins over the template.

    `folder` is where code is laid out that lies in a zip file or stands in the template.
    """
    environment, region = _environment(run, function)
    sandbox = require_sandbox()
    try:
        made: FunctionConfig = sandbox.FunctionConfig(
            folder=_task_root(function, folder).resolve(),
            handler=function.handler,
            name=run.name or function.name,
            memory_mb=run.memory_mb or function.memory_mb,
            timeout_s=run.timeout_s or function.timeout_s,
            runtime=function.runtime,
            python=interpreter.path,
            region=region,
            environment=environment,
            **{**function.settings, **run.mode.function},
        )
    except sandbox.FunctionNotFound as error:
        raise ConfigurationError(f"{function.origin}: {error}") from error
    except sandbox.RuntimeNotFound as error:
        raise ConfigurationError(f"{function.origin}: {error}") from error
    except sandbox.ConfigError as error:
        raise UsageError(f"{function.origin}: {error}") from error
    return made


def _task_root(function: template.TemplateFunction, folder: Path) -> Path:
    """The function's own folder, or `folder` with what had to be laid out."""
    if function.inline is not None:
        is_node = function.runtime.startswith("nodejs")
        folder.mkdir()
        (folder / ("index.js" if is_node else "index.py")).write_text(function.inline)
        cfn_response.put(function.inline, folder, is_node=is_node)
        return folder
    if function.folder.is_file():
        unpack(function.folder, folder)
        return folder
    return function.folder


def _region(run: LocalRun) -> str:
    """The region that was chosen, with the profile or by itself."""
    profile = credentials_of(run.profile).region if run.profile is not None else None
    return run.region or profile or DEFAULT_REGION


def _environment(run: LocalRun, function: template.TemplateFunction) -> tuple[dict[str, str], str]:
    """The function's variables, and its region."""
    environment = {**function.environment, **run.variables}
    if run.profile is not None:
        for name in CREDENTIALS:
            environment.pop(name, None)
        environment |= credentials_of(run.profile).variables
        function.warnings.append(f"it has the AWS credentials of the profile {run.profile}")
    elif passed := [name for name in CREDENTIALS if name in run.passed]:
        function.warnings.append(f"it has AWS credentials of this terminal: {', '.join(passed)}")
    if run.is_served:
        environment.setdefault("LAMBDA_REUSE_FLUSH", "invocation")
    if run.is_traced:
        environment.setdefault("LAMBDA_REUSE_LOG_LEVEL", "DEBUG")
    given = environment.pop("AWS_REGION", None)
    return environment, run.region or given or _region(run)


def _node_runtime() -> str:
    """The runtime of the Node.js in the PATH; where there is none, the sandbox says so."""
    version = require_sandbox().node_version()
    return f"nodejs{version[0]}.x" if version else "nodejs"


def _choose_runtime(function: template.TemplateFunction, interpreter: Interpreter) -> None:
    """Settles what runs a template's function, and warns where that is another version."""
    if function.runtime.startswith("python") and function.runtime != interpreter.runtime:
        function.warnings.append(
            f"runs with {interpreter.runtime}, not {function.runtime}: --python chooses another"
        )
        function.runtime = interpreter.runtime
    elif function.runtime.startswith("nodejs"):
        # The rules stay those of the template's runtime: which handlers it takes, for one.
        version = require_sandbox().node_version()
        if version and function.runtime != f"nodejs{version[0]}.x":
            shown = ".".join(str(number) for number in version)
            function.warnings.append(f"runs with Node.js {shown}, not that of {function.runtime}")
