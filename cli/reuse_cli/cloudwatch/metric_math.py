"""CloudWatch metric math: an expression over the series of a widget.

After "Using math expressions with CloudWatch metrics" of the CloudWatch user guide. A value is a
number, a series, or an array of series. Two series are combined where both have a point; a division
by zero gives no point. Series of different periods are not combined. `SEARCH` and `METRICS` give
arrays.
"""

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from reuse_cli.cloudwatch import functions, grammar
from reuse_cli.cloudwatch.functions import Array, Context, MathError, Value
from reuse_cli.cloudwatch.grammar import GrammarError
from reuse_cli.cloudwatch.series import Series

if TYPE_CHECKING:
    from lark import Token, Tree

GRAMMAR = r"""
    ?start: either
    ?either: both | either ("OR" | "||") both -> or_
    ?both: comparison | both ("AND" | "&&") comparison -> and_
    ?comparison: sum | sum COMPARED sum -> compare
    ?sum: product | sum SIGN product -> combine
    ?product: unary | product TIMES unary -> combine
    ?unary: power | "-" unary -> negative | "+" unary
    ?power: atom | atom POWER unary -> combine
    ?atom: NUMBER -> number
        | STRING -> text
        | FUNCTION "(" [either ("," either)*] ")" -> call
        | NAME -> name
        | WORD -> word
        | "[" [either ("," either)*] "]" -> array
        | "(" either ")"
    FUNCTION.2: /[A-Z_0-9]+(?=\s*\()/
    NAME: /[a-z][A-Za-z0-9_]*/
    WORD: "REPEAT" | "LINEAR" | "ASC" | "DESC" | "AVG" | "MIN" | "MAX" | "SUM"
    STRING: /'[^']*'|"[^"]*"/
    NUMBER: /\d+(\.\d*)?([eE][+-]?\d+)?|\.\d+/
    COMPARED: "==" | "!=" | ">=" | "<=" | ">" | "<"
    SIGN: "+" | "-"
    TIMES: "*" | "/"
    POWER: "^"
    %import common.WS
    %ignore WS
"""

OPERATORS: Mapping[str, Callable[[float, float], float]] = {
    "+": lambda a, b: a + b,
    "-": lambda a, b: a - b,
    "*": lambda a, b: a * b,
    "/": lambda a, b: a / b,
    "^": lambda a, b: a**b,
    "==": lambda a, b: float(a == b),
    "!=": lambda a, b: float(a != b),
    ">=": lambda a, b: float(a >= b),
    "<=": lambda a, b: float(a <= b),
    ">": lambda a, b: float(a > b),
    "<": lambda a, b: float(a < b),
    "and_": lambda a, b: float(bool(a) and bool(b)),
    "or_": lambda a, b: float(bool(a) or bool(b)),
}


def parse(expression: str) -> "Tree[Token]":
    """The expression as a tree. Raises MathError that points at the place."""
    try:
        tree: Tree[Token] = grammar.parse(GRAMMAR, expression)
    except GrammarError as fault:
        raise MathError(f"metric math '{expression}' cannot be read at {fault}") from None
    return tree


def names(expression: str) -> set[str]:
    """The ids that an expression refers to. Raises MathError."""
    tree = parse(expression)
    found = {str(node.children[0]) for node in tree.find_data("name")}
    return found | (
        {"*"} if any(str(n.children[0]) == "METRICS" for n in tree.find_data("call")) else set()
    )


def searches(expression: str) -> list[str]:
    """The search texts in an expression. Raises MathError."""
    calls = [node.children for node in parse(expression).find_data("call")]
    texts: list[Any] = [parts[1] for parts in calls if str(parts[0]) == "SEARCH" and parts[1:]]
    return [_unquoted(text.children[0]) for text in texts if text.data == "text"]


def _unquoted(token: str) -> str:
    return str(token)[1:-1]


_LEAVES: Mapping[str, Callable[[Sequence[Any]], Value]] = {
    "number": lambda parts: float(parts[0]),
    "text": lambda parts: _unquoted(parts[0]),
    "word": lambda parts: str(parts[0]),
}


@dataclass(frozen=True)
class Evaluator:
    """Evaluates expressions over the series of one widget."""

    context: Context

    def evaluate(self, expression: str) -> Value:
        """The value of an expression. Raises MathError."""
        return self._value(parse(expression))

    def _value(self, node: Any) -> Value:
        operator = node.data if node.data in ("and_", "or_") else None
        if operator is None and node.data in _LEAVES:
            return _LEAVES[node.data](node.children)
        parts = [part for part in node.children if part is not None]
        if node.data == "name":
            return self.context.series(str(parts[0]))
        if node.data == "array":
            return Array(_flat(self._value(part) for part in parts))
        if node.data == "call":
            return self._call(str(parts[0]), parts[1:])
        if node.data == "negative":
            return _combine("-", 0.0, self._value(parts[0]))
        return _combine(operator or str(parts[1]), self._value(parts[0]), self._value(parts[-1]))

    def _call(self, name: str, parts: Sequence[Any]) -> Value:
        function = functions.FUNCTIONS.get(name)
        if function is None:
            raise MathError(f"the function {name} is not supported here")
        return function(self.context, [self._value(part) for part in parts])


def _flat(values: Iterable[Value]) -> Iterable[Series]:
    for value in values:
        if isinstance(value, Series):
            yield value
        elif isinstance(value, Array):
            yield from value
        else:
            raise MathError("an array holds series only")


def _combine(operator: str, left: Value, right: Value) -> Value:
    """Number by number, point by point, or line by line."""
    operate = OPERATORS[operator]
    if isinstance(left, str) or isinstance(right, str):
        raise MathError(f"{operator} does not take a text")
    if isinstance(left, Array) and isinstance(right, Array):
        if len(left) != len(right):
            raise MathError(f"{operator} takes two arrays of the same length")
        pairs = zip(left, right, strict=True)
        return Array(_line(operate, one, other) for one, other in pairs)
    if isinstance(left, Array):
        return Array(_line(operate, one, right) for one in left)
    if isinstance(right, Array):
        return Array(_line(operate, left, one) for one in right)
    if isinstance(left, Series) or isinstance(right, Series):
        return _line(operate, left, right)
    result = _number(operate, left, right)
    if result is None:
        raise MathError(f"{left:g} {operator} {right:g} has no value")
    return result


def _line(operate: Callable[[float, float], float], left: Any, right: Any) -> Series:
    if isinstance(left, Series) and isinstance(right, Series):
        functions.same_period([left, right])
        made = {
            at: _number(operate, value, right.points[at])
            for at, value in left.points.items()
            if at in right.points
        }
        kept = left
    elif isinstance(left, Series):
        made = {at: _number(operate, value, right) for at, value in left.points.items()}
        kept = left
    else:
        made = {at: _number(operate, left, value) for at, value in right.points.items()}
        kept = right
    return kept.with_points({at: value for at, value in made.items() if value is not None})


def _number(operate: Callable[[float, float], float], left: float, right: float) -> float | None:
    try:
        value = operate(left, right)
    except (ZeroDivisionError, OverflowError):
        return None
    return value if isinstance(value, float) and math.isfinite(value) else None
