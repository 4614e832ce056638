"""A CloudWatch custom widget that draws the containers of a function, from the layer's log lines.

CloudWatch invokes this Lambda function with the dashboard's time range, theme and size, and shows
the HTML that it returns. It needs `logs:StartQuery`, `logs:GetQueryResults` and `logs:StopQuery`.
After "Custom widgets" of the CloudWatch user guide.
"""

import html
import json
import time

import boto3
import lanes
from botocore.exceptions import BotoCoreError, ClientError

DOCS = """
## Containers of a function
Each lane is one container (execution environment): its init, its invocations, its end.

### Parameters
Parameter | Meaning
---|---
**function** | The function's name.
**logGroup** | Its log group, if it is not `/aws/lambda/` and the name.

### Example
```yaml
function: orders
logGroup: /aws/lambda/orders
```
"""
MAX_CONTAINERS = 5000
MAX_RECORDS = 10_000
QUERY_SECONDS = 25
PAUSE_S = 0.1
"""Before the first look at a query's result, and twice as long before each other one, to 1 s."""

SUMMARY = """
filter record = "container/1" and FunctionName = "{function}"
| stats min(container_started_ms) as started, max(to_ms) as last,
    max(total.invocations) as invocations, max(total.init_ms) as init_ms,
    max(total.resets) as resets, sortsLast(end) as end by container_id
| sort last desc
| limit {limit}
"""
RECORDS = """
fields @message
| filter record = "container/1" and FunctionName = "{function}"{container}
| sort @timestamp desc
| limit {limit}
"""


class QueryError(Exception):
    """What stands in the widget instead of lanes."""


def handler(event, context):
    """The widget's HTML, or its documentation in Markdown where CloudWatch asks for that."""
    if event.get("describe"):
        return DOCS
    view = event.get("widgetContext") or {}
    theme = view.get("theme", "light")
    params = {**(view.get("params") or {}), **event}
    function = params.get("function")
    if not isinstance(function, str) or not function or '"' in function:
        return lanes.message("Set the parameter 'function' to the name of a function.", theme)
    query = Query(params.get("logGroup") or f"/aws/lambda/{function}", *_range(view))
    try:
        if isinstance(params.get("container"), str):
            return lanes.details(_records(query, function, params["container"], 20), theme)
        return _timeline(query, function, view, context)
    except QueryError as error:
        return lanes.message(str(error), theme)


def _range(view):
    """The time range that is looked at, zoomed in or not, in epoch ms."""
    times = view.get("timeRange") or {}
    times = times.get("zoom") or times
    end_ms = int(times.get("end") or time.time() * 1000)
    return int(times.get("start") or end_ms - 3 * 3600 * 1000), end_ms


def _timeline(query, function, view, context):
    rows = query.run(SUMMARY.format(function=function, limit=MAX_CONTAINERS))
    theme = view.get("theme", "light")
    if not rows:
        return lanes.message(
            f"No containers of {function} in this time range. The layer's lines are looked for in"
            f" {query.log_group}.",
            theme,
        )
    found = [_lane(row) for row in rows if row.get("started") and row.get("last")]
    if len(found) <= lanes.MAX_LANES:
        _add_invocations(found, _records(query, function, None, MAX_RECORDS))
    offset_ms = int((view.get("timezone") or {}).get("offsetInMinutes") or 0) * 60_000
    form = _time_format(query.end_ms - query.start_ms)
    return lanes.page(
        lanes.grouped(found),
        query.start_ms,
        query.end_ms,
        width=int(view.get("width") or 800),
        height=int(view.get("height") or 400),
        theme=theme,
        clock=lambda at_ms: time.strftime(form, time.gmtime((at_ms - offset_ms) / 1000)),
        action=lambda lane: _action(lane, function, query.log_group, context),
    )


def _time_format(span_ms):
    """As much of a time as tells the marks of the axis apart."""
    if span_ms < 10 * 60_000:
        return "%H:%M:%S"
    return "%H:%M" if span_ms <= 24 * 3_600_000 else "%m-%d %H:%M"


def _lane(row):
    return lanes.Lane(
        row.get("container_id", ""),
        int(float(row["started"])),
        int(float(row["last"])),
        invocations=int(float(row.get("invocations") or 0)),
        init_ms=float(row.get("init_ms") or 0),
        resets=int(float(row.get("resets") or 0)),
        end=row.get("end"),
    )


def _add_invocations(found, records):
    """Each invocation's start and end, from the arrays of the records."""
    by_id = {lane.container_id: lane for lane in found}
    for record in records:
        lane = by_id.get(record.get("container_id"))
        durations = record.get("Duration") or []
        if lane is None or not durations:
            continue
        gaps = (record.get("IdleTime") or [])[-(len(durations) - 1) :] if durations[1:] else []
        gaps = [0] * (len(durations) - 1 - len(gaps)) + gaps + [0]
        at_ms = record["to_ms"] - sum(durations) - sum(gaps)
        for duration_ms, gap_ms in zip(durations, gaps, strict=True):
            lane.busy.append((at_ms, at_ms + duration_ms))
            at_ms += duration_ms + gap_ms
    for lane in found:
        lane.busy.sort()


def _records(query, function, container, limit):
    condition = f' and container_id = "{container}"' if container else ""
    if container and '"' in container:
        raise QueryError("This is not a container's id.")
    rows = query.run(RECORDS.format(function=function, container=condition, limit=limit))
    records = []
    for row in rows:
        text = row.get("@message", "")
        try:
            records.append(json.loads(text[text.index("{") :]))
        except ValueError:
            continue
    return records


def _action(lane, function, log_group, context):
    """A click shows the container's records; a group has none of its own."""
    if lane.containers > 1:
        return ""
    params = {"function": function, "logGroup": log_group, "container": lane.container_id}
    endpoint = html.escape(context.invoked_function_arn, quote=True)
    return (
        f'<cwdb-action action="call" display="popup" endpoint="{endpoint}">'
        f"{html.escape(json.dumps(params), quote=False)}</cwdb-action>"
    )


class Query:
    """Logs Insights over one log group and time range."""

    client = None

    def __init__(self, log_group, start_ms, end_ms):
        self.log_group = log_group
        self.start_ms = start_ms
        self.end_ms = end_ms

    def run(self, text):
        """The rows of an answer, by field. Raises QueryError."""
        try:
            if Query.client is None:
                Query.client = boto3.client("logs")
            started = Query.client.start_query(
                logGroupName=self.log_group,
                startTime=self.start_ms // 1000,
                endTime=-(-self.end_ms // 1000),
                queryString=text,
            )
            return self._wait(started["queryId"])
        except ClientError as error:
            raise QueryError(_sentence(error, self.log_group)) from None
        except BotoCoreError as error:
            raise QueryError(f"CloudWatch Logs could not be asked: {error}") from None

    def _wait(self, query_id):
        deadline, pause_s = time.monotonic() + QUERY_SECONDS, PAUSE_S
        while True:
            answer = Query.client.get_query_results(queryId=query_id)
            status = answer["status"]
            if status == "Complete":
                return [{one["field"]: one["value"] for one in row} for row in answer["results"]]
            if status not in ("Scheduled", "Running"):
                raise QueryError(f"The query ended as {status}.")
            if time.monotonic() > deadline:
                Query.client.stop_query(queryId=query_id)
                raise QueryError("The query took too long: choose a shorter time range.")
            time.sleep(pause_s)
            pause_s = min(1.0, pause_s * 2)


def _sentence(error, log_group):
    code = error.response["Error"]["Code"]
    if code == "ResourceNotFoundException":
        return f"There is no log group {log_group}."
    if code in ("AccessDeniedException", "UnrecognizedClientException"):
        return f"This widget may not query {log_group}: it needs logs:StartQuery for it."
    return f"CloudWatch Logs refused the query: {code}: {error.response['Error']['Message']}"
