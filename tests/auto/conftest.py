"""What the observers' tests share: functions in processes of their own, AWS by moto."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.auto.function import Function

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks what starts processes."""
    for item in items:
        if HERE in item.path.parents:
            item.add_marker(pytest.mark.slow)


@pytest.fixture
def function(tmp_path: Path) -> Function:
    """A function whose AWS does not answer."""
    return Function(tmp_path)


@pytest.fixture(scope="session")
def aws() -> Iterator[str]:
    """The address of moto's server."""
    from moto.server import ThreadedMotoServer

    server = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws_function(tmp_path: Path, aws: str) -> Function:
    """A function whose AWS is moto's server."""
    return Function(tmp_path, AWS_ENDPOINT_URL=aws)
