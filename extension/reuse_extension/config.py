"""The settings: everything that `LAMBDA_REUSE_*` variables can change, each with its default.

A value that is not understood costs one warning and the default is used: a typing error in an
environment variable must not fail anybody's function.
"""

import json
from collections import namedtuple

from .core import records
from .core.fields import MINIMAL, STANDARD
from .core.json_text import text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable

    Environment = Callable[[str], "str | None"]
    Parser = Callable[[str], Any]

Settings = namedtuple(
    "Settings",
    (
        "namespace",
        "flush",
        "dimensions",
        "metrics",
        "resource_metrics",
        "log_level",
        "function_log_level",
        "warnings",
    ),
)

PREFIX = "LAMBDA_REUSE_"
NAMESPACE_CHARACTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._/#:- "
MAX_NAMESPACE = 255
"""CloudWatch's own limits: the characters and length of a namespace, and the sets of dimensions
that are worth paying for."""
MAX_DIMENSION_SETS = 10

LOG_LEVELS = ("DEBUG", "INFO", "WARN", "ERROR")

STANDARD_METRICS = [field.name for field in records.METRICS]
MINIMAL_METRICS = [field.name for field in records.METRICS if field.metric_set == MINIMAL]
NO_METRICS = "none"
"""The lines alone: nothing is published, nothing is billed but the log."""


def is_disabled(environment: "Environment") -> bool:
    """Whether the extension is to do nothing at all. Read alone, before registering."""
    return environment(PREFIX + "DISABLED") in ("1", "true", "yes", "on")


def reads_in_python(environment: "Environment") -> bool:
    """Whether telemetry and HTTP are read by the reference alone, to look for a difference."""
    return environment(PREFIX + "READER") == "python"


def read(environment: "Environment") -> "Settings":
    """The settings from a function that gives a variable's value or None."""
    warnings: "list[str]" = []

    def setting(name: str, parse: "Parser", default: "Any") -> "Any":
        value = environment(PREFIX + name)
        if value is None or value == "":
            return default
        try:
            return parse(value)
        except ValueError as error:
            warnings.append(PREFIX + name + " is " + text(value) + " but " + error.args[0])
            return default

    return Settings(
        # The product's own name, so that its metrics are found together.
        setting("NAMESPACE", _namespace, "LambdaReuse"),
        # One record a minute: CloudWatch's standard resolution is a minute, more only costs.
        setting("FLUSH", _flush, "minute"),
        # One metric a function: every further set multiplies the bill.
        setting("DIMENSIONS", _dimensions, [["FunctionName"]]),
        setting("METRICS", _metrics, STANDARD_METRICS),
        # Off: a function with many resources would have as many times the metrics.
        setting("RESOURCE_METRICS", _switch, False),
        # Quiet: whatever the extension writes is stored and paid for.
        setting("LOG_LEVEL", _log_level, "WARN"),
        _function_log_level(environment),
        warnings,
    )


def _namespace(value: str) -> str:
    if len(value) > MAX_NAMESPACE or value.strip() != value:
        raise ValueError("a namespace has 1 to 255 characters and no blanks around it")
    if value.startswith("AWS/") or value[0] == ":":
        raise ValueError("a namespace begins neither with AWS/, which is Amazon's, nor with :")
    for character in value:
        if character not in NAMESPACE_CHARACTERS:
            raise ValueError("a namespace has letters, digits, spaces and ._/#:- only")
    return value


def _flush(value: str) -> str:
    if value not in ("minute", "invocation"):
        raise ValueError("it is either minute or invocation")
    return value


def _dimensions(value: str) -> "list[list[str]]":
    wanted = (
        "it is a JSON list of lists of these names: "
        + ", ".join(records.DIMENSIONS)
        + '; as in [["FunctionName"]]'
    )
    try:
        sets = json.loads(value)
    except (ValueError, RuntimeError):  # RuntimeError: nested too deep
        sets = None
    if not isinstance(sets, list) or not 1 <= len(sets) <= MAX_DIMENSION_SETS:
        raise ValueError(wanted)
    for names in sets:
        if not isinstance(names, list) or len(set(map(str, names))) != len(names):
            raise ValueError(wanted)
        for name in names:
            if name not in records.DIMENSIONS:
                raise ValueError(wanted)
    return sets


def _metrics(value: str) -> "list[str]":
    if value == STANDARD:
        return STANDARD_METRICS
    if value == MINIMAL:
        return MINIMAL_METRICS
    if value == NO_METRICS:
        return []
    names = [name.strip() for name in value.split(",")]
    for name in names:
        if name not in STANDARD_METRICS:
            raise ValueError(
                "it is standard, minimal, none or some of these names: "
                + ", ".join(STANDARD_METRICS)
            )
    return names


def _switch(value: str) -> bool:
    if value in ("1", "true", "yes", "on"):
        return True
    if value in ("0", "false", "no", "off"):
        return False
    raise ValueError("it is either 1 or 0")


def _log_level(value: str) -> str:
    level = {"WARNING": "WARN"}.get(value.upper(), value.upper())
    if level not in LOG_LEVELS:
        raise ValueError("it is one of " + ", ".join(LOG_LEVELS))
    return level


def _function_log_level(environment: "Environment") -> "str | None":
    """The level below which Lambda drops the function's JSON lines; None where it logs text.

    Lambda takes a JSON line without a level for INFO and drops it where the function asks for more
    (Lambda developer guide, "Log-level filtering"), and our lines with it.
    """
    if environment("AWS_LAMBDA_LOG_FORMAT") != "JSON":
        return None
    return environment("AWS_LAMBDA_LOG_LEVEL") or "INFO"
