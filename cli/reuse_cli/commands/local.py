"""`local`: a small Lambda on this machine, with the extension beside the function."""

import asyncio
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reuse_cli import errors
from reuse_cli.commands import options
from reuse_cli.commands.function_options import function_options, local_run
from reuse_cli.commands.local_output import answers_of, show_containers, show_trace, warn
from reuse_cli.commands.shared_options import no_color_option, output_option, port_option
from reuse_cli.commands.traffic_options import traffic, traffic_options
from reuse_cli.errors import UsageError
from reuse_cli.local.settings import load_sandbox, require_sandbox
from reuse_cli.sources.runs import DATA, default_sources

if TYPE_CHECKING:
    from reuse_sandbox import InvokeResult, Sandbox

    from reuse_cli.local.run import Outcome
    from reuse_cli.local.session import Session

OPEN = click.option("--open", "is_opened", is_flag=True, help="Open the live page in the browser.")


@click.group()
def local() -> None:
    """Run a function on this machine as Lambda would."""


@local.command()
@function_options
@traffic_options
@output_option(
    ["table", "json"], "The format: the containers at the end, or a line for each invocation."
)
@click.option("--quiet", is_flag=True, help="Do not print the answers of the invocations.")
@click.option(
    "--trace", is_flag=True, help="At the end, print what the extension did with each event."
)
@click.option(
    "--serve",
    "is_served",
    is_flag=True,
    help="Serve a live page of the containers until Ctrl-C, also after the run.",
)
@OPEN
@no_color_option()
def run(
    output: str, quiet: bool, is_served: bool, is_opened: bool, no_color: bool, **chosen: Any
) -> int:
    """Invoke HANDLER, and show how its containers were reused.

    HANDLER is FILE.py:FUNCTION, FILE.mjs:FUNCTION (or .js, .cjs), or FOLDER:MODULE.FUNCTION. Exit
    codes: 0 fine, 2 invocations failed, 130 interrupted, 252 wrong usage, 253 something is missing,
    255 the sandbox failed.
    """
    require_sandbox()
    if is_opened and not is_served:
        raise UsageError("--open needs --serve")
    asked, sent = local_run(chosen), traffic(chosen)
    load_sandbox()
    from reuse_cli.local import run as local
    from reuse_cli.local.session import Session, Terminated

    session = Session(asked, warn)

    def show_what_there_is() -> None:
        if asked.is_traced:
            show_trace(session)
        show_containers(session, output, no_color)

    tell = answers_of(output, quiet, is_single=sent.is_single)

    async def use(sandbox: "Sandbox") -> "Outcome":
        return await local.drive(sandbox, sent, tell)

    with _page(session, is_opened) if is_served else nullcontext("") as address:
        try:
            outcome = session.use(use)
        except (KeyboardInterrupt, Terminated):
            tell.close()
            show_what_there_is()
            raise
        finally:
            tell.close()
        show_what_there_is()
        if outcome.has_failed:
            warn(str(outcome))
        if is_served:
            with suppress(KeyboardInterrupt):
                warn(f"the run is over; its page is at {address} (Ctrl-C ends it)")
                threading.Event().wait()
    return errors.FAILED if outcome.has_failed else errors.FINE


@contextmanager
def _page(session: "Session", is_opened: bool) -> Iterator[str]:
    """The live page of a session's containers; its address, which is printed."""
    from reuse_cli.live.beside import page_beside

    with page_beside(lambda: [session.data] if session.data is not None else []) as address:
        warn(f"the containers are at {address}")
        if is_opened:
            click.launch(address)
        yield address


@local.command()
@function_options
@port_option(9000)
@click.option("--quiet", is_flag=True, help="Do not print a line for each invocation.")
@OPEN
@no_color_option()
def serve(port: int, quiet: bool, is_opened: bool, no_color: bool, **chosen: Any) -> int:
    """Serve the Invoke API for HANDLER until interrupted.

    A live page of its containers is served beside it.
    """
    require_sandbox()
    asked = local_run(chosen, is_served=True)
    load_sandbox()
    from reuse_cli.local import answers
    from reuse_cli.local.session import Session, Terminated

    session = Session(asked, warn)

    async def use(sandbox: "Sandbox") -> None:
        warn(f"{sandbox.function.name} answers at {sandbox.invoke_url} (Ctrl-C ends it)")
        await asyncio.Event().wait()

    def answered(result: "InvokeResult") -> None:
        click.echo(answers.as_line(result, options.width() or options.UNLIMITED))

    try:
        with _page(session, is_opened):
            session.use(use, port=port, answered=None if quiet else answered)
    except KeyboardInterrupt:
        show_containers(session, "table", no_color)
        raise
    except Terminated:
        show_containers(session, "table", no_color)
    return errors.FINE


@local.command()
@click.argument("containers", nargs=-1, metavar="[CONTAINER]...")
@click.option("--follow", is_flag=True, help="Wait for more, until interrupted.")
@click.option("--records", is_flag=True, help="Print the extension's records too.")
@click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}.")
@click.option(
    "--data",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    metavar="DIR",
    help=f"Where the records are.  [default: the newest run in {DATA}]",
)
def logs(
    containers: tuple[str, ...], follow: bool, records: bool, is_all: bool, data: Path | None
) -> int:
    """Print what the containers of the newest run have printed.

    CONTAINER is the beginning of its id, as the tables show it.
    """
    from reuse_cli.local import logs as local_logs

    if data is not None and is_all:
        raise UsageError("give either --data or --all")

    def folders() -> list[Path]:
        return [data] if data is not None else default_sources(is_all=is_all)

    read = (
        local_logs.follow(folders, containers) if follow else local_logs.read(folders(), containers)
    )
    for line in read:
        if records or not line.is_record:
            click.echo(str(line))
    return errors.FINE


@local.command()
@output_option(["table", "json"])
def doctor(output: str) -> int:
    """Show what isolates containers on this machine."""
    steps = require_sandbox().isolation()
    if output == "json":
        click.echo(json.dumps({"version": 1, "steps": [asdict(step) for step in steps]}, indent=2))
        return errors.FINE
    for step in steps:
        click.echo(f"{'yes' if step.available else 'no':<4}{step.step}: {step.how}")
        click.echo(f"    {step.effect}")
    return errors.FINE


@local.command()
def faults() -> int:
    """List the faults that --fault can inject."""
    for name, what in require_sandbox().FAULTS.items():
        click.echo(f"{name:<21}{what}")
    return errors.FINE
