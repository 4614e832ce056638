"""What the helper's tests share: a container of their own, a clock and a look at the page."""

import gc
from collections.abc import Iterator
from pathlib import Path

import pytest
from lambda_reuse import files, testing, watching

from tests.helper.parts import Clock

PLATFORM_VARIABLES = (
    "AWS_LAMBDA_INITIALIZATION_TYPE",
    "AWS_LAMBDA_LOG_STREAM_NAME",
    "AWS_LAMBDA_RUNTIME_API",
    "LAMBDA_TASK_ROOT",
)


@pytest.fixture(scope="session", autouse=True)
def settled_heap() -> None:
    """What is loaded before the first test is never looked through again by `own_container`."""
    gc.collect()
    gc.freeze()


@pytest.fixture(autouse=True)
def own_container(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Nothing of another test, and nothing outside this test's folder."""
    files._files.clear()
    watching._watched.clear()
    gc.collect()  # the resources of earlier tests, which would take slots
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    for name in PLATFORM_VARIABLES:
        monkeypatch.delenv(name, raising=False)
    with testing.fresh_container():
        yield


@pytest.fixture
def clock() -> Clock:
    return Clock()
