"""pytest's part: the fixture `lambda_sandbox`. Loads nothing of the sandbox before it is used."""

from __future__ import annotations

from contextlib import ExitStack
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from reuse_sandbox.testing import RunningSandbox


@pytest.fixture
def lambda_sandbox(tmp_path: Path) -> Iterator[Callable[..., RunningSandbox]]:
    """`lambda_sandbox(folder, "module.function", extensions=[...], ...)` -> a running sandbox.

    It takes what `reuse_sandbox.testing.RunningSandbox` takes, and ends with the test.
    """
    from reuse_sandbox.testing import RunningSandbox

    with ExitStack() as stack:
        numbers = count(1)

        def opened(function: Path, handler: str, **settings: Any) -> RunningSandbox:
            folder = tmp_path / f"lambda-sandbox-{next(numbers)}"
            folder.mkdir()
            return stack.enter_context(RunningSandbox(folder, function, handler, **settings))

        yield opened
