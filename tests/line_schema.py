"""Holds a line against the schemas in `docs/schemas`: the contract, and EMF's own rules."""

import json
from functools import cache
from pathlib import Path

from jsonschema import Draft202012Validator

SCHEMAS = Path(__file__).parents[1] / "docs" / "schemas"


@cache
def validator(name: str) -> Draft202012Validator:
    schema = json.loads((SCHEMAS / name).read_text())
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check_line(line: dict) -> None:
    """Raise where a line breaks the contract or the rules of the embedded metric format."""
    validator("line.schema.json").validate(line)
    if "_aws" not in line:
        return
    validator("emf.schema.json").validate(line)
    # What JSON Schema cannot say: everything a directive names stands at the root.
    for directive in line["_aws"]["CloudWatchMetrics"]:
        for metric in directive["Metrics"]:
            values = line[metric["Name"]]
            for value in values if isinstance(values, list) else [values]:
                assert type(value) in (int, float), metric
                assert 0 <= value < 2**360, metric
            assert not isinstance(values, list) or 1 <= len(values) <= 100, metric
        for dimensions in directive["Dimensions"]:
            for name in dimensions:
                assert isinstance(line[name], str), name
                assert line[name].strip(), name
                assert len(line[name]) <= 1024, name
