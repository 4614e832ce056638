"""The same log events in every shape in which they leave AWS, each written by its own few lines."""

import csv
import io
import json
import time as clock
from collections.abc import Callable
from datetime import UTC, datetime

from tests.cli.records import STARTED_MS, container, resource

STREAMS = ("2026/11/21/[$LATEST]" + 31 * "0" + "a", "2026/11/21/[$LATEST]" + 31 * "0" + "b")
GROUP = "/aws/lambda/orders"


def compact(record: dict) -> str:
    return json.dumps(record, separators=(",", ":"))


def _of(stream: str, sequence: int, **values: object) -> dict:
    return {**container(sequence=sequence, **values), "container_id": stream}


AWS = {
    "_aws": {
        "Timestamp": STARTED_MS,
        "CloudWatchMetrics": [
            {
                "Namespace": "LambdaReuse",
                "Dimensions": [["FunctionName"]],
                "Metrics": [{"Name": "Invocations", "Unit": "Count"}],
            }
        ],
    }
}


def events() -> list[tuple[int, str, str]]:
    """(time, stream, message) of two containers and of what else a function prints."""
    first, second = STREAMS
    messages = [
        (first, "INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: arn:aws:x\n"),
        (first, "START RequestId: 1b Version: $LATEST\n"),
        (first, '[ERROR] {"a": "b, c"} is not {what it should be} "container/1" \\ é\n'),
        (first, '{"level":"INFO","message":"a \\"quoted\\" word","record":"of mine"}\n'),
        (first, compact({**AWS, **_of(first, 1, total={"invocations": 3, "hits": 1})}) + "\n"),
        (
            first,
            compact({**resource("tax", hits=2, misses=1), "container_id": first}) + "\n",
        ),
        (second, "GET {base}/container/17?x={} 200\n"),
        (second, compact({**AWS, **_of(second, 1, total={"invocations": 1})}) + "\n"),
        (first, compact({**AWS, **_of(first, 2, total={"invocations": 7, "hits": 5})}) + "\n"),
        (second, "REPORT RequestId: 1b\tDuration: 59.10 ms\tBilled Duration: 60 ms\t\n"),
    ]
    return [(STARTED_MS + i, stream, text) for i, (stream, text) in enumerate(messages)]


REQUESTS = [f"{number:08x}-1111-4222-8333-444444444444" for number in range(20)]
REPORT = "REPORT RequestId: {}\tDuration: {} ms\tBilled Duration: {} ms\tMemory Size: 512 MB\t"
USED = "Max Memory Used: 70 MB\t"


def report(number: int, duration: float, more: str = "") -> str:
    used = USED + (more + "\t" if more else "")
    return REPORT.format(REQUESTS[number], duration, int(duration) + 1) + used + "\n"


def platform_events() -> list[tuple[int, str, str]]:
    """Two containers of a function without the layer; a SnapStart restore, a timeout."""
    first, second = STREAMS
    trace = "\nXRAY TraceId: 1-5-6\tSegmentId: 7\tSampled: true\t\n"
    late = f"2026-11-21T00:00:06.000Z {REQUESTS[3]} Task timed out after 3.00 seconds\n\n"
    return [
        (STARTED_MS, first, "INIT_START Runtime Version: python:3.13.v1\tRuntime Version ARN: a\n"),
        (STARTED_MS + 500, first, f"START RequestId: {REQUESTS[0]} Version: $LATEST\n"),
        (STARTED_MS + 520, first, f"END RequestId: {REQUESTS[0]}\n"),
        (STARTED_MS + 520, first, report(0, 20.5, "Init Duration: 480.25 ms").rstrip() + trace),
        (STARTED_MS + 900, second, report(1, 9.5, "Restore Duration: 310 ms\tBilled Restore "
                                             "Duration: 310 ms")),
        (STARTED_MS + 2520, first, f"START RequestId: {REQUESTS[2]} Version: $LATEST\n"),
        (STARTED_MS + 2530, first, report(2, 10)),
        (STARTED_MS + 3000, second, f"START RequestId: {REQUESTS[3]} Version: $LATEST\n"),
        (STARTED_MS + 6000, second, late),
        (STARTED_MS + 6000, second, report(3, 3000, "Status: timeout")),
        (STARTED_MS + 6001, first, '{"message": "my own {REPORT}", "level": "INFO"}\n'),
    ]  # fmt: skip


def platform_now() -> int:
    """Now, in epoch milliseconds, without what is less than a second."""
    return int(clock.time()) * 1000


def iso(time: int) -> str:
    return datetime.fromtimestamp(time / 1000, UTC).isoformat(timespec="microseconds")


def as_events(time: int, stream: str, message: str) -> dict:
    return {"logStreamName": stream, "timestamp": time, "message": message, "eventId": "36"}


def tail() -> str:
    return "".join(f"{iso(time)} {stream} {text}" for time, stream, text in events())


def tail_json() -> str:
    lines = []
    for time, stream, text in events():
        body = text.rstrip("\n")
        if body.startswith("{"):
            body = json.dumps(json.loads(body), indent=4)
        lines.append(f"{iso(time)} {stream} {body}\n")
    return "".join(lines)


def sam() -> str:
    lines = []
    for time, stream, text in events():
        body = text.rstrip("\n")
        if body.startswith("{"):
            body = json.dumps(json.loads(body), indent=2)
        lines.append(f"\x1b[32m{stream}\x1b[0m \x1b[36m{iso(time)}\x1b[0m {body}\n")
    return "".join(lines)


def awslogs() -> str:
    return "".join(
        f"\x1b[32m{GROUP}\x1b[0m \x1b[36m{stream}\x1b[0m {text}" for _, stream, text in events()
    )


def filter_pretty() -> str:
    found = {"events": [as_events(*event) for event in events()], "searchedLogStreams": []}
    return json.dumps(found, indent=4) + "\n"


def filter_compact() -> str:
    return json.dumps({"events": [as_events(*event) for event in events()]})


def filter_text() -> str:
    return "".join(
        f"EVENTS\t36\t{time + 300}\t{stream}\t{text}\n\t{time}\n" for time, stream, text in events()
    )


def get_log_events_text() -> str:
    return "b/1\tf/1\n" + "".join(
        f"EVENTS\t{time + 300}\t{text}\t{time}\n" for time, _, text in events()
    )


def query_members() -> str:
    return json.dumps([[stream, time, text] for time, stream, text in events()], indent=4)


def query_members_text() -> str:
    return "".join(f"{stream}\t{time}\t{text}" for time, stream, text in events())


def query_times_text() -> str:
    return "".join(f"{time}\t{text}" for time, _, text in events())


def query_names() -> str:
    found = [{"s": stream, "t": time, "m": text} for time, stream, text in events()]
    return json.dumps(found, indent=4)


def get_log_events() -> str:
    found = [
        {"timestamp": time, "message": text, "ingestionTime": time} for time, _, text in events()
    ]
    return json.dumps({"events": found, "nextForwardToken": "f/1"}, indent=2)


def query_messages() -> str:
    return json.dumps([text for _, _, text in events()], indent=4)


def query_messages_text() -> str:
    return "\t".join(text for _, _, text in events())


def table(rows: list[list[object]], border: str = "|") -> str:
    """As `--output table` of the AWS CLI sets cells: padded, and never cut or wrapped."""
    widths = [max(len(str(cell)) for cell in column) + 3 for column in zip(*rows, strict=True)]
    line = border[1:] + "+" + "+".join("-" * width for width in widths) + "+" + border[1:] + "\n"
    lines = [
        border + "|".join(f"  {cell}".ljust(width) for cell, width in zip(row, widths, strict=True))
        for row in rows
    ]
    return line + "".join(f"{row}{border}\n" for row in lines) + line


def filter_table() -> str:
    names = ["eventId", "ingestionTime", "logStreamName", "message", "timestamp"]
    found = [["36" * 28, time + 300, stream, text, time] for time, stream, text in events()]
    return f"{'-' * 80}\n|{'FilterLogEvents'.center(78)}|\n" + table([names, *found], "||")


def get_log_events_table() -> str:
    found = [[time + 300, text, time] for time, _, text in events()]
    tokens = table([["nextBackwardToken", "b/1"], ["nextForwardToken", "f/1"]])
    return tokens + table([["ingestionTime", "message", "timestamp"], *found], "||")


def query_members_table() -> str:
    return table([[stream, time, text] for time, stream, text in events()])


def query_messages_table() -> str:
    return table([[text] for _, _, text in events()])


def insights_csv() -> str:
    output = io.StringIO()
    writer = csv.writer(output)
    writer.writerow(["@timestamp", "@message", "@logStream"])
    writer.writerows((iso(time), text, stream) for time, stream, text in events())
    return output.getvalue()


def console_csv() -> str:
    output = io.StringIO()
    writer = csv.writer(output, quoting=csv.QUOTE_ALL)
    writer.writerow(["timestamp", "message"])
    writer.writerows((time, text) for time, _, text in events())
    return output.getvalue()


def insights_json() -> str:
    results = [
        [{"field": "@timestamp", "value": iso(time)}, {"field": "@message", "value": text}]
        for time, _, text in events()
    ]
    return json.dumps({"results": results, "status": "Complete"}, indent=4)


def console_json() -> str:
    return json.dumps([{"@timestamp": iso(time), "@message": text} for time, _, text in events()])


def subscription() -> list[str]:
    return [
        json.dumps(
            {
                "messageType": "DATA_MESSAGE",
                "logGroup": GROUP,
                "logStream": stream,
                "logEvents": [{"id": "36", "timestamp": time, "message": text}],
            },
            separators=(",", ":"),
        )
        for time, stream, text in events()
    ]


def s3_export() -> str:
    return "".join(f"{iso(time)[:23]}Z {text}" for time, _, text in events())


def json_lines() -> str:
    return "".join(json.dumps(as_events(*event)) + "\n" for event in events())


def sandbox() -> str:
    return "".join(
        json.dumps({"timestamp": time, "message": text.rstrip("\n")}, separators=(",", ":")) + "\n"
        for time, _, text in events()
    )


def parsed_messages() -> str:
    """As Vector, Fluent Bit and the like write it: the message is an object already."""
    lines = []
    for time, stream, text in events():
        body = text.rstrip("\n")
        message = json.loads(body) if body.startswith("{") else body
        lines.append(json.dumps({"time": time, "stream": stream, "log": message}) + "\n")
    return "".join(lines)


def sorted_pretty() -> str:
    """As `jq -S .` prints them."""
    found = [json.loads(line) for line in parsed_messages().splitlines()]
    return "\n".join(json.dumps(item, indent=2, sort_keys=True) for item in found)


def twice_wrapped() -> str:
    """A subscription's data as the message of another log."""
    return "".join(json.dumps({"timestamp": 1, "message": line}) + "\n" for line in subscription())


SHAPES: dict[str, Callable[[], str]] = {
    "aws logs tail": tail,
    "aws logs tail --format json": tail_json,
    "sam logs": sam,
    "awslogs": awslogs,
    "filter-log-events": filter_pretty,
    "filter-log-events, compact": filter_compact,
    "filter-log-events --output text": filter_text,
    "get-log-events": get_log_events,
    "get-log-events --output text": get_log_events_text,
    "--query events[].[logStreamName,timestamp,message]": query_members,
    "--query events[].[logStreamName,timestamp,message] --output text": query_members_text,
    "--query events[].[timestamp,message] --output text": query_times_text,
    "--query events[].{s:logStreamName,t:timestamp,m:message}": query_names,
    "--query events[].message": query_messages,
    "--query events[].message --output text": query_messages_text,
    "filter-log-events --output table": filter_table,
    "get-log-events --output table": get_log_events_table,
    "--query events[].[logStreamName,timestamp,message] --output table": query_members_table,
    "--query events[].message --output table": query_messages_table,
    "Insights CSV": insights_csv,
    "console CSV": console_csv,
    "get-query-results": insights_json,
    "console JSON": console_json,
    "subscription, an object a line": lambda: "\n".join(subscription()) + "\n",
    "subscription, objects on one line": lambda: "".join(subscription()),
    "S3 export": s3_export,
    "events, one a line": json_lines,
    "sandbox": sandbox,
    "messages as objects": parsed_messages,
    "jq -S": sorted_pretty,
    "wrapped twice": twice_wrapped,
}
