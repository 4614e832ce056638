"""The command `lambda-reuse`: finds the subcommand, and turns every failure into a code."""

import importlib
import sys
from typing import ClassVar

from reuse_cli import errors

try:
    import click
except ModuleNotFoundError:  # the helper alone was installed
    sys.exit("lambda-reuse: the command line needs its extra: pip install 'lambda-reuse[cli]'")


class LazyGroup(click.Group):
    """A group whose commands are imported when they are used: `--help` needs no DuckDB."""

    commands_by_name: ClassVar[dict[str, str]] = {
        "containers": "reuse_cli.commands.containers:containers",
        "dashboard": "reuse_cli.commands.dashboard:dashboard",
        "doctor": "reuse_cli.commands.doctor:doctor",
        "layer": "reuse_cli.commands.layer:layer",
        "local": "reuse_cli.commands.local:local",
        "resources": "reuse_cli.commands.resources:resources",
    }

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, in alphabetical order."""
        return sorted([*super().list_commands(ctx), *self.commands_by_name])

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command, or None where there is none of that name."""
        if cmd_name not in self.commands_by_name:
            return super().get_command(ctx, cmd_name)
        module, _, name = self.commands_by_name[cmd_name].partition(":")
        command: click.Command = getattr(importlib.import_module(module), name)
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lambda-reuse")
def cli() -> None:
    """How well are the containers of your Lambda functions reused?"""


def main() -> None:
    """Run a command line and end the process with its code."""
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run a command line; the exit code."""
    try:
        code = cli.main(arguments, prog_name="lambda-reuse", standalone_mode=False)
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message())
        return errors.USAGE
    except click.UsageError as error:
        error.show()
        return errors.USAGE
    except (click.Abort, KeyboardInterrupt):
        return errors.INTERRUPTED
    except errors.CliError as error:
        click.echo(f"lambda-reuse: {error}", err=True)
        return error.exit_code
    except BrokenPipeError:  # the reader of our output, such as `head`, has seen enough
        sys.stdout = None
        return errors.FINE
    return code if isinstance(code, int) else errors.FINE
