"""What an extension may ask of the Telemetry API."""

import json
from typing import Any

import pytest
from reuse_sandbox.life.agents import Refused
from reuse_sandbox.telemetry.subscription import Destination, parse

VALID: dict[str, Any] = {
    "schemaVersion": "2025-01-29",
    "types": ["platform", "function"],
    "destination": {"protocol": "HTTP", "URI": "http://sandbox.localdomain:4243/telemetry?a=1"},
}


def with_(**changes: Any) -> bytes:
    """The valid subscription with some members changed."""
    return json.dumps({**VALID, **changes}).encode()


def test_defaults() -> None:
    """Without buffering, the documented defaults hold."""
    subscription = parse(with_())

    assert subscription.types == ("platform", "function")
    assert (
        subscription.max_items,
        subscription.max_bytes,
        subscription.timeout_s,
    ) == (10_000, 262_144, 1.0)
    host = "sandbox.localdomain:4243"
    assert Destination("http", 4243, host, "/telemetry?a=1") == subscription.destination


@pytest.mark.parametrize(
    ("version", "structured"), [("2022-07-01", False), ("2022-12-13", True), ("2025-01-29", True)]
)
def test_schema_versions(version: str, structured: bool) -> None:
    """The first schema has no objects for log lines."""
    assert structured is parse(with_(schemaVersion=version)).structured


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("maxItems", 1000, 10_000),
        ("maxBytes", 262_144, 1_048_576),
        ("timeoutMs", 25, 30_000),
    ],
)
def test_buffering_limits(name: str, least: int, most: int) -> None:
    """Both limits are allowed; one beyond either is not."""
    parse(with_(buffering={name: least}))
    parse(with_(buffering={name: most}))
    for value in (least - 1, most + 1, "many", None, 1e4, True):
        with pytest.raises(Refused, match=f"{name} must be an integer from {least} to {most}"):
            parse(with_(buffering={name: value}))


def test_tcp() -> None:
    """A TCP destination has a port and nothing else."""
    subscription = parse(with_(destination={"protocol": "TCP", "port": 4243}))

    assert Destination("tcp", 4243) == subscription.destination


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b"\xff",
        b"[" * 100_000,
        with_(schemaVersion="2020-08-15"),
        with_(schemaVersion=None),
        with_(types=[]),
        with_(types="platform"),
        with_(types=["platform", "everything"]),
        with_(types=[{}]),
        with_(buffering=[]),
        with_(destination=None),
        with_(destination={}),
        with_(destination={"protocol": "UDP", "port": 4243}),
        with_(destination={"protocol": "TCP"}),
        with_(destination={"protocol": "TCP", "port": 0}),
        with_(destination={"protocol": "TCP", "port": 65536}),
        with_(destination={"protocol": "TCP", "port": "4243"}),
        with_(destination={"protocol": "HTTP"}),
        with_(destination={"protocol": "HTTP", "URI": 4243}),
        with_(destination={"protocol": "HTTP", "URI": "http://sandbox.localdomain"}),
        with_(destination={"protocol": "HTTP", "URI": "http://sandbox.localdomain:9001"}),
        with_(destination={"protocol": "HTTP", "URI": "http://sandbox.localdomain:99999"}),
        with_(destination={"protocol": "HTTP", "URI": "https://sandbox.localdomain:4243"}),
        with_(destination={"protocol": "HTTP", "URI": "http://127.0.0.1:4243"}),
        with_(destination={"protocol": "HTTP", "URI": "http://[::1:4243"}),
    ],
)
def test_malformed(body: bytes) -> None:
    """Anything else is a ValidationError with status 400."""
    with pytest.raises(Refused) as refusal:
        parse(body)

    assert (refusal.value.status, refusal.value.error_type) == (400, "ValidationError")
    assert refusal.value.message
