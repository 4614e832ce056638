"""`python -m reuse_dashboards FOLDER [TEMPLATE]` writes every dashboard as JSON into the folder.

Below `grafana/` are those that Grafana can show. The bodies are put into the CloudFormation
template as well. In the JSON the region is left as the word
REGION, for whoever uses it to put theirs in its place.
"""

import sys
from pathlib import Path

from reuse_dashboards import DASHBOARDS, FOR_GRAFANA, grafana, rendered, template


def write(folder: Path) -> None:
    """Write every dashboard."""
    for name, dashboard in DASHBOARDS.items():
        (folder / f"{name}.json").write_text(rendered(dashboard()), encoding="utf-8")
    (folder / "grafana").mkdir(exist_ok=True)
    for name in FOR_GRAFANA:
        text = rendered(grafana.dashboard(name, DASHBOARDS[name]()))
        (folder / "grafana" / f"{name}.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))
    for path in sys.argv[2:]:
        template.update(Path(path))
