"""What a run says beforehand: where the function is not held to its memory size."""

from pathlib import Path
from types import SimpleNamespace

import pytest
from reuse_cli.local.local_run import LocalRun
from reuse_cli.local.session import Session
from reuse_sandbox import Isolation

HAS_LIMIT = Isolation("memory limit", True, "control groups, version 2", "")
HAS_NONE = Isolation("memory limit", False, "no rights", "")


@pytest.mark.parametrize(
    ("options", "limit", "said"),
    [
        ({}, HAS_LIMIT, "the memory size of 128 MB is not enforced (--memory 128 does)"),
        ({"memory_mb": 256}, HAS_LIMIT, None),
        ({"memory_mb": 256}, HAS_NONE, "the memory size of 128 MB is not enforced: no rights"),
        ({"template": Path("t")}, HAS_LIMIT, None),
        (
            {"memory_mb": 256, "has_limits": False},
            HAS_LIMIT,
            "the memory size of 128 MB is not enforced",
        ),
    ],
)
def test_a_memory_size_that_is_not_enforced(
    options: dict[str, object], limit: Isolation, said: str | None
) -> None:
    """Where none was given, where limits are switched off, and where this machine has none."""
    sentences: list[str] = []
    session = Session(LocalRun(handler="app.py:handler", **options), sentences.append)
    session._sandbox = SimpleNamespace(isolation=lambda: [limit])

    session._tell(SimpleNamespace(name="orders", memory_mb=128), ["a warning"])

    assert sentences == ["orders: a warning", *([f"orders: {said}"] if said else [])]
