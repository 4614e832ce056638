"""`local`: a small Lambda on this machine, with the extension beside the function."""

import asyncio
import json
import shutil
from collections.abc import Callable, Coroutine
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reuse_cli import errors
from reuse_cli.commands import options
from reuse_cli.errors import CliError, NoRecordsError, UsageError
from reuse_cli.layers.source_layer import assemble
from reuse_cli.local.mode_options import mode
from reuse_cli.local.settings import (
    Options,
    config,
    described,
    function_options,
    is_limited,
    sandbox_room,
)
from reuse_cli.local.traffic_options import traffic, traffic_options
from reuse_cli.sources.runs import DATA, new_run

if TYPE_CHECKING:
    from reuse_sandbox import InvokeResult, Sandbox

    from reuse_cli.local import run as local_run

Result = TypeVar("Result")


@click.group()
def local() -> None:
    """Run a function on this machine as Lambda would, the extension beside it."""


@local.command()
@function_options
@traffic_options
@click.option(
    "--output",
    type=click.Choice(["table", "json"]),
    default="table",
    show_default=True,
    help="table: the containers at the end; json: a line an invocation.",
)
@click.option("--no-color", is_flag=True, help="Plain text, as with NO_COLOR set.")
def run(output: str, no_color: bool, **chosen: Any) -> int:
    """Invoke HANDLER with events and tell how its containers were reused.

    HANDLER is FILE.py:FUNCTION, or FOLDER:MODULE.FUNCTION.
    """
    sandbox_room()
    from reuse_cli.local import run as local_run
    from reuse_cli.local.progress import Progress

    sent = traffic(chosen)
    progress = Progress()

    def tell(result: "InvokeResult") -> None:
        progress.add(failed=result.function_error is not None)
        if output == "json":
            click.echo(local_run.line(result))

    async def use(sandbox: "Sandbox") -> "local_run.Outcome":
        return await local_run.drive(sandbox, sent, tell)

    try:
        outcome = _with_sandbox(chosen, 0, use)
    finally:
        progress.close()
    if output == "table":
        _show_containers(chosen["data"], no_color)
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


@local.command()
@click.option("--output", type=click.Choice(["table", "json"]), default="table", show_default=True)
def doctor(output: str) -> int:
    """Tell what keeps containers apart on this machine."""
    sandbox_room()
    from reuse_sandbox import isolation

    steps = isolation()
    if output == "json":
        click.echo(json.dumps({"version": 1, "steps": [asdict(step) for step in steps]}, indent=2))
        return errors.FINE
    for step in steps:
        click.echo(f"{'yes' if step.available else 'no':<4}{step.step}: {step.how}")
        click.echo(f"    {step.effect}")
    return errors.FINE


@local.command()
def faults() -> int:
    """List what `--fault` can let go wrong."""
    sandbox_room()
    from reuse_sandbox import FAULTS

    for name, what in FAULTS.items():
        click.echo(f"{name:<21}{what}")
    return errors.FINE


def _with_sandbox(
    chosen: Options, port: int, use: "Callable[[Sandbox], Coroutine[None, None, Result]]"
) -> "Result":
    """Open a sandbox as the options say, use it, and end it; what `use` gave."""
    room = sandbox_room()
    function = described(chosen)
    made, kind = config(chosen, function), mode(chosen)
    chosen["data"] = chosen["data"] or new_run(Path(DATA), made.name)
    for warning in function.warnings:
        click.echo(f"lambda-reuse: {made.name}: {warning}", err=True)
    from reuse_sandbox import TemporaryFolder

    with closing(TemporaryFolder()) as folder:
        layer = _layer(chosen["opt"], function.layers, folder.path / "opt")

        async def live() -> "Result":
            async with room.Sandbox(
                made,
                layer=layer,
                data=chosen["data"],
                concurrency=chosen["concurrency"],
                keep_alive_s=chosen["keep_alive"],
                freeze=not chosen["no_freeze"],
                isolate=is_limited(chosen),
                port=port,
                **kind.sandbox,
            ) as sandbox:
                await asyncio.sleep(kind.lead_s)
                return await use(sandbox)

        try:
            return asyncio.run(live())
        except (room.ConfigError, room.BadRequest) as error:
            raise UsageError(str(error)) from error
        except room.SandboxError as error:
            raise CliError(str(error)) from error


def _layer(opt: Path | None, others: list[Path], folder: Path) -> Path:
    """What lies under /opt: the layer that was asked for, and those of the template over it."""
    if opt is not None and not others:
        layer = opt
    else:
        layer = folder
        if opt is None:
            assemble(folder)
        for other in [*([opt] if opt else []), *others]:
            shutil.copytree(other, folder, dirs_exist_ok=True)
    if not (layer / "extensions").is_dir():
        click.echo(
            f"lambda-reuse: {layer} has no extensions: the function runs, nothing is counted",
            err=True,
        )
    return layer


def _show_containers(data: Path, no_color: bool) -> None:
    from reuse_cli.commands import containers

    try:
        rows = options.answer("containers", (), [str(data)])
    except NoRecordsError as error:
        click.echo(f"lambda-reuse: {error}", err=True)
        return
    click.echo(containers.table(rows, options.width(), options.has_color(no_color)))
    click.echo(f"\nThe records are in {data}.")
