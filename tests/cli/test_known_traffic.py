"""What `what-if` makes of records equals what a plain simulation makes of the same callers."""

import random
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from reuse_cli.analysis import policy as policies
from reuse_cli.analysis.what_if import recorded_row, row
from reuse_cli.sources.files import Files
from reuse_cli.sources.span import ALL
from reuse_cli.sources.traffic import of_records

from tests.cli.records import STARTED_MS, container, write

RECORDED_S = 300
MINUTE_MS = 60_000
FUNCTIONS = ("billing", "orders", "search")


@dataclass
class Served:
    """One container: (start, duration) of its invocations."""

    began_ms: int
    init_ms: int
    invocations: list[tuple[int, int]] = field(default_factory=list)

    @property
    def end_ms(self) -> int:
        start_ms, duration_ms = self.invocations[-1]
        return start_ms + duration_ms


def callers(function: int) -> list[tuple[int, int]]:
    """(arrival, duration) for three hours: now and then several at once. No two at a time."""
    chance = random.Random(function)
    at_ms, found = STARTED_MS, []
    while at_ms < STARTED_MS + 3 * 3600 * 1000:
        at_ms += chance.choice([chance.randint(1, 900), chance.randint(1000, 500_000)])
        found.append((at_ms, chance.randint(1, 4000)))
    return found


def simulate(
    calls: list[tuple[int, int]], keep_alive_s: int, init_ms: dict[int, int], usual_ms: float
) -> list[Served]:
    """Every container that the callers need, looked for from the one that became idle last."""
    containers: list[Served] = []
    for at_ms, duration_ms in calls:
        free = [
            one for one in containers if one.end_ms <= at_ms <= one.end_ms + keep_alive_s * 1000
        ]
        if free:
            newest = max(free, key=lambda one: one.end_ms)
            newest.invocations.append((at_ms, duration_ms))
            continue
        took = init_ms.get(at_ms, usual_ms)
        containers.append(Served(at_ms, took, [(at_ms + took, duration_ms)]))
    return containers


def records(function: str, number: int, served: Served) -> list[dict]:
    """A container's records: its first invocation, then one for each minute."""
    groups: list[list[int]] = [[0]]
    for at in range(1, len(served.invocations)):
        minute, last = served.invocations[at][0] // MINUTE_MS, groups[-1][-1]
        if last and served.invocations[last][0] // MINUTE_MS == minute:
            groups[-1].append(at)
        else:
            groups.append([at])
    made, before = [], None
    for sequence, group in enumerate(groups, 1):
        own = [served.invocations[at] for at in group]
        gaps = []
        for start_ms, duration_ms in own:
            gaps += [] if before is None else [start_ms - before]
            before = start_ms + duration_ms
        values = {"IdleTime": gaps} if gaps else {}
        if sequence == 1:
            values |= {"InitDuration": served.init_ms, "ColdStarts": 1}
        total = {"invocations": group[-1] + 1, "cold_starts": 1, "init_ms": served.init_ms}
        total["duration_ms"] = sum(d for _, d in served.invocations[: group[-1] + 1])
        made.append(container(
            f"{function}{number}", sequence, FunctionName=function, to_ms=before,
            container_started_ms=served.began_ms, Invocations=len(own),
            Duration=[duration for _, duration in own], total=total, **values,
        ))  # fmt: skip
    return made


@pytest.mark.parametrize("keep_alive_s", [20, RECORDED_S, 1800])
def test_replays_equal_a_simulation(tmp_path: Path, keep_alive_s: int) -> None:
    """Under the recorded keep-alive it is what was recorded; an init is as long as it was then."""
    cold = containers = 0
    busy_ms = 0.0
    lines = []
    for function, name in enumerate(FUNCTIONS):
        chance, calls = random.Random(-function), callers(function)
        inits = {at_ms: chance.randint(50, 900) for at_ms, _ in calls}
        recorded = simulate(calls, RECORDED_S, inits, 0)
        waited = {one.began_ms: one.init_ms for one in recorded}
        ordered = sorted(waited.values())
        usual_ms = (ordered[(len(ordered) - 1) // 2] + ordered[len(ordered) // 2]) / 2
        again = simulate(calls, keep_alive_s, waited, usual_ms)
        cold += len(again)
        containers += len(again)
        busy_ms += sum(one.init_ms for one in again) + sum(duration for _, duration in calls)
        for number, served in enumerate(recorded):
            lines += records(name, number, served)
    random.Random(5).shuffle(lines)
    traffic = of_records(Files([write(tmp_path / "log.jsonl", *lines)]), ALL, ())

    found = row(traffic.functions, policies.keep_alive(keep_alive_s), traffic.span_s, seed=0)

    assert traffic.notes == []
    assert (found.cold_starts, found.containers) == (cold, containers)
    hours = 730 * 3600 / traffic.span_s
    usd = busy_ms / 1000 / 8 * 0.0000166667 + found.invocations * 0.2e-6
    assert found.usd_per_month == pytest.approx(usd * hours)
    if keep_alive_s == RECORDED_S:
        was = recorded_row(traffic.functions, traffic.span_s)
        assert was is not None
        assert {**was.as_json(), "policy": "", "keep_alive_s": 0} == {
            **found.as_json(), "policy": "", "keep_alive_s": 0,
            "usd_per_month": pytest.approx(was.usd_per_month),
        }  # fmt: skip
