"""The function's variables: what the command line gives, and nothing else of this terminal."""

import functools
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import NamedTuple

from reuse_cli.errors import ConfigurationError, UsageError

CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
_LINE = re.compile(r"(?:export\s+)?([^\s=]+)\s*=\s*(.*)")


def given_variables(
    files: Iterable[Path],
    passed: Iterable[str],
    given: Iterable[str],
    terminal: Mapping[str, str],
) -> dict[str, str]:
    """The variables of `--env-file`, `--pass-env` and `--env`; a later one of these wins.

    Raises UsageError for what cannot be read.
    """
    variables: dict[str, str] = {}
    for file in files:
        variables |= read_file(file)
    for name in passed:
        if name not in terminal:
            raise UsageError(f"--pass-env {name}: there is no such variable in this terminal")
        variables[name] = terminal[name]
    for text in given:
        name, equals, value = text.partition("=")
        if not equals or not name:
            raise UsageError(f"--env takes NAME=VALUE, not {text}")
        variables[name] = value
    return variables


def read_file(file: Path) -> dict[str, str]:
    """The variables of a file with NAME=VALUE lines; empty lines and those with # are left out.

    A line may begin with `export`; quotes around a whole value are taken off.
    """
    try:
        lines = file.read_text(encoding="utf-8-sig").splitlines()
    except UnicodeDecodeError:
        raise UsageError(f"{file} is not a text file in UTF-8") from None
    except OSError as error:
        raise UsageError(f"{file} cannot be read: {error.strerror or error}") from error
    variables = {}
    for number, line in enumerate(map(str.strip, lines), 1):
        if not line or line.startswith("#"):
            continue
        match = _LINE.fullmatch(line)
        if match is None:
            raise UsageError(f"line {number} of {file} is not NAME=VALUE")
        variables[match[1]] = _unquoted(match[2])
    return variables


def _unquoted(value: str) -> str:
    if len(value) >= 2 and value[0] == value[-1] and value[0] in "\"'":
        return value[1:-1]
    return value


class Credentials(NamedTuple):
    """What a profile gives: the variables of its keys, and its region, if it has one."""

    variables: dict[str, str]
    region: str | None


@functools.cache
def credentials_of(profile: str) -> Credentials:
    """The credentials of an AWS profile of this user; raises ConfigurationError."""
    import botocore.exceptions
    import botocore.session

    session = botocore.session.Session(profile=profile)
    try:
        found = session.get_credentials()
        keys = found.get_frozen_credentials() if found is not None else None
        region = session.get_config_variable("region")
    except botocore.exceptions.BotoCoreError as error:
        raise ConfigurationError(f"--aws-profile {profile}: {error}") from error
    if keys is None:
        raise ConfigurationError(f"--aws-profile {profile}: the profile has no credentials")
    values = (keys.access_key, keys.secret_key, keys.token)
    variables = {name: value for name, value in zip(CREDENTIALS, values, strict=True) if value}
    return Credentials(variables, region)
