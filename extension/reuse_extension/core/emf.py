"""One line of a record: a JSON object that CloudWatch reads metrics from (embedded metric format).

The service's rules (CloudWatch user guide, "Specification: Embedded metric format"): the whole log
event is one JSON object; `_aws` holds the timestamp in epoch milliseconds and the directives; what
a directive names stands at the root of the object; a metric's value is a number or an array of at
most 100; no set of dimensions stands twice. A dimension's value is 1 to 1024 printable ASCII
characters, not all of them blank (API reference, `Dimension`); other values are written so that
people recognise them. A record keeps to the limits when it is made; a line that declares no metric
carries no `_aws` and is a plain JSON log event.
"""

from . import records
from .fields import writer_of
from .json_text import list_of, text

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from .fields import Field
    from .records import Record

MAX_VALUES = 100
"""Values in one array, by the specification."""
MAX_DIMENSION_VALUE = 1024
BLANK = "(blank)"
"""What stands for a value that has nothing to see in it."""
_ESCAPES = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}


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
        fields = dict(records.FIELDS)
        if resource_metrics:
            fields[records.RESOURCE] += tuple(records.RESOURCE_METRICS)
        self._fields = fields
        self._writers: "dict[str, Any]" = {}  # of the kinds that were written
        self._dimensions = {records.CONTAINER: _distinct(dimensions)}
        self._dimension_values: "dict[str, str]" = {}  # the last ones, as they are written
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
        head, values = "", record.values
        if definitions:
            dimensions = self._dimensions[record.kind]
            values = self._with_dimensions(values, dimensions)
            head = self._directive(record.timestamp_ms, dimensions, definitions)
        writer = self._writers.get(record.kind)
        if writer is None:
            writer = self._writers[record.kind] = writer_of(self._fields[record.kind])
        body: "str" = writer(values)
        return "{" + head + body[1:]

    def _with_dimensions(
        self, values: "dict[str, Any]", dimensions: "list[list[str]]"
    ) -> "dict[str, Any]":
        """The values, with one for each dimension: without it the service refuses the line."""
        changed: "dict[str, Any]" = {}
        known, self._dimension_values = self._dimension_values, {}
        for names in dimensions:
            for name in names:
                value, written = values.get(name), "unknown"
                if value:
                    written = known.get(value) or dimension_value(value)
                    self._dimension_values[value] = written
                if written != value:
                    changed[name] = written
        if not changed:
            return values
        filled = dict(values)
        filled.update(changed)
        return filled

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


def _distinct(dimensions: "list[list[str]]") -> "list[list[str]]":
    """Each set once, in whatever order it names its dimensions, and each name once in a set."""
    sets: "list[list[str]]" = []
    seen: "list[list[str]]" = []
    for names in dimensions:
        distinct = [name for i, name in enumerate(names) if name not in names[:i]]
        if sorted(distinct) not in seen:
            seen.append(sorted(distinct))
            sets.append(distinct)
    return sets


def dimension_value(value: str) -> str:
    """The value as CloudWatch takes it: what it refuses is escaped as in source code, or cut."""
    printable = "".join([_printable(character) for character in value])
    if len(printable) > MAX_DIMENSION_VALUE:
        printable = printable[: MAX_DIMENSION_VALUE - 3] + "..."
    return printable if printable.strip() else BLANK


def _printable(character: str) -> str:
    code = ord(character)
    if 0x20 <= code < 0x7F:
        return character
    if character in _ESCAPES:
        return _ESCAPES[character]
    if code < 0x100:
        return "\\x%02x" % code
    return "\\u%04x" % code if code < 0x10000 else "\\U%08x" % code
