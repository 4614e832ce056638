"""Puts a dashboard into a CloudFormation template, where it has to stand as text."""

import json
import re
from pathlib import Path
from typing import Any

BODY = re.compile(r"(DashboardBody: !Sub \|-\n)( +)(.*)\n")


def with_body(template: str, body: dict[str, Any]) -> str:
    """The template with this body in its one dashboard, for the region it is deployed to."""
    text = json.dumps(body, separators=(",", ":")).replace('"REGION"', '"${AWS::Region}"')
    replaced, count = BODY.subn(lambda match: f"{match[1]}{match[2]}{text}\n", template)
    if count != 1:
        raise ValueError("the template does not have one dashboard with its body in one line")
    return replaced


def update(path: Path, body: dict[str, Any]) -> None:
    """Put the body into the template in this file."""
    path.write_text(with_body(path.read_text("utf-8"), body), encoding="utf-8")
