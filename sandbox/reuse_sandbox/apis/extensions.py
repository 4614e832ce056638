"""The Extensions API, version 2020-01-01, of one container.

Paths, headers and answers: "Using the Lambda Extensions API"; error answers as read in and observed
of AWS's runtime interface emulator.
"""

import asyncio
import json
from typing import Any, Literal, Protocol
from uuid import UUID, uuid4

from reuse_sandbox.apis.web import Request, Response, Routes, accepted, json_answer, read_body
from reuse_sandbox.life.agents import Extension, Refused
from reuse_sandbox.life.events import Event, ExtensionFailed, ExtensionNext, Registered

PREFIX = "/2020-01-01/extension"

NAME = "Lambda-Extension-Name"
IDENTIFIER = "Lambda-Extension-Identifier"
EVENT_IDENTIFIER = "Lambda-Extension-Event-Identifier"
FEATURES = "Lambda-Extension-Accept-Feature"
ERROR_TYPE = "Lambda-Extension-Function-Error-Type"


class ExtensionsPort(Protocol):
    """What the API needs of a container; calls out of turn raise `Refused`."""

    @property
    def registration(self) -> dict[str, str]:
        """What the answer to a registration says of the function, the account's id included."""

    def find_extension(self, identifier: str) -> Extension | None:
        """The extension that has this identifier."""

    def post(self, event: Event) -> None:
        """Something happened."""

    def wait(self, event: Event) -> "asyncio.Future[Any]":
        """An extension waits for its next event."""


class ExtensionsApi:
    """Answers the extensions."""

    def __init__(self, port: ExtensionsPort) -> None:
        self._port = port
        self.routes: Routes = {
            f"{PREFIX}/register": {"POST": self._register},
            f"{PREFIX}/event/next": {"GET": self._next},
            f"{PREFIX}/init/error": {"POST": self._init_error},
            f"{PREFIX}/exit/error": {"POST": self._exit_error},
        }

    async def _register(self, request: Request) -> Response:
        name = request.headers.get(NAME, "")
        if not name:
            raise Refused(403, "Extension.InvalidExtensionName", "Empty extension name")
        events = _events(await read_body(request) or b"")
        identifier = str(uuid4())
        self._port.post(Registered(name, events, identifier))
        content = dict(self._port.registration)
        features = [feature.strip() for feature in request.headers.get(FEATURES, "").split(",")]
        if "accountId" not in features:
            del content["accountId"]
        return json_answer(200, content, {IDENTIFIER: identifier})

    async def _next(self, request: Request) -> Response:
        identifier = identifier_of(request)
        agent = self._port.find_extension(identifier)
        if agent is None:
            message = f"Unknown extension {identifier}"
            raise Refused(403, "Extension.UnknownExtensionIdentifier", message)
        event = await self._port.wait(ExtensionNext(agent.name))
        return json_answer(200, event, {EVENT_IDENTIFIER: str(uuid4())})

    async def _init_error(self, request: Request) -> Response:
        return self._failed(request, "init")

    async def _exit_error(self, request: Request) -> Response:
        return self._failed(request, "exit")

    def _failed(self, request: Request, stage: Literal["init", "exit"]) -> Response:
        identifier = identifier_of(request)
        error_type = request.headers.get(ERROR_TYPE, "")
        if not error_type:
            raise Refused(403, "Extension.MissingHeader", f"{ERROR_TYPE} not found")
        agent = self._port.find_extension(identifier)
        if agent is None:
            raise Refused(403, "Extension.UnknownExtensionIdentifier", f"Unknown {IDENTIFIER}")
        self._port.post(ExtensionFailed(agent.name, stage, error_type))
        return accepted()


def identifier_of(request: Request) -> str:
    """The identifier an extension calls with, in its canonical form."""
    text = request.headers.get(IDENTIFIER, "")
    if not text:
        message = f"Missing {IDENTIFIER} header"
        raise Refused(403, "Extension.MissingExtensionIdentifier", message)
    try:
        return str(UUID(text))
    except ValueError:
        message = f"Invalid {IDENTIFIER}"
        raise Refused(403, "Extension.InvalidExtensionIdentifier", message) from None


def _events(body: bytes) -> tuple[str, ...]:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise _bad_format(str(error)) from None
    if not isinstance(content, dict):
        raise _bad_format("the body must be an object")
    if content.get("configurationKeys"):
        raise _bad_format("configurationKeys are deprecated; use environment variables instead")
    events = content.get("events") or []
    if not isinstance(events, list) or not all(isinstance(event, str) for event in events):
        raise _bad_format("events must be a list of strings")
    return tuple(dict.fromkeys(events))


def _bad_format(message: str) -> Refused:
    return Refused(403, "InvalidRequestFormat", message)
