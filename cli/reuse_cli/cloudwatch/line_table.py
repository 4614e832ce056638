"""The table `emf_line`: what dashboards need of JSON lines, read in one pass.

Which columns are needed depends on the directives of the lines, which are only known when all have
been read: so the first lines are looked at, and where later ones declare dimensions that these did
not, everything is read once more.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from reuse_cli.cloudwatch import emf
from reuse_cli.cloudwatch.emf import Metric
from reuse_cli.cloudwatch.lines import EMF_METRICS, EMF_TIME, JsonFiles, member_path, quoted

if TYPE_CHECKING:
    import duckdb

SAMPLE = 5_000
"""Lines that are looked at first."""


class LineTable:
    """Columns: `t` (epoch ms), `shape` (number of its directives), values, dimensions, fields.

    A metric's values are a column of lists `m0`, and `om0` with the text of a structured value.
    """

    def __init__(
        self,
        connection: "duckdb.DuckDBPyConnection",
        lines: JsonFiles,
        wanted: Collection[str] | None,
        fields: Collection[str],
    ) -> None:
        self._connection, self._lines, self._wanted = connection, lines, wanted
        self.fields: Mapping[str, str] = {name: f"f{at}" for at, name in enumerate(fields)}
        self._shapes: dict[str, list[Metric] | None] = {}
        self._objects: dict[str, bool] = {}
        head = f"(select * from ({self._select_shapes()}) limit {SAMPLE})"
        self._add_shapes(
            row[0] for row in connection.execute(f"select distinct c1 from {head}").fetchall()
        )
        while not self._filled():
            pass
        found = connection.execute("select count(*) from emf_line where is_emf").fetchone()
        self.count: int = found[0] if found else 0
        """Lines with embedded metrics."""
        self.refused = self._refused()

    @property
    def shapes(self) -> list[list[Metric]]:
        """The metrics that the lines with this number declare."""
        return [metrics or [] for metrics in self._shapes.values()]

    def has_objects(self, metric: str) -> bool:
        """Whether lines have structured values of a metric, as `Values` with `Counts`."""
        if metric not in self._objects:
            found = self._connection.execute(
                f"select count(o{self.values[metric]}) from emf_line"
            ).fetchone()
            self._objects[metric] = bool(found and found[0])
        return self._objects[metric]

    def _select_shapes(self) -> str:
        return self._lines.select([EMF_TIME, EMF_METRICS], "c1 is not null")

    def _add_shapes(self, texts: Iterable[str]) -> None:
        for text in sorted(texts):
            self._shapes.setdefault(text, emf.parse(text))

    def _filled(self) -> bool:
        """Read all lines; False where they have shapes that need other columns."""
        before = self._needed()
        self.values = {name: f"m{at}" for at, name in enumerate(before[0])}
        self.dimensions = {name: f"d{at}" for at, name in enumerate(before[1])}
        self._connection.execute("create or replace temp table emf_shape (k ubigint, number int)")
        for number, shape in enumerate(self._shapes):
            self._connection.execute(
                "insert into emf_shape select hash(?::json), ?", [shape, number]
            )
        self._connection.execute(f"create or replace table emf_line as {self._select()}")
        found = self._connection.execute(
            "select distinct unknown from emf_line where unknown is not null"
        ).fetchall()
        if not found:
            return True
        known = len(self._shapes)
        self._add_shapes(row[0] for row in found)
        if self._needed() != before:
            return False
        for number, shape in list(enumerate(self._shapes))[known:]:
            self._connection.execute(
                "update emf_line set shape = ?, unknown = null where unknown = ?", [number, shape]
            )
        return True

    def _needed(self) -> tuple[list[str], list[str]]:
        """Names of metrics and of dimensions."""
        metrics: dict[str, None] = {}
        dimensions: dict[str, None] = {}
        for declared in self.shapes:
            for metric in declared:
                if self._wanted is None or metric.name in self._wanted:
                    metrics[metric.name] = None
                    dimensions.update(dict.fromkeys(metric.dimensions))
        return sorted(metrics), sorted(dimensions)

    def _select(self) -> str:
        fields = _Fields(self.fields, {*self.values, *self.dimensions})
        members = [EMF_TIME, EMF_METRICS, *self.values, *self.dimensions, *fields.roots]
        members = list(dict.fromkeys(members))
        place = {name: f"c{at}" for at, name in enumerate(members)}
        columns = list(fields.columns(place))
        for name, column in self.values.items():
            part = place[name]
            columns += [f"{_values(part)} as {column}", f"{_object(part)} as o{column}"]
        columns += [f"{_text(place[name])} as {column}" for name, column in self.dimensions.items()]
        source = self._lines.select(members, texts=fields.texts)
        lists = "".join(f", {part}" for part in fields.lists(place))
        return f"""
            select t, case when c0 is not null then number end as shape,
                case when number is null then c1::varchar end as unknown,
                c1 is not null as is_emf, c1 is not null and c0 is null as is_untimed
                {"".join(", " + part for part in columns)}
            from (select *{lists} from ({source})) left join emf_shape on k = hash(c1)
            """

    def _refused(self) -> int:
        """Lines whose directives or values CloudWatch refuses; such values are dropped."""
        bad = [str(n) for n, metrics in enumerate(self._shapes.values()) if metrics is None]
        among = f"coalesce(shape in ({', '.join(bad)}), false)" if bad else "false"
        long = " or ".join(
            f"coalesce(len({column}), 0) > {emf.MAX_VALUES}" for column in self.values.values()
        )
        rows = self._connection.execute(
            f"select count(*) filter (is_untimed or {among}), count(*) filter ({long or 'false'})"
            " from emf_line"
        ).fetchone() or (0, 0)
        if rows[1]:
            for column in self.values.values():
                self._connection.execute(
                    f"update emf_line set {column} = null where len({column}) > {emf.MAX_VALUES}"
                )
        return int(rows[0] + rows[1])


class _Fields:
    """The fields of log widgets: those at the root are text at once, others are parts of JSON."""

    def __init__(self, fields: Mapping[str, str], others: Collection[str]) -> None:
        """`others`: root members that are needed as JSON."""
        self._fields = fields
        self._paths: dict[str, list[tuple[str, str]]] = {}
        for name in fields:
            root, path = member_path(name)
            self._paths.setdefault(root, []).append((name, path))
        self.roots = list(self._paths)
        self.texts = {
            root for root, paths in self._paths.items() if root not in others and _is_whole(paths)
        }

    def lists(self, place: Mapping[str, str]) -> Iterable[str]:
        """SQL of lists with the parts of each root, which is parsed once."""
        for at, (root, paths) in enumerate(self._paths.items()):
            if root not in self.texts and not _is_whole(paths):
                own = ", ".join(quoted(path) for _, path in paths)
                yield f"json_extract_string({place[root]}, [{own}]) as l{at}"

    def columns(self, place: Mapping[str, str]) -> Iterable[str]:
        """SQL of the fields' columns."""
        for at, (root, paths) in enumerate(self._paths.items()):
            for number, (name, _) in enumerate(paths, 1):
                part = place[root] if root in self.texts else f"l{at}[{number}]"
                if root not in self.texts and _is_whole(paths):
                    part = f"json_extract_string({place[root]}, '$')"
                yield f"{part} as {self._fields[name]}"


def _is_whole(paths: list[tuple[str, str]]) -> bool:
    """Whether a root member is needed as it is, and no part of it."""
    return [path for _, path in paths] == ["$"]


def _values(part: str) -> str:
    """A metric's values as a list: EMF has one number, or an array of numbers.

    An array of JSON is cast faster than its text, but takes strings, true and false for numbers.
    """
    text = f"({part}::varchar)"
    others = " or ".join(f"contains({text}, '{sign}')" for sign in ('"', "true", "false"))
    return (
        f"case when starts_with({text}, '[') then"
        f" case when not ({others}) then try_cast({part} as double[]) end"
        f" when {text}[1] not in ('\"', '{{', 't', 'f', 'n') then"
        f" [try_cast({text} as double)] end"
    )


def _object(part: str) -> str:
    text = f"({part}::varchar)"
    return f"case when starts_with({text}, '{{') then {text} end"


def _text(part: str) -> str:
    """A dimension's value: a string that is not blank."""
    text, value = f"({part}::varchar)", f"json_extract_string({part}, '$')"
    plain = f"case when contains({text}, '\\') then {value} else {text}[2:-2] end"
    return f"case when starts_with({text}, '\"') and trim({plain}) <> '' then {plain} end"
