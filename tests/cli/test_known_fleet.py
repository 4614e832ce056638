"""Every field of every answer equals what happened to a fleet, from damaged and shuffled lines."""

from pathlib import Path
from typing import Any

import pytest

from tests.cli import known_answers
from tests.cli.asking import ask
from tests.cli.known_fleet import Life, lives, write

OWN_COST = {"own_log_usd", "own_metric_usd"}


@pytest.fixture(scope="module")
def fleet(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Life], Path]:
    """Some hundred containers of four functions, over seven files."""
    folder = tmp_path_factory.mktemp("fleet")
    found = lives(300)
    write(found, folder)
    return found, folder


def near(row: dict[str, Any]) -> dict[str, Any]:
    """Sums of fractions depend on their order in the last digits."""
    return {
        name: pytest.approx(value, rel=1e-9) if isinstance(value, float) else value
        for name, value in row.items()
    }


@pytest.mark.parametrize("question", ["containers", "summary", "inits", "cost"])
def test_every_field_equals_the_truth(fleet, question):
    found, folder = fleet

    rows, notes = ask(question, folder)

    reported = [{k: v for k, v in row.items() if k not in OWN_COST} for row in rows]
    assert reported == [near(row) for row in getattr(known_answers, question)(found)]
    assert notes == []


def test_every_resource_equals_the_truth(fleet):
    found, folder = fleet
    truth = known_answers.resources(found)

    rows, _ = ask("resources", folder)

    assert len(rows) == len(truth)
    for row in rows:
        expected = truth[row["function_name"], row["resource"], row["call_site"]]
        assert {name: row[name] for name in expected} == near(expected)
        assert row["kind"] == "resource"
