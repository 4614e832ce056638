"""The timeline dashboard: a function's containers as lanes, drawn by a Lambda function.

The custom widget's code is in `dashboards/timeline_widget`; CloudWatch invokes it with the time
range, and asks for permission the first time.
"""

from typing import Any

from reuse_dashboards.function import variable
from reuse_dashboards.widgets import FUNCTION, laid_out, text

NAME = "lambda-reuse-timeline"
ENDPOINT = "TIMELINE_FUNCTION_ARN"
"""Stands for the ARN of the widget's function; the template puts the real one in its place."""
INTRODUCTION = (
    "Each lane is one container: its init, its invocations, its end. Choose a function and a time"
    " range above; a click on a lane's name shows the container's records."
)


def dashboard(endpoint: str = ENDPOINT) -> dict[str, Any]:
    """The dashboard's body, for the widget's function with this ARN."""
    widget = {
        "type": "custom",
        "properties": {
            "title": "Containers",
            "endpoint": endpoint,
            "params": {"function": FUNCTION},
            "updateOn": {"refresh": True, "resize": True, "timeRange": True},
        },
    }
    rows = [(2, [text(INTRODUCTION)]), (16, [widget])]
    return {"start": "-PT3H", "variables": [variable()], "widgets": laid_out(rows)}
