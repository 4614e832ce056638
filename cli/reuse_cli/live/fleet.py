"""The state of all containers, as far as their logs tell it; what the live page draws.

Memory is bounded: of each container the newest invocations are kept one by one, and of containers
that have ended the newest.
"""

from collections import Counter, OrderedDict, deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from reuse_extension.core.lifecycle import RESETS
from reuse_extension.core.records import CONTAINER, RESOURCE

from reuse_cli.live.log_events import LogEvent

MAX_INVOCATIONS = 2000
"""Of one container, drawn one by one."""
MAX_CONTAINERS = 5000
SUMMED = ("hits", "misses", "build_ms", "saved_ms", "recreated", "recreated_ms")
FAILED = ("timeout", "error", "failure")


@dataclass(slots=True)
class Span:
    """One invocation, by epoch milliseconds."""

    start_ms: float
    end_ms: float = 0
    """0 while it runs."""
    is_failed: bool = False


@dataclass
class Container:
    """One container."""

    id: str
    function: str
    file: str
    started_ms: int | None = None
    init_ms: float = 0.0
    invocations: int = 0
    cold_starts: int = 0
    busy: "deque[Span]" = field(default_factory=lambda: deque(maxlen=MAX_INVOCATIONS))
    resets: "deque[int]" = field(default_factory=lambda: deque(maxlen=MAX_INVOCATIONS))
    ended_ms: int | None = None
    end: str | None = None
    memory_mb: float = 0.0
    hits: int = 0
    misses: int = 0
    last_ms: int = 0
    _open: dict[str, Span] = field(default_factory=dict)
    _sent: int = 0
    """Invocations that `changed_json` has returned, but for those that were still running."""

    def take(self, event: LogEvent) -> None:
        """Take in one event."""
        self.last_ms = max(self.last_ms, event.at_ms)
        getattr(self, f"_{event.kind}")(event)

    def _init_start(self, event: LogEvent) -> None:
        if self.started_ms is None:
            self.started_ms = event.at_ms
        elif self.invocations:
            self.resets.append(event.at_ms)

    def _start(self, event: LogEvent) -> None:
        if self.started_ms is None:
            self.started_ms = event.at_ms
        self.invocations += 1
        self.ended_ms = self.end = None
        span = Span(event.at_ms)
        self._open[event.request_id] = span
        if len(self._open) > MAX_INVOCATIONS:
            del self._open[next(iter(self._open))]
        self.busy.append(span)

    def _end(self, event: LogEvent) -> None:
        span = self._open.get(event.request_id)
        if span is not None and not span.end_ms:
            span.end_ms = event.at_ms

    def _report(self, event: LogEvent) -> None:
        values = event.values
        span = self._open.pop(event.request_id, None)
        if span is not None:
            span.end_ms = span.end_ms or event.at_ms
            span.is_failed = values["status"] in FAILED
            if values["duration_ms"]:
                span.start_ms = min(span.start_ms, span.end_ms - values["duration_ms"])
        if values["init_ms"]:
            self.init_ms += values["init_ms"]
            self.cold_starts += 1
        self.memory_mb = max(self.memory_mb, values["memory_mb"] or 0)

    def _record(self, event: LogEvent) -> None:
        values = event.values
        if values.get("record") != CONTAINER:
            return
        total = values.get("total") or {}
        self.hits, self.misses = total.get("hits") or 0, total.get("misses") or 0
        if values.get("container_started_ms"):
            self.started_ms = min(self.started_ms or event.at_ms, values["container_started_ms"])
        if values.get("end"):
            self.end, self.ended_ms = values["end"], values.get("to_ms") or event.at_ms

    def changed_json(self) -> dict[str, Any]:
        """The same with the invocations that are new or were running, since this was last asked."""
        open_ones = [len(self.busy) - at for at, span in enumerate(self.busy) if not span.end_ms]
        running = max(open_ones, default=0)
        first = max(self._sent, self.invocations - len(self.busy))
        self._sent = self.invocations - running
        return self.as_json(first)

    def as_json(self, first: int = 0) -> dict[str, Any]:
        """The container as the page takes it, with its invocations from number `first` on."""
        dropped = self.invocations - len(self.busy)
        spans = islice(self.busy, max(0, first - dropped), None)
        return {
            "id": self.id,
            "function": self.function,
            "start": self.started_ms or self.last_ms,
            "init": round(self.init_ms, 1),
            "invocations": self.invocations,
            "cold": self.cold_starts,
            "first": max(first, dropped),
            "busy": [
                [round(span.start_ms), round(span.end_ms), int(span.is_failed)] for span in spans
            ],
            "resets": list(self.resets),
            "end": self.end,
            "ended": self.ended_ms,
            "memory": self.memory_mb,
            "hits": self.hits,
            "misses": self.misses,
        }


@dataclass
class Resource:
    """One resource of one function, over all containers."""

    totals: dict[str, dict[str, Any]] = field(default_factory=dict)
    """The newest totals by the container's file."""
    ended: "Counter[str]" = field(default_factory=Counter)
    """Sums over the containers that were let go after their end."""
    ended_containers: int = 0
    call_site: str = ""
    kind: str = ""

    def as_json(self, function: str, name: str) -> dict[str, Any]:
        """The resource as the page takes it."""
        sums = {
            key: self.ended[key] + sum(total.get(key) or 0 for total in self.totals.values())
            for key in SUMMED
        }
        own = {"function": function, "name": name, "site": self.call_site, "kind": self.kind}
        return {**own, **sums, "containers": self.ended_containers + len(self.totals)}

    def forget(self, file: str) -> None:
        """Add what a container counted to the sums, in the place of its own totals."""
        total = self.totals.pop(file, None)
        if total is not None:
            self.ended.update({key: total.get(key) or 0 for key in SUMMED})
            self.ended_containers += 1


class Fleet:
    """All containers, and what has changed since somebody asked."""

    def __init__(self) -> None:
        self.containers: OrderedDict[str, Container] = OrderedDict()
        self._resources: dict[tuple[str, str], Resource] = {}
        self._changed: set[str] = set()
        self._gone: list[str] = []
        self._has_new_resources = False
        self.records = 0
        """Taken in so far."""

    def take(self, file: str, function: str, container_id: str, events: Iterable[LogEvent]) -> None:
        """Take in what a container's file has gained."""
        container = self.containers.get(file)
        for event in events:
            if container is None:
                container = self.containers[file] = Container(container_id, function, file)
                self._forget()
            container.take(event)
            self._changed.add(file)
            self.records += event.kind == "record"
            if event.kind == "record" and event.values.get("record") == RESOURCE:
                self._resource(container, event.values)

    def changes(self) -> dict[str, Any]:
        """What has changed since this was last asked; an empty object where nothing has."""
        message: dict[str, Any] = {}
        if self._changed:
            kept = [self.containers[file] for file in self._changed if file in self.containers]
            message["containers"] = [container.changed_json() for container in kept]
        if self._gone:
            message["gone"], self._gone = self._gone, []
        if self._has_new_resources:
            message["resources"] = self.resources()
        self._changed.clear()
        self._has_new_resources = False
        return message

    def everything(self) -> dict[str, Any]:
        """The whole state."""
        return {
            "containers": [container.as_json() for container in self.containers.values()],
            "resources": self.resources(),
        }

    def resources(self) -> list[dict[str, Any]]:
        """All resources, the most wasteful first."""
        rows = [
            resource.as_json(function, name)
            for (function, name), resource in self._resources.items()
        ]
        return sorted(rows, key=lambda row: (-row["recreated_ms"], -row["build_ms"], row["name"]))

    def _resource(self, container: Container, values: dict[str, Any]) -> None:
        key = (container.function, str(values.get("Resource")))
        resource = self._resources.setdefault(key, Resource())
        resource.totals[container.file] = values.get("total") or {}
        resource.call_site = str(values.get("call_site") or resource.call_site)
        resource.kind = str(values.get("kind") or resource.kind)
        self._has_new_resources = True

    def _forget(self) -> None:
        """Let the oldest container go that has ended, or the oldest."""
        if len(self.containers) <= MAX_CONTAINERS:
            return
        ended = (file for file, container in self.containers.items() if container.end)
        oldest = next(ended, next(iter(self.containers)))
        container = self.containers.pop(oldest)
        self._gone.append(container.id)
        if container.end and container.end not in RESETS:  # else it may report its totals again
            for resource in self._resources.values():
                resource.forget(oldest)
