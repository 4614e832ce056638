"""Lambda, as far as layers go: reads functions and layers, publishes and changes them.

Every failure of AWS becomes one sentence with the exit code that says whose it is.
"""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from reuse_cli.aws_session import Account, failures
from reuse_cli.errors import UsageError
from reuse_cli.layers.plan import Function, Layer, name_of

if TYPE_CHECKING:
    from mypy_boto3_lambda import LambdaClient


class Aws:
    """One account and region."""

    def __init__(self, profile: str | None, region: str | None) -> None:
        """Raises ConfigurationError."""
        self._lambda: LambdaClient = Account(profile, region).client("lambda")

    def publish(self, name: str, architecture: str, archive: Path, about: str) -> str:
        """Publish a new version; its ARN."""
        arguments: dict[str, Any] = {
            "LayerName": name,
            "Description": about,
            "Content": {"ZipFile": archive.read_bytes()},
            "CompatibleArchitectures": [architecture],
            "LicenseInfo": "Apache-2.0",
        }
        with failures():
            return self._lambda.publish_layer_version(**arguments)["LayerVersionArn"]

    def function(self, name: str) -> Function:
        """A function as it is now."""
        with failures():
            response = self._lambda.get_function_configuration(FunctionName=name)
        return Function(
            name=response["FunctionName"],
            architecture=(response.get("Architectures") or ["x86_64"])[0],
            layers=tuple(layer["Arn"] for layer in response.get("Layers", ())),
            is_image=response.get("PackageType") == "Image",
            code_bytes=response.get("CodeSize", 0),
            layer_bytes={
                layer["Arn"]: layer.get("CodeSize", 0) for layer in response.get("Layers", ())
            },
            revision=response.get("RevisionId", ""),
            runtime=response.get("Runtime", ""),
        )

    def layer(self, version_arn: str) -> Layer:
        """A layer's version by its ARN. Raises UsageError where it is none."""
        layer_arn, _, version = version_arn.rpartition(":")
        if not name_of(version_arn) or not version.isdigit():
            raise UsageError(
                f"{version_arn!r} is not a layer version ARN (arn:aws:lambda:...:NAME:1)"
            )
        with failures():
            response = self._lambda.get_layer_version(
                LayerName=layer_arn, VersionNumber=int(version)
            )
        return Layer(
            response["LayerVersionArn"],
            tuple(response.get("CompatibleArchitectures", ())),
            response.get("Content", {}).get("CodeSize", 0),
        )

    def newest(self, name: str) -> str | None:
        """The ARN of a layer's newest version, or None where it was never published."""
        with failures():
            pages = self._lambda.get_paginator("list_layer_versions").paginate(LayerName=name)
            versions = [version for page in pages for version in page["LayerVersions"]]
        newest = max(versions, key=lambda version: version["Version"], default=None)
        return newest["LayerVersionArn"] if newest else None

    def set_layers(self, function: Function, layers: tuple[str, ...]) -> None:
        """Change a function that nobody has changed meanwhile, and wait until it is ready."""
        arguments: dict[str, Any] = {"FunctionName": function.name, "Layers": list(layers)}
        if function.revision:
            arguments["RevisionId"] = function.revision
        with failures():
            self._lambda.get_waiter("function_updated_v2").wait(FunctionName=function.name)
            self._lambda.update_function_configuration(**arguments)
            self._lambda.get_waiter("function_updated_v2").wait(FunctionName=function.name)
