"""Findings as SARIF 2.1.0, the format in which code scanners take results to a line of code."""

import json

from reuse_cli.analysis.statistics import Row
from reuse_cli.formats import findings

SCHEMA = "https://json.schemastore.org/sarif-2.1.0.json"


def render(rows: list[Row]) -> str:
    """One run with a rule for each kind of finding."""
    kinds = sorted({row["kind"] for row in rows})
    run = {
        "tool": {"driver": {"name": "lambda-reuse", "rules": [{"id": kind} for kind in kinds]}},
        "results": [_result(row) for row in rows],
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2)


def _result(row: Row) -> dict[str, object]:
    message = f"{findings.where(row)} {findings.title(row)}: {row['advice']}"
    result: dict[str, object] = {
        "ruleId": row["kind"],
        "level": "warning",
        "message": {"text": message},
        "properties": {
            name: row[name]
            for name in ("function_name", "count", "invocations", "ms_each", "usd_per_month")
        },
    }
    file, _, number = row["call_site"].rpartition(":")
    if file and number.isdigit():
        location = {"artifactLocation": {"uri": file}, "region": {"startLine": int(number)}}
        result["locations"] = [{"physicalLocation": location}]
    return result
