"""The queries, made from the same definitions as the SQL over files (`tables/definitions.py`).

Logs Insights discovers at most 200 fields of an event, and a busy minute's arrays of `IdleTime` and
`Duration` alone may have as many. What stands behind them in a record is therefore read from the
text of the line with `parse`. A container's values are folded with `max`, `min`, `sum` and `count`
alone, so that the answers to several parts of a time can be folded once more.
"""

from collections.abc import Sequence

from reuse_extension.core.records import CONTAINER, RESOURCE

from reuse_cli.sources.catalogue import TOTALS_OF_USES, values_of
from reuse_cli.sources.tables.definitions import TOTALS, Total

ROWS = 10_000
"""Rows of one answer at most."""
ENDS = values_of(CONTAINER, "end")
KINDS = values_of(CONTAINER, "init_kind")
COLD_KINDS = values_of(CONTAINER, "cold_start_kind")
FAR = 1_000_000_000
"""More than any sequence number times ten: what is taken off it sorts the other way round."""
NAMED = ("function_version", "init_type", "runtime", "architecture", "memory_mb", "telemetry")
"""What every record of a container says alike, unless it was deployed again."""
BEFORE_ARRAYS = ("Invocations", "ColdStarts", "InitDuration")
"""Metrics that stand before the arrays."""
_NUMBER = r"(-?[\d.]+(?:[eE][+-]?\d+)?)"


def lives(functions: Sequence[str], *, has_idle: bool) -> str:
    """One row a container: totals, and what they were before the first record."""
    commands = [
        _filter(CONTAINER, functions),
        r'parse @message /^(?<head>.*)"total":\{(?<tail>[^}]*)/',
        *(_number("tail", total.field, f"total_{total.field}") for total in TOTALS),
        *(_number("head", name, f"own_{name}") for name in _added_behind()),
        _number("head", "MemoryUsed", "memory_used"),
        *(_word("head", name) for name in ("telemetry", "end", "init_kind", "cold_start_kind")),
        "fields " + ", ".join(_codes() + [_before(total) for total in _with_before()]),
        "stats " + ", ".join(_lives_stats(has_idle=has_idle)) + " by FunctionName, container_id",
        f"limit {ROWS}",
    ]
    return "\n| ".join(commands)


def _lives_stats(*, has_idle: bool) -> list[str]:
    found = [
        "count(*) as lines",
        "count_distinct(sequence) as records",
        "min(sequence) as first_sequence",
        "max(sequence) as last_sequence",
        "min(container_started_ms) as started_ms",
        "max(to_ms) as last_ms",
        *(f"latest({'the_telemetry' if n == 'telemetry' else n}) as {n}_" for n in NAMED),
        "max(memory_used) as memory_used_mb",
        "max(end_code) as end_code_",
        "max(kind_code) as kind_code_",
        "max(cold_code) as cold_code_",
        *(f"max(total_{total.field}) as last_{total.name}" for total in TOTALS),
        *(f"min(before_{total.name}) as first_{total.name}" for total in _with_before()),
        *(f"min(total_{t.field}) as first_{t.name}" for t in TOTALS if t.is_list),
    ]
    return found + (["pct(IdleTime.0, 50) as idle_ms"] if has_idle else [])


def inits(functions: Sequence[str]) -> str:
    """One row a record that has an init or a cold start."""
    condition = "(ColdStarts > 0 or ispresent(InitDuration) or ispresent(RestoreDuration))"
    return "\n| ".join(
        [
            f"{_filter(CONTAINER, functions)} and {condition}",
            _word("@message", "cold_start_kind"),
            f"stats {', '.join(INIT_STATS)} by FunctionName, container_id, sequence",
            f"limit {ROWS}",
        ]
    )


INIT_STATS = (
    "max(InitDuration) as init_ms",
    "max(RestoreDuration) as restore_ms",
    "max(ColdStarts) as cold_count",
    "sortsLast(the_cold_start_kind) as cold_kind",
)
USES_KEYS = ("FunctionName", "container_id", "Resource", "kind", "call_site")


def uses(functions: Sequence[str]) -> str:
    """One row a resource of a container."""
    before = (
        f"total.{name} - coalesce({name}, 0) as before_{flat(name)}" for name in TOTALS_OF_USES
    )
    last = (f"max(total.{name}) as last_{flat(name)}" for name in TOTALS_OF_USES)
    first = (f"min(before_{flat(name)}) as first_{flat(name)}" for name in TOTALS_OF_USES)
    return "\n| ".join(
        [
            _filter(RESOURCE, functions),
            "fields " + ", ".join(before),
            f"stats {', '.join(['count(*) as lines', *last, *first])} by {', '.join(USES_KEYS)}",
            f"limit {ROWS}",
        ]
    )


def flat(name: str) -> str:
    """A total's name as one word, as the table has it."""
    return name.replace("reasons.", "reason_")


def _filter(record: str, functions: Sequence[str]) -> str:
    among = ", ".join(f'"{name}"' for name in functions)
    chosen = f" and FunctionName in [{among}]" if functions else ""
    return f'filter record = "{record}"{chosen}'


def _number(text: str, name: str, alias: str) -> str:
    return f'parse {text} /"{name}":{_NUMBER.replace("(", f"(?<{alias}>", 1)}/'


def _word(text: str, name: str) -> str:
    return f'parse {text} /"{name}":"(?<the_{name}>[\\w-]+)"/'


def _added_behind() -> list[str]:
    """The counts of a period that stand behind the arrays."""
    names = [total.added for total in _with_before()]
    return [name for name in names if name and name not in BEFORE_ARRAYS]


def _with_before() -> list[Total]:
    """The totals whose part in a record is one number."""
    return [total for total in TOTALS if total.added and not total.is_list]


def _before(total: Total) -> str:
    """What the total was before the record."""
    own = total.added if total.added in BEFORE_ARRAYS else f"own_{total.added}"
    return f"total_{total.field} - coalesce({own}, 0) as before_{total.name}"


def _codes() -> list[str]:
    """Words as numbers that begin with the sequence number: the greatest is the last one's."""
    end = f"if(ispresent(the_end), sequence * 10 + {_code('the_end', ENDS)}, 0)"
    kinds = [
        f"if(ispresent(the_{name}), {FAR} - sequence * 10 - {_code(f'the_{name}', words)}, 0)"
        for name, words in (("init_kind", KINDS), ("cold_start_kind", COLD_KINDS))
    ]
    return [f"{end} as end_code", f"{kinds[0]} as kind_code", f"{kinds[1]} as cold_code"]


def _code(name: str, words: Sequence[str]) -> str:
    found = str(len(words))
    for at in reversed(range(1, len(words))):
        found = f'if({name} = "{words[at - 1]}", {at}, {found})'
    return found
