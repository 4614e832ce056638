"""The options of `local` that say which function runs, and what the sandbox makes of them."""

import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import click

from reuse_cli.commands import options
from reuse_cli.errors import ConfigurationError, UsageError
from reuse_cli.local import template
from reuse_cli.local.handlers import find
from reuse_cli.local.mode_options import mode, mode_options
from reuse_cli.sources.runs import DATA

if TYPE_CHECKING:
    from reuse_sandbox import FunctionConfig

PASSED_ON = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")
"""What a function on this machine needs of the user's own environment to speak to AWS."""
REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
PREFIX = "LAMBDA_REUSE_"

Command = Callable[..., int]
Options = dict[str, Any]


def function_options(command: Command) -> Command:
    """The options that say which function, and how Lambda would run it."""
    found = [
        click.argument("handler", metavar="[HANDLER]", required=False),
        click.option(
            "--template",
            type=click.Path(exists=True, dir_okay=False, path_type=Path),
            metavar="FILE",
            help="A SAM or CloudFormation template that describes the function, in place of"
            " HANDLER.",
        ),
        click.option(
            "--function",
            metavar="NAME",
            help="Which of the template's functions, by logical id or name."
            "  [default: the only one]",
        ),
        click.option(
            "--name", help="The function's name.  [default: the template's, or from HANDLER]"
        ),
        click.option(
            "--concurrency",
            type=click.IntRange(1, 1000),
            default=1,
            show_default=True,
            help="Containers at a time.",
        ),
        click.option(
            "--keep-alive",
            type=click.FloatRange(0),
            default=600,
            show_default=True,
            metavar="S",
            help="Seconds after which an idle container ends.",
        ),
        click.option(
            "--timeout",
            type=click.FloatRange(0, 900, min_open=True),
            metavar="S",
            help="Seconds an invocation may take.  [default: the template's, or 3]",
        ),
        click.option(
            "--memory",
            type=click.IntRange(128, 10240),
            metavar="MB",
            help="The function's memory size.  [default: the template's, or 128]",
        ),
        click.option(
            "--env",
            "variables",
            multiple=True,
            metavar="NAME=VALUE",
            help="A variable of the function's environment; may be given several times.",
        ),
        click.option(
            "--opt",
            type=click.Path(exists=True, file_okay=False, path_type=Path),
            metavar="DIR",
            help="The layer, as it would lie under /opt.  [default: this installation's sources]",
        ),
        click.option(
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help=f"Where the records go.  [default: a new folder below {DATA}]",
        ),
        click.option(
            "--no-limits",
            is_flag=True,
            help="With --memory or --template: do not hold the function to its memory and to the"
            " processor's share that goes with it.",
        ),
        click.option("--no-freeze", is_flag=True, help="Let processes run between invocations."),
    ]
    command = mode_options(command)
    return options.decorated(command, found)


def sandbox_room() -> ModuleType:
    """The sandbox, if it is installed."""
    try:
        import reuse_sandbox
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the sandbox needs {error.name}: pip install 'lambda-reuse[sandbox]'"
        ) from error
    return reuse_sandbox


def described(chosen: Options) -> template.TemplateFunction:
    """The function that the options name, by HANDLER or in a template; it has its warnings."""
    if (chosen["handler"] is None) == (chosen["template"] is None):
        raise UsageError("say which function: either HANDLER, or --template FILE")
    if chosen["template"] is not None:
        function = template.read(chosen["template"], chosen["function"], region())
        _choose_runtime(function)
    else:
        if chosen["function"] is not None:
            raise UsageError("--function names a function of a --template")
        handler = find(chosen["handler"])
        runtime = node_runtime() if handler.is_node else own_runtime()
        function = template.TemplateFunction(handler.folder, handler.handler, handler.name, runtime)
    return function


def config(chosen: Options, function: template.TemplateFunction) -> "FunctionConfig":
    """The function's configuration: what the options say wins over the template."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PREFIX)
    }
    environment |= {**function.environment, **_given_variables(chosen["variables"])}
    room = sandbox_room()
    try:
        made: FunctionConfig = room.FunctionConfig(
            folder=function.folder.resolve(),
            handler=function.handler,
            name=chosen["name"] or function.name,
            memory_mb=chosen["memory"] or function.memory_mb,
            timeout_s=chosen["timeout"] or function.timeout_s,
            runtime=function.runtime,
            region=environment.pop("AWS_REGION", region()),
            environment=environment,
            **{**function.settings, **mode(chosen).function},
        )
    except room.FunctionNotFound as error:
        raise ConfigurationError(str(error)) from error
    except room.RuntimeNotFound as error:
        raise ConfigurationError(f"{function.name}: {error}") from error
    except room.ConfigError as error:
        raise UsageError(str(error)) from error
    return made


def is_limited(chosen: Options) -> bool:
    """Whether the function is held to its memory: only where somebody has said how much it has.

    At the default of 128 MB it would be fourteen times slower than this machine is.
    """
    is_said = chosen["memory"] is not None or chosen["template"] is not None
    return is_said and not chosen["no_limits"]


def region() -> str:
    """The region that the user's environment names."""
    return next((os.environ[name] for name in REGION if os.environ.get(name)), "us-east-1")


def own_runtime() -> str:
    """The runtime of the Python that runs this."""
    return f"python{sys.version_info.major}.{sys.version_info.minor}"


def node_runtime() -> str:
    """The runtime of the Node.js in the PATH; where there is none, the sandbox says so."""
    version = sandbox_room().node_version()
    return f"nodejs{version[0]}.x" if version else "nodejs"


def _choose_runtime(function: template.TemplateFunction) -> None:
    """Settles what runs a template's function, and warns where that is another version."""
    if function.runtime.startswith("python") and function.runtime != own_runtime():
        function.warnings.append(f"runs with {own_runtime()}, not {function.runtime}")
        function.runtime = own_runtime()
    elif function.runtime.startswith("nodejs"):
        # The rules stay those of the template's runtime: which handlers it takes, for one.
        version = sandbox_room().node_version()
        if version and function.runtime != f"nodejs{version[0]}.x":
            shown = ".".join(str(number) for number in version)
            function.warnings.append(f"runs with Node.js {shown}, not that of {function.runtime}")


def _given_variables(variables: tuple[str, ...]) -> dict[str, str]:
    given = {}
    for variable in variables:
        name, equals, value = variable.partition("=")
        if not equals:
            raise UsageError(f"--env takes NAME=VALUE, not {variable}")
        given[name] = value
    return given
