"""What AWS says of functions and their log groups: read where it may be read, else left out."""

from collections.abc import Sequence
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError

from reuse_cli.analysis.set_up import Configured
from reuse_cli.aws_session import Account


def read(functions: Sequence[str], account: Account) -> dict[str, Configured]:
    """The configuration of each function that this account has and may be asked about.

    Raises ConfigurationError where there is no account.
    """
    found = {}
    of_lambda, of_logs = account.client("lambda"), account.client("logs")
    for name in functions:
        try:
            function = of_lambda.get_function_configuration(FunctionName=name)
        except (ClientError, BotoCoreError):
            continue
        group = function.get("LoggingConfig", {}).get("LogGroup") or f"/aws/lambda/{name}"
        found[name] = Configured(function, _log_group(of_logs, group))
    return found


def _log_group(of_logs: Any, name: str) -> dict[str, Any]:
    try:
        groups = of_logs.describe_log_groups(logGroupNamePrefix=name)["logGroups"]
    except (ClientError, BotoCoreError):
        return {}
    return next((group for group in groups if group["logGroupName"] == name), {})
