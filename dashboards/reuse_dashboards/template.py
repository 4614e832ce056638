"""Puts dashboards and saved queries into a CloudFormation template, where they stand as text.

A comment `# body: NAME` before a `DashboardBody` says which body belongs there, and `# query: NAME`
before a `QueryString` which of QUERIES.
"""

import json
import re
from pathlib import Path
from textwrap import fill, indent

from reuse_dashboards import DASHBOARDS, fleet, function, timeline
from reuse_dashboards.widgets import DIMENSION, FUNCTION

BODY = re.compile(r"(# body: (\S+)\n +DashboardBody: !Sub \|-\n)( +)(.*)\n")


QUERY = re.compile(r"(# query: (\S+)\n( +)QueryString: \|\n)((?:\3 +.*\n)+)")
QUERIES = {
    "ranking": fleet.RANKING_QUERY,
    "containers": function.CONTAINERS_QUERY,
    "waste": function.WASTE_QUERY,
    "inits": function.INITS_QUERY,
}
"""Those of the log widgets; who runs a saved query chooses the function by its log group."""
WIDTH = 100


def with_queries(template: str) -> str:
    """The template with every saved query."""
    found = [match[2] for match in QUERY.finditer(template)]
    if sorted(found) != sorted(QUERIES):
        raise ValueError(f"the template has the queries {found}, not {sorted(QUERIES)}")
    return QUERY.sub(
        lambda match: match[1] + indent(_query(match[2]), match[3] + "  ") + "\n", template
    )


def _query(name: str) -> str:
    text = QUERIES[name].replace(f' and {DIMENSION} = "{FUNCTION}"', "")
    return "\n".join(
        fill(line, WIDTH, subsequent_indent="    ", break_long_words=False)
        for line in text.strip().splitlines()
    )


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
    """Put the bodies and queries into the template in this file."""
    path.write_text(with_queries(with_bodies(path.read_text("utf-8"))), encoding="utf-8")
