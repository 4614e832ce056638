"""What tests of commands share: moto's server as an empty account, and questions to records."""

import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from reuse_cli.sources.span import ALL, Span

from tests.cli.asking import ask_of


@pytest.fixture(scope="module")
def moto_server() -> Iterator[str]:
    """The address of moto's server."""
    from moto.server import ThreadedMotoServer  # which is not there with the lowest versions

    moto = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    moto.start()
    host, port = moto.get_host_and_port()
    yield f"http://{host}:{port}"
    moto.stop()


@pytest.fixture
def account(moto_server: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """An empty account, which boto3 here and commands find by the environment; its address."""
    for name, value in {
        "AWS_ENDPOINT_URL": moto_server,
        "AWS_REGION": "eu-west-1",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "example",
        "AWS_SECRET_ACCESS_KEY": "example",
        "AWS_CONFIG_FILE": str(tmp_path / "none"),
    }.items():
        monkeypatch.setenv(name, value)
    reset = urllib.request.Request(f"{moto_server}/moto-api/reset", method="POST")
    with urllib.request.urlopen(reset, timeout=10):
        pass
    return moto_server


@pytest.fixture
def asked(tmp_path):
    """Asks a question of records."""

    def ask_them(question: str, *records: dict, functions: tuple = (), span: Span = ALL) -> list:
        return ask_of(question, tmp_path, *records, functions=functions, span=span)

    return ask_them
