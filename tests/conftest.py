"""What all tests share: one unit of waiting, and the extension in the forms it is shipped in."""

import os
from pathlib import Path

import pytest

MS = 0.001 * float(os.environ.get("LAMBDA_REUSE_TEST_SLOWDOWN", "1"))
"""One millisecond in seconds; every wait in the tests is a multiple of it."""

ROOT = Path(__file__).parents[1]


@pytest.fixture(scope="session")
def source_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer folder of the sources, run by this Python."""
    from reuse_cli.layers.source_layer import assemble

    return assemble(tmp_path_factory.mktemp("layer") / "opt")
