"""The JSON schemas of what the extension's catalogue names: our lines, and words in answers."""

import json
from pathlib import Path
from typing import Any

from reuse_extension.core.emf import MAX_VALUES
from reuse_extension.core.fields import DECIMAL, DECIMALS, INTEGER, NEVER, Field, ListOf
from reuse_extension.core.records import (
    CONTAINER_FIELDS,
    FIELDS,
    METRICS,
    REASONS,
    RESOURCE,
    RESOURCE_METRICS,
)

Schema = dict[str, Any]
SCHEMAS = Path(__file__).parent / "schemas"
CONTAINERS, RESOURCES = SCHEMAS / "containers.schema.json", SCHEMAS / "resources.schema.json"


def line_schema() -> str:
    """`line.schema.json`: one of the kinds of records, with the fields of the catalogue alone."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "A line of lambda-reuse, version 1",
        "oneOf": [_record(kind, fields) for kind, fields in FIELDS.items()],
    }
    return json.dumps(schema, indent=1) + "\n"


def _record(kind: str, fields: tuple[Field, ...]) -> Schema:
    schema = _object(fields)
    properties = schema["properties"]
    properties["record"] = {"const": kind}
    if kind == RESOURCE:
        properties |= {field.name: _value(field) for field in RESOURCE_METRICS}
    if kind == RESOURCE or any(field in METRICS for field in fields):
        properties["_aws"] = True  # `emf.schema.json` says what stands in it
    return schema


def resources_schema() -> str:
    """`resources.schema.json` as it is, with the catalogue's reasons of misses."""
    schema: Schema = json.loads(RESOURCES.read_text("utf-8"))
    reasons = schema["properties"]["resources"]["items"]["properties"]["reasons"]
    reasons["required"] = list(REASONS)
    reasons["properties"] = {reason: {"type": "integer", "minimum": 0} for reason in REASONS}
    return json.dumps(schema, indent=1) + "\n"


def containers_schema() -> str:
    """`containers.schema.json` as it is, with the catalogue's words for the end of a container."""
    schema: Schema = json.loads(CONTAINERS.read_text("utf-8"))
    (end,) = [field for field in CONTAINER_FIELDS if field.name == "end"]
    properties = schema["properties"]["containers"]["items"]["properties"]
    properties["end"] = {"enum": [*(end.values or ()), None]}
    return json.dumps(schema, indent=1) + "\n"


def _object(fields: tuple[Field, ...]) -> Schema:
    return {
        "type": "object",
        "additionalProperties": False,
        "required": [field.name for field in fields if field.absent == NEVER],
        "properties": {field.name: _value(field) for field in fields},
    }


def _value(field: Field) -> Schema:
    if isinstance(field.shape, ListOf):
        return {"type": "array", "minItems": 1, "items": _object(field.shape.fields)}
    if isinstance(field.shape, tuple):
        return _object(field.shape)
    if field.values is not None:
        return {"enum": list(field.values)}
    if field.shape == DECIMALS:
        items = _number("number", field)
        return {"type": "array", "minItems": 1, "maxItems": MAX_VALUES, "items": items}
    if field.shape in (INTEGER, DECIMAL):
        return _number("integer" if field.shape == INTEGER else "number", field)
    return {"type": "string", "minLength": 1}


def _number(kind: str, field: Field) -> Schema:
    limits = {"minimum": field.minimum, "maximum": field.maximum}
    return {"type": kind, **{name: limit for name, limit in limits.items() if limit is not None}}
