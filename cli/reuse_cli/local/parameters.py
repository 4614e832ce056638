"""The parameters of a template: their defaults, and the values that the command line gives."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from reuse_cli.errors import ConfigurationError

ACCOUNT = "123456789012"


def references(
    parameters: Mapping[str, Any], given: Mapping[str, str], region: str, path: Path
) -> dict[str, Any]:
    """What `Ref` gives for each parameter that has a value, and for the pseudo parameters.

    A list type gives a list. Raises ConfigurationError for a parameter that the template has not,
    and for a value that it does not allow.
    """
    unknown = [name for name in given if name not in parameters]
    if unknown:
        there = ", ".join(parameters) or "none"
        raise ConfigurationError(
            f"{path} has no parameter {', '.join(unknown)}: its parameters are {there}"
        )
    found: dict[str, Any] = pseudo_parameters(region)
    for name, parameter in parameters.items():
        declared = parameter if isinstance(parameter, Mapping) else {}
        kind = str(declared.get("Type", "String"))
        if name in given:
            _check_allowed(name, given[name], declared, path)
            value: Any = given[name]
        elif "AWS::SSM" in kind:  # the default is the name of the value, not the value
            continue
        else:
            value = declared.get("Default")
        if isinstance(value, str):
            found[name] = _split(value) if _is_list(kind) else value
    return found


def pseudo_parameters(region: str) -> dict[str, str]:
    """Those that are known without a stack."""
    partition = next((p for start, p in _PARTITIONS.items() if region.startswith(start)), "aws")
    return {
        "AWS::Region": region,
        "AWS::AccountId": ACCOUNT,
        "AWS::Partition": partition,
        "AWS::URLSuffix": "amazonaws.com.cn" if partition == "aws-cn" else "amazonaws.com",
    }


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}


def _is_list(kind: str) -> bool:
    return kind == "CommaDelimitedList" or kind.startswith("List<") or "<List<" in kind


def _split(value: str) -> list[str]:
    return [part.strip() for part in value.split(",")] if value else []


def _check_allowed(name: str, value: str, declared: Mapping[str, Any], path: Path) -> None:
    allowed = declared.get("AllowedValues")
    if isinstance(allowed, list) and value not in allowed:
        shown = ", ".join(map(str, allowed))
        raise ConfigurationError(f"{path} does not allow {name}={value}: it allows {shown}")
