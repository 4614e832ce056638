"""Chooses one function among those of one template or several."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from reuse_cli.errors import ConfigurationError
from reuse_cli.local.intrinsics import Resolver

FUNCTIONS = ("AWS::Serverless::Function", "AWS::Lambda::Function")
NESTED = ("AWS::Serverless::Application", "AWS::CloudFormation::Stack")


class Choice(NamedTuple):
    """One template, opened."""

    path: Path
    resources: Mapping[str, Any]
    defaults: Mapping[str, Any]
    """`Globals.Function`."""
    resolver: Resolver

    def functions(self) -> dict[str, Mapping[str, Any]]:
        """Its functions by logical id, but for those that a condition leaves out."""
        return {
            logical_id: resource
            for logical_id, resource in self.resources.items()
            if _is_function(resource)
            and self.resolver.condition(resource.get("Condition")) is not False
        }


def choose(choices: Sequence[Choice], wanted: str | None) -> tuple[Choice, str]:
    """The template and the logical id of the function that is wanted, or of the only one.

    Raises ConfigurationError, which names those that there are.
    """
    found = [(choice, logical_id) for choice in choices for logical_id in choice.functions()]
    if wanted is None and len(found) == 1:
        return found[0]
    for choice, logical_id in found:
        if wanted is not None and wanted in _names(choice, logical_id):
            return choice, logical_id
    paths = ", ".join(str(choice.path) for choice in choices)
    if wanted is None and found:
        names = ", ".join(logical_id for _, logical_id in found)
        raise ConfigurationError(
            f"{paths} has several functions ({names}); choose one with --function"
        )
    there = ", ".join(logical_id for _, logical_id in found) or "none"
    missing = f"no function {wanted}" if wanted is not None else "no function"
    raise ConfigurationError(
        f"{paths} has {missing}: its functions are {there}{_elsewhere(choices, wanted)}"
        if found
        else f"{paths} has {missing}{_elsewhere(choices, wanted)}"
    )


def _elsewhere(choices: Sequence[Choice], wanted: str | None) -> str:
    """Where functions may be that cannot be read here."""
    for choice in choices:
        for logical_id, resource in choice.resources.items():
            if logical_id.startswith("Fn::ForEach"):
                return f"; those of {logical_id} only CloudFormation can expand"
            kind = resource.get("Type") if isinstance(resource, Mapping) else None
            if kind in NESTED:
                return f"; name the template of the nested application {logical_id} instead"
            if kind in FUNCTIONS and (wanted is None or wanted == logical_id):
                return f"; {logical_id} is left out by its condition {resource.get('Condition')}"
    return ""


def _is_function(resource: Any) -> bool:
    return isinstance(resource, Mapping) and resource.get("Type") in FUNCTIONS


def _names(choice: Choice, logical_id: str) -> set[Any]:
    """The logical id, the FunctionName, and the id of the construct or of the source template."""
    resource = choice.resources[logical_id]
    properties, metadata = resource.get("Properties"), resource.get("Metadata")
    names: set[Any] = {logical_id}
    if isinstance(properties, Mapping):
        name = choice.resolver.resolve(properties.get("FunctionName"))
        names.add(name if isinstance(name, str) else None)
    if isinstance(metadata, Mapping):
        names.add(str(metadata.get("SamResourceId")))
        construct = str(metadata.get("aws:cdk:path", "")).removesuffix("/Resource")
        names.add(construct.rpartition("/")[2] or None)
    return names


def mapping(value: Any, path: Path, what: str) -> Mapping[str, Any]:
    """A part of a template that has to be a mapping; {} where it is not there."""
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"{path} is not a template: {what} is not a mapping")
    return value
