"""The command `lambda-reuse`: finds the subcommand, and turns every failure into a code."""

import codecs
import errno
import os
import sys

from reuse_cli import errors, output
from reuse_cli.formats.numbers import THOUSANDS
from reuse_cli.formats.text import safe

try:
    import click
except ModuleNotFoundError:  # the helper alone was installed
    sys.exit("lambda-reuse: the command line needs its extra: pip install 'lambda-reuse[cli]'")

from reuse_cli.lazy_group import LazyGroup


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="lambda-reuse")
def cli() -> None:
    """Show how well the containers of your Lambda functions are reused."""


def main() -> None:
    """Run a command line and end the process with its code."""
    if sys.stdout and hasattr(sys.stdout, "reconfigure"):
        codecs.register_error("lambda-reuse", _replaced)
        sys.stdout.reconfigure(errors="lambda-reuse")
    sys.exit(run(sys.argv[1:]))


def _replaced(error: UnicodeError) -> tuple[str | bytes, int]:
    """What stands for a character that the terminal cannot show: its escape."""
    if isinstance(error, UnicodeEncodeError) and error.object[error.start] == THOUSANDS:
        return " ", error.start + 1
    return codecs.backslashreplace_errors(error)


def run(arguments: list[str]) -> int:
    """Run a command line; the exit code."""
    try:
        try:
            code = cli.main(arguments, prog_name="lambda-reuse", standalone_mode=False)
        except BaseExceptionGroup as group:
            raise _first(group) from None
        finally:
            if sys.stdout:
                sys.stdout.flush()
    except Exception as error:
        return _failed(error)
    except KeyboardInterrupt:
        return errors.INTERRUPTED
    except SystemExit:
        # click met a closed pipe; its releases call the class by different names.
        if "PacifyFlushWrapper" in type(sys.stdout).__name__:
            output.forget()
            return errors.FINE
        raise
    return code if isinstance(code, int) else errors.FINE


def _first(group: BaseExceptionGroup[BaseException]) -> BaseException:
    """The error that a group of tasks failed with, and of several the one that says most."""
    leaves: list[BaseException] = []
    pending: list[BaseException] = [group]
    while pending:
        error = pending.pop(0)
        if isinstance(error, BaseExceptionGroup):
            pending += error.exceptions
        else:
            leaves.append(error)
    order = (KeyboardInterrupt, errors.CliError, BrokenPipeError)
    return next((leaf for kind in order for leaf in leaves if isinstance(leaf, kind)), leaves[0])


def _failed(error: Exception) -> int:
    """Say what went wrong; the exit code."""
    if isinstance(error, BrokenPipeError):  # the reader of our output, such as `head`, has enough
        output.forget()
        return errors.FINE
    if isinstance(error, click.Abort):
        return errors.INTERRUPTED
    if isinstance(error, click.UsageError):
        if isinstance(error, click.exceptions.NoArgsIsHelpError):
            click.echo(error.format_message())
        else:
            error.show()
        return errors.USAGE
    if isinstance(error, errors.CliError):
        click.echo(f"lambda-reuse: {_lines(str(error))}", err=True)
        return error.exit_code
    return _unexpected(error)


def _unexpected(error: Exception) -> int:
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:
        output.forget()
        click.echo(f"lambda-reuse: the output could not be written: {error.strerror}", err=True)
        return errors.OTHER
    if os.environ.get("LAMBDA_REUSE_TRACEBACK"):
        import traceback  # 8 ms

        traceback.print_exception(error)
    what = f"{type(error).__name__}: {error}".strip().split("\n")[0]
    click.echo(
        f"lambda-reuse: unexpected error: {safe(what)} (LAMBDA_REUSE_TRACEBACK=1 shows where)",
        err=True,
    )
    return errors.OTHER


def _lines(text: str) -> str:
    return "\n".join(map(safe, text.split("\n")))
