"""A function as a SAM or CloudFormation template describes it, as far as it can run here.

Globals are merged as SAM merges them: a function's own value wins, variables are joined, layers are
added. Of the intrinsic functions, `Ref` to a parameter with a default or to a pseudo parameter,
`Sub` and `Join` of such are resolved. What cannot be resolved without a deployed stack is left out,
and told.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reuse_cli.errors import ConfigurationError
from reuse_cli.local.intrinsics import UNKNOWN, Resolver, load

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
LOGGING = {
    "LogFormat": "log_format",
    "ApplicationLogLevel": "log_level",
    "SystemLogLevel": "system_log_level",
}
LAYERS = ("AWS::Serverless::LayerVersion", "AWS::Lambda::LayerVersion")


@dataclass
class TemplateFunction:
    """One function of a template; `warnings` are sentences about what could not be taken over."""

    folder: Path
    handler: str
    name: str
    runtime: str
    memory_mb: int = 128  # the default of CloudFormation and of SAM
    timeout_s: float = 3.0
    environment: Mapping[str, str] = field(default_factory=dict)
    layers: list[Path] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Log format and levels and tenant isolation, in the words of the sandbox."""


def read(path: Path, function: str | None, region: str = "us-east-1") -> TemplateFunction:
    """The function of that logical id or FunctionName; without a name, the only one there is.

    Raises ConfigurationError where the template has none that can run here.
    """
    template = load(path)
    resources = _mapping(template.get("Resources"), path, "Resources")
    logical_id = _find(resources, function, path)
    resolver = Resolver(_mapping(template.get("Parameters"), path, "Parameters"), region)
    return _Reader(path, resources, resolver).function(logical_id, _globals(template, path))


class _Reader:
    """Reads one function, and gathers what could not be taken over."""

    def __init__(self, path: Path, resources: Mapping[str, Any], resolver: Resolver) -> None:
        self._path = path
        self._resources = resources
        self._resolver = resolver
        self._ignored_layers: list[str] = []

    def function(self, logical_id: str, defaults: Mapping[str, Any]) -> TemplateFunction:
        """All that is known of it."""
        resource = self._resources[logical_id]
        own = _mapping(resource.get("Properties"), self._path, f"the properties of {logical_id}")
        serverless = resource["Type"] == FUNCTIONS[0]
        properties = {**defaults, **own} if serverless else dict(own)
        inherited = defaults if serverless else {}
        if properties.get("PackageType") == "Image":
            raise self._wrong(logical_id, "is a container image, which cannot run here")
        name = self._resolver.text(own.get("FunctionName"), "FunctionName")
        found = TemplateFunction(
            folder=self._folder(logical_id, properties, serverless),
            handler=self._required(logical_id, properties, "Handler"),
            runtime=self._required(logical_id, properties, "Runtime"),
            name=re.sub(r"[^A-Za-z0-9_-]", "-", name or logical_id)[:64],
            memory_mb=int(self._number(logical_id, properties, "MemorySize", 128)),
            timeout_s=self._number(logical_id, properties, "Timeout", 3),
            environment={**self._variables(inherited), **self._variables(own)},
            layers=self._layers(inherited) + self._layers(own),
        )
        found.settings = self._settings(properties)
        found.warnings = self._warnings()
        return found

    def _required(self, logical_id: str, properties: Mapping[str, Any], name: str) -> str:
        value = self._resolver.text(properties.get(name), name)
        if not value:
            raise self._wrong(logical_id, f"has no {name} that can be read here")
        return value

    def _number(
        self, logical_id: str, properties: Mapping[str, Any], name: str, default: float
    ) -> float:
        text = self._resolver.text(properties.get(name), name)
        if not text:
            return default
        if not re.fullmatch("[0-9]{1,9}", text):
            raise self._wrong(logical_id, f"has the {name} {text!r}, which is no whole number")
        return float(text)

    def _folder(self, logical_id: str, properties: Mapping[str, Any], serverless: bool) -> Path:
        key = "CodeUri" if serverless else "Code"
        if "InlineCode" in properties or _has(properties.get(key), "ZipFile"):
            raise self._wrong(logical_id, "has its code in the template: put it into a folder")
        code = properties.get(key, "." if serverless else None)
        text = self._resolver.text(code, key)
        folder = self._path.parent / text if text else None
        if folder is None or "://" in str(text):
            raise self._wrong(logical_id, f"has a {key} that is no folder on this machine")
        if not folder.is_dir():
            raise self._wrong(logical_id, f"has its code in {folder}, where there is no folder")
        return folder

    def _variables(self, properties: Mapping[str, Any]) -> dict[str, str]:
        environment = properties.get("Environment")
        variables = environment.get("Variables") if isinstance(environment, Mapping) else None
        if not isinstance(variables, Mapping):
            return {}
        texts = {
            name: self._resolver.text(value, f"the variable {name}")
            for name, value in variables.items()
        }
        return {name: text for name, text in texts.items() if text is not None}

    def _settings(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        logging, tenancy = properties.get("LoggingConfig"), properties.get("TenancyConfig")
        found: dict[str, Any] = {}
        for key, name in LOGGING.items():
            value = logging.get(key) if isinstance(logging, Mapping) else None
            text = self._resolver.text(value, key)
            if text:
                found[name] = text
        if _has(tenancy, "TenantIsolationMode"):
            found["tenant_isolation"] = True
        return found

    def _layers(self, properties: Mapping[str, Any]) -> list[Path]:
        layers = properties.get("Layers")
        folders = []
        for layer in layers if isinstance(layers, list) else []:
            folder = self._layer(layer)
            if folder is None:
                self._ignored_layers.append(_shown(layer))
            else:
                folders.append(folder)
        return folders

    def _layer(self, layer: Any) -> Path | None:
        """The folder of a layer that the template itself builds from this machine."""
        logical_id = layer.get("Ref") if isinstance(layer, Mapping) else None
        resource = self._resources.get(logical_id) if isinstance(logical_id, str) else None
        if not isinstance(resource, Mapping) or resource.get("Type") not in LAYERS:
            return None
        properties = resource.get("Properties")
        content = properties.get("ContentUri") if isinstance(properties, Mapping) else None
        text = self._resolver.known(content)
        if not isinstance(text, str) or text is UNKNOWN:
            return None
        folder = self._path.parent / text
        return folder if folder.is_dir() else None

    def _warnings(self) -> list[str]:
        warnings = []
        if self._resolver.left_out:
            names = ", ".join(dict.fromkeys(self._resolver.left_out))
            warnings.append(f"left out, as only a deployed stack knows them: {names}")
        if self._ignored_layers:
            names = ", ".join(self._ignored_layers)
            warnings.append(f"layers that are no folders on this machine are ignored: {names}")
        return warnings

    def _wrong(self, logical_id: str, what: str) -> ConfigurationError:
        return ConfigurationError(f"{logical_id} in {self._path} {what}")


def _find(resources: Mapping[str, Any], wanted: str | None, path: Path) -> str:
    functions = {
        name: resource
        for name, resource in resources.items()
        if isinstance(resource, Mapping) and resource.get("Type") in FUNCTIONS
    }
    if wanted is None and len(functions) == 1:
        return next(iter(functions))
    for name, resource in functions.items():
        if wanted is not None and wanted in (name, _function_name(resource)):
            return name
    there = f"it has {', '.join(functions)}" if functions else "it has none"
    if wanted is None:
        raise ConfigurationError(f"{path} has not exactly one function: {there}; name one")
    raise ConfigurationError(f"there is no function {wanted} in {path}: {there}")


def _function_name(resource: Mapping[str, Any]) -> Any:
    properties = resource.get("Properties")
    return properties.get("FunctionName") if isinstance(properties, Mapping) else None


def _globals(template: Mapping[str, Any], path: Path) -> Mapping[str, Any]:
    whole = _mapping(template.get("Globals"), path, "Globals")
    return _mapping(whole.get("Function"), path, "Globals.Function")


def _mapping(value: Any, path: Path, what: str) -> Mapping[str, Any]:
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{path} is no template: {what} is no mapping")
    return value


def _has(value: Any, key: str) -> bool:
    return isinstance(value, Mapping) and key in value


def _shown(value: Any) -> str:
    """A layer, in the words of the template."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, argument),) = value.items()
        return str(argument) if name == "Ref" else f"{name} {argument}"
    return str(value)
