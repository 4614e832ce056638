"""From a function that nobody prepared to its worst line: sandbox, extension, doctor."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

ORDERS = ROOT / "examples" / "orders"
CALLS = 6


@pytest.fixture(scope="module")
def diagnosed(tmp_path_factory):
    """Runs a handler of examples/orders; (kind, line, count) of each finding of the doctor."""
    sys.path.insert(0, str(ORDERS))
    from backends import backends
    from packages import packages_layer

    folder = tmp_path_factory.mktemp("doctor")
    events = folder / "events.ndjson"
    orders = [{"order_id": str(n), "item": "lamp", "amount": 2} for n in range(CALLS)]
    events.write_text("".join(json.dumps(order) + "\n" for order in orders))
    layer = packages_layer(folder / "packages")
    with backends() as environment:

        def run(file: str) -> list[tuple[str, str, int]]:
            data = folder / file
            variables = [word for item in environment.items() for word in ("--env", "=".join(item))]
            lambda_reuse(
                *("local", "run", f"{ORDERS / file}:handler", "--events", str(events)),
                *("--data", str(data), "--timeout", "60", "--layer", str(layer), *variables),
            )
            answer = json.loads(lambda_reuse("doctor", "--source", str(data), "--output", "json"))
            assert answer["version"] == 1
            assert {row["invocations"] for row in answer["findings"]} == {CALLS}
            assert all(row["usd_per_month"] > 0 for row in answer["findings"])
            return sorted(
                (row["kind"], row["call_site"], row["count"]) for row in answer["findings"]
            )

        yield run
    sys.path.remove(str(ORDERS))


def lambda_reuse(*arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "reuse_cli", *arguments], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def line_of(file: str, text: str) -> str:
    """Where a file has this text."""
    lines = Path(ORDERS, file).read_text().splitlines()
    (number,) = [number for number, line in enumerate(lines, 1) if text in line]
    return f"{file}:{number}"


def test_every_mistake_of_the_function_before(diagnosed):
    """Each thing that before.py builds in its handler, and the parameter that it reads there."""
    again = CALLS - 1

    assert diagnosed("before.py") == sorted(
        [
            ("recreated", line_of("before.py", 'client("sns")'), again),
            ("recreated", line_of("before.py", 'resource("dynamodb")'), again),
            ("recreated", line_of("before.py", 'client("ssm")'), again),
            ("reconnected", line_of("before.py", "requests.Session()"), again),
            ("refetched", line_of("before.py", 'client("ssm")'), again),
        ]
    )


def test_the_one_mistake_of_the_function_after(diagnosed):
    """app.py builds an SNS client in its handler, and nothing else."""
    assert diagnosed("app.py") == [("recreated", line_of("app.py", 'client("sns")'), CALLS - 1)]
