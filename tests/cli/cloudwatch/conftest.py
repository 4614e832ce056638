"""A small store of metrics: lines as a function would print them, and what they become."""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest
from reuse_cli.cloudwatch.evaluate import Data
from reuse_cli.cloudwatch.lines import JsonFiles
from reuse_cli.cloudwatch.store import MetricStore

BEGIN_MS = 1_790_000_100_000
"""A multiple of five minutes."""
MINUTE_MS = 60_000

Line = Mapping[str, Any]


def line(at_ms: int, dimensions: Mapping[str, str], **values: Any) -> dict[str, Any]:
    """One EMF line of the namespace `Shop`, with these dimensions and metrics."""
    metrics = [{"Name": name} for name in values]
    directive = {"Namespace": "Shop", "Dimensions": [sorted(dimensions)], "Metrics": metrics}
    return {"_aws": {"Timestamp": at_ms, "CloudWatchMetrics": [directive]}, **dimensions, **values}


@pytest.fixture
def data_of(tmp_path: Path) -> Callable[..., Data]:
    """Makes a store of lines: objects, or texts as they are."""

    def made(*lines: Line | str, wanted: set[str] | None = None) -> Data:
        connection = duckdb.connect()
        file = tmp_path / "lines.jsonl"
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        file.write_text("\n".join(texts) + "\n")
        files = JsonFiles([str(file)])
        return Data(MetricStore(connection, files, wanted), connection, files)

    return made
