"""What an extension asks of the Telemetry API, checked; pure.

Limits and defaults are those of the "Lambda Telemetry API reference". Where the reference and the
guide differ about `maxItems` (1000 or 10000 by default), the guide is followed, as AWS's own
publisher for managed instances does.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from reuse_sandbox.life.agents import Refused

SCHEMA_VERSIONS = ("2022-07-01", "2022-12-13", "2025-01-29")
MANAGED_VERSIONS = SCHEMA_VERSIONS[-1:]  # what managed instances take
TYPES = ("platform", "function", "extension")
HOSTS = ("sandbox.localdomain", "sandbox")
RESERVED_PORT = 9001  # Lambda's own API listens there

# name -> (least, most, default)
BUFFERING = {
    "maxItems": (1000, 10_000, 10_000),
    "maxBytes": (262_144, 1_048_576, 262_144),
    "timeoutMs": (25, 30_000, 1000),
}


@dataclass(frozen=True, slots=True)
class Destination:
    """Where batches go: `http` to `path`, or `tcp`; always to `port` on loopback."""

    protocol: str
    port: int
    host: str = ""
    path: str = "/"


@dataclass(frozen=True, slots=True)
class Subscription:
    """A valid subscription."""

    schema_version: str
    types: tuple[str, ...]
    destination: Destination
    max_items: int
    max_bytes: int
    timeout_s: float

    @property
    def structured(self) -> bool:
        """Whether JSON log lines arrive as objects; the first schema has only strings."""
        return self.schema_version != SCHEMA_VERSIONS[0]


def parse(body: bytes, versions: Sequence[str] = SCHEMA_VERSIONS) -> Subscription:
    """The subscription in a request's body; raises `Refused` with what is wrong."""
    request = _object(_json(body), "the request")
    version = request.get("schemaVersion")
    if version not in versions:
        raise _invalid(f"schemaVersion must be one of {', '.join(versions)}")
    buffering = _object(request.get("buffering", {}), "buffering")
    return Subscription(
        schema_version=str(version),
        types=_types(request.get("types")),
        destination=_destination(_object(request.get("destination"), "destination")),
        max_items=_number(buffering, "maxItems"),
        max_bytes=_number(buffering, "maxBytes"),
        timeout_s=_number(buffering, "timeoutMs") / 1000,
    )


def _json(body: bytes) -> object:
    try:
        return json.loads(body)
    except (ValueError, RecursionError):
        raise _invalid("the request is not JSON") from None


def _object(value: object, name: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise _invalid(f"{name} must be an object")
    return value


def _types(value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not value or not all(kind in TYPES for kind in value):
        raise _invalid(f"types must be a list of {', '.join(TYPES)}")
    return tuple(dict.fromkeys(value))


def _number(buffering: Mapping[str, Any], name: str) -> int:
    least, most, default = BUFFERING[name]
    value = buffering.get(name, default)
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= most:
        raise _invalid(f"{name} must be an integer from {least} to {most}")
    return value


def _destination(value: Mapping[str, Any]) -> Destination:
    protocol = value.get("protocol")
    if protocol == "TCP":
        return Destination("tcp", _port(value.get("port")))
    if protocol != "HTTP":
        raise _invalid("destination.protocol must be HTTP or TCP")
    uri = value.get("URI")
    try:
        parts = urlsplit(uri if isinstance(uri, str) else "")
        host, port = parts.hostname, parts.port
    except ValueError:
        host = port = None
    if not host or parts.scheme != "http" or host not in HOSTS:
        raise _invalid(f"destination.URI must be http://{HOSTS[0]}:PORT/PATH")
    query = f"?{parts.query}" if parts.query else ""
    return Destination("http", _port(port), parts.netloc, (parts.path or "/") + query)


def _port(value: object) -> int:
    valid = isinstance(value, int) and not isinstance(value, bool) and 0 < value < 65536
    if not valid or value == RESERVED_PORT:
        raise _invalid(f"the destination needs a port other than {RESERVED_PORT}")
    return int(str(value))


def _invalid(message: str) -> Refused:
    return Refused(400, "ValidationError", message)
