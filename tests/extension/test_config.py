"""A setting that is wrong costs one warning and the default; none of them fails anything."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_extension import config

NAMES = ("NAMESPACE", "FLUSH", "DIMENSIONS", "METRICS", "RESOURCE_METRICS", "LOG_LEVEL")
DEFAULTS = config.read({}.get)

GOOD = [
    ("NAMESPACE", "Team/Orders", "namespace", "Team/Orders"),
    ("FLUSH", "invocation", "flush", "invocation"),
    ("FLUSH", "minute", "flush", "minute"),
    (
        "DIMENSIONS",
        '[["FunctionName","function_version"],[]]',
        "dimensions",
        [["FunctionName", "function_version"], []],
    ),
    ("METRICS", "minimal", "metrics", config.MINIMAL_METRICS),
    ("METRICS", "none", "metrics", []),
    ("METRICS", "standard", "metrics", config.STANDARD_METRICS),
    ("METRICS", "Invocations, ColdStarts", "metrics", ["Invocations", "ColdStarts"]),
    ("RESOURCE_METRICS", "1", "resource_metrics", True),
    ("RESOURCE_METRICS", "0", "resource_metrics", False),
    ("LOG_LEVEL", "debug", "log_level", "DEBUG"),
    ("LOG_LEVEL", "warning", "log_level", "WARN"),
    ("NAMESPACE", "", "namespace", "LambdaReuse"),
]

BAD = [
    ("NAMESPACE", "AWS/Lambda"),
    ("NAMESPACE", ":a"),
    ("NAMESPACE", "Bestellungen über alles"),
    ("NAMESPACE", "x" * 256),
    ("NAMESPACE", " a"),
    ("FLUSH", "hourly"),
    ("DIMENSIONS", "FunctionName"),
    ("DIMENSIONS", '["FunctionName"]'),
    ("DIMENSIONS", '[["container_id"]]'),
    ("DIMENSIONS", '[["FunctionName","FunctionName"]]'),
    ("DIMENSIONS", "[]"),
    ("DIMENSIONS", "[[5]]"),
    ("DIMENSIONS", "[" * 100_000),
    ("DIMENSIONS", "{}"),
    ("METRICS", "everything"),
    ("METRICS", " "),
    ("RESOURCE_METRICS", "maybe"),
    ("LOG_LEVEL", "loud"),
]


def read(**variables: str) -> config.Settings:
    return config.read({f"LAMBDA_REUSE_{name}": value for name, value in variables.items()}.get)


def test_the_defaults():
    """What a user gets who sets nothing."""
    assert DEFAULTS.namespace == "LambdaReuse"
    assert DEFAULTS.flush == "minute"
    assert DEFAULTS.dimensions == [["FunctionName"]]
    assert DEFAULTS.metrics == config.STANDARD_METRICS
    assert DEFAULTS.resource_metrics is False
    assert DEFAULTS.log_level == "WARN"
    assert DEFAULTS.function_log_level is None
    assert DEFAULTS.warnings == []


@pytest.mark.parametrize(("name", "value", "field", "expected"), GOOD)
def test_what_can_be_set(name, value, field, expected):
    """Each setting's values."""
    settings = read(**{name: value})

    assert getattr(settings, field) == expected
    assert settings.warnings == []


@pytest.mark.parametrize(("name", "value"), BAD)
def test_a_wrong_value_is_one_warning_and_the_default(name, value):
    """The warning names the variable, its value and what would be right."""
    settings = read(**{name: value})

    assert settings._replace(warnings=[]) == DEFAULTS
    (warning,) = settings.warnings
    assert warning.startswith(f"LAMBDA_REUSE_{name} is ")
    assert "\n" not in warning


@given(st.dictionaries(st.sampled_from(NAMES), st.text()))
def test_any_values_give_settings(variables):
    """Nothing is raised, whatever stands in the environment."""
    settings = read(**variables)

    assert len(settings.warnings) <= len(variables)


@pytest.mark.parametrize(
    ("log_format", "level", "expected"),
    [
        ("JSON", "ERROR", "ERROR"),
        ("JSON", None, "INFO"),
        ("Text", "ERROR", None),
        (None, None, None),
    ],
)
def test_the_functions_log_level_is_known_where_it_filters(log_format, level, expected):
    """JSON lines below the function's level would be dropped by Lambda."""
    environment = {"AWS_LAMBDA_LOG_FORMAT": log_format, "AWS_LAMBDA_LOG_LEVEL": level}

    assert config.read(environment.get).function_log_level == expected


@pytest.mark.parametrize(
    ("value", "expected"), [("1", True), ("true", True), ("0", False), (None, False)]
)
def test_it_can_be_switched_off(value, expected):
    assert config.is_disabled({"LAMBDA_REUSE_DISABLED": value}.get) is expected


@pytest.mark.parametrize(
    ("value", "expected"), [("python", True), ("native", False), (None, False)]
)
def test_the_reader_can_be_chosen(value, expected):
    assert config.reads_in_python({"LAMBDA_REUSE_READER": value}.get) is expected
