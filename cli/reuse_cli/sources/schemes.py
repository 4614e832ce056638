"""Sources that are named by a scheme: each is a module with `source(urls, account)`."""

from collections.abc import Sequence
from importlib import import_module
from typing import TYPE_CHECKING

from reuse_cli.errors import UsageError

if TYPE_CHECKING:
    from reuse_cli.aws_session import Account
    from reuse_cli.sources.source import Source

S3 = "s3://"
MODULES = {S3: "reuse_cli.sources.s3"}
"""What a --source begins with, and the module that reads it, which is imported when it is asked."""


def scheme_of(name: str) -> str | None:
    """The scheme that a --source begins with; None for a path."""
    return next((scheme for scheme in MODULES if name.startswith(scheme)), None)


def has_scheme(names: Sequence[str]) -> bool:
    """Whether any of these is read by a module of the table."""
    return any(scheme_of(name) for name in names)


def source(names: Sequence[str], account: "Account") -> "Source":
    """The source of names with a scheme. Raises UsageError where they have several."""
    schemes = {scheme_of(name) for name in names}
    if len(schemes) > 1:
        kinds = ", ".join(sorted(scheme or "files" for scheme in schemes))
        raise UsageError(f"{kinds} cannot be asked in one question")
    made: Source = import_module(MODULES[str(schemes.pop())]).source(names, account)
    return made
