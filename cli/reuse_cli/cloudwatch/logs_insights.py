"""CloudWatch Logs Insights QL as SQL over JSON lines: what a log widget shows.

The commands and functions that dashboards over embedded metrics need: `SOURCE`, `fields`, `filter`,
`parse` with a regular expression, `stats ... by`, `sort`, `limit`, `display`, `dedup`. What is not
supported here is refused by name. Fields are members of the event's JSON object, by a dotted path;
`@timestamp` is the event's time, `@message` its text. After "Logs Insights QL" of AWS's user guide.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reuse_cli.cloudwatch import grammar
from reuse_cli.cloudwatch.grammar import GrammarError
from reuse_cli.cloudwatch.lines import MESSAGE, JsonFiles, member_path, pointer
from reuse_cli.cloudwatch.logs_functions import (
    AGGREGATES,
    BY_LINE,
    TEXT_AGGREGATES,
    TEXT_FUNCTIONS,
)
from reuse_cli.cloudwatch.logs_grammar import GRAMMAR
from reuse_cli.errors import UsageError

if TYPE_CHECKING:
    import duckdb

ROWS = 10_000
"""Rows of an answer, where the query sets no limit."""
UNITS_MS = {"ms": 1, "s": 1000, "m": 60_000, "h": 3_600_000, "d": 86_400_000, "w": 604_800_000}


class QueryError(UsageError):
    """A query that cannot be evaluated."""


@dataclass(frozen=True)
class Answer:
    """A table: the names of its columns, and rows of numbers, texts and None."""

    columns: list[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)


def run(
    connection: "duckdb.DuckDBPyConnection",
    lines: JsonFiles,
    query: str,
    start_ms: int,
    end_ms: int,
    *,
    columns: Mapping[str, str] = MappingProxyType({}),
) -> Answer:
    """The answer over JSON lines of a time range. Raises QueryError.

    `columns`: columns of the table `emf_line` that hold fields already, by the fields' names.
    """
    import duckdb

    sql = Translation(lines, start_ms, end_ms, columns).sql(query)
    try:
        result = connection.execute(sql)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise QueryError(f"the query '{query.strip()}' cannot be evaluated: {reason}") from None
    return Answer([column[0] for column in result.description or []], result.fetchall())


def fields(query: str) -> set[str]:
    """The names of the fields that a query reads; none where it reads whole lines or is wrong."""
    translation = Translation(JsonFiles([]), 0, 0)
    try:
        translation.sql(query)
    except QueryError:
        return set()
    return set() if translation.reads_lines else set(translation.members)


def sources(query: str) -> list[str]:
    """The log groups that a query names."""
    return [
        _unquoted(token)
        for node in parse(query).find_data("source")
        for token in node.children
        if token is not None and token.type == "TEXT"
    ]


def parse(query: str) -> Any:
    """The query as a tree. Raises QueryError that points at the place."""
    try:
        return grammar.parse(GRAMMAR, query)
    except GrammarError as fault:
        near = query[fault.place - 1 :][:20].strip()
        where = f"{fault}, near '{near}'" if near else f"{fault}, its end"
        raise QueryError(f"the query cannot be read at {where}") from None


def _unquoted(token: Any) -> str:
    return re.sub(r"\\(.)", r"\1", str(token)[1:-1])


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def _identifier(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


class Translation:
    """One query on its way to SQL: a subselect a command."""

    def __init__(
        self,
        lines: JsonFiles,
        start_ms: int,
        end_ms: int,
        columns: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self._lines = lines
        self._columns = columns
        self._condition_of_time = f"t >= {start_ms} and t < {end_ms}"
        self.members: dict[str, str] = {}
        """The fields that are read, and their columns."""
        self.reads_lines = False
        """Whether the query reads whole lines."""
        self._sql = "select * from line"
        self._names: dict[str, str] | None = None
        """The columns by name, once `stats` or `display` has left nothing but columns."""
        self._derived: dict[str, str] = {}  # made by `fields ... as`
        self._shown: list[str] = ["@timestamp", "@message"]
        self._is_limited = False

    def sql(self, query: str) -> str:
        """The SQL of a query. Raises QueryError."""
        others = self._lines.of_groups(sources(query))
        if others:
            self.reads_lines = True
            self._condition_of_time += f" and {others}"
        for command in parse(query).children:
            if command is not None and command.data != "source":
                getattr(self, f"_{command.data}")(command)
        columns = [f"{self._column(name)} as {_identifier(name)}" for name in self._shown]
        limit = "" if self._is_limited else f" limit {ROWS}"
        body = f"select {', '.join(columns)} from ({self._sql}){limit}"
        return f"with line as ({self._read()}) {body}"

    def _read(self) -> str:
        """What is read of the lines, each of which is parsed once."""
        is_known = all(name in self._columns for name in self.members)
        if self._columns and is_known and not self.reads_lines:
            known = "".join(f", {self._columns[name]} as {c}" for name, c in self.members.items())
            return f"select t{known} from emf_line where {self._condition_of_time}"
        paths = {name: member_path(name) for name in self.members}
        roots = list(dict.fromkeys(root for root, _ in paths.values()))
        columns = "".join(
            f", json_extract_string(c{roots.index(root)}, {_literal(path)}) as {self.members[name]}"
            for name, (root, path) in paths.items()
        )
        if not self.reads_lines:
            own = self._lines.select(roots, self._condition_of_time)
            return f"select t{columns} from ({own})"
        pointers = ", ".join(_literal(pointer(root)) for root in roots)
        records = self._lines.select_records(self._condition_of_time)
        if not columns:
            return records
        parts = "".join(f", parts[{at + 1}] as c{at}" for at in range(len(roots)))
        return (
            f"select t, record{columns} from (select t, record{parts} from"
            f" (select t, record, json_extract(record, [{pointers}]) as parts from ({records})))"
        )

    # Commands

    def _fields(self, command: Any) -> None:
        shown, made = [], []
        for node in command.children:
            name, alias, sql = self._named(node)
            if alias or node.children[0].data != "field":
                made.append(f"{sql} as {_identifier(name)}")
                self._derived[name] = _identifier(name)
            shown.append(name)
        if made:
            self._sql = f"select *, {', '.join(made)} from ({self._sql})"
            if self._names is not None:
                self._names |= self._derived
        self._shown = shown

    def _display(self, command: Any) -> None:
        self._shown = [_field_name(node) for node in command.children]

    def _filter(self, command: Any) -> None:
        self._sql = f"select * from ({self._sql}) where {self._condition(command.children[0])}"

    def _parse(self, command: Any) -> None:
        """The named groups of a regular expression as fields, which lines without a match lack."""
        text = self._any(command.children[0])
        pattern = str(command.children[1])[1:-1]
        names = re.findall(r"\(\?P?<(\w+)>", pattern)
        if not names:
            raise QueryError("parse takes a regular expression with named groups")
        plain = _literal(re.sub(r"\(\?P?<\w+>", "(", pattern))
        found = f"regexp_extract_all({text}::varchar, {plain}"
        made = [f"{found}, {at})[1] as {_identifier(name)}" for at, name in enumerate(names, 1)]
        self._sql = f"select *, {', '.join(made)} from ({self._sql})"
        self._derived |= {name: _identifier(name) for name in names}

    def _stats(self, command: Any) -> None:
        columns = [node for node in command.children if node is not None]
        made: list[tuple[str, str]] = []
        keys: list[tuple[str, str]] = []
        for node in columns:
            name, _, sql = self._named(node)
            (made if _is_aggregate(node.children[0]) else keys).append((name, sql))
        selected = [f"{sql} as {_identifier(name)}" for name, sql in keys + made]
        group = f" group by {', '.join(sql for _, sql in keys)}" if keys else ""
        self._sql = f"select {', '.join(selected)} from ({self._sql}){group}"
        self._names = {name: _identifier(name) for name, _ in keys + made}
        self._derived = {}
        self._shown = [name for name, _ in keys + made]

    def _sort(self, command: Any) -> None:
        parts = []
        for node in command.children:
            direction = str(node.children[1] or "asc").lower()
            parts.append(f"{self._any(node.children[0])} {direction} nulls last")
        self._sql = f"select * from ({self._sql}) order by {', '.join(parts)}"

    def _limit(self, command: Any) -> None:
        self._is_limited = True
        self._sql = f"select * from ({self._sql}) limit {int(command.children[0])}"

    def _dedup(self, command: Any) -> None:
        keys = ", ".join(self._column(_field_name(node)) for node in command.children)
        self._sql = (
            f"select * from ({self._sql}) qualify row_number() over (partition by {keys}) = 1"
        )

    # Expressions

    def _named(self, node: Any) -> tuple[str, bool, str]:
        expression, alias = node.children
        sql = self._any(expression)
        if alias is not None:
            return str(alias), True, sql
        if expression.data == "field":
            return _field_name(expression), False, sql
        return _source_text(expression), False, sql

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
        text = self.members.setdefault(name, f"f{len(self.members)}")
        return f"try_cast({text} as double)" if is_number else text

    def _any(self, node: Any, *, is_number: bool = False) -> str:
        kind = node.data
        if kind == "field":
            return self._column(_field_name(node), is_number=is_number)
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
        if key == "bin":
            return f"(t // {self._bin_ms(arguments)}) * {self._bin_ms(arguments)}"
        if key in ("if", "coalesce", "concat", "greatest", "least"):
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
            is_number = any(part.data == "number" for part in arguments[1:])
            then, other = (self._any(part, is_number=is_number) for part in arguments[1:])
            return f"case when {self._condition(arguments[0])} then {then} else {other} end"
        has_number = any(part.data == "number" for part in arguments)
        is_number = key in ("greatest", "least") or (key == "coalesce" and has_number)
        values = [self._any(part, is_number=is_number) for part in arguments]
        if key == "concat":
            values = [f"{value}::varchar" for value in values]
        return f"{key}({', '.join(values)})"

    @staticmethod
    def _bin_ms(arguments: Sequence[Any]) -> int:
        if len(arguments) != 1 or arguments[0].data != "duration":
            raise QueryError("bin takes a duration, such as bin(5m)")
        return _duration_ms(arguments[0].children[0])

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
        raise QueryError(f"'{_source_text(node)}' is not a condition")

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
    "text": lambda token: _literal(_unquoted(token)),
    "duration": lambda token: str(_duration_ms(token)),
}


def _like(sql: str, pattern: Any) -> str:
    if pattern.type == "REGEX":
        return f"regexp_matches({sql}::varchar, {_literal(str(pattern)[1:-1])})"
    return f"contains({sql}::varchar, {_literal(_unquoted(pattern))})"


def _field_name(node: Any) -> str:
    token = node.children[0]
    return str(token)[1:-1] if token.type == "QUOTED_NAME" else str(token)


def _duration_ms(token: Any) -> int:
    match = re.fullmatch(r"(\d+)([a-z]+)", str(token))
    assert match is not None
    return max(1, int(match[1]) * UNITS_MS[match[2]])


def _is_aggregate(node: Any) -> bool:
    return any(str(call.children[0]).lower() in AGGREGATES for call in node.find_data("call"))


def _source_text(node: Any) -> str:
    """An expression as Logs Insights names its column: by its own text, without blanks."""
    if node.data == "call":
        inner = ",".join(
            _source_text(part) if hasattr(part, "data") else str(part)
            for part in node.children[1:]
            if part is not None
        )
        return f"{node.children[0]}({inner})"
    return "".join(
        _source_text(part) if hasattr(part, "data") else str(part) for part in node.children
    )
