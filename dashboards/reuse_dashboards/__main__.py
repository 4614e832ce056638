"""`python -m reuse_dashboards FOLDER [TEMPLATE]` writes every dashboard as JSON into the folder.

The overview is put into the CloudFormation template as well. In the JSON the region is left as the
word REGION, for whoever uses it to put theirs in its place.
"""

import json
import sys
from pathlib import Path
from typing import Any

from reuse_dashboards import overview, template

DASHBOARDS = {overview.NAME: overview.dashboard}


def rendered(body: dict[str, Any]) -> str:
    """A dashboard's body as the text of its file."""
    return json.dumps(body, indent=1) + "\n"


def write(folder: Path) -> None:
    """Write every dashboard."""
    for name, dashboard in DASHBOARDS.items():
        (folder / f"{name}.json").write_text(rendered(dashboard()), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    for path in sys.argv[2:]:
        template.update(Path(path), overview.dashboard())
