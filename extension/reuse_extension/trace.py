"""DEBUG lines: what the extension does with each event, to find faults in it.

One line an event: what it was, the state before and after, and what left the container because of
it; one line a record. Nothing here runs unless LAMBDA_REUSE_LOG_LEVEL is DEBUG.
"""

from .core.events import Ignored

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .core.records import Record


def event_line(event: "Any", before: str, after: str, outputs: "list[Any]") -> str:
    """What one event has done."""
    parts = ["event", _shown(event), before + " -> " + after]
    return " ".join(parts + [_output(output) for output in outputs])


def record_line(record: "Record") -> str:
    """What one record reports."""
    values = record.values
    names = [name for name in ("Invocations", "ColdStarts", "Resource", "end") if values.get(name)]
    shown = [name + "=" + str(values[name]) for name in names]
    return " ".join(["record", record.kind, str(values["sequence"])] + shown)


def _shown(value: "Any") -> str:
    """A namedtuple by its fields that are there; both interpreters write it alike."""
    if isinstance(value, Ignored):
        return "Ignored " + str(value.type)
    words = repr(value)[:-1].replace("(", " ", 1).replace(", ", " ").split(" ")
    return " ".join([word for word in words if not word.endswith("=None")])


def _output(output: "Any") -> str:
    name = type(output).__name__
    if name != "Closed":
        return name
    return name + " " + str(output.from_ms) + ".." + str(output.to_ms)
