"""Keys of calls: what Python would bind to the same parameters is one key."""

import functools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lambda_reuse.keys import MARK, Parameters


def plain(a, b=2):
    return a, b


def by_name(a, *, b, c=3):
    return a, b, c


def only_by_position(a, b=2, /, **rest):
    return a, b, rest


def variadic(a, *rest, b=1, **named):
    return a, rest, b, named


def nothing():
    return ()


FUNCTIONS = (plain, by_name, only_by_position, variadic, nothing)


def bound(function, args, kwargs):
    """What the call binds, as the function itself says; None where Python refuses it."""
    try:
        return function(*args, **kwargs)
    except TypeError:
        return None


CALLS = st.tuples(
    st.lists(st.integers(0, 2), max_size=3).map(tuple),
    st.dictionaries(st.sampled_from("abcd"), st.integers(0, 2), max_size=2),
)


@pytest.mark.parametrize("function", FUNCTIONS, ids=lambda function: function.__name__)
@given(one=CALLS, other=CALLS)
def test_two_calls_have_one_key_where_they_bind_the_same(function, one, other):
    """And a call that Python would refuse has none."""
    parameters = Parameters(function)
    expected = [bound(function, *call) for call in (one, other)]
    keys = []
    for call, values in zip((one, other), expected, strict=True):
        if values is None:
            with pytest.raises(TypeError):
                parameters.key(*call)
        else:
            keys.append(parameters.key(*call))

    if len(keys) == 2:
        assert (keys[0] == keys[1]) == (expected[0] == expected[1])


@pytest.mark.parametrize(
    ("function", "are_there", "plain_count", "is_key_as_passed"),
    [
        (plain, True, 2, True),
        (by_name, True, -1, False),
        (only_by_position, True, 2, True),
        (variadic, True, -1, False),
        (nothing, False, 0, True),
    ],
)
def test_which_arguments_are_a_key_as_they_are(function, are_there, plain_count, is_key_as_passed):
    """What the hit path may look up without binding."""
    parameters = Parameters(function)

    assert parameters.are_there == are_there
    assert parameters.plain_count == plain_count
    assert parameters.is_key_as_passed == is_key_as_passed


@pytest.mark.parametrize(
    ("args", "kwargs", "problem"),
    [
        ((), {}, "plain(): missing a required argument: 'a'"),
        ((1, 2, 3), {}, "plain(): too many positional arguments"),
        ((1,), {"a": 2}, "plain(): multiple values for argument 'a'"),
        ((1,), {"z": 2}, "plain(): got an unexpected keyword argument 'z'"),
    ],
)
def test_a_call_that_is_refused_says_why(args, kwargs, problem):
    with pytest.raises(TypeError) as error:
        Parameters(plain).key(args, kwargs)

    assert str(error.value).endswith(problem)


def test_positional_only_parameters_have_no_name():
    def get(a, /):
        return a

    with pytest.raises(TypeError, match="'a' parameter is positional only"):
        Parameters(get).key((), {"a": 1})


def test_the_instance_of_a_method_is_no_parameter():
    class Store:
        def get(self, key):
            return key

    assert Parameters(Store().get).key((1,), {}) == (1,)


def test_partials_and_classes_are_read_by_their_signature():
    class Client:
        def __init__(self, region="eu-west-1"):
            self.region = region

    assert Parameters(functools.partial(plain, 1)).key((), {}) == (2,)
    assert Parameters(Client).key((), {}) == ("eu-west-1",)


def test_what_has_no_signature_takes_anything():
    """A call's own arguments are its key."""
    key = Parameters(max).key((1, 2), {"default": 3})

    assert key == (1, 2, MARK, "default", 3)


def test_below_a_decorator_that_hands_on_the_functions_own_parameters_count():
    @functools.wraps(plain)
    def wrapper(*args, **kwargs):
        return plain(*args, **kwargs)

    parameters = Parameters(wrapper)

    assert parameters.key((1,), {}) == parameters.key((), {"b": 2, "a": 1}) == (1, 2)
    assert (parameters.plain_count, parameters.is_key_as_passed) == (2, True)


def test_a_call_that_only_the_decorator_takes_is_a_key_of_its_own():
    @functools.wraps(plain)
    def wrapper(*args, **kwargs):
        return plain(*args, kwargs.get("c", 0))

    parameters = Parameters(wrapper)

    assert parameters.key((1,), {"c": 2}) != parameters.key((1,), {"c": 3})


@pytest.mark.parametrize(
    ("args", "kwargs", "named"),
    [(([],), {}, "argument 1"), ((), {"a": {}}, "argument 'a'"), ((1,), {"b": []}, "argument 'b'")],
)
def test_an_argument_that_is_no_key_is_named(args, kwargs, named):
    with pytest.raises(TypeError, match=f"{named} cannot be a key: unhashable type"):
        Parameters(plain).key(args, kwargs)


def test_a_default_that_is_no_key_is_named():
    def get(a, b=[]):  # noqa: B006 - what users write
        return a, b

    with pytest.raises(TypeError, match="the default of 'b' cannot be a key"):
        Parameters(get).key((1,), {})
