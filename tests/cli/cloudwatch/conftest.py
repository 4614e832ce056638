"""A small store of metrics: lines as a function would print them, and what they become."""

import json
from collections.abc import Callable, Mapping
from typing import Any

import duckdb
import pytest
from reuse_cli.cloudwatch.evaluate import Data
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
def data_of() -> Callable[..., Data]:
    """Makes a store of lines: objects, or texts as they are."""

    def made(*lines: Line | str, wanted: set[str] | None = None) -> Data:
        connection = duckdb.connect()
        texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
        connection.execute("create table line (t bigint, record varchar)")
        connection.executemany(
            "insert into line values (try_cast(json_extract_string(try_cast(? as json),"
            " '$._aws.Timestamp') as bigint), ?)",
            [[text, text] for text in texts] or [["{}", "{}"]],
        )
        return Data(MetricStore(connection, "line", wanted), connection, "line")

    return made
