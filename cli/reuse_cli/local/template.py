"""A function as a SAM or CloudFormation template describes it, as far as it can run here.

Globals are merged as SAM merges them: a function's own value wins, variables are joined, layers are
added. Conditions and intrinsic functions are evaluated (`intrinsics`). What only a deployed stack
knows is left out, and so is what the sandbox does not play: a warning names each.
"""

import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reuse_cli.errors import ConfigurationError
from reuse_cli.local.assets import LayerSource, code_of, inline_code, layer_of
from reuse_cli.local.intrinsics import NO_VALUE, Resolver, is_known
from reuse_cli.local.parameters import references
from reuse_cli.local.template_file import for_each_keys, load, templates_at
from reuse_cli.local.template_functions import Choice, choose, mapping

LOGGING = {
    "LogFormat": "log_format",
    "ApplicationLogLevel": "log_level",
    "SystemLogLevel": "system_log_level",
}
NOT_PLAYED = {
    "CapacityProviderConfig": " (see --managed)",
    "DeadLetterConfig": "",
    "DeadLetterQueue": "",
    "DurableConfig": "",
    "EphemeralStorage": "",
    "EventInvokeConfig": "",
    "FileSystemConfigs": "",
    "ProvisionedConcurrencyConfig": " (see --provisioned)",
    "ReservedConcurrentExecutions": " (see --concurrency)",
    "SnapStart": " (see --snap-start)",
    "Tracing": "",
    "TracingConfig": "",
    "VpcConfig": "",
}
"""Properties that change how a function runs on Lambda, and do not here."""


@dataclass
class TemplateFunction:
    """One function of a template; `warnings` are sentences about what could not be taken over."""

    folder: Path
    """Where its code is: a folder, or a zip file; the template's folder where it is `inline`."""
    handler: str
    name: str
    runtime: str
    memory_mb: int = 128  # the default of CloudFormation and of SAM
    timeout_s: float = 3.0
    environment: Mapping[str, str] = field(default_factory=dict)
    inline: str | None = None
    """Its code, where that stands in the template."""
    layers: list[LayerSource] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    settings: Mapping[str, Any] = field(default_factory=dict)
    """Log format and levels and tenant isolation, in the words of the sandbox."""
    origin: str = ""
    """What messages call it: the logical id and the file."""


def read(
    path: Path,
    function: str | None,
    region: str = "us-east-1",
    *,
    parameters: Mapping[str, str] | None = None,
    given: Collection[str] = (),
) -> TemplateFunction:
    """The function of that logical id or FunctionName; without a name, the only one there is.

    `path` is a template, or a folder of `sam build` or `cdk synth`. `given` are the variables that
    the user gives, about which nothing need be known. Raises ConfigurationError where the template
    has no function that can run here.
    """
    choices = [_open(one, parameters or {}, region) for one in templates_at(path)]
    choice, logical_id = choose(choices, function)
    return _Reader(choice, given).function(logical_id)


def _open(path: Path, parameters: Mapping[str, str], region: str) -> Choice:
    template = load(path)

    def section(name: str) -> Mapping[str, Any]:
        return mapping(template.get(name), path, name)

    known = references(section("Parameters"), parameters, region, path)
    resolver = Resolver(known, section("Conditions"), section("Mappings"))
    defaults = mapping(section("Globals").get("Function"), path, "Globals.Function")
    return Choice(path, section("Resources"), defaults, resolver)


class _Reader:
    """Reads one function, and gathers what could not be taken over."""

    def __init__(self, choice: Choice, given: Collection[str]) -> None:
        self._path = choice.path
        self._resources = choice.resources
        self._resolver = choice.resolver
        self._globals = choice.defaults
        self._given = given
        self._left_out: list[str] = []
        self._warnings: list[str] = []

    def function(self, logical_id: str) -> TemplateFunction:
        """All that is known of it."""
        self._origin = f"{logical_id} in {self._path}"
        resource = self._resources[logical_id]
        own = mapping(resource.get("Properties"), self._path, f"the properties of {logical_id}")
        is_serverless = resource["Type"] == "AWS::Serverless::Function"
        inherited = self._globals if is_serverless else {}
        properties = {**inherited, **own}
        self._refuse(properties)
        name = self._text(own.get("FunctionName"), "FunctionName")
        inline = inline_code(properties, self._resolver, self._origin)
        found = TemplateFunction(
            folder=self._path.parent if inline is not None else self._folder(resource, properties),
            inline=inline,
            handler=self._required(properties, "Handler"),
            runtime=self._required(properties, "Runtime"),
            name=re.sub(r"[^A-Za-z0-9_-]", "-", name or logical_id)[:64],
            memory_mb=int(self._number(properties, "MemorySize", 128)),
            timeout_s=self._number(properties, "Timeout", 3),
            environment={**self._variables(inherited), **self._variables(own)},
            layers=self._layers(inherited) + self._layers(own),
            settings=self._settings(properties),
            origin=self._origin,
        )
        found.warnings = self._all_warnings(properties)
        return found

    def _folder(self, resource: Mapping[str, Any], properties: Mapping[str, Any]) -> Path:
        return code_of(resource, properties, self._resolver, self._path, self._origin)

    def _refuse(self, properties: Mapping[str, Any]) -> None:
        if properties.get("PackageType") == "Image" or "ImageUri" in properties:
            raise self._wrong("is a container image, which cannot run here")
        loops = list(for_each_keys([properties.get(key) for key in ("Environment", "Layers")]))
        if loops:
            raise self._wrong(f"uses {loops[0]}, which only CloudFormation can expand")

    def _resolved(self, value: Any, what: str) -> Any:
        """The value; None where there is none, or a part of it is not known here."""
        value = self._resolver.resolve(value)
        if value is NO_VALUE or value is None:
            return None
        if is_known(value):
            return value
        self._left_out.append(what)
        return None

    def _text(self, value: Any, what: str) -> str | None:
        value = self._resolved(value, what)
        if value is not None and not isinstance(value, str):
            self._left_out.append(what)
        return value if isinstance(value, str) else None

    def _required(self, properties: Mapping[str, Any], name: str) -> str:
        value = self._text(properties.get(name), name)
        if not value:
            raise self._wrong(f"has no {name} that can be read here")
        return value

    def _number(self, properties: Mapping[str, Any], name: str, default: float) -> float:
        text = self._text(properties.get(name), name)
        if not text:
            return default
        if not re.fullmatch("[0-9]{1,9}", text):
            raise self._wrong(f"has the {name} {text!r}, which is not a whole number")
        return float(text)

    def _variables(self, properties: Mapping[str, Any]) -> dict[str, str]:
        environment = self._part(properties.get("Environment"), "Environment")
        variables = self._part(environment.get("Variables"), "Environment.Variables")
        texts = {
            name: self._text(value, f"the variable {name}")
            for name, value in variables.items()
            if name not in self._given
        }
        missing = [f"the variable {name}" for name, text in texts.items() if text is None]
        self._left_out += [what for what in missing if what not in self._left_out]
        return {name: text for name, text in texts.items() if text is not None}

    def _part(self, value: Any, what: str) -> Mapping[str, Any]:
        """A mapping, whose values may be unknown."""
        value = self._resolver.resolve(value)
        if value in (NO_VALUE, None, ""):
            return {}
        if isinstance(value, Mapping):
            return value
        self._left_out.append(what)
        return {}

    def _settings(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        logging = self._part(properties.get("LoggingConfig"), "LoggingConfig")
        tenancy = self._part(properties.get("TenancyConfig"), "TenancyConfig")
        texts = {name: self._text(logging.get(key), key) for key, name in LOGGING.items()}
        found: dict[str, Any] = {name: text for name, text in texts.items() if text}
        if "TenantIsolationMode" in tenancy:
            found["tenant_isolation"] = True
        return found

    def _layers(self, properties: Mapping[str, Any]) -> list[LayerSource]:
        layers = self._unfolded(properties.get("Layers"))
        if isinstance(layers, Mapping):  # a parameter that is a list
            layers = self._resolver.resolve(layers)
        if not isinstance(layers, list):
            if layers not in (NO_VALUE, None, ""):
                self._left_out.append("Layers")
            return []
        found, ignored = [], []
        for layer in layers:
            layer = self._unfolded(layer)  # noqa: PLW2901 - the same layer, its condition resolved
            if layer is NO_VALUE:
                continue
            source = layer_of(layer, self._resources, self._resolver, self._path)
            if source is None:
                ignored.append(_shown(layer))
            else:
                found.append(source)
        if ignored:
            names = ", ".join(ignored)
            self._warnings.append(f"layers that are not on this machine are ignored: {names}")
        return found

    def _unfolded(self, value: Any) -> Any:
        """What an `Fn::If` chooses, with its own references as they stand."""
        for _ in range(20):
            if not (isinstance(value, Mapping) and len(value) == 1 and "Fn::If" in value):
                break
            branches = value["Fn::If"]
            if not (isinstance(branches, list) and len(branches) == 3):
                break
            holds = self._resolver.condition(branches[0])
            if holds is None:
                break
            value = branches[1 if holds else 2]
        is_nothing = isinstance(value, Mapping) and value.get("Ref") == "AWS::NoValue"
        return NO_VALUE if is_nothing else value

    def _all_warnings(self, properties: Mapping[str, Any]) -> list[str]:
        warnings = []
        if self._left_out:
            names = ", ".join(dict.fromkeys(self._left_out))
            warnings.append(f"left out, as only a deployed stack knows them: {names}")
        ignored = [name + hint for name, hint in NOT_PLAYED.items() if self._has(properties, name)]
        if ignored:
            warnings.append(f"not played here: {', '.join(ignored)}")
        return warnings + self._warnings

    def _has(self, properties: Mapping[str, Any], name: str) -> bool:
        return self._unfolded(properties.get(name)) not in (NO_VALUE, None, "")

    def _wrong(self, what: str) -> ConfigurationError:
        return ConfigurationError(f"{self._origin} {what}")


def _shown(value: Any) -> str:
    """A layer, in the words of the template."""
    if isinstance(value, Mapping) and len(value) == 1:
        ((name, argument),) = value.items()
        return str(argument) if name == "Ref" else f"{name} {argument}"
    return str(value)
