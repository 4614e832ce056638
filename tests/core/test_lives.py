"""Every kind of init and every way to end, each as a fixture of platform events.

A fixture says where the shape of its events comes from and what the records must tell: of each line
the fields it names, in its order, and that others are absent.
"""

import json
from pathlib import Path

import pytest

from tests.core.play import play
from tests.line_schema import check_line

FIXTURES = sorted((Path(__file__).parents[1] / "fixtures" / "lives").glob("*.json"))


def mismatches(line: dict, expected: dict) -> list[str]:
    """What a line says otherwise than expected."""
    wrong = [
        f"{name} is there: {line[name]}" for name in expected.get("absent", ()) if name in line
    ]
    for name, value in expected.items():
        if name == "dimensions":
            reported = line["_aws"]["CloudWatchMetrics"][0]["Dimensions"]
        elif name == "total":
            reported = {key: line["total"][key] for key in value}
        elif name != "absent":
            reported = line.get(name)
        else:
            continue
        if reported != value:
            wrong.append(f"{name} is {reported}, not {value}")
    return wrong


@pytest.mark.parametrize("path", FIXTURES, ids=lambda path: path.stem)
def test_a_life_is_told_as_it_was(path):
    """The claim of each fixture stands in it."""
    fixture = json.loads(path.read_text())
    lines = [json.loads(line) for line in play(fixture)]

    wrong = {
        f"line {number}, {line['record']}": mismatches(line, expected)
        for number, (line, expected) in enumerate(zip(lines, fixture["expected"], strict=True), 1)
    }
    assert {place: found for place, found in wrong.items() if found} == {}
    for line in lines:
        check_line(line)


def test_every_fixture_says_where_its_shape_comes_from():
    """A fixture without a source is an invention."""
    assert all(json.loads(path.read_text())["source"] for path in FIXTURES)
    assert len(FIXTURES) >= 22
