"""CloudWatch's search expressions: which metrics `{Namespace,Dimension} MetricName="X" text` finds.

After "CloudWatch search expression syntax". The schema in braces is exact: it finds metrics with
these dimensions and no others. Text in double quotes is matched exactly; other text by its words,
which are parted at everything that is not a letter or digit, and where the case changes.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from reuse_cli.cloudwatch import grammar
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.functions import MathError
from reuse_cli.cloudwatch.grammar import GrammarError

GRAMMAR = r"""
    start: [schema] [either]
    schema: "{" part ("," part)* "}"
    part: QUOTED | BARE
    ?either: both | either "OR" both -> or_
    ?both: negated | both ["AND"] negated -> and_
    ?negated: single | "NOT" negated -> not_
    ?single: term | key "=" value -> named | "(" either ")"
    ?key: term
    ?value: term | "(" choice ("OR" choice)* ")" -> choices
    ?choice: term
    term: QUOTED -> exact | BARE -> words
    QUOTED: /"(\\.|[^"\\])*"/
    BARE: /(?!(AND|OR|NOT)\b)[^\s"(){},=]+/
    %import common.WS
    %ignore WS
"""
WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_A-Za-z]+")

Found = tuple[Metric, tuple[str, ...]]
"""A metric with the values of its dimensions, in the order of their sorted names."""


@dataclass(frozen=True)
class Search:
    """A parsed search."""

    namespace: str | None
    dimensions: tuple[str, ...] | None
    """The names that a metric must have, sorted; None where the search has no schema."""
    matches: Callable[[Mapping[str, str]], bool]

    def find(self, metrics: Iterable[Found]) -> list[Found]:
        """What of these the search finds."""
        return [one for one in metrics if self._is_found(*one)]

    def _is_found(self, metric: Metric, values: tuple[str, ...]) -> bool:
        if self.namespace is not None and metric.namespace != self.namespace:
            return False
        if self.dimensions is not None and metric.dimensions != self.dimensions:
            return False
        properties = {"Namespace": metric.namespace, "MetricName": metric.name}
        properties |= dict(zip(metric.dimensions, values, strict=True))
        return self.matches(properties)


def parse(text: str) -> Search:
    """A search text. Raises MathError that points at the place."""
    try:
        tree = grammar.parse(GRAMMAR, text, ambiguous=True)
    except GrammarError as fault:
        raise MathError(f"the search '{text}' cannot be read at {fault}") from None
    schema, query = tree.children
    namespace, dimensions = None, None
    if schema is not None:
        parts = [_text(part.children[0]) for part in schema.children]
        namespace, dimensions = parts[0], tuple(sorted(parts[1:]))
    return Search(namespace, dimensions, _matcher(query) if query is not None else _all)


def _all(_: Mapping[str, str]) -> bool:
    return True


def _text(token: Any) -> str:
    text = str(token)
    return re.sub(r"\\(.)", r"\1", text[1:-1]) if text.startswith('"') else text


def _matcher(node: Any) -> Callable[[Mapping[str, str]], bool]:
    parts = [part for part in node.children if part is not None]
    if node.data == "or_":
        left, right = _matcher(parts[0]), _matcher(parts[1])
        return lambda properties: left(properties) or right(properties)
    if node.data == "and_":
        left, right = _matcher(parts[0]), _matcher(parts[1])
        return lambda properties: left(properties) and right(properties)
    if node.data == "not_":
        inner = _matcher(parts[0])
        return lambda properties: not inner(properties)
    if node.data == "named":
        return _named(_text(parts[0].children[0]), parts[1])
    return _anywhere(_term(node))


def _named(name: str, value: Any) -> Callable[[Mapping[str, str]], bool]:
    nodes = value.children if value.data == "choices" else [value]
    terms = [_term(node) for node in nodes]

    def matches(properties: Mapping[str, str]) -> bool:
        own = properties.get(name)
        return own is not None and any(term(own) for term in terms)

    return matches


def _anywhere(term: Callable[[str], bool]) -> Callable[[Mapping[str, str]], bool]:
    def matches(properties: Mapping[str, str]) -> bool:
        return any(term(text) for one in properties.items() for text in one)

    return matches


def _term(node: Any) -> Callable[[str], bool]:
    text = _text(node.children[0])
    if node.data == "exact":
        return lambda value: value == text
    wanted = _words(text)
    return lambda value: _holds(_words(value), wanted) or value.lower() == text.lower()


def _words(text: str) -> list[str]:
    return [word.lower() for word in WORD.findall(text)]


def _holds(words: list[str], wanted: list[str]) -> bool:
    """Whether the wanted words stand in a row among these."""
    size = len(wanted)
    return bool(wanted) and any(
        words[at : at + size] == wanted for at in range(len(words) - size + 1)
    )
