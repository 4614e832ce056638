"""Intrinsic functions and conditions: what needs no deployed stack is evaluated."""

from typing import Any

import pytest
from reuse_cli.local.intrinsics import NO_VALUE, UNKNOWN, Resolver, is_known

REFERENCES = {
    "AWS::Region": "eu-west-1",
    "Stage": "dev",
    "Names": ["a", "b"],
    "Secret": "{{resolve:ssm:/a:1}}",
}
CONDITIONS: dict[str, Any] = {
    "IsDev": {"Fn::Equals": [{"Ref": "Stage"}, "dev"]},
    "IsProd": {"Fn::Not": [{"Condition": "IsDev"}]},
    "IsDeployed": {"Fn::Equals": [{"Ref": "Bucket"}, "x"]},
    "Both": {"Fn::And": [{"Condition": "IsDev"}, {"Fn::Equals": ["a", "a"]}]},
    "Either": {"Fn::Or": [{"Condition": "IsProd"}, {"Condition": "IsDev"}]},
    "FalseWhatever": {"Fn::And": [{"Condition": "IsDeployed"}, {"Condition": "IsProd"}]},
    "TrueWhatever": {"Fn::Or": [{"Condition": "IsDeployed"}, {"Condition": "IsDev"}]},
    "OpenAnd": {"Fn::And": [{"Condition": "IsDeployed"}, {"Condition": "IsDev"}]},
    "OpenOr": {"Fn::Or": [{"Condition": "IsDeployed"}, {"Condition": "IsProd"}]},
    "Itself": {"Fn::Not": [{"Condition": "Itself"}]},
    "Nonsense": {"Fn::Maybe": ["a"]},
    "InMap": {"Fn::Equals": [{"Fn::FindInMap": ["M", {"Ref": "Stage"}, "on"]}, "yes"]},
}
MAPPINGS = {"M": {"dev": {"on": "yes", "list": ["x", "y"]}}}


@pytest.fixture
def resolver() -> Resolver:
    return Resolver(REFERENCES, CONDITIONS, MAPPINGS)


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("IsDev", True),
        ("IsProd", False),
        ("Both", True),
        ("Either", True),
        ("InMap", True),
        ("FalseWhatever", False),
        ("TrueWhatever", True),
        ("IsDeployed", None),
        ("OpenAnd", None),
        ("OpenOr", None),
        ("Itself", None),
        ("Nonsense", None),
        ("Missing", None),
    ],
)
def test_conditions(resolver: Resolver, name: str, holds: bool | None) -> None:
    """Known where nothing that is unknown could change them."""
    assert resolver.condition(name) is holds


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"Fn::If": ["IsDev", "a", {"Ref": "Bucket"}]}, "a"),
        ({"Fn::If": ["IsProd", "a", {"Fn::If": ["IsDev", "b", "c"]}]}, "b"),
        ({"Fn::If": ["IsProd", "a", {"Ref": "AWS::NoValue"}]}, NO_VALUE),
        ({"A": {"Ref": "AWS::NoValue"}, "B": "b"}, {"B": "b"}),
        (["a", {"Fn::If": ["IsProd", "b", {"Ref": "AWS::NoValue"}]}], ["a"]),
        ({"Fn::Sub": "${Stage}-${AWS::Region}-${!Stage}"}, "dev-eu-west-1-${Stage}"),
        ({"Fn::Sub": ["${A}-${Stage}", {"A": {"Fn::Select": ["1", {"Ref": "Names"}]}}]}, "b-dev"),
        ({"Fn::Join": ["/", {"Ref": "Names"}]}, "a/b"),
        ({"Fn::Join": ["", ["a", {"Ref": "Stage"}]]}, "adev"),
        ({"Fn::Join": [",", {"Fn::Split": ["-", {"Fn::Sub": "${Stage}-x"}]}]}, "dev,x"),
        ({"Fn::Select": ["0", ["x", "y"]]}, "x"),
        ({"Fn::Base64": {"Ref": "Stage"}}, "ZGV2"),
        ({"Fn::FindInMap": ["M", {"Ref": "Stage"}, "list"]}, ["x", "y"]),
        ({"Fn::FindInMap": ["M", "prod", "on", {"DefaultValue": "no"}]}, "no"),
        ({"Fn::ToJsonString": {"a": [{"Ref": "Stage"}]}}, '{"a":["dev"]}'),
        ({"Fn::Length": {"Ref": "Names"}}, "2"),
        ({"a": {"Ref": "Stage"}, "b": [{"Ref": "Stage"}]}, {"a": "dev", "b": ["dev"]}),
    ],
)
def test_what_is_evaluated(resolver: Resolver, value: Any, expected: Any) -> None:
    """Each intrinsic function has the value that CloudFormation gives."""
    assert resolver.resolve(value) == expected


@pytest.mark.parametrize(
    "value",
    [
        {"Ref": "Bucket"},
        {"Ref": ["x"]},
        {"Fn::GetAtt": ["Bucket", "Arn"]},
        {"Fn::ImportValue": "x"},
        {"Fn::GetAZs": ""},
        {"Fn::If": ["IsDeployed", "a", "b"]},
        {"Fn::If": ["IsDev", "a"]},
        {"Fn::Sub": "${Bucket.Arn}"},
        {"Fn::Sub": "${Names}"},
        {"Fn::Join": [",", ["a", {"Ref": "Bucket"}]]},
        {"Fn::Join": [",", "a"]},
        {"Fn::Select": ["7", ["x"]]},
        {"Fn::Select": ["x", ["x"]]},
        {"Fn::Split": [",", {"Ref": "Bucket"}]},
        {"Fn::Base64": {"Ref": "Bucket"}},
        {"Fn::FindInMap": ["M", "prod", "on"]},
        {"Fn::FindInMap": ["M", {"Ref": "Bucket"}, "on"]},
        {"Fn::ToJsonString": {"a": {"Ref": "Bucket"}}},
        {"Fn::Transform": {"Name": "AWS::Include"}},
        "{{resolve:ssm:/a:1}}",
        {"Ref": "Secret"},
        {"Fn::Sub": "x{{resolve:secretsmanager:a}}${Stage}"},
        {"Fn::Sub": "${Secret}"},
    ],
    ids=str,
)
def test_what_only_a_stack_knows(resolver: Resolver, value: Any) -> None:
    """Malformed functions too: whatever it is, it is not taken for a text."""
    assert not is_known(resolver.resolve(value))


def test_a_value_that_contains_itself(resolver: Resolver) -> None:
    """YAML can say so; that part is unknown, the rest is not."""
    value: dict[str, Any] = {"a": "x"}
    value["b"] = value

    assert resolver.resolve(value) == {"a": "x", "b": UNKNOWN}


def test_a_condition_over_many_levels_is_quick(resolver: Resolver) -> None:
    """Each value is resolved where it stands, not once for each way to it."""
    value: Any = "x"
    for _ in range(200):
        value = {"Fn::If": ["IsDev", value, "y"]}

    assert resolver.resolve(value) == "x"
