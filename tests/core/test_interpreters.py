"""The core under both interpreters: the same events give the same bytes."""

import itertools
import json
import os
import random
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests import platform_events as pe
from tests.conftest import ROOT
from tests.core.lives import Life
from tests.core.play import START_MS
from tests.core.test_lives import FIXTURES

pytestmark = pytest.mark.slow

PLAY = Path(__file__).with_name("play.py")

ODD_TEXTS = (
    '"\\ud83d\\ude00 paired"',
    '"\\ud83d alone"',
    '"\\ude00\\ud83d the wrong way round"',
    '"caf\u00e9 \u4e2d\u6587 \U0001f600"',
    '"a\\u0000b\\t\\n\\u007f\\\\\\"/"',
    '""',
    '"' + 300 * "x" + '"',
)
ODD_NUMBERS = (
    "0",
    "-0.0",
    "1e-7",
    "0.0005",
    "12345.6785",
    "2147483648",
    "4611686018427387904",
    "99999999999999999999999999",
    "1e308",
    "1e400",
    "-3",
    "true",
    "null",
    '"7"',
    "NaN",
    "Infinity",
    "[]",
)


def odd_life() -> dict:
    """A life in which every text and every number that a report may hold stands somewhere."""
    steps = []
    for i, (text, number) in enumerate(itertools.product(ODD_TEXTS, ODD_NUMBERS)):
        at_ms = 1000 * (i + 1)
        time_ms = START_MS + at_ms
        report = {
            "time": pe.iso(time_ms + 20),
            "type": "platform.report",
            "record": {
                "tenantId": "TEXT",
                "requestId": "TEXT",
                "status": "success",
                "metrics": {
                    "maxMemoryUsedMB": "NUMBER",
                    "billedDurationMs": "NUMBER",
                    "durationMs": "NUMBER",
                },
            },
        }
        events = [pe.start(time_ms, "TEXT"), pe.runtime_done(time_ms + 20, "TEXT", 19.5), report]
        body = json.dumps(events).replace('"TEXT"', text).replace('"NUMBER"', number)
        steps += [{"at_ms": at_ms + 30, "body": body}]
    return {"environment": {}, "subscription": 200, "steps": steps}


def random_life(seed: int) -> dict:
    """A generated life, in disorder, with a batch cut short here and there.

    Other damage is not for comparison: MicroPython's JSON reader takes commas for blanks and knows
    more escapes, so it finds a record or two more in a damaged batch than CPython's.
    """
    chance = random.Random(seed)
    sizes = [chance.randrange(60) for _ in range(chance.randrange(1, 5))]
    life = Life(seed, sizes, chance.choice((0.0, 0.2, 1.0)), chance.choice((0.0, 0.3)))
    steps = []
    for number, segment in enumerate(life.segments):
        if number:
            steps.append({"at_ms": segment[0][0] - START_MS, "restart": True})
        for at_ms, kind, value in segment:
            step = {"at_ms": at_ms - START_MS, kind: value}
            if kind == "batch" and chance.random() < 0.05:
                body = json.dumps(step.pop("batch"))
                step["body"] = body[: chance.randrange(len(body))]
            steps.append(step)
    return {"environment": {}, "subscription": 200, "steps": steps}


@pytest.fixture(scope="module")
def other_play(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """`play.py` and the core frozen into an executable, as the extension is."""
    from reuse_cli.layers.frozen_sources import gather

    folder = tmp_path_factory.mktemp("frozen")
    gather(folder)
    shutil.copyfile(PLAY, folder / "reuse_extension" / "main.py")
    target = folder / "play"
    subprocess.run([ROOT / "layer_build.sh", "--frozen", folder, target], check=True)
    return target


def lines(command: list[object], fixtures: list[Path]) -> list[bytes]:
    environment = {**os.environ, "PYTHONPATH": f"{ROOT / 'extension'}:{ROOT / 'python_helper'}"}
    ran = subprocess.run([*command, *fixtures], check=True, capture_output=True, env=environment)
    assert ran.stderr == b""
    return ran.stdout.splitlines()


def test_both_interpreters_write_the_same_bytes(other_play, tmp_path):
    """Every fixture, odd texts and numbers, and generated lives in disorder, cut short."""
    fixtures = [*FIXTURES]
    for name, life in [("odd", odd_life()), *((str(i), random_life(i)) for i in range(40))]:
        fixtures.append(tmp_path / f"{name}.json")
        fixtures[-1].write_text(json.dumps(life))

    here = lines([sys.executable, PLAY], fixtures)
    there = lines([other_play], fixtures)

    assert len(here) >= len(fixtures)
    assert here == there
