"""What shells complete in the place of a value; nothing is asked of AWS."""

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from click.shell_completion import CompletionItem

CLOUDWATCH = "cloudwatch"
_SECTION = re.compile(r"(?:profile\s+)?(\S+)")
"""Of a configuration's heading, the profile's name."""


def functions(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The functions of the newest run of the sandbox: it has a folder of logs for each."""
    from reuse_cli.sources.runs import default_sources

    names = {path.name for run in default_sources() for path in run.glob("logs/*") if path.is_dir()}
    return sorted(name for name in names if name.startswith(incomplete))


def sources(
    _ctx: click.Context, _param: click.Parameter, incomplete: str
) -> "list[CompletionItem]":
    """Files, folders and `cloudwatch`."""
    from click.shell_completion import CompletionItem

    named = [CompletionItem(CLOUDWATCH)] if incomplete and CLOUDWATCH.startswith(incomplete) else []
    return [*named, CompletionItem(incomplete, type="file")]


def profiles(_ctx: click.Context, _param: click.Parameter, incomplete: str) -> list[str]:
    """The profiles of the AWS configuration on this machine."""
    import configparser

    names: set[str] = set()
    for variable, usual in (
        ("AWS_CONFIG_FILE", "~/.aws/config"),
        ("AWS_SHARED_CREDENTIALS_FILE", "~/.aws/credentials"),
    ):
        parser = configparser.RawConfigParser(strict=False)
        try:
            parser.read(Path(os.environ.get(variable, usual)).expanduser(), encoding="utf-8")
        except (configparser.Error, OSError, UnicodeError):
            continue
        found = (_SECTION.fullmatch(section) for section in parser.sections())
        names |= {section[1] for section in found if section}
    return sorted(name for name in names if name.startswith(incomplete))
