"""The extension beside a real function on three platforms, in both forms it is shipped in."""

import json
from collections import Counter
from pathlib import Path

import pytest

from tests.conformance.platforms import MANAGED, PLATFORMS, STANDARD, is_managed, platform
from tests.line_schema import check_line

pytestmark = pytest.mark.slow

APP = """
import os
from lambda_reuse import resource

built = 0

@resource
def client():
    global built
    built += 1
    return object()

def handler(event, context):
    before = built
    client()
    return {"process": os.getpid(), "built": built - before}
"""

CALLS = 12


@pytest.mark.parametrize("form", ["source", "standalone"])
@pytest.mark.parametrize("name", PLATFORMS)
def test_it_tells_what_happened(request, tmp_path: Path, name: str, form: str):
    """Invocations, hits and misses as the function counts them; valid lines; a clean end."""
    layer = request.getfixturevalue(f"{form}_layer")
    function, free = tmp_path / "function", tmp_path / "free"
    function.mkdir()
    free.mkdir()
    (function / "app.py").write_text(APP)

    with platform(name, function, layer, free) as running:
        answers = [running.invoke({}).value for _ in range(CALLS)]
        running.end()
        lines = [json.loads(line) for line in running.lines() if line.startswith("{")]

    records = [line for line in lines if isinstance(line.get("record"), str)]
    for record in records:
        check_line(record)
    containers = [record for record in records if record["record"] == "container/1"]
    last = containers[-1]
    misses = sum(answer["built"] for answer in answers)
    assert misses == len(Counter(answer["process"] for answer in answers))
    assert last["total"]["invocations"] == CALLS
    assert last["total"]["misses"] == misses
    assert last["total"]["hits"] == CALLS - misses
    assert last["total"]["cold_starts"] == (0 if is_managed(name) else 1)
    assert last["telemetry"] == ("none" if name == STANDARD else "full")
    assert last["end"] == "spindown"
    assert [record["sequence"] for record in containers] == [*range(1, len(containers) + 1)]
    inits = [record for record in records if record["record"] == "init/1"]
    assert ["duration_ms" in record for record in inits] == [name != STANDARD]


@pytest.mark.parametrize("name", [STANDARD, MANAGED])
def test_a_container_has_an_id_of_its_own(tmp_path: Path, source_layer: Path, name: str):
    """AWS's emulator gives the function's version as every instance's id: that is none."""
    ids = []
    for life in ("one", "two"):
        function, free = tmp_path / life / "function", tmp_path / life / "free"
        function.mkdir(parents=True)
        free.mkdir()
        (function / "app.py").write_text(APP)
        with platform(name, function, source_layer, free) as running:
            running.invoke({})
            running.end()
            ids += {
                json.loads(line)["container_id"] for line in running.lines() if '"_aws"' in line
            }

    assert len(ids) == len(set(ids)) == 2
