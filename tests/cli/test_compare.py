"""`compare`: the statistics, and two versions as a user compares them."""

import json
import os
import signal
import subprocess
import sys
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_cli.analysis import comparison
from reuse_cli.analysis.comparison import Life, Rounds, p_value, quantile
from reuse_cli.local.events import Event
from reuse_cli.local.side_by_side import chosen

from tests.line_schema import validator
from tests.sandbox.patience import before_long

WORKS = "def handler(event, context):\n    return event\n"
SLOW = "import time\ndef handler(event, context):\n    time.sleep(0.08)\n"
REUSES = (
    "import time\n"
    "from lambda_reuse import resource\n"
    "@resource\n"
    "def client():\n"
    "    time.sleep(0.08)\n"
    "def handler(event, context):\n"
    "    client()\n"
)


def compare(folder: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("lambda-reuse")), "compare", *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    )


def life(*warm_ms: float, cold_ms: float = 500.0, builds: int | None = None) -> Life:
    """A container with an init of 400 ms."""
    return Life(
        cold_run_ms=cold_ms - 400, warm_ms=list(warm_ms), invocations=1 + len(warm_ms),
        init_ms=400.0, builds=builds,
    )  # fmt: skip


def test_eight_rounds_that_agree_are_a_verdict() -> None:
    """And seven are none, however large the difference."""
    assert p_value([5.0] * 8) == 2 / 256 <= comparison.LIMIT
    assert p_value([5000.0] * 7) == 2 / 128 > comparison.LIMIT
    assert p_value([1.0] * 7 + [-9.0]) > 0.5
    assert p_value([]) == p_value([0.0] * 8) == 1.0


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=7))
def test_the_p_value_is_the_share_of_sign_choices(differences: list[int]) -> None:
    """Counted one by one, in whole numbers."""
    sums = [
        abs(sum(sign * difference for sign, difference in zip(signs, differences, strict=True)))
        for signs in product((1, -1), repeat=len(differences))
    ]
    share = sum(value >= abs(sum(differences)) for value in sums) / len(sums)

    assert p_value([float(value) for value in differences]) == share


@pytest.mark.slow
def test_the_same_against_the_same_seldom_gives_a_verdict() -> None:
    """Of 2000 comparisons of noise, with a drift over the rounds, about one in a hundred."""
    dice, verdicts = Random(5), 0
    for _ in range(2000):
        drift = [dice.uniform(0, 50) for _ in range(8)]
        sides = [
            [life(*(dice.lognormvariate(3, 0.5) + slow for _ in range(4))) for slow in drift]
            for _ in range(2)
        ]
        rows = comparison.rows(Rounds(512, *sides))
        verdicts += next(r for r in rows if r["measure"] == "warm_p50_ms")["verdict"] != "unclear"

    assert 0 < verdicts <= 2000 * comparison.LIMIT * 1.6


def test_each_measure_has_a_row() -> None:
    """Medians and percentiles over all rounds, money at the memory size, builds an invocation."""
    before = [life(100, 120, cold_ms=900, builds=6) for _ in range(8)]
    after = [life(10, 30, cold_ms=950 + number, builds=1) for number in range(8)]
    rows = comparison.rows(Rounds(1024, before, after))
    validator("compare.schema.json").validate({"version": 1, "comparisons": rows})
    shown = {row["measure"]: (row["before"], row["after"], row["verdict"]) for row in rows}

    assert shown == {
        "cold_ms": (900, 953.5, "worse"),
        "warm_p50_ms": (100, 10, "better"),
        "warm_p99_ms": (120, 30, "better"),
        "builds": (2, pytest.approx(1 / 3), "better"),
        "usd_per_million": (
            pytest.approx(0.11 * 16.6667 + 0.2), pytest.approx(0.02 * 16.6667 + 0.2), "better",
        ),
    }  # fmt: skip


def test_what_was_not_measured_is_absent() -> None:
    """Rounds without warm invocations, without records, and without builds give no value."""
    rows = comparison.rows(Rounds(128, [Life()] * 8, [life(5.0)] * 8))

    assert {(row["before"], row["p_value"], row["verdict"]) for row in rows} == {
        (None, None, "unclear")
    }
    assert [row["after"] is None for row in rows] == [False, False, False, True, False]


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.99, 4.0), (0.25, 1.0), (0.76, 4.0)])
def test_a_percentile_is_a_value_that_was_measured(share: float, value: float) -> None:
    """The smallest that this share does not exceed."""
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == value


def test_events_are_chosen_alike() -> None:
    """Each as often as the others, in an order that the seed decides."""
    events = [Event(None, str(number).encode()) for number in range(5)]
    drawn = chosen(events, 20, seed=1)

    assert sorted(drawn) == sorted(events * 4)
    assert drawn == chosen(events, 20, seed=1) != chosen(events, 20, seed=2)
    assert len(chosen(events, 3, seed=1)) == 3


@pytest.mark.slow
def test_a_version_that_reuses_is_better(tmp_path: Path) -> None:
    """Measured in the sandbox: the warm invocations are faster, and a build is counted once."""
    (tmp_path / "before.py").write_text(SLOW)
    (tmp_path / "after.py").write_text(REUSES)
    (tmp_path / "data").mkdir()
    asked = ("before.py:handler", "after.py:handler", "--count", 24, "--data", "data")
    done = compare(tmp_path, *asked, "--output", "json", "--fail-on", "verdict == 'better'")
    assert done.returncode == 1, done.stderr
    assert "128 warm_p50_ms" in done.stderr
    answer = json.loads(done.stdout)
    validator("compare.schema.json").validate(answer)
    rows = {row["measure"]: row for row in answer["comparisons"]}

    assert rows["warm_p50_ms"]["verdict"] == "better"
    assert rows["warm_p50_ms"]["after"] < 80 <= rows["warm_p50_ms"]["before"]
    assert (rows["builds"]["before"], rows["builds"]["after"]) == (None, pytest.approx(1 / 3))
    assert {row["rounds"] for name, row in rows.items() if name != "builds"} == {8}
    assert len(list((tmp_path / "data").rglob("*.jsonl"))) == 16


@pytest.mark.slow
def test_failures_are_named_and_not_measured(tmp_path: Path) -> None:
    """The exit code is that of failed invocations; the other side is measured all the same."""
    (tmp_path / "fine.py").write_text(WORKS)
    (tmp_path / "fails.py").write_text("def handler(event, context):\n    return 1 / event\n")
    asked = ("fine.py:handler", "fails.py:handler", "--count", 4, "--rounds", 1)
    done = compare(tmp_path, *asked, "--event", "0", "--memory", "256", "--memory", "512")

    assert done.returncode == 2
    assert done.stderr.count("4 of 4 invocations of after failed and were not measured") == 2
    assert "ZeroDivisionError" in done.stderr
    assert "a verdict needs 8 rounds" in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()[1:]] == ["256"] * 5 + ["512"] * 5


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_an_end_from_outside(tmp_path: Path, number: signal.Signals, code: int) -> None:
    """Both sandboxes end in order, and nothing of them is left."""
    (tmp_path / "fine.py").write_text(WORKS)
    (tmp_path / "data").mkdir()
    asked = ("fine.py:handler", "fine.py:handler", "--count", "100000", "--data", "data")
    with subprocess.Popen(
        [str(Path(sys.executable).with_name("lambda-reuse")), "compare", *asked],
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        begun = before_long(lambda: len(list((tmp_path / "data").rglob("*.jsonl"))) == 2)
        running.send_signal(number)
        _, printed = running.communicate()

    assert (begun, running.returncode, "Traceback" in printed) == (True, code, False), printed
    assert before_long(lambda: not list(tmp_path.glob("lambda-reuse-*")))


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["fine.py:handler"], 252, "AFTER"),
        (["fine.py:handler", "nowhere.py:handler"], 253, "nowhere.py"),
        (["fine.py:handler", "fine.py:other"], 253, "other"),
        (["fine.py:handler", "broken.py:handler"], 2, "cannot start"),
        (["fine.py:handler", "fine.py:handler", "--event", "{"], 252, "--event"),
        (["fine.py:handler", "fine.py:handler", "--memory", "64"], 252, "--memory"),
        (["fine.py:handler", "fine.py:handler", "--count", "0"], 252, "--count"),
        (["fine.py:handler", "fine.py:handler", "--data", "."], 252, "not empty"),
        (["fine.py:handler", "fine.py:handler", "--without-extension"], 252, "extension"),
        (["fine.py:handler", "fine.py:handler", "--events", "none.json"], 252, "no events"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    """And the exit code that belongs to it."""
    (tmp_path / "fine.py").write_text(WORKS)
    (tmp_path / "broken.py").write_text("raise ValueError('broken')\n")
    (tmp_path / "none.json").touch()
    done = compare(tmp_path, *arguments)

    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr
