"""`local`: a small Lambda on this machine, with the extension beside the function."""

import asyncio
import os
import tempfile
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reuse_cli import errors
from reuse_cli.commands import options
from reuse_cli.errors import CliError, ConfigurationError, UsageError
from reuse_cli.layers.source_layer import assemble
from reuse_cli.local.handlers import find

if TYPE_CHECKING:
    from reuse_sandbox import FunctionConfig, InvokeResult, Sandbox

PASSED_ON = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_ENDPOINT_URL")
"""What a function on this machine needs of the user's own environment to speak to AWS."""
REGION = ("AWS_REGION", "AWS_DEFAULT_REGION")
PREFIX = "LAMBDA_REUSE_"

Command = Callable[..., int]
Options = dict[str, Any]
Result = TypeVar("Result")


@click.group()
def local() -> None:
    """Run a function on this machine as Lambda would, the extension beside it."""


def function_options(command: Command) -> Command:
    """The options that say which function, and how Lambda would run it."""
    for decorate in (
        click.argument("handler", metavar="HANDLER"),
        click.option("--name", help="The function's name.  [default: from HANDLER]"),
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
            default=3,
            show_default=True,
            metavar="S",
            help="Seconds an invocation may take.",
        ),
        click.option(
            "--memory",
            type=click.IntRange(128, 10240),
            default=128,
            show_default=True,
            metavar="MB",
            help="The function's memory size.",
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
            default=options.DATA,
            show_default=True,
            metavar="DIR",
            help="Where the records go.",
        ),
        click.option("--no-freeze", is_flag=True, help="Let processes run between invocations."),
    ):
        command = decorate(command)
    return command


@local.command()
@function_options
@click.option(
    "--events",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Events, one JSON value a line.  [default: {}]",
)
@click.option(
    "--count", type=click.IntRange(1), help="How many invocations.  [default: all events]"
)
@click.option("--rate", type=click.FloatRange(0, min_open=True), help="Invocations a second.")
@click.option(
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="table: the containers at the end; json: a line an invocation.",
)
@click.option("--no-color", is_flag=True, help="Plain text, as with NO_COLOR set.")
def run(
    events: Path | None,
    count: int | None,
    rate: float | None,
    output: str,
    no_color: bool,
    **function: Any,
) -> int:
    """Invoke HANDLER with events and tell how its containers were reused.

    HANDLER is FILE.py:FUNCTION, or FOLDER:MODULE.FUNCTION.
    """
    from reuse_cli.local import run as local_run
    from reuse_cli.local.traffic import arrivals

    def tell(result: "InvokeResult") -> None:
        if output == "json":
            click.echo(local_run.line(result))

    async def use(sandbox: "Sandbox") -> "local_run.Outcome":
        traffic = arrivals(events, count, rate)
        return await local_run.drive(sandbox, traffic, function["concurrency"], tell)

    outcome = _with_sandbox(function, 0, use)
    if output == "table":
        _show_containers(function["data"], no_color)
    if outcome.errors:
        click.echo(f"lambda-reuse: {outcome}", err=True)
    return errors.OTHER if outcome.has_failed else errors.FINE


@local.command()
@function_options
@click.option("--port", type=click.IntRange(0, 65535), default=9000, show_default=True)
def serve(port: int, **function: Any) -> int:
    """Serve the Invoke API for HANDLER until interrupted."""

    async def use(sandbox: "Sandbox") -> None:
        click.echo(f"{sandbox.function.name} answers at {sandbox.invoke_url}", err=True)
        await asyncio.Event().wait()

    _with_sandbox(function, port, use)
    return errors.FINE


def _with_sandbox(
    function: Options, port: int, use: "Callable[[Sandbox], Coroutine[None, None, Result]]"
) -> "Result":
    """Open a sandbox as the options say, use it, and end it; what `use` gave."""
    sandbox_room = _sandbox_room()
    config = _config(function)
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-") as folder:
        layer = function["opt"] or assemble(Path(folder, "opt"))

        async def live() -> "Result":
            async with sandbox_room.Sandbox(
                config,
                layer=layer,
                data=function["data"],
                concurrency=function["concurrency"],
                keep_alive_s=function["keep_alive"],
                freeze=not function["no_freeze"],
                port=port,
            ) as sandbox:
                return await use(sandbox)

        try:
            return asyncio.run(live())
        except sandbox_room.ConfigError as error:
            raise UsageError(str(error)) from error
        except sandbox_room.SandboxError as error:
            raise CliError(str(error)) from error


def _sandbox_room() -> ModuleType:
    """The sandbox, if it is installed."""
    try:
        import reuse_sandbox
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the sandbox needs {error.name}: pip install 'lambda-reuse[sandbox]'"
        ) from error
    return reuse_sandbox


def _config(function: Options) -> "FunctionConfig":
    handler = find(function["handler"])
    region = next((os.environ[name] for name in REGION if os.environ.get(name)), "us-east-1")
    environment = {
        name: value
        for name, value in os.environ.items()
        if name in PASSED_ON or name.startswith(PREFIX)
    }
    for variable in function["variables"]:
        name, equals, value = variable.partition("=")
        if not equals:
            raise UsageError(f"--env takes NAME=VALUE, not {variable}")
        environment[name] = value
    room = _sandbox_room()
    try:
        config: FunctionConfig = room.FunctionConfig(
            folder=handler.folder.resolve(),
            handler=handler.handler,
            name=function["name"] or handler.name,
            memory_mb=function["memory"],
            timeout_s=function["timeout"],
            environment=environment,
            region=environment.pop("AWS_REGION", region),
        )
    except room.ConfigError as error:
        raise UsageError(str(error)) from error
    return config


def _show_containers(data: Path, no_color: bool) -> None:
    from reuse_cli.commands import containers

    rows = options.answer("containers", (), [str(data)])
    click.echo(containers.table(rows, options.width(), options.has_color(no_color)))
    click.echo(f"\nThe records are in {data}.")
