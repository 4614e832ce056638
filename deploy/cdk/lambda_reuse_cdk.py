"""A construct for the AWS CDK: the layer, the dashboards and an alarm, for functions of a stack.

    reuse = LambdaReuse(self, "Reuse", layers={"x86_64": "dist/lambda-reuse-layer-x86_64.zip"})
    reuse.watch(function, alarm_above_percent=5)

The timeline's dashboard is left out: the code of its function is deployed by `template.yaml`.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from aws_cdk import Aws, Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

BODIES = Path(__file__).parents[2] / "dashboards"
NAMESPACE, DIMENSION = "LambdaReuse", "FunctionName"
ARCHITECTURES = {
    "x86_64": lambda_.Architecture.X86_64,
    "arm64": lambda_.Architecture.ARM_64,
}


class LambdaReuse(Construct):
    """The layer for the architectures whose zips are given, and the dashboards that are named."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        layers: Mapping[str, str],
        dashboards: Sequence[str] = ("fleet", "function"),
    ) -> None:
        """`layers`: architecture (`x86_64`, `arm64`) -> the path of its zip."""
        super().__init__(scope, name)
        self.layers = {
            architecture: lambda_.LayerVersion(
                self,
                f"Layer-{architecture}",
                layer_version_name=f"lambda-reuse-{architecture}",
                code=lambda_.Code.from_asset(path),
                compatible_architectures=[ARCHITECTURES[architecture]],
                license="Apache-2.0",
            )
            for architecture, path in layers.items()
        }
        """Architecture -> the layer."""
        for dashboard in dashboards:
            body = (BODIES / f"lambda-reuse-{dashboard}.json").read_text(encoding="utf-8")
            cloudwatch.CfnDashboard(
                self,
                f"Dashboard-{dashboard}",
                dashboard_name=f"lambda-reuse-{dashboard}",
                dashboard_body=body.replace('"REGION"', f'"{Aws.REGION}"'),
            )

    def watch(
        self, function: lambda_.Function, *, alarm_above_percent: float | None = None
    ) -> cloudwatch.Alarm | None:
        """Add the layer to a function; with a limit, an alarm on its share of cold starts.

        Raises KeyError where there is no layer for the function's architecture.
        """
        function.add_layers(self.layers[function.architecture.name])
        if alarm_above_percent is None:
            return None

        def metric(name: str) -> cloudwatch.Metric:
            return cloudwatch.Metric(
                namespace=NAMESPACE,
                metric_name=name,
                dimensions_map={DIMENSION: function.function_name},
                statistic="Sum",
                period=Duration.minutes(5),
            )

        share = cloudwatch.MathExpression(
            expression="100 * FILL(cold, 0) / invocations",
            using_metrics={"cold": metric("ColdStarts"), "invocations": metric("Invocations")},
            label="cold starts, % of invocations",
            period=Duration.minutes(5),
        )
        return cloudwatch.Alarm(
            self,
            f"ColdShare-{function.node.addr}",
            metric=share,
            threshold=alarm_above_percent,
            evaluation_periods=3,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
