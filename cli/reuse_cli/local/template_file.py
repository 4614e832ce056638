"""Finds and loads a SAM or CloudFormation template, in YAML or JSON."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib import import_module
from pathlib import Path
from typing import Any

from reuse_cli.errors import ConfigurationError

NAMES = ("template.yaml", "template.yml", "template.json")
"""What `sam build` and people call a template."""
CDK = "*.template.json"
"""What `cdk synth` calls one, beside the folders of its assets."""

# Short forms that are not simply `Fn::` and their own name.
FULL_NAMES = {"Ref": "Ref", "Condition": "Condition"}


def templates_at(path: Path) -> list[Path]:
    """The template, or those of a folder such as `.aws-sam/build` or `cdk.out`.

    Raises ConfigurationError where a folder has none.
    """
    if not path.is_dir():
        return [path]
    found = [path / name for name in NAMES if (path / name).is_file()][:1] or sorted(path.glob(CDK))
    if not found:
        raise ConfigurationError(f"there is no template in {path}: it has no {', '.join(NAMES)}")
    return found


def load(path: Path) -> Mapping[str, Any]:
    """A template, its short forms written out, scalars as text; raises ConfigurationError."""
    try:
        content = path.read_bytes()
    except OSError as error:
        reason = error.strerror or str(error)
        raise ConfigurationError(f"the template {path} cannot be read: {reason}") from error
    template = _json(content) if content.lstrip().startswith(b"{") else None
    if template is None:
        template = _yaml(content, path)
    if not isinstance(template, Mapping) or not template.get("Resources"):
        raise ConfigurationError(f"{path} is not a template: it has no Resources")
    return template


def _json(content: bytes) -> Any:
    """The document with its numbers and truth values as they are written; None if it is no JSON."""
    try:
        value = json.loads(content, parse_int=str, parse_float=str)
        return _as_text(value)
    except (ValueError, RecursionError):
        return None


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return str(value).lower() if isinstance(value, bool) else value


def _yaml(content: bytes, path: Path) -> Any:
    yaml = _library()
    try:
        return yaml.load(content, Loader=_loader(yaml))
    except (yaml.YAMLError, UnicodeError, ValueError, TypeError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f", line {mark.line + 1}" if mark is not None else ""
        raise ConfigurationError(f"the template {path} is not YAML or JSON{where}") from error


def _loader(yaml: Any) -> Any:
    """A loader that keeps every scalar as its text: `012` stays 012, and `true` is true."""

    class Loader(yaml.SafeLoader):  # type: ignore[misc]
        yaml_implicit_resolvers: dict[str, Any] = {
            "<": [("tag:yaml.org,2002:merge", re.compile("^<<$"))],
            "~": [("tag:yaml.org,2002:null", re.compile("^~$"))],
            "n": [("tag:yaml.org,2002:null", re.compile("^null$"))],
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


def _library() -> Any:
    try:
        return import_module("yaml")  # it ships no types
    except ModuleNotFoundError as error:
        raise ConfigurationError(
            "reading a template needs PyYAML: pip install 'lambda-reuse[cli]'"
        ) from error


def for_each_keys(value: Any, depth: int = 0) -> Iterator[str]:
    """The names of the `Fn::ForEach` loops in a value, which only CloudFormation can expand."""
    if depth > 20:  # YAML can contain itself
        return
    if isinstance(value, Mapping):
        for key, item in value.items():
            if isinstance(key, str) and key.startswith("Fn::ForEach"):
                yield key
            else:
                yield from for_each_keys(item, depth + 1)
    elif isinstance(value, list):
        for item in value:
            yield from for_each_keys(item, depth + 1)
