"""CloudWatch dashboards as code: plain functions that return widgets, and one file a dashboard.

`python -m reuse_dashboards FOLDER` writes each as JSON, for the console, CloudFormation and
Terraform alike. Metric names come from the extension's catalogue and nowhere else.
"""

import json
from typing import Any

from reuse_dashboards import fleet, function, timeline

DASHBOARDS = {
    fleet.NAME: fleet.dashboard,
    function.NAME: function.dashboard,
    timeline.NAME: timeline.dashboard,
}
"""The functions that return a dashboard's body, by the dashboard's name."""
FOR_GRAFANA = (fleet.NAME, function.NAME)
"""Those that are not one widget of CloudWatch's own."""


def rendered(body: dict[str, Any]) -> str:
    """A dashboard's body as the text of its file."""
    return json.dumps(body, indent=1) + "\n"
