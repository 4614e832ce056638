"""Every example of a pattern, in the sandbox: what it reuses is what the records tell."""

import asyncio
import json
from pathlib import Path

import pytest
from reuse_sandbox import FunctionConfig, Sandbox

from tests.conftest import ROOT

pytestmark = pytest.mark.slow

PATTERNS = ROOT / "examples" / "patterns"
CALLS = 10

# What each resource must tell after CALLS invocations in one container: hits, misses by reason.
EXPECTED = {
    "awaited": {"session": (9, {"first": 1})},
    "clients": {"database": (10, {"first": 1}), "mailer": (1, {"first": 1})},
    "connections": {"database": (19, {"first": 1, "invalid": 1})},
    "files": {"weights": (9, {"first": 1}), "model.txt": (0, {"first": 1})},
    "parameters": {
        "parameter": (18, {"first": 2}),
        "exchange_rates": (0, {"first": 1, "error": 9}),
    },
    "warmed": {"prices": (10, {"first": 1}), "model": (10, {"first": 1})},
    "watched": {"country_of": (8, {"first": 2})},
    "wrong": {"client in the handler": (0, {"first": 1})},
}


def events() -> list[dict]:
    """The fourth breaks the connection; two cities take turns."""
    return [{"n": n, "city": ("Oslo", "Lima")[n % 2], "break": n == 3} for n in range(CALLS)]


@pytest.fixture(scope="module")
def printed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory):
    """Name of an example -> (its answers, its records), each run once."""
    layer = request.getfixturevalue("source_layer")
    known: dict[str, tuple[list, list]] = {}

    async def run(name: str, data: Path) -> list:
        config = FunctionConfig(PATTERNS, handler=f"{name}.handler", timeout_s=20)
        async with Sandbox(config, layer=layer, data=data, concurrency=1) as sandbox:
            results = [await sandbox.invoke(json.dumps(event).encode()) for event in events()]
        assert [result.status for result in results] == ["success"] * CALLS
        return [json.loads(result.payload) for result in results]

    def of(name: str) -> tuple[list, list]:
        if name not in known:
            data = tmp_path_factory.mktemp(name)
            answers = asyncio.run(run(name, data))
            (log,) = data.glob("logs/*/*.jsonl")
            messages = [json.loads(line)["message"] for line in log.read_text().splitlines()]
            records = [json.loads(text) for text in messages if '"record"' in text]
            known[name] = (answers, records)
        return known[name]

    return of


def test_every_example_is_here():
    """Each file of `examples/patterns` has expected numbers."""
    assert {path.stem for path in PATTERNS.glob("*.py")} == set(EXPECTED)


@pytest.mark.parametrize("name", EXPECTED)
def test_what_is_reused_is_recorded(printed, name):
    """Hits and misses by reason, of each resource and over all of them."""
    answers, records = printed(name)
    last = [record for record in records if record["record"] == "container/1"][-1]
    found = {
        record["Resource"]: (record["total"]["hits"], record["total"]["reasons"])
        for record in records
        if record["record"] == "resource/1"
    }

    assert len(answers) == CALLS
    assert found == EXPECTED[name]
    assert last["total"]["hits"] == sum(hits for hits, _ in EXPECTED[name].values())


def test_what_is_built_again_is_counted(printed):
    """9 of 10 builds of the resource in the handler are recreated, in the resource and over all."""
    _, records = printed("wrong")
    resources = [record for record in records if record["record"] == "resource/1"]
    containers = [record for record in records if record["record"] == "container/1"]

    assert resources[-1]["total"]["recreated"] == 9
    assert resources[-1]["total"]["recreated_ms"] >= 0
    assert sum(record.get("Recreated", 0) for record in containers) == 9
    metrics = containers[-1]["_aws"]["CloudWatchMetrics"][0]["Metrics"]
    assert any(record.get("Recreated") for record in containers)
    assert {"Name": "Invocations", "Unit": "Count"} in metrics or containers[-1]["end"]


def test_function_errors_are_counted(printed):
    """0 where all went well: the runtime client's own error path is observed."""
    _, records = printed("clients")
    totals = [r["total"] for r in records if r["record"] == "container/1"]

    assert totals[-1]["function_errors"] == 0


RAISING = """
from lambda_reuse import resource

@resource
def client():
    return 1

def handler(event, context):
    client()
    if event["n"] % 3 == 0:
        raise ValueError(event["n"])
    return object() if event["n"] == 1 else event["n"]
"""


@pytest.mark.parametrize("helper", ["used", "not used"])
def test_function_errors_of_a_function_that_raises(request, tmp_path, helper):
    """4 of 10 raise, 1 has an answer that is no JSON; stack traces name the function alone.

    The layer observes this by itself, where the function does not use the helper, too.
    """
    source = RAISING if helper == "used" else RAISING.replace("@resource", "").replace("from ", "#")
    (tmp_path / "function").mkdir()
    (tmp_path / "function" / "app.py").write_text(source)
    layer = request.getfixturevalue("source_layer")

    async def run() -> list:
        config = FunctionConfig(tmp_path / "function", handler="app.handler", timeout_s=20)
        data = tmp_path / "data"
        async with Sandbox(config, layer=layer, data=data, concurrency=1) as sandbox:
            return [await sandbox.invoke(json.dumps({"n": n}).encode()) for n in range(CALLS)]

    answers = [json.loads(result.payload) for result in asyncio.run(run())]
    (log,) = (tmp_path / "data").glob("logs/*/*.jsonl")
    messages = [json.loads(line)["message"] for line in log.read_text().splitlines()]
    records = [json.loads(text) for text in messages if '"container/1"' in text]
    raised = [answer for answer in answers if isinstance(answer, dict)]

    assert len(raised) == 5
    own = [answer for answer in raised if answer["errorType"] == "ValueError"]
    assert [len(answer["stackTrace"]) for answer in own] == [1, 1, 1, 1]
    reported = [record["total"].get("function_errors") for record in records][-1]
    assert reported == sum(record.get("FunctionErrors", 0) for record in records) == 5
    assert all(record["total"]["errors"] == 0 for record in records)


def test_the_init_record_has_its_phases(printed):
    """Those of the settings, and of what was preloaded."""
    _, records = printed("warmed")
    (init,) = [record for record in records if record["record"] == "init/1"]

    assert {phase["name"] for phase in init["phases"]} == {"settings", "prices", "model"}
