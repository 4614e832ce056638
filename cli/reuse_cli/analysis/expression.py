"""Conditions over the rows of an answer, such as `cold_rate > 0.05 and invocations >= 100`.

Names are the fields of the JSON output; `reasons.expired` is a field of a field. A comparison with
a value that is not known does not hold. The language is a small part of Python's, read by Python's
own parser; nothing is ever executed.
"""

import ast
import operator
from collections.abc import Callable, Sequence
from typing import Any

from reuse_cli.analysis.statistics import Row
from reuse_cli.errors import UsageError

_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
}
_ARITHMETIC: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
HINT = "compare fields and numbers with < <= > >= == !=, joined by and, or, not"


class Expression:
    """A condition that was read and whose names are known."""

    def __init__(self, text: str, names: Sequence[str]) -> None:
        """Raises UsageError that points at the place in the text."""
        self.text = text
        self._names = names
        try:
            self._tree = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
            place = getattr(error, "offset", 0) or len(text.strip()) + 1
            raise self._mistake(place, HINT) from None
        self._check(self._tree)

    def holds(self, row: Row) -> bool:
        """Whether the condition holds for this row."""
        return bool(self._value(self._tree, row))

    def _mistake(self, column: int, why: str) -> UsageError:
        text = self.text.strip()
        return UsageError(f"--fail-on: {why}\n  {text}\n  {' ' * (column - 1)}^")

    def _check(self, node: ast.AST) -> None:
        place = getattr(node, "col_offset", 0) + 1
        children: Sequence[ast.AST] = ()
        if isinstance(node, ast.BoolOp):
            children = node.values
        elif isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not | ast.USub):
            children = [node.operand]
        elif isinstance(node, ast.Compare) and all(type(op) in _COMPARE for op in node.ops):
            children = [node.left, *node.comparators]
        elif isinstance(node, ast.BinOp) and type(node.op) in _ARITHMETIC:
            children = [node.left, node.right]
        elif isinstance(node, ast.Name | ast.Attribute):
            path = ast.unparse(node)
            if path.partition(".")[0] not in self._names:
                raise self._mistake(
                    place, f"there is no field {path}; there are {', '.join(self._names)}"
                )
        elif not (isinstance(node, ast.Constant) and isinstance(node.value, int | float | str)):
            raise self._mistake(place, HINT)
        for child in children:
            self._check(child)

    def _value(self, node: ast.AST, row: Row) -> Any:
        if isinstance(node, ast.Constant):
            return node.value
        if isinstance(node, ast.Name | ast.Attribute):
            return _field(ast.unparse(node), row)
        if isinstance(node, ast.BoolOp):
            found = (self._value(value, row) for value in node.values)
            return any(found) if isinstance(node.op, ast.Or) else all(found)
        if isinstance(node, ast.UnaryOp | ast.BinOp):
            return self._arithmetic(node, row)
        assert isinstance(node, ast.Compare)
        values = [self._value(value, row) for value in (node.left, *node.comparators)]
        pairs = zip(node.ops, values, values[1:], node.comparators, strict=False)
        return all(self._compared(op, left, right, place) for op, left, right, place in pairs)

    def _compared(self, op: ast.cmpop, left: Any, right: Any, place: ast.expr) -> Any:
        """Whether it holds; None where a value is not known. Raises UsageError for two kinds."""
        if left is None or right is None:
            return None
        if not (_is_number(left) and _is_number(right)) and type(left) is not type(right):
            why = f"{_kind(left)} is compared with {_kind(right)}"
            raise self._mistake(place.col_offset + 1, why)
        return _apply(_COMPARE[type(op)], left, right)

    def _arithmetic(self, node: ast.UnaryOp | ast.BinOp, row: Row) -> Any:
        if isinstance(node, ast.BinOp):
            left, right = self._value(node.left, row), self._value(node.right, row)
            return _apply(_ARITHMETIC[type(node.op)], left, right)
        value = self._value(node.operand, row)
        if isinstance(node.op, ast.Not):
            return not value
        return None if value is None else -value


def _field(path: str, row: Row) -> Any:
    value: Any = row
    for name in path.split("."):
        value = value.get(name) if isinstance(value, dict) else None
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float)


def _kind(value: Any) -> str:
    """What a value is, for a message."""
    if _is_number(value):
        return "a number"
    return "a text" if isinstance(value, str) else "a list or an object"


def _apply(operation: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """None where a value is not known, or where the two do not go together."""
    if left is None or right is None:
        return None
    try:
        return operation(left, right)
    except (TypeError, ZeroDivisionError, OverflowError):
        return None
