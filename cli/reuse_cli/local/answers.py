"""How the answer to an invocation is shown: as a line, in whole, or as JSON."""

import json
from typing import Any

from reuse_sandbox import InvokeResult

from reuse_cli.formats import container_ids, numbers
from reuse_cli.formats.text import safe

REQUEST_DIGITS = 8


def as_json(result: InvokeResult) -> str:
    """One invocation as one line of JSON."""
    return json.dumps(
        {
            "request_id": result.request_id,
            "container_id": result.container_id,
            "status": result.status,
            "function_error": result.function_error,
            "duration_ms": round(result.duration_ms, 3),
            "cold": result.cold,
            "response": decoded(result.payload),
        }
    )


def as_line(result: InvokeResult, width: int) -> str:
    """Request id, container, status, duration and response, cut to the width."""
    duration = numbers.milliseconds(result.duration_ms)
    head = (
        f"{result.request_id[:REQUEST_DIGITS]}  {container(result)}  {result.status:<7}"
        f"  {duration:>8}  {'cold' if result.cold else '    '}  "
    )
    return cut(head + _one_line(result), width)


def in_whole(result: InvokeResult) -> str:
    """The same with all of the response, for an invocation that is the only one."""
    duration = numbers.milliseconds(result.duration_ms)
    how = f"{result.status}, {duration}" + (", cold start" if result.cold else "")
    shown = "\n".join(map(safe, _pretty(result.payload).split("\n")))
    return (
        f"request    {result.request_id}\n"
        f"container  {container(result)}\n"
        f"status     {how}\n"
        f"{shown}\n"
    )


def container(result: InvokeResult) -> str:
    """The beginning of the container's id, as the tables show it."""
    return container_ids.short(result.container_id)


def error_message(result: InvokeResult) -> str:
    """What the function's error says, in one line."""
    error = decoded(result.payload)
    if not isinstance(error, dict):
        return str(error)
    words = [error.get("errorType"), error.get("errorMessage")]
    return ": ".join(str(word) for word in words if word).replace("\n", " ")


def decoded(payload: bytes) -> Any:
    """The JSON value of a response; its text where it is none, as NaN and Infinity are not."""
    try:
        value = json.loads(payload)
        json.dumps(value, allow_nan=False)
    except (ValueError, RecursionError):
        return payload.decode(errors="replace")
    return value


def cut(text: str, width: int) -> str:
    """At most so many characters, with an ellipsis where some are missing."""
    return text if len(text) <= width else text[: max(width - 1, 0)] + "\N{HORIZONTAL ELLIPSIS}"


def printable(text: str) -> str:
    """The text in one line, without characters that would move the cursor or change colors."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def _one_line(result: InvokeResult) -> str:
    if result.function_error:
        return printable(error_message(result))
    text = result.payload[:4096].decode(errors="replace")  # no terminal is wider
    return printable(text)


def _pretty(payload: bytes) -> str:
    """A JSON value over lines; a text that is none as it is."""
    value = decoded(payload)
    if isinstance(value, str) and not payload.lstrip().startswith(b'"'):
        return value
    return json.dumps(value, indent=2, ensure_ascii=False)
