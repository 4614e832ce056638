"""Metrics Insights queries."""

import pytest
from reuse_cli.cloudwatch import metrics_insights
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.functions import MathError
from reuse_cli.cloudwatch.metrics_insights import Query


def test_all_parts_of_a_query() -> None:
    query = metrics_insights.parse(
        'SELECT AVG("Cold Starts") FROM SCHEMA("LambdaReuse", FunctionName, "B c")'
        " WHERE FunctionName = 'orders' AND \"B c\" != 'x' GROUP BY FunctionName"
        " ORDER BY MAX() DESC LIMIT 10"
    )

    assert query == Query(
        function="AVG",
        metric="Cold Starts",
        namespace="LambdaReuse",
        schema=("B c", "FunctionName"),
        where=(("FunctionName", "=", "orders"), ("B c", "!=", "x")),
        group=("FunctionName",),
        order=("MAX", "DESC"),
        limit=10,
    )
    assert query.statistic == "Average"
    metric = Metric("LambdaReuse", "Cold Starts", ("B c", "FunctionName"))
    assert query.takes(metric, ("y", "orders"))
    assert not query.takes(metric, ("x", "orders"))
    assert not query.takes(Metric("LambdaReuse", "Cold Starts", ("FunctionName",)), ("orders",))
    assert not query.takes(Metric("Other", "Cold Starts", metric.dimensions), ("y", "orders"))


def test_a_namespace_takes_any_dimensions() -> None:
    query = metrics_insights.parse('select sum(X) from "NS" group by D')

    assert query.takes(Metric("NS", "X", ("D", "E")), ("1", "2"))
    assert not query.takes(Metric("NS", "X", ("E",)), ("2",))
    assert metrics_insights.is_query(" select 1")
    assert not metrics_insights.is_query("SUM(a)")


@pytest.mark.parametrize("text", ["SELECT", "SELECT AVG(X)", 'SELECT AVG(X) FROM "N" LIMIT x'])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(MathError, match="cannot be read at character"):
        metrics_insights.parse(text)
