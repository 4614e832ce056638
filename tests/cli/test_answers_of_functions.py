"""How an invocation's answer is shown, whatever the function gave."""

import json

import pytest
from reuse_cli.local import answers
from reuse_sandbox import InvokeResult


def result(payload: bytes) -> InvokeResult:
    return InvokeResult("1b", "2026/11/21/[$LATEST]0a", "success", None, 1.5, payload, False, "1")


def refuse(constant: str) -> object:
    raise ValueError(constant)


@pytest.mark.parametrize(
    ("payload", "response"),
    [
        (b'{"a": [1, null]}', {"a": [1, None]}),
        (b'"text"', "text"),
        (b"NaN", "NaN"),
        (b"[1, -Infinity]", "[1, -Infinity]"),
        (b"[1e999]", "[1e999]"),
        (b"\xff", "\ufffd"),
        (b"[" * 100_000, "[" * 100_000),
        (b"", ""),
    ],
)
def test_a_line_of_json_is_json(payload, response):
    """What is no JSON is a text in it."""
    line = answers.as_json(result(payload))

    assert json.loads(line, parse_constant=refuse)["response"] == response


@pytest.mark.parametrize(
    ("payload", "shown"),
    [
        (b'{"a": 1}', '{\n  "a": 1\n}'),
        (b'"a\xe2\x80\xae"', '"a\\u202e"'),
        (b"\x1b[31m", "\\x1b[31m"),
        (b'"\\ud800"', '"\\ud800"'),
    ],
)
def test_an_answer_in_whole_moves_no_cursor(payload, shown):
    """Nor does it fail at what UTF-8 cannot carry."""
    assert answers.in_whole(result(payload)).encode().decode().endswith(f"\n{shown}\n")
