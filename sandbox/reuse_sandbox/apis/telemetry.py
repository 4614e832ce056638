"""The Telemetry API, path version 2022-07-01, of one container."""

from typing import Protocol

from reuse_sandbox.apis.extensions import identifier_of
from reuse_sandbox.apis.web import Request, Response, Routes, json_answer, read_body
from reuse_sandbox.life.agents import Extension, Refused
from reuse_sandbox.telemetry.subscription import (
    MANAGED_VERSIONS,
    SCHEMA_VERSIONS,
    Subscription,
    parse,
)

LOGS_NOT_SUPPORTED = {
    "errorMessage": "Logs API is not supported",
    "errorType": "Logs.NotSupported",
}


class TelemetryPort(Protocol):
    """What the API needs of a container."""

    def find_extension(self, identifier: str) -> Extension | None:
        """The extension that has this identifier."""

    def subscribe(self, name: str, subscription: Subscription) -> None:
        """An extension subscribes; raises `Refused` after the init."""


class TelemetryApi:
    """Takes subscriptions. The Logs API, its forerunner, is answered as AWS's emulator does."""

    def __init__(self, port: TelemetryPort, *, is_managed: bool = False) -> None:
        self._port = port
        self._versions = MANAGED_VERSIONS if is_managed else SCHEMA_VERSIONS
        self.routes: Routes = {
            "/2022-07-01/telemetry": {"PUT": self._subscribe},
            "/2020-08-15/logs": {"PUT": self._logs},
        }

    async def _subscribe(self, request: Request) -> Response:
        identifier = identifier_of(request)
        agent = self._port.find_extension(identifier)
        if agent is None:
            message = f"Unknown extension {identifier}"
            raise Refused(403, "Extension.UnknownExtensionIdentifier", message)
        subscription = parse(await read_body(request) or b"", self._versions)
        self._port.subscribe(agent.name, subscription)
        return json_answer(200, "OK")

    async def _logs(self, _: Request) -> Response:
        return json_answer(202, LOGS_NOT_SUPPORTED)
