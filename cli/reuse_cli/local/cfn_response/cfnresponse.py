"""Answers CloudFormation for a custom resource; a failure to do so is printed, not raised."""

import json
import urllib.request
from typing import Any

SUCCESS = "SUCCESS"
FAILED = "FAILED"


def send(  # noqa: PLR0917  # as AWS's own
    event: dict[str, Any],
    context: Any,
    responseStatus: str,  # noqa: N803  # the names that callers use
    responseData: Any,  # noqa: N803
    physicalResourceId: str | None = None,  # noqa: N803
    noEcho: bool = False,  # noqa: N803
    reason: str | None = None,
) -> None:
    """Put the answer to the event's ResponseURL."""
    answer = {
        "Status": responseStatus,
        "Reason": reason or f"See the details in CloudWatch Log Stream: {context.log_stream_name}",
        "PhysicalResourceId": physicalResourceId or context.log_stream_name,
        "StackId": event["StackId"],
        "RequestId": event["RequestId"],
        "LogicalResourceId": event["LogicalResourceId"],
        "NoEcho": noEcho,
        "Data": responseData,
    }
    request = urllib.request.Request(
        event["ResponseURL"],
        data=json.dumps(answer).encode(),
        headers={"Content-Type": ""},
        method="PUT",
    )
    try:
        with urllib.request.urlopen(request) as response:
            print(f"CloudFormation has the answer: status {response.status}")  # noqa: T201
    except OSError as error:
        print(f"CloudFormation did not take the answer: {error}")  # noqa: T201
