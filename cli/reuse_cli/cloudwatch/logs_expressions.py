"""The expressions of Logs Insights QL as SQL: fields, operators, functions and conditions."""

import re
from collections.abc import Callable, Sequence
from typing import Any

from reuse_cli.cloudwatch.lines import GROUP, MESSAGE, STREAM, member_path, quoted
from reuse_cli.cloudwatch.logs_functions import (
    AGGREGATES,
    BY_LINE,
    LENGTH,
    TEXT_AGGREGATES,
    TEXT_FUNCTIONS,
    TIMES,
    rounded,
)
from reuse_cli.errors import UsageError

KEPT = {"min", "max", "earliest", "latest", "sortsfirst", "sortslast", "coalesce"}
"""Functions that give one of the values that they are given."""
KNOWN = {"@logStream": STREAM, "@log": GROUP}
"""Members of a line that hold what Logs Insights knows of an event, by its names."""


class QueryError(UsageError):
    """A query that cannot be evaluated."""


class Expressions:
    """What the expressions of one query are made of; its commands change which names there are."""

    def __init__(self) -> None:
        self.members: dict[str, str] = {}
        """The fields that are read, and their columns."""
        self.reads_lines = False
        """Whether the query reads whole lines."""
        self._names: dict[str, str] | None = None
        """The columns by name, once `stats` has left nothing but columns."""
        self._derived: dict[str, str] = {}  # made by `fields ... as`
        self.times = {"@timestamp"}
        """Names of fields that are points in time, epoch ms."""

    def _named(self, node: Any) -> tuple[str, bool, str]:
        expression, alias = node.children
        sql = self._any(expression)
        if alias is not None:
            name = plain(alias)
            self._note_time(name, expression)
            return name, True, sql
        if expression.data == "field":
            return field_name(expression), False, sql
        self._note_time(source_text(expression), expression)
        return source_text(expression), False, sql

    def _note_time(self, name: str, node: Any) -> None:
        """Remember the name of a point in time, which is shown as one."""
        self.times.discard(name)
        if node.data == "call":
            key, arguments = str(node.children[0]).lower(), node.children[1:]
            first = arguments[0] if arguments else None
            is_kept = key in KEPT and getattr(first, "data", "") == "field"
            if key in TIMES or (is_kept and field_name(first) in self.times):
                self.times.add(name)
        elif node.data == "field" and field_name(node) in self.times:
            self.times.add(name)

    def _column(self, name: str, *, is_number: bool = False) -> str:
        known = self._derived if self._names is None else self._names
        if name in known or self._names is not None:
            column = known.get(name, "null")
            return f"try_cast({column} as double)" if is_number else column
        if name == "@timestamp":
            return "t"
        if name == "@message":
            self.reads_lines = True
            return MESSAGE
        root, _, rest = name.partition(".")
        if rest and root in self._derived:  # a part of what jsonParse or unnest gave
            path = member_path(name)[1]
            valid = f"json_valid({self._derived[root]}::varchar)"
            part = f"json_extract_string({self._derived[root]}::varchar, {quoted(path)})"
            text = f"(case when {valid} then {part} end)"
        else:
            own = KNOWN.get(name, name)
            text = self.members.setdefault(own, f"f{len(self.members)}")
        return f"try_cast({text} as double)" if is_number else text

    def _any(self, node: Any, *, is_number: bool = False) -> str:
        kind = node.data
        if kind == "field":
            return self._column(field_name(node), is_number=is_number)
        if kind in _LEAVES:
            return _LEAVES[kind](node.children[0])
        if kind == "call":
            sql = self._call(node)
            is_open = str(node.children[0]).lower() in ("coalesce", "if")
            return f"try_cast({sql} as double)" if is_number and is_open else sql
        if kind == "negative":
            return f"(-{self._any(node.children[0], is_number=True)})"
        return self._combine(node) if kind == "combine" else self._condition(node)

    def _combine(self, node: Any) -> str:
        left, operator, right = node.children
        one, other = self._any(left, is_number=True), self._any(right, is_number=True)
        if str(operator) in "/%":
            other = f"nullif({other}, 0)"
        return f"({one} {'**' if operator == '^' else operator} {other})"

    def _call(self, node: Any) -> str:
        name = str(node.children[0])
        arguments = [part for part in node.children[1:] if part is not None]
        key = name.lower()
        if key in ("bin", "datefloor", "dateceil"):
            return self._rounded(key, arguments)
        if key in ("if", "case", "coalesce", "concat", "greatest", "least"):
            return self._variadic(key, arguments)
        table = AGGREGATES if key in AGGREGATES else BY_LINE
        if key not in table:
            raise QueryError(f"the function {name} is not supported here")
        if key == "count" and (not arguments or str(arguments[0]) == "*"):
            return "count(*)"
        is_number = key not in TEXT_AGGREGATES | TEXT_FUNCTIONS
        values = [self._any(part, is_number=is_number) for part in arguments]
        needed = 2 if "{1}" in table[key] else 1
        if len(values) < needed:
            raise QueryError(f"the function {name} takes {needed} arguments or more")
        return table[key].format(*values, *["null"] * 2)

    def _variadic(self, key: str, arguments: Sequence[Any]) -> str:
        if key == "if":
            if len(arguments) != 3:
                raise QueryError("the function if takes a condition and two values")
            return self._case(arguments)
        if key == "case":
            if len(arguments) < 2:
                raise QueryError("the function case takes conditions and values")
            return self._case(arguments)
        has_number = any(part.data == "number" for part in arguments)
        is_number = key in ("greatest", "least") or (key == "coalesce" and has_number)
        values = [self._any(part, is_number=is_number) for part in arguments]
        if key == "concat":
            values = [f"{value}::varchar" for value in values]
        return f"{key}({', '.join(values)})"

    def _rounded(self, key: str, arguments: Sequence[Any]) -> str:
        *times, length = arguments or [None]
        if getattr(length, "data", "") != "duration" or len(times) != (key != "bin"):
            takes = "a duration, such as bin(5m)" if key == "bin" else "a time and a duration"
            raise QueryError(f"{key} takes {takes}")
        if LENGTH.fullmatch(str(length.children[0])) is None:
            raise QueryError(f"{length.children[0]} is not a length of time")
        sql = self._any(times[0], is_number=True) if times else "t"
        if times and sql != "t":
            sql = f"({sql})::bigint"
        return rounded(sql, str(length.children[0]), is_up=key == "dateceil")

    def _case(self, arguments: Sequence[Any]) -> str:
        """`case(condition, value, condition, value, ..., value)`, of which `if` is the shortest."""
        values = [*arguments[1::2], *([arguments[-1]] if len(arguments) % 2 else [])]
        is_number = any(part.data == "number" for part in values)
        pairs = zip(arguments[:-1:2], arguments[1::2], strict=False)
        whens = "".join(
            f" when {self._condition(condition)} then {self._any(value, is_number=is_number)}"
            for condition, value in pairs
        )
        other = self._any(arguments[-1], is_number=is_number) if len(arguments) % 2 else "null"
        return f"case{whens} else {other} end"

    def _condition(self, node: Any) -> str:
        kind, parts = node.data, node.children
        if kind in ("or_", "and_"):
            one, other = self._condition(parts[0]), self._condition(parts[1])
            return f"({one} {kind.rstrip('_')} {other})"
        if kind == "not_":
            return f"(not coalesce({self._condition(parts[0])}, false))"
        if kind == "compare":
            return self._compare(parts[0], str(parts[1]), parts[2])
        if kind in ("like", "not_like"):
            found = _like(self._any(parts[0]), parts[-1])
            return f"not coalesce({found}, false)" if kind == "not_like" else found
        if kind in ("in_", "not_in"):
            return self._among(parts[0], parts[1:], is_not=kind == "not_in")
        if kind == "call":
            return f"({self._any(node)})::boolean"
        raise QueryError(f"'{source_text(node)}' is not a condition")

    def _compare(self, left: Any, operator: str, right: Any) -> str:
        is_number = not any(side.data == "text" for side in (left, right))
        if operator in ("=", "!=") and left.data == right.data == "field":
            is_number = False
        one, other = self._any(left, is_number=is_number), self._any(right, is_number=is_number)
        return f"({one} {operator} {other})"

    def _among(self, left: Any, literals: Sequence[Any], *, is_not: bool) -> str:
        is_number = all(node.data == "number" for node in literals)
        values = ", ".join(self._any(node) for node in literals)
        word = "not in" if is_not else "in"
        return f"({self._any(left, is_number=is_number)} {word} ({values}))"


_LEAVES: dict[str, Callable[[Any], str]] = {
    "number": str,
    "text": lambda token: quoted(unquoted(token)),
    "duration": lambda token: quoted(str(token)),
}


def _like(sql: str, pattern: Any) -> str:
    if pattern.type == "REGEX":
        return f"regexp_matches({sql}::varchar, {quoted(str(pattern)[1:-1])})"
    return f"contains({sql}::varchar, {quoted(unquoted(pattern))})"


def field_name(node: Any) -> str:
    """The name of a field."""
    return plain(node.children[0])


def plain(token: Any) -> str:
    """A name, without its backticks."""
    return str(token)[1:-1] if token.type == "QUOTED_NAME" else str(token)


def is_aggregate(node: Any) -> bool:
    """Whether an expression puts the values of several events together."""
    return any(str(call.children[0]).lower() in AGGREGATES for call in node.find_data("call"))


def source_text(node: Any) -> str:
    """An expression as Logs Insights names its column: by its own text, without blanks."""
    if node.data == "call":
        inner = ",".join(
            source_text(part) if hasattr(part, "data") else str(part)
            for part in node.children[1:]
            if part is not None
        )
        return f"{node.children[0]}({inner})"
    return "".join(
        source_text(part) if hasattr(part, "data") else str(part) for part in node.children
    )


def unquoted(token: Any) -> str:
    """A text, without its quotes."""
    return re.sub(r"\\(.)", r"\1", str(token)[1:-1])


def identifier(text: str) -> str:
    """The name of a column, as SQL."""
    return '"' + text.replace('"', '""') + '"'
