"""Evaluates intrinsic functions and conditions, as far as they need no deployed stack.

What only a deployed stack knows, such as an attribute of a resource, is UNKNOWN. So is a dynamic
reference (`{{resolve:...}}`), and everything that is made of what is unknown; a condition that no
unknown value can change is known.
"""

import base64
import json
import re
from collections.abc import Callable, Mapping
from typing import Any, Final

UNKNOWN: Final = "\0unknown"
"""The value of what only a deployed stack knows; no text of a template contains a NUL."""
NO_VALUE: Final = object()
"""The value of `AWS::NoValue`: what has it is as if it were not there."""

DYNAMIC = "{{resolve:"


def is_known(value: Any) -> bool:
    """Whether nothing in a resolved value is unknown."""
    if isinstance(value, Mapping):
        return all(map(is_known, value.values()))
    if isinstance(value, list):
        return all(map(is_known, value))
    return not isinstance(value, str) or UNKNOWN not in value


class Resolver:
    """Evaluates values of one template.

    `references` are the values of parameters and pseudo parameters by name: texts, and lists of
    texts.
    """

    def __init__(
        self,
        references: Mapping[str, Any],
        conditions: Mapping[str, Any],
        mappings: Mapping[str, Any],
    ) -> None:
        self._references = references
        self._conditions = conditions
        self._mappings = mappings
        self._open: list[int] = []  # what is being resolved: YAML can contain itself
        self._functions: Mapping[str, Callable[[Any], Any]] = {
            "Ref": self._ref,
            "Fn::Sub": self._sub,
            "Fn::Join": self._join,
            "Fn::If": self._if,
            "Fn::Select": self._select,
            "Fn::Split": self._split,
            "Fn::Base64": self._base64,
            "Fn::FindInMap": self._find_in_map,
            "Fn::ToJsonString": self._to_json,
            "Fn::Length": self._length,
        }
        self._logic: Mapping[str, Callable[[Any], bool | None]] = {
            "Condition": self.condition,
            "Fn::Equals": self._equals,
            "Fn::And": lambda parts: _all(map(self._truth, _list(parts))),
            "Fn::Or": lambda parts: _not(_all(_not(self._truth(p)) for p in _list(parts))),
            "Fn::Not": lambda parts: _not(self._truth(_list(parts)[0])) if _list(parts) else None,
        }

    def resolve(self, value: Any) -> Any:
        """The value with every function in it evaluated; NO_VALUE where it is `AWS::NoValue`."""
        if isinstance(value, str):
            return UNKNOWN if DYNAMIC in value else value
        if not isinstance(value, Mapping | list):
            return value
        if id(value) in self._open:
            return UNKNOWN
        self._open.append(id(value))
        try:
            return self._resolve_container(value)
        finally:
            self._open.pop()

    def condition(self, name: Any) -> bool | None:
        """Whether a condition of the template holds; None where only a stack knows."""
        definition = self._conditions.get(name) if isinstance(name, str) else None
        if definition is None or id(definition) in self._open:
            return None
        self._open.append(id(definition))
        try:
            return self._truth(definition)
        finally:
            self._open.pop()

    def _resolve_container(self, value: Any) -> Any:
        if isinstance(value, list):
            items = [self.resolve(item) for item in value]
            return [item for item in items if item is not NO_VALUE]
        if len(value) == 1:
            ((name, argument),) = value.items()
            if name in self._functions:
                return self._functions[name](argument)
            if isinstance(name, str) and name.startswith("Fn::"):
                return UNKNOWN
        found = {key: self.resolve(item) for key, item in value.items()}
        return {key: item for key, item in found.items() if item is not NO_VALUE}

    def _truth(self, value: Any) -> bool | None:
        if not isinstance(value, Mapping) or len(value) != 1:
            return None
        ((name, argument),) = value.items()
        return self._logic[name](argument) if name in self._logic else None

    def _equals(self, argument: Any) -> bool | None:
        sides = [self.resolve(side) for side in _list(argument)]
        if len(sides) != 2 or not is_known(sides):
            return None
        return bool(sides[0] == sides[1])

    def _ref(self, name: Any) -> Any:
        if name == "AWS::NoValue":
            return NO_VALUE
        value = self._references.get(name, UNKNOWN) if isinstance(name, str) else UNKNOWN
        return self.resolve(value)  # a default can be a dynamic reference

    def _if(self, argument: Any) -> Any:
        if not (isinstance(argument, list) and len(argument) == 3):
            return UNKNOWN
        holds = self.condition(argument[0])
        return UNKNOWN if holds is None else self.resolve(argument[1 if holds else 2])

    def _sub(self, argument: Any) -> Any:
        own: dict[str, Any] = {}
        if isinstance(argument, list) and len(argument) == 2 and isinstance(argument[1], Mapping):
            own = {name: self.resolve(value) for name, value in argument[1].items()}
            argument = argument[0]
        if not isinstance(argument, str) or DYNAMIC in argument:
            return UNKNOWN

        def replaced(match: "re.Match[str]") -> str:
            name = match[1]
            if name.startswith("!"):  # ${!Literal} stands for ${Literal}
                return "${" + name[1:] + "}"
            return _text(own[name] if name in own else self._ref(name))

        return re.sub(r"\$\{([^}]*)\}", replaced, argument)

    def _join(self, argument: Any) -> Any:
        if not (isinstance(argument, list) and len(argument) == 2):
            return UNKNOWN
        parts = self.resolve(argument[1])
        if not isinstance(parts, list):
            return UNKNOWN
        return _text(self.resolve(argument[0])).join(map(_text, parts))

    def _select(self, argument: Any) -> Any:
        index, items = self._pair(argument)
        if not isinstance(items, list) or not str(index).isdecimal() or int(index) >= len(items):
            return UNKNOWN
        return items[int(index)]

    def _split(self, argument: Any) -> Any:
        delimiter, text = self._pair(argument)
        if not (isinstance(delimiter, str) and delimiter and isinstance(text, str)):
            return UNKNOWN
        return text.split(delimiter) if is_known([delimiter, text]) else UNKNOWN

    def _base64(self, argument: Any) -> Any:
        text = self.resolve(argument)
        if not isinstance(text, str) or not is_known(text):
            return UNKNOWN
        return base64.b64encode(text.encode()).decode()

    def _find_in_map(self, argument: Any) -> Any:
        """[map, top key, second key], and with the language extensions {DefaultValue: …}."""
        keys = [self.resolve(key) for key in _list(argument)[:3]]
        if len(keys) != 3 or not is_known(keys):
            return UNKNOWN
        found: Any = self._mappings
        for key in keys:
            found = found.get(key) if isinstance(found, Mapping) else None
        if found is None and len(argument) == 4 and isinstance(argument[3], Mapping):
            return self.resolve(argument[3].get("DefaultValue", UNKNOWN))
        return UNKNOWN if found is None else found

    def _to_json(self, argument: Any) -> Any:
        value = self.resolve(argument)
        return json.dumps(value, separators=(",", ":")) if is_known(value) else UNKNOWN

    def _length(self, argument: Any) -> Any:
        value = self.resolve(argument)
        return str(len(value)) if isinstance(value, list) else UNKNOWN

    def _pair(self, argument: Any) -> tuple[Any, Any]:
        parts = [self.resolve(part) for part in _list(argument)]
        return (parts[0], parts[1]) if len(parts) == 2 else (UNKNOWN, UNKNOWN)


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _text(value: Any) -> str:
    return value if isinstance(value, str) else UNKNOWN


def _not(value: bool | None) -> bool | None:
    return None if value is None else not value


def _all(values: Any) -> bool | None:
    """False where one is; else unknown where one is."""
    known = list(values)
    if False in known:
        return False
    return None if None in known or not known else True
