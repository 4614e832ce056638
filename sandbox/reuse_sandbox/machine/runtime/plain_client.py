"""The module `runtime_client` of AWS's runtime client, for Pythons that lack the compiled one.

The same four functions with the same arguments and results. Errors are RuntimeError, as there.
"""

import http.client
import os
import threading

VERSION = "/2018-06-01/runtime/invocation/"

_local = threading.local()
_headers = {"User-Agent": "aws-lambda-python"}


def initialize_client(user_agent: str) -> None:
    """Set what the client calls itself."""
    _headers["User-Agent"] = user_agent


def next() -> "tuple[bytes, dict[str, str]]":  # noqa: A001 - the name is part of the interface
    """Wait for the next invocation: its event and the headers that came with it."""
    status, headers, body = _call("GET", "next", None, {})
    if status != 200:
        raise RuntimeError(f"Failed to get next invocation: {status}")
    return body, headers


def post_invocation_result(
    request_id: str, result: bytes, content_type: str, invocation_id: "str | None" = None
) -> None:
    """Answer an invocation."""
    _post(f"{request_id}/response", result, {"Content-Type": content_type}, invocation_id)


def post_error(
    request_id: str, error: str, xray_cause: str, invocation_id: "str | None" = None
) -> None:
    """Say that an invocation has failed; the type of the error is in the error itself."""
    headers = {"Content-Type": "application/json"}
    if xray_cause:
        headers["Lambda-Runtime-Function-XRay-Error-Cause"] = xray_cause
    _post(f"{request_id}/error", error.encode(), headers, invocation_id)


def _post(path: str, body: bytes, headers: "dict[str, str]", invocation_id: "str | None") -> None:
    if invocation_id:
        headers["Lambda-Runtime-Invocation-Id"] = invocation_id
    status, _, _ = _call("POST", path, body, headers)
    if status != 202:
        raise RuntimeError(f"Failed to post the response of an invocation: {status}")


def _call(
    method: str, path: str, body: "bytes | None", headers: "dict[str, str]"
) -> "tuple[int, dict[str, str], bytes]":
    connection = getattr(_local, "connection", None)
    if connection is None:
        address = os.environ["AWS_LAMBDA_RUNTIME_API"]
        connection = _local.connection = http.client.HTTPConnection(address)
    connection.request(method, VERSION + path, body, {**_headers, **headers})
    response = connection.getresponse()
    return response.status, dict(response.getheaders()), response.read()
