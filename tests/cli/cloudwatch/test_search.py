"""Search expressions, by the rules of the CloudWatch user guide."""

import pytest
from reuse_cli.cloudwatch import search
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.functions import MathError

METRICS = [
    (Metric("LambdaReuse", "InitDuration", ("FunctionName",)), ("my-orders-fn",)),
    (Metric("LambdaReuse", "ColdStarts", ("FunctionName",)), ("payments",)),
    (Metric("LambdaReuse", "ColdStarts", ()), ()),
    (Metric("Other App", "ColdStarts", ("FunctionName", "Version")), ("payments", "7")),
]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{LambdaReuse,FunctionName}", [0, 1]),
        ("{LambdaReuse}", [2]),
        ('{"Other App",Version,"FunctionName"}', [3]),
        ('{LambdaReuse,FunctionName} MetricName="InitDuration"', [0]),
        ('{LambdaReuse,FunctionName} MetricName="Init"', []),
        ("{LambdaReuse,FunctionName} orders", [0]),
        ("{LambdaReuse,FunctionName} init", [0]),
        ("ColdStarts", [1, 2, 3]),
        ("cold starts", [1, 2, 3]),
        ("ColdStarts NOT Version", [1, 2]),
        ("InitDuration OR Version", [0, 3]),
        ('MetricName="ColdStarts" AND FunctionName="payments"', [1, 3]),
        ('MetricName=("InitDuration" OR "ColdStarts") FunctionName="payments"', [1, 3]),
        ("(orders OR payments) NOT (Version OR init)", [1]),
        ('FunctionName="my-orders-fn"', [0]),
        ("FunctionName=orders", [0]),
        ('Namespace="Other App"', [3]),
        ("Nothing", []),
    ],
)
def test_what_is_found(text: str, expected: list[int]) -> None:
    """A search finds the metrics that CloudWatch's SEARCH finds, in order."""
    assert search.parse(text).find(METRICS) == [METRICS[at] for at in expected]


@pytest.mark.parametrize("text", ["{", "{N", "MetricName=", "a OR", '"open', "(a"])
def test_what_cannot_be_read_is_refused(text: str) -> None:
    with pytest.raises(MathError, match="cannot be read"):
        search.parse(text)
