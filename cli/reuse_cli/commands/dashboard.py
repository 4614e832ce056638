"""`dashboard`: a live page of this machine's containers, and CloudWatch's dashboards."""

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from reuse_cli import errors
from reuse_cli.commands.shared_options import (
    endpoint_url_option,
    port_option,
    profile_option,
    region_option,
)
from reuse_cli.errors import ConfigurationError, UsageError
from reuse_cli.sources.runs import DATA, default_sources

PREFIX = "lambda-reuse-"
SHORT_NAMES = ("fleet", "function")
"""The dashboards, without the prefix of their names in CloudWatch."""
EXISTING = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def dashboard() -> None:
    """Live page, and CloudWatch dashboards: draw, deploy."""


@dashboard.command()
@click.argument("folder", required=False, type=click.Path(path_type=Path), metavar="[DIR]")
@click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}.")
@port_option(9010)
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
@click.argument("name", type=click.Choice(SHORT_NAMES), default="function")
@click.option("--body", type=EXISTING, metavar="FILE", help="A dashboard's body of your own.")
@click.option(
    "--source",
    "sources",
    multiple=True,
    metavar="PATH",
    help="A log file, or a folder of them; may be given several times."
    f"  [default: the newest run in {DATA}]",
)
@click.option("--all", "is_all", is_flag=True, help=f"Every run in {DATA}.")
@click.option(
    "--start", metavar="TIME", help="The start: 3h, 1h30m or 7d before the end, or an ISO time."
)
@click.option("--end", metavar="TIME", help="The end, as an ISO time.  [default: the newest line]")
@click.option(
    "--variable",
    "variables",
    multiple=True,
    metavar="ID=VALUE",
    help="A value for a variable of the dashboard; may be given several times.",
)
@click.option(
    "--output",
    type=click.Choice(["html", "json"]),
    default="html",
    show_default=True,
    help="The format: one page in CloudWatch's grid, or the series of each widget.",
)
def render(
    *, name: str, body: Path | None, sources: tuple[str, ...], is_all: bool, start: str | None,
    end: str | None, variables: tuple[str, ...], output: str,
) -> int:  # fmt: skip
    """Draw a CloudWatch dashboard from log files, without AWS.

    The fleet's or the function's dashboard, or with --body any dashboard over embedded metrics.
    """
    from reuse_cli.cloudwatch import deploy
    from reuse_cli.cloudwatch.lines import Lines
    from reuse_cli.cloudwatch.render import render as rendered
    from reuse_cli.commands.answers import say

    if sources and is_all:
        raise UsageError("give either --source or --all")
    title = str(body) if body else f"{PREFIX}{name}"
    own = _read(body) if body else _bodies(name, None, None, None)[title]
    deploy.check_body(title, own)
    lines = Lines([Path(path) for path in sources] or default_sources(is_all=is_all))
    try:
        found = rendered(own, lines, start, end, _choices(variables))
    finally:
        lines.close()
    for sentence in lines.notes.sentences():
        say(sentence)
    if found.refused:
        lines_of = "1 line" if found.refused == 1 else f"{found.refused} lines"
        say(f"CloudWatch would refuse the metrics of {lines_of}")
    for widget in found.shown:
        if widget.error is not None:
            say(f"{widget.title or widget.type}: {widget.error}")
    if output == "json":
        click.echo(json.dumps(found.as_json(), indent=1))
    else:
        from reuse_cli.formats.dashboard_page import page

        click.echo(page(title, found.shown, found.variables, found.span), nl=False)
    return errors.FINE


def _choices(variables: tuple[str, ...]) -> dict[str, str]:
    chosen = {}
    for one in variables:
        name, equals, value = one.partition("=")
        if not equals or not name:
            raise UsageError(f"'{one}' is not ID=VALUE")
        chosen[name] = value
    return chosen


@dashboard.command()
@click.argument("name", type=click.Choice(SHORT_NAMES), required=False)
@click.option(
    "--body",
    type=EXISTING,
    metavar="FILE",
    help="A dashboard body to deploy; needs --name.",
)
@click.option("--name", "own_name", metavar="NAME", help="The dashboard's name in CloudWatch.")
@click.option("--log-group", metavar="NAME", help="The function's log group, if not the default.")
@profile_option()
@region_option()
@endpoint_url_option()
@click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing.")
@click.option("--yes", is_flag=True, help="Do not ask for confirmation.")
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
        return {own_name: _read(body)}
    made = {
        fleet.NAME: fleet.dashboard(),
        function.NAME: function.dashboard(log_group or function.DEFAULT_LOG_GROUP),
    }
    if name is None:
        if own_name is not None:
            raise UsageError(f"--name needs a dashboard: {' or '.join(SHORT_NAMES)}")
        return made
    chosen = f"{PREFIX}{name}"
    return {own_name or chosen: made[chosen]}


def _read(body: Path) -> Any:
    try:
        return json.loads(body.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise UsageError(f"{body} is not JSON: {error}") from None
