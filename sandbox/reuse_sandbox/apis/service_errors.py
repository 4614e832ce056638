"""Errors of the Lambda API, as the service words them."""

import json
from collections.abc import Mapping

from reuse_sandbox.apis.web import Response


class ApiError(Exception):
    """An error with its HTTP status and the name that clients know it by."""

    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.code = code


def error_answer(error: ApiError) -> Response:
    """The answer that says so."""
    owner = "User" if error.status < 500 else "Service"
    return _answer(error.status, error.code, {"Type": owner, "Message": str(error)})


def throttled() -> Response:
    """The answer where every container is busy."""
    reason = "ReservedFunctionConcurrentInvocationLimitExceeded"
    content = {"Reason": reason, "Type": "User", "message": "Rate Exceeded."}
    return _answer(429, "TooManyRequestsException", content)


def _answer(status: int, code: str, content: Mapping[str, str]) -> Response:
    headers = {"x-amzn-ErrorType": code}
    body = json.dumps(content).encode()
    return Response(status=status, body=body, headers=headers, content_type="application/json")
