"""Builds the records of a container from closed periods and the counters of the helper's pages."""

from . import records, resources
from .emf import BLANK
from .records import Record
from .resources import ResourceLedger
from .totals import ContainerTotals

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .closed import Closed, ClosedInit
    from .resources import Resource


class RecordBuilder:
    """Numbers the records, and keeps the totals and the resources that they report."""

    def __init__(self, common_fields: "dict[str, Any]", generated_id: str) -> None:
        """`common_fields`: the fields of every record, by name, that do not change.

        `generated_id`: the container's id for as long as the platform names none.
        """
        self.common_fields = common_fields
        self._generated_id = generated_id
        self.begin()

    def begin(self) -> None:
        """Begin with a container of which nothing has been reported."""
        self.container_id: "str | None" = None
        self.sequence = 0
        self.totals = ContainerTotals()
        self.resources = ResourceLedger()
        self._phases: "list[Any]" = []  # read, and not reported yet: they belong to an init

    def read(self, pages: "list[tuple[str, Any]]") -> None:
        """Count what is new in these (name, page) pairs."""
        self._phases += self.resources.read(pages)

    def build(self, closed: "Closed") -> "list[Record]":
        """The container record of a period, and after it what it sums up."""
        self.container_id = closed.instance_id or self.container_id or self._generated_id
        self.sequence += 1
        changed = self.resources.changed()
        imports = _imports(changed)
        built = [self._container(closed, changed)]
        for name, resource in changed:
            built.append(self._resource(closed, name, resource))
            resource.start_period()
        if closed.init is not None or (closed.end and self._phases):
            built.append(self._init(closed, closed.init, imports))
        return built

    def _container(self, closed: "Closed", changed: "list[tuple[str, Resource]]") -> "Record":
        values = self._common(records.CONTAINER, closed)
        values.update(closed.counts)
        values.update(closed.values)
        values.update(resources.summary(changed))
        values["FunctionErrors"] = self.resources.take_function_errors()
        values["function_errors"] = values["FunctionErrors"]
        self.totals.add(values, closed.billed_ms)
        invocations = self.totals.values["invocations"]
        values["end"] = closed.end
        values["total"] = self.totals.as_fields()
        if closed.is_over:
            values["InvocationsPerContainer"] = invocations or None
            values["UnusedInits"] = None if invocations else 1
            values["ContainerLifetime"] = values["ContainerAge"]
        return Record(records.CONTAINER, closed.to_ms, values)

    def _common(self, kind: str, closed: "Closed") -> "dict[str, Any]":
        values = dict(self.common_fields)
        for name, value in closed.common_fields.items():
            if values.get(name) is None:
                values[name] = value
        values["record"] = kind
        values["container_id"] = self.container_id
        values["container_started_ms"] = closed.started_ms
        values["sequence"] = self.sequence
        values["from_ms"] = closed.from_ms
        values["to_ms"] = closed.to_ms
        age_ms = closed.to_ms - closed.started_ms
        values["ContainerAge"] = age_ms if age_ms >= 0 else None
        return values

    def _resource(self, closed: "Closed", name: str, resource: "Resource") -> "Record":
        values = self._common(records.RESOURCE, closed)
        values["Resource"] = name or BLANK
        values["kind"] = resource.kind
        values["call_site"] = resource.call_site or None
        values.update(resources.values(resource.period, resource.period_saved_us))
        values.update(resources.summary([(name, resource)]))
        values["total"] = resources.values(resource.total, resource.saved_us)
        return Record(records.RESOURCE, closed.to_ms, values)

    def _init(
        self, closed: "Closed", init: "ClosedInit | None", imports: "list[dict[str, Any]]"
    ) -> "Record":
        values = self._common(records.INIT, closed)
        values["kind"] = values["init_type"]
        if init is not None:
            values["phase"] = init.phase
            values["start_ms"] = init.start_ms
            values["duration_ms"] = init.duration_us
            values["status"] = init.status
            values["error_type"] = init.error_type
        values["phases"] = [_phase(phase) for phase in self._phases[: resources.MAX_PHASES]] or None
        self._phases = []
        values["imports"] = imports or None
        return Record(records.INIT, closed.to_ms, values)

    def snapshot(self) -> "dict[str, Any]":
        """What must survive a reset, as JSON."""
        return {
            "container_id": self.container_id,
            "sequence": self.sequence,
            "totals": self.totals.snapshot(),
            "resources": self.resources.snapshot(),
        }

    def restore(self, snapshot: "dict[str, Any]") -> None:
        """Go on from what a process before this one left."""
        self.container_id = snapshot["container_id"]
        self.sequence = snapshot["sequence"]
        self.totals.restore(snapshot["totals"])
        self.resources.restore(snapshot["resources"])


def _imports(changed: "list[tuple[str, Resource]]") -> "list[dict[str, Any]]":
    """What init imported, of the resources that changed; the longest first."""
    found = []
    for name, resource in changed:
        counts = dict(zip(resources.COUNTERS, resource.period))
        if resource.kind == resources.IMPORT and counts["builds_in_init"]:
            found.append((counts["init_us"], counts["failed_us"], name, resource.call_site))
    found.sort(reverse=True)
    return [
        {
            "name": name.split(" in ")[0],
            "call_site": call_site,
            "total_ms": total_us,
            "own_ms": own_us,
        }
        for total_us, own_us, name, call_site in found[: resources.MAX_IMPORTS]
    ]


def _phase(phase: "Any") -> "dict[str, Any]":
    return {
        "name": phase.name,
        "start_ms": phase.start_ms,
        "duration_ms": phase.duration_us,
        "failed": phase.failed or None,
    }
