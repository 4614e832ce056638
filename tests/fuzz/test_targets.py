"""The promises that fuzzing looks for breaches of, on good input and on a little damage."""

import random

import pytest

from tests.fuzz import sanitized
from tests.fuzz.damage import damaged
from tests.fuzz.native import COMPILER
from tests.fuzz.targets import TARGETS, seeds


@pytest.mark.parametrize("name", TARGETS)
def test_good_input_keeps_the_promises(name):
    """The search begins from there."""
    for data in seeds(name):
        TARGETS[name](data)


@pytest.mark.parametrize("name", TARGETS)
def test_damaged_input_keeps_the_promises(name):
    """A few hundred inputs, the same ones every time."""
    chance = random.Random(name)
    good = seeds(name)
    for _ in range(300):
        TARGETS[name](damaged(chance.choice(good), chance))


@pytest.mark.slow
@pytest.mark.skipif(COMPILER is None, reason="there is no C compiler")
def test_the_native_reader_has_no_undefined_behaviour():
    """A few thousand inputs under ASan and UBSan, the same ones every time."""
    if not sanitized.is_available():
        pytest.skip("the compiler has no sanitizers")

    is_right, said = sanitized.search(seconds=0, seed=1)

    assert is_right, said
