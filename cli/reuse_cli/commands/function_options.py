"""The options of `local run` and `local serve` that say which function runs, and with what."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import click

from reuse_cli.commands import options
from reuse_cli.commands.mode_options import mode, mode_options
from reuse_cli.commands.shared_options import MEMORY_MB, timeout_option
from reuse_cli.errors import UsageError
from reuse_cli.local.environment import given_variables
from reuse_cli.local.local_run import LocalRun
from reuse_cli.sources.runs import DATA

Command = Callable[..., int]

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)
FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
EITHER = click.Path(exists=True, path_type=Path)


def function_options(command: Command) -> Command:
    """All options that say which function, and how Lambda would run it."""
    command = mode_options(command)
    return options.decorated(
        command, [*_which(), *environment_options(), *layer_options(), *_containers()]
    )


def _which() -> list[Callable[[Any], Any]]:
    return [
        click.argument("handler", metavar="[HANDLER]", required=False),
        click.option(
            "--template",
            type=EITHER,
            metavar="PATH",
            help="A SAM or CloudFormation template that describes the function, in place of"
            " HANDLER; or the folder of one, such as .aws-sam/build or cdk.out.",
        ),
        click.option(
            "--function",
            metavar="NAME",
            help="The function in the template, by logical ID or name.  [default: the only one]",
        ),
        click.option(
            "--parameter",
            "parameters",
            multiple=True,
            metavar="NAME=VALUE",
            help="A parameter of the template; may be given several times."
            "  [default: the parameter's default]",
        ),
        click.option(
            "--name", help="The function's name.  [default: the template's, or from HANDLER]"
        ),
        timeout_option("the template's, or 3"),
        click.option(
            "--memory",
            type=MEMORY_MB,
            metavar="MB",
            help="The function's memory size.  [default: the template's, or 128]",
        ),
        click.option(
            "--python",
            metavar="PATH",
            help="The interpreter of a Python function.  [default: the one that runs this command]",
        ),
    ]


def environment_options() -> list[Callable[[Any], Any]]:
    """The options that fill the function's environment."""
    return [
        click.option(
            "--env",
            "variables",
            multiple=True,
            metavar="NAME=VALUE",
            help="An environment variable of the function; may be given several times.",
        ),
        click.option(
            "--env-file",
            "env_files",
            type=FILE,
            multiple=True,
            metavar="FILE",
            help="A file of environment variables, one a line; may be given several times.",
        ),
        click.option(
            "--pass-env",
            "passed",
            multiple=True,
            metavar="NAME",
            help="Pass this variable of the terminal to the function; may be given several times.",
        ),
        click.option(
            "--aws-profile",
            "profile",
            metavar="NAME",
            help="Give the function the AWS credentials of this profile."
            "  [default: credentials that AWS refuses]",
        ),
        click.option(
            "--region", help="The function's AWS Region.  [default: the profile's, or us-east-1]"
        ),
    ]


def layer_options() -> list[Callable[[Any], Any]]:
    """The options that lay out /opt."""
    return [
        click.option(
            "--layer",
            "layers",
            type=EITHER,
            multiple=True,
            metavar="DIR|ZIP",
            help="A further layer; may be given several times. As on Lambda, files of a later layer"
            " replace those of an earlier one.",
        ),
        click.option(
            "--without-extension",
            is_flag=True,
            help="Run without this product's layer; nothing is counted.",
        ),
        click.option(
            "--opt",
            type=FOLDER,
            metavar="DIR",
            help="A folder to use as /opt in place of this product's layer."
            "  [default: this installation's sources]",
        ),
    ]


def _containers() -> list[Callable[[Any], Any]]:
    return [
        click.option(
            "--concurrency",
            type=click.IntRange(1, 1000),
            default=1,
            show_default=True,
            help="Maximum number of containers at a time.",
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
            "--data",
            type=click.Path(file_okay=False, path_type=Path),
            metavar="DIR",
            help=f"Where the records go.  [default: a new folder below {DATA}]",
        ),
        click.option(
            "--no-limits",
            is_flag=True,
            help="Do not limit the function to its memory size and CPU share, as --memory and"
            " --template do.",
        ),
        click.option(
            "--no-freeze", is_flag=True, help="Do not freeze processes between invocations."
        ),
    ]


def local_run(chosen: Mapping[str, Any], *, is_served: bool = False) -> LocalRun:
    """The options as one value; raises UsageError for what does not go together."""
    if (chosen["handler"] is None) == (chosen["template"] is None):
        raise UsageError("say which function: either HANDLER, or --template PATH")
    if chosen["template"] is None and (chosen["function"] or chosen["parameters"]):
        option = "--function" if chosen["function"] else "--parameter"
        raise UsageError(f"{option} belongs to a --template")
    if chosen["without_extension"] and chosen["opt"] is not None:
        raise UsageError("give either --opt or --without-extension")
    variables = given_variables(
        chosen["env_files"], chosen["passed"], chosen["variables"], os.environ
    )
    return LocalRun(
        handler=chosen["handler"],
        template=chosen["template"],
        function=chosen["function"],
        parameters=dict(_parameter(text) for text in chosen["parameters"]),
        name=chosen["name"],
        memory_mb=chosen["memory"],
        timeout_s=chosen["timeout"],
        python=Path(chosen["python"]) if chosen["python"] else None,
        variables=variables,
        passed=chosen["passed"],
        profile=chosen["profile"],
        region=chosen["region"],
        opt=chosen["opt"],
        layers=chosen["layers"],
        has_extension=not chosen["without_extension"],
        data=chosen["data"],
        concurrency=chosen["concurrency"],
        keep_alive_s=chosen["keep_alive"],
        freezes=not chosen["no_freeze"],
        has_limits=not chosen["no_limits"],
        is_served=is_served,
        is_traced=chosen.get("trace", False),
        mode=mode(chosen),
    )


def _parameter(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise UsageError(f"--parameter takes NAME=VALUE, not {text}")
    return name, value
