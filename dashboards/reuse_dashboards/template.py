"""Puts the dashboards into a CloudFormation template, where a body has to stand as text.

A comment `# body: NAME` before a `DashboardBody` says which body belongs there.
"""

import json
import re
from pathlib import Path

from reuse_dashboards import DASHBOARDS, timeline

BODY = re.compile(r"(# body: (\S+)\n +DashboardBody: !Sub \|-\n)( +)(.*)\n")


def with_bodies(template: str) -> str:
    """The template with every dashboard's body, for the region it is deployed to."""
    found = [match[2] for match in BODY.finditer(template)]
    if sorted(found) != sorted(DASHBOARDS):
        raise ValueError(f"the template has the dashboards {found}, not {sorted(DASHBOARDS)}")
    return BODY.sub(lambda match: f"{match[1]}{match[3]}{_text(match[2])}\n", template)


def _text(name: str) -> str:
    text = json.dumps(DASHBOARDS[name](), separators=(",", ":"))
    text = text.replace('"REGION"', '"${AWS::Region}"')
    return text.replace(timeline.ENDPOINT, "${TimelineFunction.Arn}")


def update(path: Path) -> None:
    """Put the bodies into the template in this file."""
    path.write_text(with_bodies(path.read_text("utf-8")), encoding="utf-8")
