"""What the Lambda API says of the function: `GetFunction`, its configuration, and the list of one.

Fields and their order: "FunctionConfiguration" in the Lambda API reference. What only a deployed
function has (its role's permissions, the digest of its code) is left out.
"""

import math
import re
from collections.abc import Callable, Mapping
from typing import Any

from reuse_sandbox.apis.service_errors import ApiError
from reuse_sandbox.config import FunctionConfig

FUNCTIONS = "/2015-03-31/functions"

# name | account:function:name | arn:aws:lambda:region:account:function:name, each with :qualifier
FUNCTION = re.compile(
    r"(?:(?:arn:aws[\w-]*:lambda:(?P<region>[\w-]+):)?(?P<account>\d{12}):function:|function:)?"
    r"(?P<name>[\w-]+)(?::(?P<qualifier>\$LATEST|[\w-]+))?"
)

EMULATORS_NAME = "function"
"""What every function is called by AWS's runtime interface emulator, and so by many a command."""

Describe = Callable[[FunctionConfig, str, str | None], Mapping[str, Any]]
"""The function, how the caller named it, the qualifier beside -> what it is answered."""


def check_function(function: FunctionConfig, text: str, qualifier: str | None) -> None:
    """Raises `ApiError` unless `text` and the qualifier name this function."""
    match = FUNCTION.fullmatch(text)
    if match is None:
        raise ApiError(400, "ValidationException", f"{text!r} is not a function name")
    version = match["qualifier"] or qualifier or function.version
    known = (
        match["name"] in {function.name, EMULATORS_NAME}
        and match["region"] in {None, function.region}
        and match["account"] in {None, function.account_id}
        and version in {"$LATEST", function.version}
    )
    if not known:
        arn = f"arn:aws:lambda:{match['region'] or function.region}"
        arn += f":{match['account'] or function.account_id}:function:{match['name']}"
        arn += f":{version}" if match["qualifier"] or qualifier else ""
        raise ApiError(404, "ResourceNotFoundException", f"Function not found: {arn}")


def get_function(function: FunctionConfig, name: str, qualifier: str | None) -> Mapping[str, Any]:
    """GetFunction: the configuration, and where the code lies."""
    return {
        "Configuration": get_configuration(function, name, qualifier),
        "Code": {"RepositoryType": "File", "Location": function.folder.resolve().as_uri()},
        "Tags": {},
    }


def get_configuration(
    function: FunctionConfig, name: str, qualifier: str | None
) -> Mapping[str, Any]:
    """GetFunctionConfiguration; the function is always active, as nothing answers before it is."""
    named = FUNCTION.fullmatch(name)
    version = (named["qualifier"] if named else None) or qualifier
    snap_start = function.init_type == "snap-start"
    return {
        "FunctionName": function.name,
        "FunctionArn": function.arn + (f":{version}" if version else ""),
        "Runtime": function.runtime,
        "Role": f"arn:aws:iam::{function.account_id}:role/sandbox",
        "Handler": function.handler,
        "Timeout": math.ceil(function.timeout_s),
        "MemorySize": function.memory_mb,
        "Version": version or function.version,
        "Environment": {"Variables": dict(function.environment)},
        "TracingConfig": {"Mode": "PassThrough"},
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
        "EphemeralStorage": {"Size": 512},
        "SnapStart": {
            "ApplyOn": "PublishedVersions" if snap_start else "None",
            "OptimizationStatus": "On" if snap_start else "Off",
        },
        "RuntimeVersionConfig": {"RuntimeVersionArn": function.runtime_version_arn},
        "LoggingConfig": _logging(function),
    }


def list_functions(function: FunctionConfig, _: str, __: str | None) -> Mapping[str, Any]:
    """ListFunctions: this one."""
    return {"Functions": [get_configuration(function, function.name, None)]}


def _logging(function: FunctionConfig) -> Mapping[str, str]:
    logging = {"LogFormat": function.log_format, "LogGroup": f"/aws/lambda/{function.name}"}
    if function.log_format == "JSON":
        logging["ApplicationLogLevel"] = function.log_level or "INFO"
        logging["SystemLogLevel"] = function.system_log_level
    return logging


DESCRIPTIONS: Mapping[re.Pattern[str], Describe] = {
    re.compile(rf"{FUNCTIONS}/?"): list_functions,
    re.compile(rf"{FUNCTIONS}/([^/]+)/?"): get_function,
    re.compile(rf"{FUNCTIONS}/([^/]+)/configuration/?"): get_configuration,
}
