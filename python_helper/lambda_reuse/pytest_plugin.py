"""pytest's part: the fixtures `fresh_container` and `simulate`."""

from collections.abc import Iterator
from typing import Any, Callable

import pytest

from . import testing
from .container import Container


@pytest.fixture
def fresh_container() -> Iterator[Container]:
    """A container that nobody has used yet; see `lambda_reuse.testing.fresh_container`."""
    with testing.fresh_container() as container:
        yield container


@pytest.fixture
def simulate(fresh_container: Container) -> Callable[..., "list[Any]"]:  # noqa: ARG001
    """`simulate(handler, events)` in a fresh container; see `lambda_reuse.testing.simulate`."""
    return testing.simulate
