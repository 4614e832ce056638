"""CloudWatch Metrics Insights: `SELECT AVG(X) FROM SCHEMA("NS", Dimension) WHERE ... GROUP BY ...`.

After "Metrics Insights query components and syntax". `FROM "NS"` takes metrics of a namespace with
any dimensions, `SCHEMA` those with exactly these.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reuse_cli.cloudwatch import grammar
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.functions import MathError
from reuse_cli.cloudwatch.grammar import GrammarError

GRAMMAR = r"""
    start: "SELECT"i FUNCTION "(" name ")" "FROM"i source [where] [group] [order] [limit] [";"]
    source: "SCHEMA"i "(" name ("," name)* ")" -> schema | name -> namespace
    where: "WHERE"i condition ("AND"i condition)*
    condition: name COMPARED value
    group: "GROUP"i "BY"i name ("," name)*
    order: "ORDER"i "BY"i FUNCTION "(" ")" [ORDER]
    limit: "LIMIT"i NUMBER
    name: QUOTED | BARE
    value: TEXT | QUOTED
    FUNCTION.2: /(AVG|COUNT|MAX|MIN|SUM)(?=\s*\()/i
    ORDER.2: /(ASC|DESC)\b/i
    COMPARED: "=" | "!="
    NUMBER: /\d+/
    QUOTED: /"[^"]*"/
    TEXT: /'[^']*'/
    BARE: /(?!(FROM|WHERE|GROUP|ORDER|LIMIT|AND|BY)\b)[A-Za-z_][A-Za-z0-9_.]*/i
    %import common.WS
    %ignore WS
"""
STATISTICS = {
    "AVG": "Average",
    "COUNT": "SampleCount",
    "MAX": "Maximum",
    "MIN": "Minimum",
    "SUM": "Sum",
}
MAX_SERIES = 500


@dataclass(frozen=True)
class Query:
    """A parsed query."""

    function: str
    metric: str
    namespace: str
    schema: tuple[str, ...] | None
    where: tuple[tuple[str, str, str], ...] = ()
    group: tuple[str, ...] = ()
    order: tuple[str, str] | None = None
    limit: int = MAX_SERIES

    @property
    def statistic(self) -> str:
        """The statistic as CloudWatch names it elsewhere."""
        return STATISTICS[self.function]

    def takes(self, metric: Metric, values: tuple[str, ...]) -> bool:
        """Whether the query reads this metric."""
        if (metric.namespace, metric.name) != (self.namespace, self.metric):
            return False
        if self.schema is not None and metric.dimensions != self.schema:
            return False
        own = dict(zip(metric.dimensions, values, strict=True))
        return all(_holds(own, *condition) for condition in self.where) and all(
            name in own for name in self.group
        )


def is_query(expression: str) -> bool:
    """Whether an expression is such a query and not metric math."""
    return expression.lstrip().upper().startswith("SELECT")


def parse(text: str) -> Query:
    """A query. Raises MathError that points at the place."""
    try:
        tree = grammar.parse(GRAMMAR, text)
    except GrammarError as fault:
        raise MathError(f"the query '{text}' cannot be read at {fault}") from None
    function, metric, source, where, group, order, limit = tree.children[:7]
    names = [_name(node) for node in source.children]
    is_schema = source.data == "schema"
    return Query(
        function=str(function).upper(),
        metric=_name(metric),
        namespace=names[0],
        schema=tuple(sorted(names[1:])) if is_schema else None,
        where=tuple(_condition(node) for node in _parts(where)),
        group=tuple(_name(node) for node in _parts(group)),
        order=_order(order),
        limit=int(_parts(limit)[0]) if limit is not None else MAX_SERIES,
    )


def _parts(node: Any) -> list[Any]:
    return [] if node is None else [part for part in node.children if part is not None]


def _order(node: Any) -> tuple[str, str] | None:
    parts = _parts(node)
    return (parts[0].upper(), str(parts[1]).upper() if len(parts) > 1 else "ASC") if parts else None


def _name(node: Any) -> str:
    text = str(node.children[0])
    return text[1:-1] if text.startswith('"') else text


def _condition(node: Any) -> tuple[str, str, str]:
    name, operator, value = node.children
    return _name(name), str(operator), str(value.children[0])[1:-1]


def _holds(own: Mapping[str, str], name: str, operator: str, value: str) -> bool:
    if name not in own:
        return False
    return (own[name] == value) == (operator == "=")
