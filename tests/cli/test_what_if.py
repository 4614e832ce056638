"""`what-if` as a user types it: what it replays, what it says, and what it refuses."""

import csv
import gzip
import io
import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.cli.records import container, write
from tests.conftest import MS, ROOT
from tests.line_schema import validator
from tests.test_docs import shown

TRACE = ROOT.parent / "shared" / "data" / "azure_2019_minutes.csv.gz"
FIELDS = {
    "policy", "keep_alive_s", "provisioned", "invocations", "cold_starts", "containers",
    "usd_per_month",
}  # fmt: skip
HOUR_MS = 3_600_000


def command(folder: Path, *arguments: object) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [str(Path(sys.executable).with_name("lambda-reuse")), *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        cwd=folder,
        env={"PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    )


def policies(folder: Path, *arguments: object) -> list[dict[str, Any]]:
    """The policies of the JSON output, which must succeed."""
    done = command(folder, "what-if", *arguments, "--output", "json")
    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    validator("what-if.schema.json").validate(answer)
    found: list[dict[str, Any]] = answer["policies"]
    assert all(set(row) >= FIELDS for row in found)
    return found


def two_containers(folder: Path) -> Path:
    """Two containers that served one after the other, an hour apart."""
    records = []
    for number, name in enumerate(("a", "b")):
        start_ms = 1_795_219_200_000 + number * HOUR_MS
        totals = {"cold_starts": 1, "init_ms": 400.0}
        records += [
            container(
                name, 1, container_started_ms=start_ms, from_ms=start_ms, to_ms=start_ms + 500,
                Invocations=1, ColdStarts=1, Duration=[100.0], InitDuration=400.0,
                total={"invocations": 1, **totals},
            ),
            container(
                name, 2, container_started_ms=start_ms, from_ms=start_ms + 500,
                to_ms=start_ms + 60_600, Invocations=1, Duration=[100.0], IdleTime=[60_000.0],
                total={"invocations": 2, **totals},
            ),
        ]  # fmt: skip
    return write(folder / "log.jsonl", *records)


def test_the_recorded_policy_comes_first(tmp_path: Path) -> None:
    """Then each keep-alive: a minute serves as recorded, less loses, two hours save one."""
    source = two_containers(tmp_path)
    rows = policies(
        tmp_path, "--source", source, *("--keep-alive", 10, "--keep-alive", 60),
        *("--keep-alive", 7200),
    )  # fmt: skip

    assert [(row["policy"], row["cold_starts"], row["containers"]) for row in rows] == [
        ("recorded", 2, 2),
        ("keep-alive 10 s", 4, 4),
        ("keep-alive 1 min", 2, 2),
        ("keep-alive 120 min", 1, 1),
    ]
    assert rows[0]["usd_per_month"] == pytest.approx(rows[2]["usd_per_month"])
    assert [row["keep_alive_s"] for row in rows] == [None, 10, 60, 7200]


def test_policies_are_combined(tmp_path: Path) -> None:
    """Each keep-alive and regime with each number of provisioned containers, which cost money."""
    rows = policies(
        tmp_path, "--source", two_containers(tmp_path), "--keep-alive", 60,
        *("--provisioned", 0, "--provisioned", 1), "--regime", "aws-before-2019-07",
        "--ping-every", 300, "--memory", 256,
    )[1:]  # fmt: skip

    assert [(row["keep_alive_s"], row["provisioned"], row["cold_starts"]) for row in rows] == [
        (60, 0, 2), (None, 0, 1), (60, 1, 0), (None, 1, 0),
    ]  # fmt: skip
    assert rows[2]["usd_per_month"] > rows[0]["usd_per_month"]
    assert {row["pings"] for row in rows} == {11 + 1}


def test_a_time_in_the_middle_counts_what_lies_in_it(tmp_path: Path) -> None:
    """With --since the container that was running is named, its cold start not counted."""
    since = "2026-11-21T00:00:30Z"
    done = command(
        tmp_path, "what-if", "--source", two_containers(tmp_path), "--since", since,
        "--output", "json",
    )  # fmt: skip
    recorded = json.loads(done.stdout)["policies"][0]

    assert (recorded["invocations"], recorded["cold_starts"]) == (3, 1)
    assert "1 container had begun before" in done.stderr


def test_every_format(tmp_path: Path) -> None:
    """The same policies as a table, CSV, Markdown and a page."""
    asked = ("what-if", "--source", two_containers(tmp_path), "--keep-alive", 60)
    printed = {
        name: command(tmp_path, *asked, "--output", name).stdout
        for name in ("table", "csv", "md", "html")
    }

    (recorded, kept) = csv.DictReader(io.StringIO(printed["csv"]))
    assert (recorded["policy"], kept["policy"], kept["cold_starts"]) == (
        "recorded", "keep-alive 1 min", "2",
    )  # fmt: skip
    assert printed["table"].splitlines()[2].startswith("keep-alive 1 min")
    assert "| keep-alive 1 min |" in printed["md"]
    assert "<td>keep-alive 1 min" in printed["html"]


def test_a_file_of_traffic(tmp_path: Path) -> None:
    """Without records: no recorded policy, names choose functions, what is not known is said."""
    rows = [("shop", 0, 10), ("shop", 90_000, 10), ("mail", 0, 5), ("mail", "x", 5)]
    text = "function_name,at_ms,duration_ms\n" + "".join(
        f"{name},{at},{duration}\n" for name, at, duration in rows
    )
    file = tmp_path / "traffic.csv.gz"
    file.write_bytes(gzip.compress(text.encode()))
    done = command(
        tmp_path, "what-if", "shop", "nobody", "--traffic", file, "--keep-alive", 60,
        "--init-ms", 300, "--output", "json",
    )  # fmt: skip

    (row,) = json.loads(done.stdout)["policies"]
    assert (row["invocations"], row["cold_starts"], row["containers"]) == (2, 2, 2)
    for said in ("1 row of", "line 5", "no invocations of nobody", "128 MB is priced"):
        assert said in done.stderr
    assert "init durations" not in done.stderr


def test_traffic_comes_from_standard_input() -> None:
    """As with `zcat`, or what another program prints."""
    text = "function_name,at_ms,duration_ms\nshop,0,10\nshop,90000,10\n"
    done = subprocess.run(
        [str(Path(sys.executable).with_name("lambda-reuse")), "what-if", "--traffic", "-",
         "--keep-alive", "60", "--output", "json"],
        input=gzip.compress(text.encode()), capture_output=True, check=True,
    )  # fmt: skip

    assert json.loads(done.stdout)["policies"][0]["cold_starts"] == 2


def test_missing_and_approximate_invocations_are_said(tmp_path: Path) -> None:
    """Where a record is lost, stderr says how many invocations that concerns."""
    totals = {"cold_starts": 1, "init_ms": 400.0}
    source = write(
        tmp_path / "log.jsonl",
        container("a", 1, ColdStarts=1, Invocations=1, Duration=[10.0], InitDuration=400.0,
                  total={"invocations": 1, **totals}),
        container("a", 3, Invocations=1, Duration=[10.0], IdleTime=[50.0],
                  total={"invocations": 3, **totals}),
    )  # fmt: skip
    done = command(tmp_path, "what-if", "--source", source)

    assert "2 invocations of which not every gap is known" in done.stderr
    assert "1 invocation of the totals left no start and end" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (["--traffic", "nowhere.csv"], 252, "does not exist"),
        (["--traffic", "empty.csv"], 252, "not a traffic file"),
        (["--traffic", "some.csv", "--source", "some.csv"], 252, "give either --traffic"),
        (["--traffic", "some.csv", "nobody"], 252, "no invocations of nobody"),
        (["--source", "log.jsonl", "nobody"], 252, "no invocations of nobody"),
        (["--source", "log.jsonl", "--keep-alive", "-1"], 252, "--keep-alive"),
        (["--source", "log.jsonl", "--keep-alive", "nan"], 252, "finite"),
        (["--source", "log.jsonl", "--keep-alive", "inf"], 252, "finite"),
        (["--source", "log.jsonl", "--ping-every", "0"], 252, "--ping-every"),
        (["--source", "log.jsonl", "--regime", "tomorrow"], 252, "--regime"),
        (["--source", "log.jsonl", "--fail-on", "warm > 1"], 252, "there is no field warm"),
        (["--source", "log.jsonl", "--fail-on", "cold_starts > 1"], 1, "recorded"),
        (["--source", "empty.csv"], 255, "no records"),
        (["--source", "unused.jsonl"], 255, "no finished invocation"),
    ],
)  # fmt: skip
def test_bad_input_is_one_sentence(
    tmp_path: Path, arguments: list[str], code: int, says: str
) -> None:
    """And the exit code that belongs to it."""
    two_containers(tmp_path)
    write(tmp_path / "unused.jsonl", container("u", 1))
    (tmp_path / "empty.csv").touch()
    (tmp_path / "some.csv").write_text("function_name,at_ms,duration_ms\nshop,1,2\n")
    done = command(tmp_path, "what-if", *arguments)

    assert (done.returncode, says in done.stderr) == (code, True), done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not TRACE.exists(), reason="the Azure trace does not lie beside the project")
def test_the_trace_gives_its_known_answers(tmp_path: Path) -> None:
    """11.6 million invocations of a day, by the installed command."""
    minutes = (1, 5, 10, 20, 60, 120)
    times = [word for minute in minutes for word in ("--keep-alive", 60 * minute)]
    rows = policies(tmp_path, "--traffic", TRACE, *times)

    assert [row["cold_starts"] for row in rows] == [68_255, 16_334, 8_819, 5_338, 2_095, 1_467]
    assert {row["invocations"] for row in rows} == {11_639_447}
    rates = [round(100 * row["cold_rate_p75"], 1) for row in rows]
    assert rates == [68.4, 50.0, 42.4, 26.7, 18.8, 11.8]


def test_the_page_shows_what_is_printed() -> None:
    """Both tables of docs/what-if.md are what their commands print."""
    tables = shown(ROOT / "docs" / "what-if.md", "shown by")

    assert len(tables) == 2
    for asked, output in tables:
        assert command(ROOT, *asked.split()[1:]).stdout == output


@pytest.mark.slow
def test_the_recorded_policy_is_replayed_exactly(tmp_path: Path) -> None:
    """Replayed under the sandbox's own keep-alive, traffic gives the recorded cold starts."""
    (tmp_path / "app.py").write_text(
        "import time\n"
        "def handler(event, context):\n"
        "    time.sleep(event['s'])\n"
    )  # fmt: skip
    unit_s = 1000 * MS
    keep_alive_s = 3 * unit_s
    bursts = [(0, 2, 0.5), (2, 1, 0.01), (3, 3, 0.3), (4.5, 1, 0.01), (11, 2, 0.2), (12, 1, 0.0)]
    events = [
        {"at_ms": at * unit_s * 1000, "event": {"s": run * unit_s}}
        for at, count, run in bursts
        for _ in range(count)
    ]
    (tmp_path / "events.ndjson").write_text("".join(json.dumps(one) + "\n" for one in events))
    ran = command(
        tmp_path, "local", "run", "app.py:handler", "--events", "events.ndjson", "--quiet",
        "--concurrency", 9, "--keep-alive", keep_alive_s, "--timeout", 60, "--data", "data",
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    recorded, replayed = policies(
        tmp_path, "--source", "data", "--keep-alive", keep_alive_s
    )  # fmt: skip

    names = ("invocations", "cold_starts", "containers")
    assert [replayed[name] for name in names] == [recorded[name] for name in names]
    assert recorded["invocations"] == len(events)
    # Where the machine is busy, a burst may arrive in another order than it was replayed in.
    assert replayed["usd_per_month"] == pytest.approx(recorded["usd_per_month"], rel=0.05)
