"""Every field of every answer equals what happened to a fleet, from damaged and shuffled lines."""

import os
import re
from pathlib import Path
from typing import Any

import pytest
from reuse_cli.analysis.what_if import recorded_row
from reuse_cli.sources.files import Files
from reuse_cli.sources.span import ALL
from reuse_cli.sources.tables import lives as lives_table
from reuse_cli.sources.traffic import of_records

from tests.cli import known_answers
from tests.cli.asking import ask
from tests.cli.known_fleet import Life, lives
from tests.cli.known_fleet_files import write

CONTAINERS = int(os.environ.get("LAMBDA_REUSE_TEST_CONTAINERS", "300"))
Fleet = tuple[list[Life], Path, list[int]]


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> Fleet:
    """Containers, their files, and how many lines are cut off and of a newer version."""
    folder = tmp_path_factory.mktemp("fleet")
    found = lives(CONTAINERS)
    return found, folder, list(write(found, folder))


def near(row: dict[str, Any]) -> dict[str, Any]:
    """Sums of fractions depend on their order in the last digits."""
    return {
        name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
        for name, value in row.items()
    }


def counts(notes: list[str]) -> list[int]:
    """What is said of damaged lines and of newer ones, as numbers."""
    unreadable, newer = notes
    assert "could not be read" in unreadable
    assert "newer version" in newer
    return [sum(map(int, re.findall(r"(?<![\w/])\d+(?= )", note))) for note in notes]


@pytest.mark.parametrize("question", ["containers", "summary", "inits", "cost"])
def test_every_field_equals_the_truth(fleet: Fleet, question: str) -> None:
    found, folder, expected = fleet

    rows, notes = ask(question, folder)

    assert rows == [near(row) for row in getattr(known_answers, question)(found)]
    assert counts(notes) == expected


@pytest.mark.parametrize("memory", [("100MB",), ("1MB", "200MB"), ("1MB", "2MB")])
def test_little_memory_gives_the_same(
    fleet: Fleet, monkeypatch: pytest.MonkeyPatch, memory: tuple[str, ...]
) -> None:
    """Grouping goes on in files, or, where that is too little, takes what it needs."""
    found, folder, _ = fleet
    monkeypatch.setattr(lives_table, "MEMORY", memory)

    rows, _ = ask("containers", folder)

    assert rows == [near(row) for row in known_answers.containers(found)]


def test_every_resource_equals_the_truth(fleet: Fleet) -> None:
    found, folder, expected = fleet
    truth = known_answers.resources(found)

    rows, notes = ask("resources", folder)

    assert len(rows) == len(truth)
    for row in rows:
        known = truth[row["function_name"], row["resource"], row["call_site"]]
        assert {name: row[name] for name in known} == near(known)
        assert row["kind"] == "resource"
    assert counts(notes) == expected


def test_what_was_recorded_equals_the_truth(fleet: Fleet) -> None:
    """Although records are lost: their invocations are in the totals."""
    found, folder, _ = fleet

    traffic = of_records(Files([folder]), ALL, ())
    row = recorded_row(traffic.functions, traffic.span_s)

    assert row is not None
    assert row.as_json() == near(known_answers.what_if(found))
