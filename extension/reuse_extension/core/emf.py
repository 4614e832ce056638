"""One line of a record: a JSON object that CloudWatch reads metrics from (embedded metric format).

The service's rules (CloudWatch user guide, "Specification: Embedded metric format"): the whole log
event is one JSON object; `_aws` holds the timestamp in epoch milliseconds and the directives; what
a directive names stands at the root of the object; a metric's value is a number or an array of at
most 100; a dimension's value is a text that is not blank. A record keeps to the limits when it is
made; a line that declares no metric carries no `_aws` and is a plain JSON log event.
"""

from . import records
from .json_text import list_of, object_of, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .records import Field, Record

MOST_VALUES = 100
"""Values in one array, by the specification."""


class LineWriter:
    """Writes records as lines for one namespace, set of dimensions and choice of metrics.

    `dimensions`: a list of dimension sets, each a list of names from `records.DIMENSIONS`.
    `metrics`: the names of the container's metrics to declare; the others stay in the line as plain
    values, which cost nothing. `resource_metrics`: whether resource records declare metrics too.
    """

    def __init__(
        self,
        namespace: str,
        dimensions: "list[list[str]]",
        metrics: "list[str]",
        resource_metrics: bool,
    ) -> None:
        self._namespace = text(namespace)
        container = [(field.name, field.shape) for field in records.CONTAINER_FIELDS]
        resource = list(records.RESOURCE_FIELDS)
        if resource_metrics:
            resource += [(field.name, field.shape) for field in records.RESOURCE_METRICS]
        self._shapes = {
            records.CONTAINER: object_of(container),
            records.RESOURCE: object_of(resource),
            records.INIT: object_of(records.INIT_FIELDS),
        }
        self._dimensions = {records.CONTAINER: dimensions}
        self._definitions = {
            records.CONTAINER: _definitions(
                [field for field in records.METRICS if field.name in metrics]
            )
        }
        if resource_metrics:
            self._dimensions[records.RESOURCE] = [["FunctionName", "Resource"]]
            self._definitions[records.RESOURCE] = _definitions(records.RESOURCE_METRICS)

    def line(self, record: "Record") -> str:
        """The record as one line, without its newline."""
        definitions = [
            definition
            for name, definition in self._definitions.get(record.kind, ())
            if record.values.get(name) is not None
        ]
        head = ""
        if definitions:
            dimensions = self._dimensions[record.kind]
            _fill(record.values, dimensions)
            head = self._directive(record.timestamp_ms, dimensions, definitions)
        body: "str" = self._shapes[record.kind](record.values)
        return "{" + head + body[1:]

    def _directive(
        self, timestamp_ms: int, dimensions: "list[list[str]]", definitions: "list[str]"
    ) -> str:
        sets = list_of(list_of(text))(dimensions)
        return (
            '"_aws":{"Timestamp":'
            + str(timestamp_ms)
            + ',"CloudWatchMetrics":[{"Namespace":'
            + self._namespace
            + ',"Dimensions":'
            + sets
            + ',"Metrics":['
            + ",".join(definitions)
            + "]}]},"
        )


def _definitions(fields: "list[Field]") -> "list[tuple[str, str]]":
    """(name, definition as the directive holds it) of each metric."""
    return [
        (field.name, '{"Name":' + text(field.name) + ',"Unit":' + text(field.unit) + "}")
        for field in fields
    ]


def _fill(values: "dict[str, Any]", dimensions: "list[list[str]]") -> None:
    """A dimension that is declared must have a value, or the service refuses the whole line."""
    for names in dimensions:
        for name in names:
            if not values.get(name):
                values[name] = "unknown"
