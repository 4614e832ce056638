"""Settings that keep records or observers from working: from the records, and from AWS's account.

What AWS says of a function (`GetFunctionConfiguration`) and of its log group (`DescribeLogGroups`)
is judged here, in the light of what has arrived; `sources.configurations` reads it.
"""

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from reuse_cli.analysis.statistics import Row

STANDARD = "STANDARD"
OWN_WRAPPER = "/opt/lambda-reuse-wrapper"
NEXT_WRAPPER = "LAMBDA_REUSE_NEXT_WRAPPER"
FILTERED = ("WARN", "ERROR", "FATAL")
"""Log levels above the one that Lambda gives to a JSON line without a level."""
OFTEN = 0.01
"""From this share of inits on, those that failed are worth a word."""
NO_TELEMETRY = "without the Telemetry API: no durations, no inits, no memory"
NO_OBSERVERS = "without observers: nothing is known of what its process builds"


class Configured(NamedTuple):
    """What AWS says of a function and of its log group."""

    function: Mapping[str, Any]
    log_group: Mapping[str, Any]


def of_records(function: Row) -> Iterator[str]:
    """What a function's records show to be missing."""
    if function["telemetry"] == "none":
        yield NO_TELEMETRY
    failed, inits = function["failed_inits"], function["inits"]
    if failed and failed >= OFTEN * inits:
        yield f"with inits that fail: {failed} of {inits}"
    is_python = str(function["runtime"] or "").startswith("python")
    if is_python and (function["most_invocations"] or 0) > 1 and not function["is_observed"]:
        yield NO_OBSERVERS


def of_account(configured: Configured, function: Row | None) -> Iterator[str]:
    """What a function's configuration does to records and observers.

    `function`: what its records say, None where none have come.
    """
    kept_as = configured.log_group.get("logGroupClass", STANDARD)
    if kept_as != STANDARD:
        yield f"with a log group of the class {kept_as}, from which CloudWatch makes no metrics"
    if function is None:
        yield from _of_silence(configured.function)
    is_python = str(configured.function.get("Runtime", "")).startswith("python")
    if is_python and (function is None or not function["is_observed"]):
        yield from _of_start(configured.function.get("Environment", {}).get("Variables", {}))


def _of_silence(function: Mapping[str, Any]) -> Iterator[str]:
    """Why there may be no records."""
    layers = [str(layer.get("Arn", "")) for layer in function.get("Layers", [])]
    if function.get("PackageType") != "Image" and not any("lambda-reuse" in arn for arn in layers):
        yield "without a layer of the name lambda-reuse, and no records have come"
    logging = function.get("LoggingConfig", {})
    level = logging.get("ApplicationLogLevel")
    if logging.get("LogFormat") == "JSON" and level in FILTERED:
        yield f"with logs in JSON from level {level} on, and no records have come"


def _of_start(variables: Mapping[str, str]) -> Iterator[str]:
    """What keeps the observers of a Python function from being loaded."""
    wrapper = variables.get("AWS_LAMBDA_EXEC_WRAPPER")
    if wrapper == OWN_WRAPPER:
        if variables.get(NEXT_WRAPPER) == OWN_WRAPPER:
            yield f"with {NEXT_WRAPPER} set to the wrapper itself"
    elif "PYTHONPATH" in variables:
        yield "with PYTHONPATH set, so that the runtime reads no .pth file of the layer"
    elif wrapper:
        yield f"through the wrapper {wrapper}, which may hide the .pth file of the layer"
