"""Loads a template and resolves the intrinsic functions that need no deployed stack."""

import re
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from reuse_cli.errors import ConfigurationError

UNKNOWN: Final = "\0unknown"
"""The value of what only a deployed stack knows; no text of a template contains a NUL."""

# Short forms that are not simply `Fn::` and their own name.
FULL_NAMES = {"Ref": "Ref", "Condition": "Condition"}


class Resolver:
    """Turns values of a template into text; `left_out` names what could not be resolved."""

    def __init__(self, parameters: Mapping[str, Any], region: str) -> None:
        self.left_out: list[str] = []
        self._known = {
            "AWS::Region": region,
            "AWS::AccountId": "123456789012",
            "AWS::Partition": "aws",
            "AWS::URLSuffix": "amazonaws.com",
        }
        for name, parameter in parameters.items():
            # A parameter of an SSM type has the name of the value as its default, not the value.
            if isinstance(parameter, Mapping) and "AWS::SSM" not in str(parameter.get("Type")):
                default = parameter.get("Default")
                if isinstance(default, str):
                    self._known[name] = default

    def text(self, value: Any, what: str) -> str | None:
        """The text; None where there is none, or none that is known here."""
        if value is None:
            return None
        known = self.known(value)
        if isinstance(known, str) and UNKNOWN not in known:
            return known
        self.left_out.append(what)
        return None

    def known(self, value: Any) -> Any:
        """The value with its intrinsic function resolved, or UNKNOWN."""
        if not isinstance(value, Mapping):
            return value
        if len(value) != 1:
            return UNKNOWN
        ((name, argument),) = value.items()
        if name == "Ref":
            return self._known.get(argument, UNKNOWN) if isinstance(argument, str) else UNKNOWN
        if name == "Fn::Sub":
            return self._sub(argument)
        if name == "Fn::Join":
            return self._join(argument)
        return UNKNOWN

    def _sub(self, argument: Any) -> str:
        own: dict[str, Any] = {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            own = {name: self.known(value) for name, value in argument[1].items()}
            argument = argument[0]
        if not isinstance(argument, str):
            return UNKNOWN

        def replaced(match: "re.Match[str]") -> str:
            name = match[1]
            if name.startswith("!"):  # ${!Literal} stands for ${Literal}
                return "${" + name[1:] + "}"
            value = own.get(name, self._known.get(name, UNKNOWN))
            return value if isinstance(value, str) else UNKNOWN

        return re.sub(r"\$\{([^}]*)\}", replaced, argument)

    def _join(self, argument: Any) -> str:
        if not (
            isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], list)
        ):
            return UNKNOWN
        parts = [self.known(part) for part in argument[1]]
        texts = [part if isinstance(part, str) else UNKNOWN for part in parts]
        return str(argument[0]).join(texts)


def load(path: Path) -> Mapping[str, Any]:
    """A template in YAML or JSON, its short forms written out; raises ConfigurationError."""
    yaml = _yaml()
    try:
        template = yaml.load(path.read_bytes(), Loader=_loader(yaml))
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"the template {path} cannot be read: {reason}") from error
    except (yaml.YAMLError, UnicodeError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise ConfigurationError(f"the template {path} is not YAML or JSON{where}") from error
    if not isinstance(template, Mapping) or not template.get("Resources"):
        raise ConfigurationError(f"{path} is no template: it has no Resources")
    return template


def _loader(yaml: Any) -> Any:
    """A loader that keeps every scalar as its text: `012` stays 012, and `true` is true."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {
            "<": [("tag:yaml.org,2002:merge", re.compile("^<<$"))]
        }

    def short_form(loader: Any, suffix: str, node: Any) -> dict[str, Any]:
        if isinstance(node, yaml.ScalarNode):
            value: Any = loader.construct_scalar(node)
        elif isinstance(node, yaml.SequenceNode):
            value = loader.construct_sequence(node, deep=True)
        else:
            value = loader.construct_mapping(node, deep=True)
        return {FULL_NAMES.get(suffix, f"Fn::{suffix}"): value}

    Loader.add_multi_constructor("!", short_form)
    return Loader


def _yaml() -> Any:
    try:
        return import_module("yaml")  # it ships no types
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "reading a template needs PyYAML: pip install 'lambda-reuse[cli]'"
        ) from error
