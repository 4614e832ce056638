"""`layer`: publish the layer, add it to functions, and take it away again."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reuse_cli.commands.shared_options import profile_option, region_option
from reuse_cli.errors import ConfigurationError, UsageError
from reuse_cli.layers import archives, plan

if TYPE_CHECKING:
    from reuse_cli.layers.aws import Aws

Command = Callable[..., None]
ABOUT = "Shows how well the containers of a function are reused"


@click.group()
def layer() -> None:
    """Publish the layer, attach it to functions, detach it.

    Every command shows what it will change and asks before it does; --dry-run only shows.
    """


def account(command: Command) -> Command:
    """The options that say which account, and whether to change anything there."""
    for decorate in (
        profile_option(),
        region_option(),
        click.option("--dry-run", is_flag=True, help="Show what would change, and change nothing."),
        click.option("--yes", is_flag=True, help="Do not ask for confirmation."),
    ):
        command = decorate(command)
    return command


@layer.command()
@click.option(
    "--arch",
    "architectures",
    type=click.Choice(plan.ARCHITECTURES),
    multiple=True,
    help="Publish this architecture only; may be given twice.  [default: those that are built]",
)
@click.option(
    "--dist",
    type=click.Path(path_type=Path),
    help="The folder with the zips.  [default: dist, or those that came with lambda-reuse]",
)
@account
def publish(
    *,
    architectures: Sequence[str],
    dist: Path | None,
    profile: str | None,
    region: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Publish the layer, one for each architecture."""
    built = archives.find(dist)
    missing = [name for name in architectures if name not in built]
    if missing or not built:
        named = ", ".join(missing) or "any architecture"
        where = dist or "dist, nor did one come with lambda-reuse"
        raise ConfigurationError(f"there is no layer for {named} in {where}: ./layer_build.sh")
    chosen = {name: built[name] for name in architectures or built}
    for name in plan.ARCHITECTURES if not architectures else ():
        if name not in built:
            click.echo(f"lambda-reuse: {name} is not built and not published", err=True)
    aws = _aws(profile, region)
    for architecture, archive in chosen.items():
        size = archive.stat().st_size
        click.echo(f"+ a version of {plan.layer_name(architecture)}: {archive}, {size:,} bytes")
    if dry_run or not _is_wanted(yes):
        return
    for architecture, archive in chosen.items():
        name = plan.layer_name(architecture)
        click.echo(aws.publish(name, architecture, archive, ABOUT))


@layer.command()
@click.argument("functions", nargs=-1, required=True, metavar="FUNCTION...")
@click.option(
    "--layer",
    "version",
    metavar="ARN",
    help="A version of the layer.  [default: the newest published one]",
)
@click.option(
    "--at",
    type=click.IntRange(1, plan.MAX_LAYERS),
    metavar="N",
    help="Its place among the layers.  [default: where a version of it stands, or last]",
)
@account
def attach(
    *,
    functions: Sequence[str],
    version: str | None,
    at: int | None,
    profile: str | None,
    region: str | None,
    dry_run: bool,
    yes: bool,
) -> None:
    """Add the layer to functions.

    Their other layers and the order stay.
    """
    aws = _aws(profile, region)

    def wanted(function: plan.Function) -> tuple[str, ...]:
        if function.is_image:
            raise UsageError(plan.IMAGE.format(function.name))
        arn = version or aws.newest(plan.layer_name(function.architecture))
        if arn is None:
            raise UsageError(
                f"no layer {plan.layer_name(function.architecture)} is published in this account "
                "and region: `lambda-reuse layer publish` does it, or name one with --layer"
            )
        try:
            return plan.attached(function, aws.layer(arn), at)
        except plan.RefusedError as error:
            raise UsageError(str(error)) from None

    _change(aws, functions, wanted, dry_run, yes)


@layer.command()
@click.argument("functions", nargs=-1, required=True, metavar="FUNCTION...")
@account
def detach(
    *, functions: Sequence[str], profile: str | None, region: str | None, dry_run: bool, yes: bool
) -> None:
    """Remove the layer from functions.

    Their other layers and the order stay.
    """
    aws = _aws(profile, region)
    for name in dict.fromkeys(functions):
        function = aws.function(name)
        if plan.may_import_helper(function):
            click.echo(f"lambda-reuse: {plan.WITHOUT_HELPER.format(function.name)}", err=True)
    _change(aws, functions, plan.detached, dry_run, yes)


def _change(
    aws: "Aws",
    names: Sequence[str],
    wanted: Callable[[plan.Function], tuple[str, ...]],
    dry_run: bool,
    yes: bool,
) -> None:
    """Decide for all functions before the first is changed."""
    changes = []
    for name in dict.fromkeys(names):
        function = aws.function(name)
        layers = wanted(function)
        click.echo(
            f"{function.name}:" + (" nothing to change" if layers == function.layers else "")
        )
        if layers != function.layers:
            changes.append((function, layers))
            click.echo("\n".join(f"  {line}" for line in plan.difference(function.layers, layers)))
    if not changes or dry_run or not _is_wanted(yes):
        return
    for function, layers in changes:
        aws.set_layers(function, layers)
        click.echo(f"{function.name} is changed; to undo it: {_undo(function)}")


def _undo(function: plan.Function) -> str:
    """The command that brings a function's layers back to what they were."""
    place = plan.place_of_ours(function)
    if place is not None:
        before = function.layers[place - 1]
        return f"lambda-reuse layer attach {function.name} --layer {before} --at {place}"
    return f"lambda-reuse layer detach {function.name}"


def _is_wanted(yes: bool) -> bool:
    return yes or click.confirm("Apply these changes?", err=True)


def _aws(profile: str | None, region: str | None) -> "Aws":
    from reuse_cli.layers.aws import Aws  # boto3 takes 200 ms to import

    return Aws(profile, region)
