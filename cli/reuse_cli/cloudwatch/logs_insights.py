"""CloudWatch Logs Insights QL as SQL over JSON lines: what a log widget shows.

The commands and functions that dashboards over embedded metrics need: `SOURCE`, `fields`, `filter`,
`parse`, `stats ... by`, `sort`, `limit`, `display`, `dedup`, `unnest`. What is not
supported here is refused by name. Fields are members of the event's JSON object, by a dotted path;
`@timestamp` is the event's time, `@message` its text. After "Logs Insights QL" of AWS's user guide.
"""

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from reuse_cli.cloudwatch import grammar
from reuse_cli.cloudwatch.grammar import GrammarError
from reuse_cli.cloudwatch.lines import JsonFiles, member_path, pointer, quoted
from reuse_cli.cloudwatch.logs_expressions import (
    Expressions,
    QueryError,
    field_name,
    identifier,
    is_aggregate,
    plain,
    source_text,
    unquoted,
)
from reuse_cli.cloudwatch.logs_grammar import GRAMMAR

if TYPE_CHECKING:
    import duckdb

ROWS = 10_000
"""Rows of an answer, where the query sets no limit."""
NOT_SUPPORTED = re.compile(
    r"(pattern|diff|unmask|anomaly|lookup|join|sessionize|autoregress|outlier|fillmissing|estimate)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """A table: the names of its columns, and rows of numbers, texts and None."""

    columns: list[str]
    rows: list[tuple[Any, ...]] = field(default_factory=list)
    times: frozenset[str] = field(default=frozenset(), compare=False)
    """The columns that are points in time, epoch ms."""


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

    translation = Translation(lines, start_ms, end_ms, columns)
    sql = translation.sql(query)
    try:
        result = connection.execute(sql)
    except duckdb.Error as error:
        reason = str(error).splitlines()[0]
        raise QueryError(f"the query '{query.strip()}' cannot be evaluated: {reason}") from None
    names = [column[0] for column in result.description or []]
    rows = [tuple(map(_plain_value, row)) for row in result.fetchall()]
    return Answer(names, rows, frozenset(translation.times.intersection(names)))


def _plain_value(value: Any) -> Any:
    """A value that JSON has: None for what is no number, such as the logarithm of 0."""
    if isinstance(value, Decimal):
        return float(value)
    return None if isinstance(value, float) and not math.isfinite(value) else value


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
        unquoted(token)
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
        if (word := NOT_SUPPORTED.match(near)) is not None:
            raise QueryError(f"the command {word[0]} is not supported here") from None
        where = f"{fault}, near '{near}'" if near else f"{fault}, its end"
        raise QueryError(f"the query cannot be read at {where}") from None


class Translation(Expressions):
    """One query on its way to SQL: a subselect a command."""

    def __init__(
        self,
        lines: JsonFiles,
        start_ms: int,
        end_ms: int,
        columns: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        super().__init__()
        self._lines = lines
        self._columns = columns
        self._condition_of_time = f"t >= {start_ms} and t < {end_ms}"
        self._sql = "select * from line"
        self._order = "t desc"
        """Newest first, until a command says otherwise."""
        self._shown: list[str] = ["@timestamp", "@message"]
        self._is_limited = False
        self._made = 0
        """How many fields commands have made."""

    def sql(self, query: str) -> str:
        """The SQL of a query. Raises QueryError."""
        others = self._lines.of_groups(sources(query))
        if others:
            self.reads_lines = True
            self._condition_of_time += f" and {others}"
        for command in parse(query).children:
            if command is not None and command.data != "source":
                getattr(self, f"_{command.data}")(command)
        columns = [f"{self._column(name)} as {identifier(name)}" for name in self._shown]
        limit = "" if self._is_limited else f" limit {ROWS}"
        order = f" order by {self._order}" if self._order else ""
        body = f"select {', '.join(columns)} from ({self._sql}){order}{limit}"
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
            f", json_extract_string(c{roots.index(root)}, {quoted(path)}) as {self.members[name]}"
            for name, (root, path) in paths.items()
        )
        if not self.reads_lines:
            own = self._lines.select(roots, self._condition_of_time)
            return f"select t{columns} from ({own})"
        pointers = ", ".join(quoted(pointer(root)) for root in roots)
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
            if is_aggregate(node.children[0]):
                raise QueryError(f"{source_text(node.children[0])} needs the command stats")
            if alias or node.children[0].data != "field":
                made.append(f"{sql} as {self._new(name)}")
            shown.append(name)
        if made:
            self._sql = f"select *, {', '.join(made)} from ({self._sql})"
        self._shown = shown

    def _display(self, command: Any) -> None:
        self._shown = [field_name(node) for node in command.children]

    def _filter(self, command: Any) -> None:
        self._sql = f"select * from ({self._sql}) where {self._condition(command.children[0])}"

    def _parse(self, command: Any) -> None:
        """Parts of a text as fields, which lines without a match lack."""
        subject, pattern, aliases = command.children
        text = self._any(subject)
        names = [plain(token) for token in aliases.children] if aliases is not None else []
        if pattern.type == "REGEX":
            regex = str(pattern)[1:-1]
            names = names or re.findall(r"\(\?P?<(\w+)>", regex)
            if not names:
                raise QueryError("parse takes a regular expression with named groups, or names")
            regex = re.sub(r"\(\?P?<\w+>", "(", regex)
        else:
            regex = _glob(unquoted(pattern), names)
        found = f"regexp_extract_all({text}::varchar, {quoted(regex)}"
        made = [f"{found}, {at})[1] as {self._new(name)}" for at, name in enumerate(names, 1)]
        self._sql = f"select *, {', '.join(made)} from ({self._sql})"

    def _unnest(self, command: Any) -> None:
        """A row for each item of a list."""
        text, (name,) = self._any(command.children[0]), command.children[1].children
        items = f"case when json_valid({text}) then json_extract_string({text}, '$[*]') end"
        self._sql = f"select *, unnest({items}) as {self._new(plain(name))} from ({self._sql})"

    def _new(self, name: str) -> str:
        """A column for a field that a command makes, whatever columns there are."""
        self._made += 1
        column = f"v{self._made}"
        self._derived[name] = column
        if self._names is not None:
            self._names[name] = column
        return column

    def _stats(self, command: Any) -> None:
        columns = [node for node in command.children if node is not None]
        made: list[tuple[str, str]] = []
        keys: list[tuple[str, str]] = []
        for node in columns:
            name, _, sql = self._named(node)
            (made if is_aggregate(node.children[0]) else keys).append((name, sql))
        self._names, self._derived = {}, {}
        selected = [f"{sql} as {self._new(name)}" for name, sql in keys + made]
        group = f" group by {', '.join(sql for _, sql in keys)}" if keys else ""
        self._sql = f"select {', '.join(selected)} from ({self._sql}){group}"
        self._shown = [name for name, _ in keys + made]
        self._order = ", ".join(self._names[name] for name, _ in keys)

    def _sort(self, command: Any) -> None:
        parts = []
        for node in command.children:
            direction = str(node.children[1] or "asc").lower()
            parts.append(_ordered(self._any(node.children[0]), direction))
        self._order = ", ".join(parts)

    def _limit(self, command: Any) -> None:
        self._is_limited = True
        order = f" order by {self._order}" if self._order else ""
        self._sql = f"select * from ({self._sql}){order} limit {int(command.children[0])}"

    def _dedup(self, command: Any) -> None:
        keys = ", ".join(self._column(field_name(node)) for node in command.children)
        order = f" order by {self._order}" if self._order else ""
        self._sql = (
            f"select * from ({self._sql})"
            f" qualify row_number() over (partition by {keys}{order}) = 1"
        )


def _ordered(sql: str, direction: str) -> str:
    """SQL that orders as Logs Insights does: numbers by value and after texts, nothing last."""
    if sql == "t":
        return f"t {direction}"
    number = f"try_cast({sql}::varchar as double)"
    return (
        f"({sql}) is null, ({number} is not null) {direction}, {number} {direction},"
        f" {sql} {direction}"
    )


def _glob(pattern: str, names: Sequence[str]) -> str:
    """A text with `*` for what is asked for, as a regular expression."""
    parts = [re.escape(part) for part in pattern.split("*")]
    if len(parts) - 1 != len(names):
        raise QueryError(f"parse has {len(parts) - 1} wildcards and {len(names)} names")
    return "(?s)" + "(.*?)".join(parts) + ("$" if pattern.endswith("*") else "")
