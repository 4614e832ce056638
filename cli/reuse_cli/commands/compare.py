"""`compare`: two versions of a handler under the same traffic, in the sandbox."""

import os
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from reuse_cli import errors
from reuse_cli.analysis.comparison import UNCLEAR, Life, Rounds
from reuse_cli.analysis.questions import COMPARE_BUILDS, CONTAINERS, Question
from reuse_cli.analysis.statistics import Row
from reuse_cli.commands import answers, options
from reuse_cli.commands.function_options import FOLDER, environment_options, layer_options
from reuse_cli.commands.options import Asked
from reuse_cli.commands.shared_options import (
    MEMORY_MB,
    event_options,
    fail_on_option,
    no_color_option,
    output_option,
    seed_option,
    timeout_option,
)
from reuse_cli.errors import NoRecordsError, UsageError
from reuse_cli.formats import numbers
from reuse_cli.formats.columns import NOTHING, Column, shown
from reuse_cli.local.environment import given_variables
from reuse_cli.local.local_run import LocalRun
from reuse_cli.local.settings import require_sandbox

if TYPE_CHECKING:
    from reuse_sandbox import InvokeResult

    from reuse_cli.local.events import Event

COMPARE = Question("compare", "comparisons", ())
NAMES = ("before", "after")
DEFAULT_MB = 128
MEASURES = {
    "cold_ms": ("cold start", numbers.milliseconds),
    "warm_p50_ms": ("warm p50", numbers.milliseconds),
    "warm_p99_ms": ("warm p99", numbers.milliseconds),
    "builds": ("builds an invocation", lambda value: f"{value:.2f}".rstrip("0").rstrip(".")),
    "usd_per_million": ("million warm invocations", numbers.dollars),
}  # fmt: skip


def own_options() -> list[Callable[[Any], Any]]:
    """What is compared, and how often."""
    return [
        click.argument("before"),
        click.argument("after"),
        click.option(
            "--memory",
            "memories",
            type=MEMORY_MB,
            multiple=True,
            metavar="MB",
            help="A memory size to measure at, with its CPU share; may be given several times."
            "  [default: this machine, without limits]",
        ),
        click.option(
            "--count",
            type=click.IntRange(2, 1_000_000),
            default=160,
            show_default=True,
            help="Invocations of each handler at each memory size, over all rounds.",
        ),
        click.option(
            "--rounds",
            type=click.IntRange(1, 16),
            default=8,
            show_default=True,
            help="Rounds, each with new containers; a verdict needs 8.",
        ),
        seed_option("The seed of the random order of events."),
        *event_options(),
        timeout_option("3"),
    ]


def shown_options() -> list[Callable[[Any], Any]]:
    """How the answer is shown."""
    return [
        click.option(
            "--data", type=FOLDER, metavar="DIR", help="Keep the records in this empty folder."
        ),
        output_option(options.OUTPUTS),
        no_color_option(),
        fail_on_option("\"verdict == 'worse'\""),
    ]


def columns(_rows: Sequence[Row], _asked: Asked | None = None) -> list[Column]:
    """What the table shows."""
    return [
        Column("memory", shown("memory_mb", lambda value: f"{value} MB")),
        Column("measure", lambda row: MEASURES[row["measure"]][0], is_text=True),
        Column("before", lambda row: _value(row, "before")),
        Column("after", lambda row: _value(row, "after")),
        Column("change", shown("change", lambda value: f"{value * 100:+.0f} %")),
        Column("p", shown("p_value", lambda value: f"{value:.3f}"), rank=1),
        Column("verdict", shown("verdict"), is_text=True),
    ]


def _value(row: Row, side: str) -> str:
    value = row[side]
    return NOTHING if value is None else MEASURES[row["measure"]][1](value)


@dataclass
class Measured:
    """What one memory size has given so far."""

    memory_mb: int
    lives: tuple[list[Life], list[Life]] = field(default_factory=lambda: ([], []))
    errors: tuple[Counter[str], Counter[str]] = field(
        default_factory=lambda: (Counter(), Counter())
    )

    def begin(self) -> None:
        """A new round."""
        for lives in self.lives:
            lives.append(Life())

    def add_result(self, side: int, result: "InvokeResult") -> None:
        """Count one answer; those of failed invocations are not measured."""
        from reuse_cli.local.answers import error_message

        life = self.lives[side][-1]
        life.invocations += 1
        if result.function_error:
            self.errors[side][error_message(result)] += 1
        elif result.cold:
            life.container_id, life.cold_run_ms = result.container_id, result.duration_ms
        else:
            life.container_id = result.container_id
            life.warm_ms.append(result.duration_ms)

    def learn(self, init_ms: dict[str, float | None], builds: dict[str, int]) -> None:
        """What the containers' records say."""
        for lives in self.lives:
            is_counted = any(life.container_id in builds for life in lives)
            for life in lives:
                life.init_ms = init_ms.get(life.container_id)
                life.builds = builds.get(life.container_id, 0) if is_counted else None


def run(*, output: str, no_color: bool, fail_on: str | None, **chosen: Any) -> int:
    """Measure two versions of a handler.

    Both get the same events in turn, in containers of their own. BEFORE and AFTER are written as
    the HANDLER of `local run`: FILE.py:FUNCTION, or FOLDER:MODULE.FUNCTION. A verdict stands only
    where the difference is beyond the noise.
    """
    require_sandbox()
    from reuse_cli.analysis import comparison

    base, events = _base(chosen), _events(chosen)
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-") as folder:
        data = chosen["data"] or Path(folder)
        if any(data.iterdir()):
            raise UsageError(f"--data {data}: the folder is not empty")
        measured = [
            _measure(base, memory_mb, events, chosen, data)
            for memory_mb in dict.fromkeys(chosen["memories"] or (None,))
        ]
        _learn(measured, data)
    rows = [
        row
        for one in measured
        for row in comparison.rows(Rounds(one.memory_mb, *one.lives), _architecture())
    ]
    asked = Asked(
        output=output,
        has_color=options.has_color(no_color),
        width=options.width(),
        fail_on=fail_on,
    )
    code = answers.present(COMPARE, columns, asked, (list(rows[0]), rows))
    if chosen["rounds"] < comparison.ENOUGH:
        answers.say(f"a verdict needs {comparison.ENOUGH} rounds: {UNCLEAR} says nothing here")
    return _failed(measured) or code


def _architecture() -> str:
    import platform

    return "arm64" if platform.machine() in ("aarch64", "arm64") else "x86_64"


def _base(chosen: dict[str, Any]) -> LocalRun:
    """What both sides and all memory sizes share."""
    if chosen["without_extension"]:
        raise UsageError("compare needs the extension: it measures inits and builds")
    return LocalRun(
        timeout_s=chosen["timeout"],
        variables=given_variables(
            chosen["env_files"], chosen["passed"], chosen["variables"], os.environ
        ),
        passed=chosen["passed"],
        profile=chosen["profile"],
        region=chosen["region"],
        opt=chosen["opt"],
        layers=chosen["layers"],
    )


def _events(chosen: dict[str, Any]) -> list["Event"]:
    from reuse_cli.local.events import EventList, event_source

    if chosen["given"] and chosen["events"]:
        raise UsageError("give either --event or --events")
    given = chosen["given"]
    source = EventList.parse(given) if given else event_source(chosen["events"])
    events = list(source)
    if not events:
        raise UsageError(f"there are no events in {source.name}")
    return events


def _measure(
    base: LocalRun,
    memory_mb: int | None,
    events: Sequence["Event"],
    chosen: dict[str, Any],
    data: Path,
) -> Measured:
    """All rounds of one memory size; warnings are said once."""
    from reuse_cli.local.session import Session
    from reuse_cli.local.side_by_side import chosen as in_order
    from reuse_cli.local.side_by_side import play

    measured, said = Measured(memory_mb or DEFAULT_MB), set[str]()

    def warn(sentence: str) -> None:
        if sentence not in said:
            said.add(sentence)
            answers.say(sentence)

    rounds = chosen["rounds"]
    traffic = in_order(events, chosen["count"], chosen["seed"])
    for number in range(rounds):
        measured.begin()
        sessions = [
            Session(
                replace(base, handler=chosen[side], name=side, memory_mb=memory_mb, data=data), warn
            )
            for side in NAMES
        ]
        play(sessions, traffic[number::rounds], first=number, on_result=measured.add_result)
    return measured


def _learn(measured: Iterable[Measured], data: Path) -> None:
    asked = Asked(sources=(str(data),))
    init_ms: dict[str, float | None] = {}
    builds: dict[str, int] = {}
    try:
        (_, containers), (_, built) = answers.all_of((CONTAINERS, COMPARE_BUILDS), asked)
        init_ms = {row["container_id"]: row["init_ms"] for row in containers}
        builds = {row["container_id"]: row["builds"] for row in built}
    except NoRecordsError as error:
        answers.say(str(error))
    for one in measured:
        one.learn(init_ms, builds)


def _failed(measured: Iterable[Measured]) -> int:
    """Say which invocations failed; the exit code, 0 where none did."""
    code = errors.FINE
    for one in measured:
        for side, counted, lives in zip(NAMES, one.errors, one.lives, strict=True):
            if counted:
                total = sum(life.invocations for life in lives)
                answers.say(
                    f"{counted.total()} of {total} invocations of {side} failed and were not"
                    f" measured: {counted.most_common(1)[0][0]}"
                )
                code = errors.FAILED
    return code


compare = click.command(name="compare")(
    options.decorated(
        run, [*own_options(), *environment_options(), *layer_options(), *shown_options()]
    )
)
