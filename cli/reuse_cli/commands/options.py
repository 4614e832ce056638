"""What all questions share: where records come from and how the answer is shown."""

import functools
import inspect
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from reuse_cli.analysis import times
from reuse_cli.aws_session import Account
from reuse_cli.commands import completed
from reuse_cli.commands.completed import CLOUDWATCH
from reuse_cli.commands.shared_options import (
    Option,
    endpoint_url_option,
    fail_on_option,
    no_color_option,
    output_option,
    profile_option,
    region_option,
)
from reuse_cli.errors import UsageError
from reuse_cli.sources import schemes
from reuse_cli.sources.runs import DATA, default_sources
from reuse_cli.sources.span import ALL, Span

if TYPE_CHECKING:
    from reuse_cli.sources.source import Source

Command = Callable[..., Any]

HERE = Account()
MAX_SCAN_GB = 100.0
"""What a query in CloudWatch may read where nothing is said: 0.50 USD."""
DEFAULT_SINCE = "3h"
DEFAULT_SINCE_MS = 3 * 3600 * 1000
"""How far back CloudWatch is searched where nothing is said."""
WATCH_S = 2.0
"""Between two looks where nothing is said."""
UNLIMITED = 100_000
"""Characters of a line that goes to no terminal."""
OUTPUTS = ("table", "json", "csv", "md", "html")

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def decorated(command: Decorated, found: Sequence[Callable[[Any], Any]]) -> Decorated:
    """The command with these options, which the help shows in this order."""
    for decorate in reversed(found):
        command = decorate(command)
    return command


@dataclass(frozen=True)
class Asked:
    """The options of a question, read once."""

    functions: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    is_all: bool = False
    span: Span = ALL
    output: str = "table"
    has_color: bool = False
    width: int | None = None
    is_utc: bool = False
    fail_on: str | None = None
    log_groups: tuple[str, ...] = ()
    account: Account = HERE
    max_scan_gb: float = MAX_SCAN_GB
    cache: Path | None = None

    def source(self) -> "Source":
        """The source that the options name; raises UsageError."""
        if self.sources and self.is_all:
            raise UsageError("give either --source or --all")
        has_scheme = schemes.has_scheme(self.sources)
        if self.cache and (has_scheme or self.is_cloudwatch):
            raise UsageError("--cache keeps what was read from files; name them with --source")
        if self.is_cloudwatch:
            from reuse_cli.sources import cloudwatch

            return cloudwatch.source(
                self.functions, self.log_groups, self.account, self.max_scan_gb
            )
        if has_scheme:
            return schemes.source(self.sources, self.account)
        from reuse_cli.sources.files import Files

        paths = [Path(path) for path in self.sources] or default_sources(is_all=self.is_all)
        if self.cache is None:
            return Files(paths)
        from reuse_cli.sources.cached import Cached

        return Cached(Files(paths), self.cache)

    @property
    def is_cloudwatch(self) -> bool:
        """Whether CloudWatch is asked: by name, or because there is nothing else to ask."""
        if self.sources or self.is_all:
            return CLOUDWATCH in self.sources
        named = bool(self.functions or self.log_groups)
        return bool(self.log_groups) or (
            named and not Path(DATA).is_dir() and has_credentials(self.account)
        )


def question(command: Command, outputs: Sequence[str] = OUTPUTS) -> Command:
    """The arguments and options of a command that asks a question; `outputs` are its formats."""
    found = [*_source_options(), *_answer_options(outputs), *_cloudwatch_options()]
    return decorated(_watched(command), found)


def _source_options() -> list[Option]:
    """Which records are read."""
    return [
        click.argument(
            "functions", nargs=-1, metavar="[FUNCTION]...", shell_complete=completed.functions
        ),
        click.option(
            "--source",
            "sources",
            multiple=True,
            metavar="PATH",
            shell_complete=completed.sources,
            help="Log files, folders of them, - for standard input, s3://BUCKET/PREFIX, or"
            f" cloudwatch; may be given several times.  [default: the newest run in {DATA};"
            " without one, CloudWatch for the functions that are named]",
        ),
        click.option("--all", "is_all", is_flag=True, help=f"Read every run in {DATA}."),
        click.option(
            "--cache",
            type=click.Path(path_type=Path),
            metavar="FOLDER",
            help="Keep what was read from files in this folder, as Parquet, so that the next"
            " question does not read them again.",
        ),
        click.option(
            "--since",
            metavar="TIME",
            help="Leave out what is older: 3h, 1h30m, 7d, or an ISO time.",
        ),
        click.option("--until", metavar="TIME", help="Leave out what is newer."),
    ]


def _answer_options(outputs: Sequence[str]) -> list[Option]:
    """How the answer is shown, and what it decides."""
    return [
        output_option(outputs),
        click.option("--utc", "is_utc", is_flag=True, help="Show times in UTC, not local time."),
        click.option(
            "--watch",
            is_flag=False,
            flag_value=WATCH_S,
            type=click.FloatRange(0.1, 3600),
            metavar="[SECONDS]",
            help="Ask again at this interval, and show the answer in the same place."
            f"  [without SECONDS: {WATCH_S:g}]",
        ),
        no_color_option(),
        fail_on_option("'hit_rate < 0.9'"),
    ]


def _cloudwatch_options() -> list[Option]:
    """Which account is asked, which of its log groups, and how much may be read."""
    return [
        click.option(
            "--log-group",
            "log_groups",
            multiple=True,
            metavar="NAME",
            help="A log group in CloudWatch, in place of the functions' own; may be given several"
            " times.",
        ),
        profile_option(),
        click.option(
            "--max-scan-gb",
            type=click.FloatRange(0),
            default=MAX_SCAN_GB,
            show_default=True,
            metavar="GB",
            help="Refuse a query in CloudWatch that would read more, and say what it would cost.",
        ),
        region_option(),
        click.option("--role-arn", metavar="ARN", help="The IAM role to assume."),
        endpoint_url_option(),
    ]


def _watched(command: Command) -> Command:
    """The command once, or with `--watch` until the user has seen enough."""

    @functools.wraps(command)
    def run(*, watch: float | None = None, **given: Any) -> Any:
        if watch is None:
            return command(**given)
        from reuse_cli.commands import watch as watching

        asked = read(**{name: given[name] for name in READ if name in given})
        return watching.repeat(command, asked, watch, given, DEFAULT_SINCE)

    return run


def read(
    *,
    functions: tuple[str, ...],
    sources: tuple[str, ...],
    is_all: bool,
    since: str | None,
    until: str | None,
    output: str,
    is_utc: bool,
    no_color: bool,
    fail_on: str | None,
    log_groups: tuple[str, ...] = (),
    max_scan_gb: float = MAX_SCAN_GB,
    profile: str | None = None,
    region: str | None = None,
    role_arn: str | None = None,
    endpoint_url: str | None = None,
    cache: Path | None = None,
) -> Asked:
    """The options of a question as one value. Raises UsageError."""
    for name in functions:
        _refuse_path(name, has_source=bool(sources))
    now = datetime.now(UTC)
    since_ms = times.parse(since, "--since", now, is_utc=is_utc) if since is not None else None
    until_ms = times.parse(until, "--until", now, is_utc=is_utc) if until is not None else None
    if since_ms is not None and until_ms is not None and since_ms > until_ms:
        raise UsageError("--since is later than --until")
    asked = Asked(
        functions=functions,
        sources=sources,
        is_all=is_all,
        span=Span(since_ms, until_ms),
        output=output,
        has_color=has_color(no_color),
        width=width(),
        is_utc=is_utc,
        fail_on=fail_on,
        log_groups=log_groups,
        account=Account(profile, region, role_arn, endpoint_url),
        max_scan_gb=max_scan_gb,
        cache=cache,
    )
    _refuse_folder(asked)
    if asked.is_cloudwatch and since_ms is None:
        now_ms = int(now.timestamp() * 1000)
        return replace(asked, span=Span((until_ms or now_ms) - DEFAULT_SINCE_MS, until_ms))
    return asked


def _refuse_path(name: str, *, has_source: bool) -> None:
    """Raise UsageError for a file or folder in the place of a function's name.

    A function may be called as a file is; no name of one has a dot or a slash.
    """
    path = Path(name)
    is_path = path.exists() if "/" in name else path.is_file() and ("." in name or not has_source)
    if is_path or schemes.scheme_of(name):
        raise UsageError(f"{name} is not the name of a function; to read it: --source {name}")


def _refuse_folder(asked: Asked) -> None:
    """Raise UsageError for a folder in the place of a function's name.

    Functions are often called as the folders of their code are: so only where nothing else could
    answer.
    """
    if asked.sources or asked.is_all or asked.is_cloudwatch or Path(DATA).exists():
        return
    for name in asked.functions:
        if Path(name).is_dir():
            raise UsageError(
                f"{name} is a folder, and there are no records here of a function of this"
                f" name; to read what is in the folder: --source {name}"
            )


READ = tuple(inspect.signature(read).parameters)
"""The options that all questions share."""


def has_credentials(account: Account) -> bool:
    """Whether this machine seems to know an AWS account; nothing is asked of AWS."""
    named = ("AWS_ACCESS_KEY_ID", "AWS_PROFILE", "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI")
    given = account.profile or any(os.environ.get(name) for name in named)
    return bool(given) or Path("~/.aws/credentials").expanduser().is_file()


def width() -> int | None:
    """Columns of the terminal; None where the output goes elsewhere."""
    if not sys.stdout or not sys.stdout.isatty():
        return None
    return shutil.get_terminal_size((80, 24)).columns


def has_color(no_color: bool) -> bool:
    """Whether the terminal is one and wants colour (https://no-color.org)."""
    is_terminal = bool(sys.stdout) and sys.stdout.isatty()
    return is_terminal and not no_color and not os.environ.get("NO_COLOR")
