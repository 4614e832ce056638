"""Which layers a function is to have, and when it is refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from reuse_cli.layers import plan
from reuse_cli.layers.plan import Function, Layer, RefusedError, attached, detached, difference


def arn(name: str, version: int = 1) -> str:
    return f"arn:aws:lambda:eu-west-1:123456789012:layer:{name}:{version}"


OURS = Layer(arn("lambda-reuse-x86_64", 2), ("x86_64",), 250_000)
OTHERS = st.lists(st.sampled_from("abcdefgh").map(arn), max_size=4, unique=True)


@given(OTHERS)
def test_ours_comes_last_and_the_others_stay(others):
    function = Function("f", layers=tuple(others))

    assert (*others, OURS.arn) == attached(function, OURS)


@given(OTHERS, st.integers(0, 4))
def test_another_version_is_replaced_where_it_stands(others, place):
    """Once, however often it is attached."""
    before = [*others[:place], arn("lambda-reuse-x86_64"), *others[place:]]
    after = attached(Function("f", layers=tuple(before)), OURS)

    assert [*others[:place], OURS.arn, *others[place:]] == [*after]
    assert attached(Function("f", layers=after), OURS) == after


@given(OTHERS, st.integers(1, 5), st.integers(0, 4))
def test_a_place_that_is_asked_for(others, at, place):
    """Whether another version stands elsewhere or not; behind the last is the last."""
    before = [*others[:place], arn("lambda-reuse-x86_64"), *others[place:]]
    wanted = [*others[: at - 1], OURS.arn, *others[at - 1 :]]

    assert wanted == [*attached(Function("f", layers=tuple(others)), OURS, at)]
    assert wanted == [*attached(Function("f", layers=tuple(before)), OURS, at)]


@given(OTHERS, st.integers(0, 4))
def test_detaching_takes_ours_alone(others, place):
    """The other layers stay, in their order."""
    layers = (*others[:place], OURS.arn, *others[place:])

    assert tuple(others) == detached(Function("f", layers=layers))


def test_a_layer_under_a_name_of_ones_own_is_known_by_its_name():
    layer = Layer(arn("observed", 7))
    function = Function("f", layers=(arn("observed", 6), arn("a")))

    assert attached(function, layer) == (layer.arn, arn("a"))


FIVE = tuple(arn(name) for name in "abcde")


@pytest.mark.parametrize(
    ("function", "sentence"),
    [
        (Function("f", is_image=True), "COPY extensions/ /opt/extensions/"),
        (Function("f", architecture="arm64"), "f runs on arm64"),
        (Function("f", layers=FIVE), "f has 5 layers already, and Lambda allows 5"),
        (Function("f", code_bytes=plan.MAX_BYTES), "250 MB unzipped"),
        (
            Function("f", layers=FIVE[:1], layer_bytes={FIVE[0]: plan.MAX_BYTES}),
            "250 MB unzipped",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(function, sentence):
    with pytest.raises(RefusedError, match="f ") as raised:
        attached(function, OURS)

    assert sentence in str(raised.value)


def test_a_sixth_layer_is_no_sixth_where_ours_is_replaced():
    layers = (*FIVE[:4], arn("lambda-reuse-x86_64"))

    assert attached(Function("f", layers=layers), OURS) == (*FIVE[:4], OURS.arn)


def test_the_difference():
    """What goes, then the new order."""
    before = (arn("a"), arn("lambda-reuse-x86_64"))
    after = (arn("a"), OURS.arn)

    assert [
        "- " + arn("lambda-reuse-x86_64"),
        "  " + arn("a"),
        "+ " + OURS.arn,
    ] == difference(before, after)


@pytest.mark.parametrize("text", ["", "orders", "arn:aws:lambda:eu-west-1:1:layer:name"])
def test_what_is_no_version_has_no_name(text):
    assert plan.name_of(text) == ""
