"""Where a template's code and layers lie on this machine: folders and zip files.

CodeUri: functions/orders           SAM, beside the template; `sam build` writes the built folder
Code: functions/orders              CloudFormation, as `aws cloudformation package` takes it
InlineCode, Code: {ZipFile: ...}   in the template itself: Lambda makes it the file `index`
Metadata: {aws:asset:path: asset.1f…}   CDK, in the folder cdk.out; else by the S3 key 1f….zip
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reuse_cli.errors import ConfigurationError
from reuse_cli.local.intrinsics import NO_VALUE, Resolver, is_known

SERVERLESS_LAYER = "AWS::Serverless::LayerVersion"
LAYERS = (SERVERLESS_LAYER, "AWS::Lambda::LayerVersion")


@dataclass(frozen=True)
class LayerSource:
    """A layer before it is laid out: a folder or a zip file."""

    path: Path
    name: str
    """What messages call it."""
    build_method: str = ""
    """What `sam build` would build it with."""


def code_of(
    resource: Mapping[str, Any],
    properties: Mapping[str, Any],
    resolver: Resolver,
    path: Path,
    origin: str,
) -> Path:
    """The folder or zip file of a function's code; raises ConfigurationError."""
    is_serverless = resource["Type"] == "AWS::Serverless::Function"
    key = "CodeUri" if is_serverless else "Code"
    code = properties.get(key, "." if is_serverless else None)
    found = _place(resource, code, resolver, path)
    if found is None:
        raise ConfigurationError(f"{origin} has a {key} that is not a folder on this machine")
    if not found.is_dir() and not (found.is_file() and found.suffix in (".zip", ".jar")):
        raise ConfigurationError(f"{origin} has its code in {found}, where there is no folder")
    return found


def inline_code(properties: Mapping[str, Any], resolver: Resolver, origin: str) -> str | None:
    """The code of a function that stands in the template itself; None where it is elsewhere.

    Raises ConfigurationError where only a deployed stack knows a part of it.
    """
    holder = properties.get("Code")
    held = holder.get("ZipFile") if isinstance(holder, Mapping) else None
    code = resolver.resolve(properties.get("InlineCode", held))
    if code is None or code is NO_VALUE:
        return None
    if not isinstance(code, str) or not is_known(code):
        raise ConfigurationError(f"{origin} has code that is known only after deployment")
    return code


def layer_of(
    layer: Any, resources: Mapping[str, Any], resolver: Resolver, path: Path
) -> LayerSource | None:
    """The layer that the template itself makes of what is on this machine; else None."""
    logical_id = _layer_id(layer)
    resource = resources.get(logical_id) if logical_id else None
    if not isinstance(resource, Mapping) or resource.get("Type") not in LAYERS:
        return None
    properties = resource.get("Properties")
    key = "ContentUri" if resource["Type"] == SERVERLESS_LAYER else "Content"
    content = properties.get(key) if isinstance(properties, Mapping) else None
    found = _place(resource, content, resolver, path)
    if found is None or not found.exists():
        return None
    metadata = resource.get("Metadata")
    method = resolver.resolve(metadata.get("BuildMethod")) if isinstance(metadata, Mapping) else ""
    return LayerSource(found, f"{logical_id} in {path}", method if isinstance(method, str) else "")


def _layer_id(layer: Any) -> str | None:
    """The logical id of `!Ref X`, `!GetAtt X.LayerVersionArn` or `!Sub ${X}`."""
    if not isinstance(layer, Mapping) or len(layer) != 1:
        return None
    ((name, argument),) = layer.items()
    if name == "Fn::GetAtt":
        argument = argument[0] if isinstance(argument, list) and argument else argument
        return argument.partition(".")[0] if isinstance(argument, str) else None
    if name == "Fn::Sub" and isinstance(argument, str):
        argument = argument.removeprefix("${").removesuffix("}")
    return argument if name in ("Ref", "Fn::Sub") and isinstance(argument, str) else None


def _place(
    resource: Mapping[str, Any], content: Any, resolver: Resolver, path: Path
) -> Path | None:
    """Where the content of a resource is, whether it is there or not; None for elsewhere."""
    folder = path.parent
    metadata = resource.get("Metadata")
    asset = metadata.get("aws:asset:path") if isinstance(metadata, Mapping) else None
    if isinstance(asset, str):
        return folder / asset
    value = resolver.resolve(content)
    if isinstance(value, str) and value and is_known(value):
        return folder / value if "://" not in value else None
    key = value.get("S3Key") if isinstance(value, Mapping) and value is not NO_VALUE else None
    if isinstance(key, str) and is_known(key):  # CDK names its assets by their digest
        stem = key.rpartition("/")[2].removesuffix(".zip")
        for candidate in (folder / f"asset.{stem}", folder / f"asset.{stem}.zip"):
            if candidate.exists():
                return candidate
    return None
