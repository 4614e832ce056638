"""The whole way: what the tables say is what happened, counted by two others independently.

The driver counts invocations and containers from the answers it gets; the function counts what it
asked for and what it had to build. Neither knows the extension or the helper's counters.
"""

import json
import subprocess
import sys
from collections import Counter, defaultdict
from pathlib import Path

import pytest

from tests.line_schema import check_line, validator

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
ORDERS = ROOT / "examples" / "orders"
COMMAND = [sys.executable, "-m", "reuse_cli"]


def lambda_reuse(*arguments: object) -> str:
    done = subprocess.run(
        [*COMMAND, *map(str, arguments)], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def asked(question: str, data: Path) -> list[dict]:
    answer = json.loads(lambda_reuse(question, "--source", data, "--output", "json"))
    validator(f"{question}.schema.json").validate(answer)
    return answer[question]


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, orders_packages: Path) -> tuple[list[dict], Path]:
    """(what each invocation answered, the data folder) of a run in bursts with a pause."""
    sys.path.insert(0, str(ORDERS))
    try:
        from backends import backends
    finally:
        sys.path.remove(str(ORDERS))
    folder = tmp_path_factory.mktemp("orders")
    events = folder / "events.ndjson"
    orders = [
        {
            "at_ms": i * 15 if i < 40 else 4_000 + i * 15,
            "event": {"order_id": str(i), "item": "lamp", "amount": 1},
        }
        for i in range(80)
    ]
    events.write_text("".join(json.dumps(order) + "\n" for order in orders))
    with backends() as environment:
        variables = {**environment, "TAX_MAX_AGE_S": "0.5"}
        settings = [word for name in variables for word in ("--env", f"{name}={variables[name]}")]
        lines = lambda_reuse(
            "local", "run", f"{ORDERS / 'app.py'}:handler", "--events", events,
            "--concurrency", 3, "--keep-alive", 2, "--timeout", 20, "--data", folder / "data",
            "--layer", orders_packages, "--output", "json", *settings,
        )  # fmt: skip
    return [json.loads(line) for line in lines.splitlines()], folder / "data"


def test_every_invocation_succeeded(run):
    """Otherwise the other tests would compare nothing with nothing."""
    results, _ = run

    assert [result["function_error"] for result in results] == [None] * 80


def test_containers_and_invocations_are_those_of_the_driver(run):
    """Each container by its log stream, with as many invocations as it answered."""
    results, data = run
    driven = Counter(result["container_id"] for result in results)
    by_function = Counter(result["response"]["log_stream"] for result in results)

    reported = {row["container_id"]: row["invocations"] for row in asked("containers", data)}

    assert reported == driven == by_function
    assert len(reported) >= 3


def test_cold_starts_are_those_the_driver_saw(run):
    """One for each container: every first caller waited."""
    results, data = run
    driven = Counter(result["container_id"] for result in results if result["cold"])

    reported = {row["container_id"]: row["cold_starts"] for row in asked("containers", data)}

    assert reported == driven


def test_hits_and_misses_are_those_of_the_function(run):
    """By resource: misses are what it built, hits the rest of what it asked for."""
    results, data = run
    used = Counter(name for result in results for name in result["response"]["used"])
    built = Counter(name for result in results for name in result["response"]["built"])

    rows = [row for row in asked("resources", data) if row["kind"] == "resource"]
    reported = {row["resource"]: (row["hits"], row["misses"]) for row in rows}

    assert reported == {name: (used[name] - built[name], built[name]) for name in used}
    assert built["tax_percent"] > len({result["container_id"] for result in results})


def test_hits_and_misses_of_each_container(run):
    """The same, by container."""
    results, data = run
    counted = defaultdict(lambda: [0, 0])
    for result in results:
        counts = counted[result["container_id"]]
        counts[1] += len(result["response"]["built"])
        counts[0] += len(result["response"]["used"]) - len(result["response"]["built"])

    reported = {
        row["container_id"]: [row["hits"], row["misses"]] for row in asked("containers", data)
    }

    assert reported == counted


def test_every_line_keeps_the_contract(run):
    """Container, resource and init records, as they stand in the log files."""
    _, data = run
    events = [json.loads(line) for path in data.rglob("*.jsonl") for line in path.open()]
    lines = [json.loads(e["message"]) for e in events if e["message"].startswith("{")]

    assert {line["record"] for line in lines} == {"container/1", "resource/1", "init/1"}
    for line in lines:
        check_line(line)


def test_the_helpers_phases_are_in_the_init_records(run):
    """`with phase("imports")` in the example."""
    _, data = run
    events = [json.loads(line) for path in data.rglob("*.jsonl") for line in path.open()]
    inits = [json.loads(e["message"]) for e in events if '"init/1"' in e["message"]]

    assert inits
    for init in inits:
        (phase,) = init["phases"]
        assert phase["name"] == "imports"
        assert 0 < phase["duration_ms"] < init["duration_ms"]


def test_all_containers_ended_in_their_proper_way(run):
    """With a last record, and none lost."""
    _, data = run

    rows = asked("containers", data)

    assert {row["end"] for row in rows} == {"spindown"}
    assert {row["lost_records"] for row in rows} == {0}
