"""What all tests share: one unit of waiting, and the extension in the forms it is shipped in."""

import importlib.util
import os
import shutil
import signal
from pathlib import Path

import hypothesis
import pytest

from tests.built_layer import ROOT, built_layer

hypothesis.settings.register_profile("untimed", deadline=None)
hypothesis.settings.load_profile("untimed")
"""Nothing is timed in a test: a machine may be busy."""

hypothesis.settings.register_profile("same", derandomize=True, deadline=None)
"""The same examples in every run: what they cover does not change by chance."""

hypothesis.settings.register_profile("quick", derandomize=True, max_examples=20, deadline=None)
"""A fifth of the examples, for the quick loop."""

MS = 0.001 * float(os.environ.get("LAMBDA_REUSE_TEST_SLOWDOWN", "1"))
"""One millisecond in seconds; every wait in the tests is a multiple of it."""

if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    # A shell starts so what runs in its background, and every program started here inherits it.
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session")
def source_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer folder of the sources, run by this Python."""
    from reuse_cli.layers.source_layer import assemble

    return assemble(tmp_path_factory.mktemp("layer") / "opt")


@pytest.fixture(scope="session")
def orders_packages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer folder of what the example function needs beside boto3."""
    spec = importlib.util.spec_from_file_location(
        "packages", ROOT / "examples" / "orders" / "packages.py"
    )
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module.packages_layer(tmp_path_factory.mktemp("packages"))


@pytest.fixture(scope="session")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The zip for this machine, with its sums and the list of what is inside beside it."""
    return built_layer(tmp_path_factory, "native")


@pytest.fixture(scope="session")
def standalone_layer(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A layer folder as it is shipped, with the executable for this machine."""
    folder = tmp_path_factory.mktemp("layer") / "opt"
    shutil.unpack_archive(archive, folder)
    (folder / "extensions" / "lambda-reuse").chmod(0o755)  # unpack_archive keeps no modes
    return folder


@pytest.fixture(scope="session")
def python_3_14() -> Path:
    """Pyodide's release of Python 3.14, fetched once into build/."""
    from layer_tools import npm_package, pyodide

    try:
        return pyodide.install("3.14", ROOT / "build" / "interpreters")
    except npm_package.NoPackageError as error:
        pytest.skip(f"Python 3.14 is not here: {error}")
