"""The ways in: the layer's `.pth`, its wrapper, an import; by AWS's runtime client each time."""

import asyncio
import json
import shutil
from pathlib import Path

import pytest
from reuse_sandbox import FunctionConfig, Sandbox

HANDLER = """\
import boto3
import os

def handler(event, context):
    boto3.client("sns")
    return {"PYTHONPATH": os.environ.get("PYTHONPATH"), "custom": os.environ.get("CUSTOM")}
"""
LINE = "app.py:5"


@pytest.fixture
def run(tmp_path: Path, source_layer: Path):
    """Runs HANDLER three times in one container; its answers, and its last resource records."""

    def run_it(
        before: str = "", layer: Path = source_layer, **environment: str
    ) -> tuple[list, dict[str, dict]]:
        folder = tmp_path / "task"
        folder.mkdir()
        (folder / "app.py").write_text(before + HANDLER)
        config = FunctionConfig(
            folder, handler="app.handler", timeout_s=30, environment=environment
        )

        async def live() -> list:
            async with Sandbox(
                config, layer=layer, data=tmp_path / "data", concurrency=1
            ) as sandbox:
                return [await sandbox.invoke(b"{}") for _ in range(3)]

        results = asyncio.run(live())
        assert [result.status for result in results] == ["success"] * 3, results
        return [json.loads(result.payload) for result in results], records(tmp_path / "data")

    return run_it


def records(data: Path) -> dict[str, dict]:
    """Call site -> the totals of the last record."""
    (log,) = data.glob("logs/*/*.jsonl")
    messages = [json.loads(line)["message"] for line in log.read_text().splitlines()]
    found = [json.loads(text) for text in messages if '"resource/1"' in text]
    return {record["call_site"]: record["total"] for record in found}


def test_by_the_pth_of_the_layer(run):
    """Nothing is changed in the function and nothing is set."""
    _, found = run()

    assert found[LINE]["recreated"] == 2


def test_by_the_wrapper_where_the_pth_is_not_read(run, tmp_path):
    """PYTHONPATH hides the layer's .pth; it stays as it was, and a sitecustomize in it is run."""
    (tmp_path / "own").mkdir()
    (tmp_path / "own" / "sitecustomize.py").write_text("import os; os.environ['CUSTOM'] = 'own'")
    path = str(tmp_path / "own")

    answers, found = run(PYTHONPATH=path, AWS_LAMBDA_EXEC_WRAPPER="/opt/lambda-reuse-wrapper")

    assert answers == [{"PYTHONPATH": path, "custom": "own"}] * 3
    assert found[LINE]["recreated"] == 2


def test_without_a_wrapper_pythonpath_switches_it_off(run, tmp_path):
    """As on Lambda: the managed runtime leaves the layer's folders out."""
    _, found = run(PYTHONPATH=str(tmp_path))

    assert found == {}


def test_the_wrapper_runs_the_next_one(run, tmp_path):
    """LAMBDA_REUSE_NEXT_WRAPPER gets the command, and both have their effect."""
    other = tmp_path / "other"
    other.write_text('#!/bin/sh\nexport CUSTOM=next\nexec "$@"\n')
    other.chmod(0o755)

    answers, found = run(
        AWS_LAMBDA_EXEC_WRAPPER="/opt/lambda-reuse-wrapper", LAMBDA_REUSE_NEXT_WRAPPER=str(other)
    )

    assert answers[0]["custom"] == "next"
    assert found[LINE]["recreated"] == 2


TRACER = """\
import os, sys
os.environ["CUSTOM"] = "traced"

def patch():
    from botocore.session import Session
    create = Session.create_client
    def traced(self, *args, **kwargs):
        return create(self, *args, **kwargs)
    Session.create_client = traced
"""


@pytest.mark.parametrize("has_path", [False, True], ids=["pth", "PYTHONPATH and wrapper"])
def test_beside_another_layer(run, tmp_path, source_layer, has_path):
    """Its packages are found, its .pth is run where ours is, and what it wraps is observed."""
    layer = tmp_path / "opt"
    shutil.copytree(source_layer, layer, symlinks=True)
    (layer / "python" / "tracer.py").write_text(TRACER)
    (layer / "python" / "a_tracer.pth").write_text("import tracer\n")
    environment = {}
    if has_path:
        environment["PYTHONPATH"] = str(layer / "python")
        environment["AWS_LAMBDA_EXEC_WRAPPER"] = "/opt/lambda-reuse-wrapper"

    answers, found = run("import tracer\ntracer.patch()\n", layer=layer, **environment)

    assert {answer["custom"] for answer in answers} == {"traced"}
    assert found["app.py:7"]["recreated"] == 2


def test_by_an_import(function):
    """For functions without the layer's .pth: `import lambda_reuse.auto`."""
    function.write("app.py", "import lambda_reuse.auto\n" + HANDLER)

    ran = function.run(3, mode="off")

    assert ran.found() == [("recreated", "app.py:6", 2)]


@pytest.mark.parametrize(
    ("variable", "value"),
    [("LAMBDA_REUSE_AUTO", "off"), ("LAMBDA_REUSE_AUTO", "http"), ("LAMBDA_REUSE_DISABLED", "1")],
)
def test_it_can_be_switched_off(run, variable, value):
    """All of it, or all observers but those that are listed."""
    _, found = run(**{variable: value})

    assert found == {}


@pytest.mark.parametrize("value", ["aws", "http, aws", "on"])
def test_observers_can_be_chosen(run, value):
    """A list of observers leaves these on."""
    _, found = run(LAMBDA_REUSE_AUTO=value)

    assert found[LINE]["recreated"] == 2


def test_the_helper_is_whole_when_the_function_asks_for_it(run):
    """The observers load a part of it; what the function imports later is what it always was."""
    before = (
        "import lambda_reuse.resource\n"
        "from lambda_reuse import container, phase, resource\n"
        "import lambda_reuse\n"
        "assert callable(resource) and lambda_reuse.resource is resource\n"
        "assert container.invocation == 0\n"
        "value = resource(lambda: 1)\n"
        "assert value() == 1\n"
    )

    _, found = run(before)

    assert found["app.py:12"]["recreated"] == 2
