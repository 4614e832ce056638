"""The agents a container talks to, the runtime and its extensions, as tables of what each may say.

Rules of this file: every transition is a row of a table, what has no row is refused, and a refusal
leaves the state as it was. State names and sentences are the platform's own, because clients see
them in error answers (read in AWS's runtime interface emulator, `internal/lambda/core`).
"""

from collections.abc import Iterable, Mapping

from reuse_sandbox.life import events

Table = Mapping[str, Mapping[str, str]]

# state -> what the runtime does -> next state
RUNTIME_TRANSITIONS: Table = {
    "Started": {"next": "Ready", "init error": "InitError", "restore next": "RestoreReady"},
    "RestoreReady": {"restored": "Restoring"},
    "Restoring": {"next": "Ready", "restore error": "RestoreError"},
    "RestoreError": {},
    "InitError": {},
    "Ready": {"next": "Ready", "release": "Running"},
    "Running": {"next": "Running", "response": "ResponseSent", "error": "ResponseSent"},
    "ResponseSent": {"next": "Ready"},
}

# The state a runtime's call aims at, where a refusal names another than the one it would reach.
RUNTIME_AIMS = {
    "next": "Ready",
    "init error": "InitError",
    "response": "InvocationResponse",
    "error": "InvocationErrorResponse",
    "restore next": "RestoreReady",
    "restore error": "RestoreError",
}

# state -> what the extension does, or what is done to it -> next state
EXTENSION_TRANSITIONS: Table = {
    "Started": {"register": "Registered", "launch error": "LaunchError"},
    "Registered": {"next": "Ready", "init error": "InitError", "exit error": "ExitError"},
    "Ready": {"release": "Running", "exit error": "ExitError"},
    "Running": {"next": "Ready", "exit error": "ExitError"},
    # Reporting the same failure twice is allowed; the first one counts.
    "InitError": {"init error": "InitError"},
    "ExitError": {"exit error": "ExitError"},
    "LaunchError": {},
}

EXTENSION_AIMS = {
    "register": "Registered",
    "next": "Ready",
    "init error": "InitError",
    "exit error": "ExitError",
}

NOT_ALLOWED = "State transition is not allowed"
EVENTS = ("INVOKE", "SHUTDOWN")
MANAGED_EVENTS = ("SHUTDOWN",)  # on managed instances extensions get no INVOKE


class Refused(Exception):  # noqa: N818 - it is an answer, not a mistake of ours
    """A call that the platform refuses; `status` and both texts are what the caller is answered."""

    def __init__(self, status: int, error_type: str, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.error_type = error_type
        self.message = message


class Runtime:
    """The runtime process of one init."""

    def __init__(self) -> None:
        self.state = "Started"

    def transition(self, what: str) -> None:
        """Moves on, or raises `Refused`."""
        following = RUNTIME_TRANSITIONS[self.state].get(what)
        if following is None:
            aim = RUNTIME_AIMS.get(what, what)
            sentence = f"State transition from {self.state} to {aim} failed for runtime."
            raise Refused(403, "InvalidStateTransition", f"{sentence} Error: {NOT_ALLOWED}")
        self.state = following


class Extension:
    """One extension of one init; an internal one lives inside the runtime process."""

    def __init__(self, name: str, *, external: bool, is_managed: bool = False) -> None:
        self.name = name
        self.external = external
        self._known_events = MANAGED_EVENTS if is_managed else EVENTS
        self.state = "Started"
        self.identifier = ""
        self.events: tuple[str, ...] = ()
        self.error_type: str | None = None

    def transition(self, what: str) -> None:
        """Moves on, or raises `Refused`."""
        following = EXTENSION_TRANSITIONS[self.state].get(what)
        if following is None:
            aim = EXTENSION_AIMS.get(what, what)
            # Only a registration is refused by name; afterwards the platform speaks of identifiers.
            who = self.name if what == "register" else self.identifier
            sentence = f"State transition from {self.state} to {aim} failed for extension {who}."
            raise Refused(
                403, "Extension.InvalidExtensionState", f"{sentence} Error: {NOT_ALLOWED}"
            )
        self.state = following

    def register(self, events: tuple[str, ...], identifier: str) -> None:
        """Takes its registration, or raises `Refused`."""
        for event in events:
            if event not in self._known_events:
                raise _invalid_event(event, "ErrorInvalidEventType")
            if event == "SHUTDOWN" and not self.external:
                raise _invalid_event(event, "ShutdownEventNotSupportedForInternalExtension")
        self.transition("register")
        self.events, self.identifier = events, identifier

    def wants(self, event: str) -> bool:
        """Whether it registered for `event`."""
        return event in self.events


def _invalid_event(event: str, reason: str) -> Refused:
    return Refused(403, "Extension.InvalidEventType", f"{event}: {reason}")


MAX_EXTENSIONS = 10  # "Using the Lambda Extensions API": internal and external together


class Agents:
    """The runtime and extensions of one init; each method takes one call or raises `Refused`."""

    def __init__(
        self,
        external: Iterable[str] = (),
        *,
        registration_open: bool = True,
        is_managed: bool = False,
    ) -> None:
        self.registration_open = registration_open
        self.runtime: Runtime | None = None
        self._is_managed = is_managed
        self.extensions = {
            name: Extension(name, external=True, is_managed=is_managed) for name in external
        }

    def register(self, event: events.Registered) -> None:
        """An extension registers; a name without a process of its own is an internal extension's.

        Those register until the runtime is ready for its first event.
        """
        agent = self.extensions.get(event.name)
        if agent is None:
            agent = self._internal(event.name)
        elif not agent.external:
            message = "Extension with this name already registered"
            raise Refused(403, "Extension.InvalidExtensionState", message)
        agent.register(event.events, event.identifier)
        self.extensions[event.name] = agent

    def extension(self, name: str) -> Extension:
        """The extension of this name."""
        agent = self.extensions.get(name)
        if agent is None:
            message = f"Unknown extension {name}"
            raise Refused(403, "Extension.UnknownExtensionIdentifier", message)
        return agent

    def could_not_launch(self, event: events.LaunchFailed) -> None:
        """An extension's process could not be started."""
        agent = self.extensions[event.process.removeprefix(events.extension_process(""))]
        agent.transition("launch error")
        agent.error_type = "PermissionDenied" if event.permission_denied else "UnknownError"

    def fail(self, event: events.ExtensionFailed) -> None:
        """An extension reports an error; the first one it reports counts."""
        agent = self.extension(event.name)
        agent.transition(f"{event.stage} error")
        agent.error_type = agent.error_type or event.error_type

    def start_runtime(self) -> None:
        """The runtime's process is started."""
        self.runtime = Runtime()

    def runtime_transition(self, what: str) -> Runtime:
        """The runtime calls."""
        if self.runtime is None:
            message = "The runtime has not been started"
            raise Refused(403, "InvalidStateTransition", message)
        self.runtime.transition(what)
        return self.runtime

    def release(self) -> tuple[str, ...]:
        """Lets the runtime and all INVOKE subscribers go; answers the names of the latter."""
        self.runtime_transition("release")
        subscribers = [agent for agent in self.extensions.values() if agent.wants("INVOKE")]
        for agent in subscribers:
            agent.transition("release")
        return tuple(agent.name for agent in subscribers)

    def all_registered(self) -> bool:
        """Whether every extension that was started has registered."""
        return all(agent.state != "Started" for agent in self.extensions.values())

    def runtime_ready(self) -> bool:
        """Whether the runtime waits for an event."""
        return self.runtime is not None and self.runtime.state == "Ready"

    def runtime_initialised(self) -> bool:
        """Whether the runtime waits for an event, or to be restored from a snapshot."""
        return self.runtime is not None and self.runtime.state in {"Ready", "RestoreReady"}

    def extensions_ready(self) -> bool:
        """Whether every extension waits for an event."""
        return all(agent.state == "Ready" for agent in self.extensions.values())

    def subscribers_ready(self) -> bool:
        """Whether every extension that was sent INVOKE waits for the next event."""
        return all(
            agent.state == "Ready" for agent in self.extensions.values() if agent.wants("INVOKE")
        )

    def _internal(self, name: str) -> Extension:
        if not self.registration_open:
            message = "Extension registration closed already"
            raise Refused(403, "Extension.RegistrationClosed", message)
        if len(self.extensions) >= MAX_EXTENSIONS:
            message = f"Extension limit ({MAX_EXTENSIONS}) reached"
            raise Refused(403, "Extension.TooManyExtensions", message)
        return Extension(name, external=False, is_managed=self._is_managed)
