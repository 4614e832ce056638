"""What leaves a container: values that say what is to be reported, and nothing else.

The container does no IO and knows neither pages nor lines. The recorder takes these values in
order, reads the helper's pages, and has records built of both.
"""

from collections import namedtuple

Closed = namedtuple(
    "Closed",
    (
        "instance_id",
        "started_ms",
        "common_fields",
        "from_ms",
        "to_ms",
        "counts",
        "values",
        "billed_ms",
        "init",
        "end",
        "is_over",
    ),
)
"""A period that is over: one container record.

`instance_id`: the platform's id of the container, or None. `started_ms`: the container's start.
`common_fields`: what the platform has said that stands in every record. `counts`: amounts by field
name. `values`: other fields of the record, durations in microseconds. `init`: a `ClosedInit`, or
None. `end`: how the process ends, in its last period. `is_over`: whether the container ends too.
"""

ClosedInit = namedtuple("ClosedInit", ("phase", "start_ms", "duration_us", "status", "error_type"))
"""An init that is reported with the period."""

FromSnapshot = namedtuple("FromSnapshot", ("time_ms",))
"""The process came out of a snapshot at this time; what pages say of before is not the
container's."""

AnotherContainer = namedtuple("AnotherContainer", ())
"""What an earlier process left belongs to another container: nothing of it counts."""
