"""Events as people have them: a value a line, documents, a list, the command line, stdin."""

import io
import json
import os
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from reuse_cli.errors import UsageError
from reuse_cli.local.events import MAX_PAYLOAD, STDIN, Event, EventList, event_source

from tests.conftest import ROOT

API = {"resource": "/{proxy+}", "path": "/container/17", "body": '{"a": "é"}', "n": 1.5, "x": None}


def read(folder: Path, content: str | bytes) -> list[Event]:
    path = folder / "events"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return list(event_source(path))


def values(events: list[Event]) -> list[Any]:
    return [json.loads(event.payload) for event in events]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ('{"a": 1}\n{"a": 2}', [{"a": 1}, {"a": 2}]),
        ('{"a": 1}\r\n\r\n{"a": 2}\r\n', [{"a": 1}, {"a": 2}]),
        ("[1]\n[2]\n", [[1], [2]]),
        ("[1, [2]]", [1, [2]]),
        ("\n[1,\n 2]\n\n", [1, 2]),
        ("[\n]\n[1]", [[], [1]]),
        ('"text"\nnull\n7', ["text", None, 7]),
        ('{\n  "a": [\n    1\n  ]\n}\n', [{"a": [1]}]),
        ('{\n "a": 1\n}\n{\n "a": 2\n}\n', [{"a": 1}, {"a": 2}]),
        ("\n\n{}", [{}]),
        (json.dumps(API, indent=4), [API]),
        (json.dumps([API, API], indent=2), [API, API]),
        (json.dumps(API).encode("utf-8-sig"), [API]),
        (json.dumps([API], indent=2).encode("utf-8-sig"), [API]),
        (json.dumps(API).encode("utf-16"), [API]),
        (json.dumps(API, indent=2).encode("utf-16"), [API]),
    ],
)
def test_forms_of_a_file(tmp_path: Path, content: str | bytes, expected: list[Any]) -> None:
    """Each JSON value is an event; of one list alone each element is."""
    assert values(read(tmp_path, content)) == expected


def test_a_line_reaches_the_function_as_it_is_written(tmp_path: Path) -> None:
    """Without a detour that could change a number or the order of keys."""
    line = b'{"b": 1.10, "a": 123456789012345678901234567890, "b": 2}'

    assert [event.payload for event in read(tmp_path, line + b"\n" + line)] == [line, line]


@pytest.mark.parametrize(
    "content",
    [
        '{"at_ms": 250, "event": {"a": 1}}\n{"at_ms": 300, "tenant_id": "t", "event": 2}',
        '[{"at_ms": 250, "event": {"a": 1}},\n {"at_ms": 300, "tenant_id": "t", "event": 2}]',
        '{\n"at_ms": 250,\n"event": {"a": 1}}\n{"at_ms": 300, "tenant_id": "t", "event": 2}',
    ],
)
def test_times_and_tenants_in_every_form(tmp_path: Path, content: str) -> None:
    assert read(tmp_path, content) == [(0.25, b'{"a": 1}', ""), (0.3, b"2", "t")]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ('{"at_ms": 1, "event": {}, "tenant": "x"}', r"line 1 of .*no key tenant;"),
        ('{}\n{"tenant_id": "x", "event": {}, "a": 1, "b": 2}', r"line 2 of .*no key a, b;"),
        ('[{}, {"at_ms": 1, "event": {}, "x": 1}]', r"element 2 of line 1 of .*no key x;"),
        ('[\n{}, {"at_ms": 1, "event": {}, "x": 1}]', r"element 2 of .*no key x;"),
        ('{\n"at_ms": -1, "event": {}}', "line 1 of .*at_ms must be a number"),
        ("{\n  nonsense\n}", "line 2 of .* is not JSON"),
        ("\n\n{\n  1: 2\n}", "line 4 of .* is not JSON"),
        ('{\n"a": 1\n}\n\nnonsense', "line 5 of .* is not JSON"),
        ("[1, 2", "line 1 of .* is not JSON"),
        ('{"a": NaN}', "line 1 of .* is not JSON"),
        ("{'a': 1}", "line 1 of .* is not JSON"),
        ("[" * 100_000, "line 1 of .* is not JSON"),
        (b"\xff\xfe{", "line 1 of .* is not JSON"),
    ],
)
def test_what_is_refused_is_named(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    """Nothing is dropped: a key that means nothing here is an error, with its place."""
    with pytest.raises(UsageError, match=sentence):
        read(tmp_path, content)


def test_an_event_may_be_as_large_as_lambda_takes(tmp_path: Path) -> None:
    """A byte more is refused, and the message names the line and both sizes."""
    largest = '"' + "x" * (MAX_PAYLOAD - 2) + '"'

    assert [len(event.payload) for event in read(tmp_path, f"1\n{largest}\n")] == [1, MAX_PAYLOAD]
    with pytest.raises(UsageError) as refused:
        read(tmp_path, f"1\n {largest[:-1]}x{largest[-1]} \n")
    sizes = f"has {MAX_PAYLOAD + 1} bytes, and Lambda takes {MAX_PAYLOAD} at most"
    assert str(refused.value) == f"line 2 of {tmp_path}/events {sizes}"


def test_an_event_that_has_such_keys_of_its_own(tmp_path: Path) -> None:
    """Alone they mean nothing; else the event is wrapped, as the message says."""
    own = {"event": "created", "data": 1}
    wrapped = {"at_ms": 0, "event": {"event": "created", "tenant_id": 7, "data": 1}}

    assert values(read(tmp_path, json.dumps(own) + "\n" + json.dumps(wrapped))) == [
        own,
        wrapped["event"],
    ]
    assert values(read(tmp_path, '{"at_ms": 5}\n{"tenant_id": 1, "b": 2}')) == [
        {"at_ms": 5},
        {"tenant_id": 1, "b": 2},
    ]


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is read once, and its events can be repeated."""
    stdin = SimpleNamespace(buffer=io.BytesIO(b'{"a": 1}\n{"a": 2}\n'))
    monkeypatch.setattr("sys.stdin", stdin)

    source = event_source(STDIN)

    assert values(list(source)) == values(list(source)) == [{"a": 1}, {"a": 2}]
    assert source.name == "standard input"


def test_a_pipe_in_place_of_a_file(tmp_path: Path) -> None:
    """As of `<(command)`: it can be opened once only."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_text, args=('{"a": 1}\n',))
    writer.start()

    source = event_source(path)
    writer.join()

    assert values(list(source)) == values(list(source)) == [{"a": 1}]


def test_events_of_the_command_line() -> None:
    assert list(EventList.parse(['{"a": 1}', '{"at_ms": 5, "event": 2}'])) == [
        (None, b'{"a": 1}', ""),
        (0.005, b"2", ""),
    ]
    with pytest.raises(UsageError, match=r"--event \{a: 1\} is not JSON"):
        EventList.parse(["{a: 1}"])


def test_a_case_from_outside() -> None:
    """Two API Gateway events, one a line, braces and paths in them."""
    path = ROOT.parent / "shared" / "cases" / "functions" / "api_events.jsonl"
    if not path.is_file():
        pytest.skip("the shared cases are not on this machine")

    assert [value["path"] for value in values(list(event_source(path)))] == [
        "/resource/123",
        "/container/17/items",
    ]
