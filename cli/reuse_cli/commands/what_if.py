"""`what-if`: the recorded traffic under another keep-alive, provisioned containers or a pinger."""

import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reuse_cli.analysis import policy as policies
from reuse_cli.analysis.questions import Question
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers, options
from reuse_cli.commands.options import Asked
from reuse_cli.commands.shared_options import MEMORY_MB, seed_option
from reuse_cli.errors import UsageError
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import Column, shown

if TYPE_CHECKING:
    from reuse_cli.analysis.policy import Policy
    from reuse_cli.sources.traffic import Found

WHAT_IF = Question("what-if", "policies", ())
SWEEP_S = (60.0, 300.0, 600.0, 1200.0, 3600.0)
"""The keep-alive times that are compared where none was named."""


class Finite(click.FloatRange):
    """A number of a range that is neither infinite nor NaN, which click's own would let pass."""

    def convert(self, value: Any, param: Any, ctx: Any) -> Any:
        """The number; fails with click's usage error."""
        number = super().convert(value, param, ctx)
        if not math.isfinite(number):
            self.fail(f"{value} is not a finite number.", param, ctx)
        return number


POLICY_OPTIONS = [
    click.option(
        "--traffic",
        type=click.Path(exists=True, dir_okay=False, path_type=Path, allow_dash=True),
        metavar="FILE",
        help="Replay this file in place of the records: NDJSON or CSV with function_name, at_ms,"
        " duration_ms, or counts a minute as in Azure's trace; also compressed.",
    ),
    click.option(
        "--keep-alive",
        "keep_alive",
        type=Finite(0),
        multiple=True,
        metavar="S",
        help="End idle containers after S seconds; may be given several times."
        f"  [default: {', '.join(f'{seconds:g}' for seconds in SWEEP_S)}]",
    ),
    click.option(
        "--regime",
        type=click.Choice(list(policies.REGIMES)),
        multiple=True,
        help="A named policy; may be given several times.",
    ),
    click.option(
        "--provisioned",
        type=click.IntRange(0, 100_000),
        multiple=True,
        metavar="N",
        help="Number of provisioned containers of each function; may be given several times.",
    ),
    click.option(
        "--ping-every",
        type=Finite(1),
        metavar="S",
        help="A pinger invokes each function every S seconds.",
    ),
    click.option(
        "--concurrency",
        type=click.IntRange(1, 1_000_000),
        metavar="N",
        help="At most N invocations of a function at a time; more are throttled.",
    ),
    click.option(
        "--memory",
        type=MEMORY_MB,
        metavar="MB",
        help="Calculate prices for this memory size; run times stay as recorded.",
    ),
    click.option(
        "--init-ms",
        type=Finite(0),
        metavar="MS",
        help="How long an init takes.  [default: the median of the recorded ones]",
    ),
    seed_option("The seed of what is drawn at random."),
]


def columns(rows: Sequence[Row], _asked: Asked | None = None) -> list[Column]:
    """What the table shows; columns that are 0 everywhere are left out."""
    found = [
        Column("policy", shown("policy"), is_text=True),
        Column("invocations", shown("invocations", numbers.count), rank=2),
        Column("cold starts", shown("cold_starts", numbers.count)),
        Column("cold", shown("cold_rate", numbers.percent)),
        Column("p75 of functions", shown("cold_rate_p75", numbers.percent), rank=4),
        Column("containers", shown("containers", numbers.count), rank=1),
        Column("throttled", shown("throttled", numbers.count)),
        Column("pings", shown("pings", numbers.count), rank=3),
        Column("a month", shown("usd_per_month", numbers.dollars)),
    ]
    optional = {
        "throttled": "throttled", "pings": "pings", "p75 of functions": "cold_rate_p75"
    }  # fmt: skip
    return [
        column
        for column in found
        if column.heading not in optional or any(row[optional[column.heading]] for row in rows)
    ]


def run(
    *,
    traffic: Path | None,
    keep_alive: tuple[float, ...],
    regime: tuple[str, ...],
    provisioned: tuple[int, ...],
    ping_every: float | None,
    concurrency: int | None,
    memory: int | None,
    init_ms: float | None,
    seed: int,
    **given: Any,
) -> int:
    """Replay the traffic under other policies.

    The answer is cold starts, containers and money for each policy. The records give every
    invocation's start and end. Without --traffic the first row is what was recorded.
    """
    asked = options.read(**given)
    others = {"ping_every_s": ping_every, "concurrency": concurrency, "memory_mb": memory}
    chosen = _policies(keep_alive, regime, provisioned, others)
    found = _found(asked, traffic)
    found.set(memory_mb=memory if traffic else None, init_ms=init_ms)
    rows = _rows(found, chosen, seed)
    for sentence in found.sentences(has_memory=memory is not None, has_init=init_ms is not None):
        answers.say(sentence)
    names = list(rows[0])
    return answers.present(WHAT_IF, columns, asked, (names, rows))


def _policies(
    keep_alive: Sequence[float],
    regimes: Sequence[str],
    provisioned: Sequence[int],
    others: dict[str, Any],
) -> list["Policy"]:
    """Every keep-alive and regime with every number of provisioned containers."""
    is_changed = provisioned or any(value is not None for value in others.values())
    default = () if regimes else (600.0,) if is_changed else SWEEP_S
    made = []
    for count in provisioned or (0,):
        extras = {**others, "provisioned": count}
        made += [policies.keep_alive(seconds, **extras) for seconds in keep_alive or default]
        made += [policies.REGIMES[name](**extras) for name in regimes]
    return list({policy.name: policy for policy in made}.values())


def _found(asked: Asked, traffic: Path | None) -> "Found":
    from reuse_cli.sources import traffic as sources

    if traffic is None:
        return sources.of_records(asked.source(), asked.span, asked.functions)
    if asked.sources or asked.is_all or asked.span.since_ms or asked.span.until_ms:
        raise UsageError("give either --traffic or records: --source, --all, --since, --until")
    return sources.of_file(traffic, asked.functions)


def _rows(found: "Found", chosen: Sequence["Policy"], seed: int) -> list[Row]:
    from reuse_cli.analysis import what_if

    recorded = what_if.recorded_row(found.functions, found.span_s)
    rows = [recorded] if recorded else []
    rows += [what_if.row(found.functions, policy, found.span_s, seed) for policy in chosen]
    return [row.as_json() for row in rows]


what_if = click.command(name="what-if")(options.question(options.decorated(run, POLICY_OPTIONS)))
