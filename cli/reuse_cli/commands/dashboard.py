"""`dashboard`: a live page of this machine's containers, and CloudWatch's dashboards."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from reuse_cli import errors
from reuse_cli.errors import ConfigurationError, UsageError
from reuse_cli.sources.runs import DATA, default_sources


@click.group()
def dashboard() -> None:
    """Watch containers live, and deploy CloudWatch dashboards."""


@dashboard.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}.")
@click.option("--port", type=click.IntRange(0, 65535), default=9010, show_default=True)
@click.option("--open", "is_opened", is_flag=True, help="Open the page in the browser.")
def serve(folder: Path | None, is_all: bool, port: int, is_opened: bool) -> int:
    """Serve a live page of the containers of local runs.

    DIR is a folder of log files.  [default: the newest run, also one that begins later]
    """
    if folder is not None and (is_all or not folder.is_dir()):
        raise UsageError("give either DIR or --all" if is_all else f"there is no folder {folder}")
    try:
        from reuse_cli.live.server import LivePage
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            f"the live page needs {error.name}: pip install 'lambda-reuse[sandbox]'"
        ) from None

    def folders() -> list[Path]:
        return [folder] if folder is not None else default_sources(is_all=is_all)

    async def live() -> None:
        async with LivePage(folders).serve(port) as address:
            click.echo(f"The containers are at {address} (Ctrl-C ends it)", err=True)
            if is_opened:
                click.launch(address)
            await asyncio.Event().wait()

    try:
        asyncio.run(live())
    except OSError as error:
        raise ConfigurationError(f"port {port} cannot be used: {error.strerror}") from None
    return errors.FINE


@dashboard.command()
@click.argument("name", type=click.Choice(["fleet", "function"]), required=False)
@click.option(
    "--body",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    metavar="FILE",
    help="A body of your own; needs --name.",
)
@click.option("--name", "own_name", metavar="NAME", help="The dashboard's name in CloudWatch.")
@click.option("--log-group", metavar="NAME", help="The function's log group, if not the default.")
@click.option("--profile", metavar="NAME", help="A profile of the AWS configuration.")
@click.option("--region", metavar="NAME", help="An AWS region.")
@click.option("--endpoint-url", metavar="URL", help="Another address of CloudWatch.")
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask.")
def put(
    *, name: str | None, body: Path | None, own_name: str | None, log_group: str | None,
    profile: str | None, region: str | None, endpoint_url: str | None, dry_run: bool, yes: bool,
) -> int:  # fmt: skip
    """Deploy a dashboard to CloudWatch, after checking its body.

    Without a name both are deployed: the fleet's and the function's.
    """
    from reuse_cli.cloudwatch import deploy

    bodies = _bodies(name, body, own_name, log_group)
    cloudwatch = deploy.CloudWatch(profile, region, endpoint_url)
    for dashboard_name, own in bodies.items():
        deploy.check_body(dashboard_name, own)
        bodies[dashboard_name] = cloudwatch.in_region(own)
        click.echo(cloudwatch.difference(dashboard_name, bodies[dashboard_name]))
    if dry_run or not (yes or click.confirm("Apply these changes?", err=True)):
        return errors.FINE
    for dashboard_name, own in bodies.items():
        cloudwatch.put(dashboard_name, own)
        click.echo(f"{dashboard_name}: {cloudwatch.address(dashboard_name)}")
    return errors.FINE


def _bodies(
    name: str | None, body: Path | None, own_name: str | None, log_group: str | None
) -> dict[str, dict[str, Any]]:
    """Bodies by the names of their dashboards."""
    from reuse_dashboards import fleet, function

    if body is not None:
        if name is not None or own_name is None:
            raise UsageError("--body needs --name, and no other dashboard beside it")
        try:
            value = json.loads(body.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise UsageError(f"{body} is not JSON: {error}") from None
        return {own_name: value}
    made = {
        fleet.NAME: fleet.dashboard(),
        function.NAME: function.dashboard(log_group or function.DEFAULT_LOG_GROUP),
    }
    if name is None:
        if own_name is not None:
            raise UsageError("--name needs a dashboard: fleet or function")
        return made
    chosen = {"fleet": fleet.NAME, "function": function.NAME}[name]
    return {own_name or chosen: made[chosen]}
