"""The example functions: every mistake that is in them on purpose is found, and no other."""

import runpy
import threading
from collections.abc import Iterator
from http.server import ThreadingHTTPServer

import pytest

from tests.auto.function import Function, Ran
from tests.conftest import ROOT

ORDERS = ROOT / "examples" / "orders"
CALLER = """\
import types
import order

def handler(event, context):
    return order.handler(event, types.SimpleNamespace(log_stream_name="stream"))
"""
MISTAKE = '    notifications = boto3.client("sns")\n'
RESOURCE = """\
@resource
def topics():
    return boto3.client("sns")
"""
EVENTS = [{"order_id": str(n), "item": "lamp", "amount": 1} for n in range(5)]


@pytest.fixture(scope="module")
def backends(aws: str) -> Iterator[dict[str, str]]:
    """What the functions talk to: the warehouse, and moto's server with a table and a parameter."""
    example = runpy.run_path(str(ORDERS / "backends.py"))
    example["_furnish"](aws)
    server = ThreadingHTTPServer(("127.0.0.1", 0), example["Warehouse"])
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": example["REGION"],
        "AWS_DEFAULT_REGION": example["REGION"],
        "WAREHOUSE_URL": f"http://127.0.0.1:{server.server_port}",
        **example["CREDENTIALS"],
    }
    server.shutdown()
    server.server_close()


def ran(function: Function, source: str, backends: dict[str, str]) -> Ran:
    """Takes the orders with this source."""
    function.write("app.py", CALLER)
    function.write("order.py", source)
    ran = function.run(EVENTS, **backends)
    assert [result["answer"]["cents"] for result in ran.results] == [5831] * len(EVENTS)
    return ran


def line_of(source: str, text: str) -> str:
    """The call site of the only line that has this text."""
    (number,) = [n for n, line in enumerate(source.splitlines(), 1) if text in line]
    return f"order.py:{number}"


def test_as_it_is_often_written(function, backends):
    """Three clients, a session and a parameter, each once in every invocation but the first."""
    source = (ORDERS / "before.py").read_text()

    found = ran(function, source, backends).found()

    assert found == sorted(
        [
            ("recreated", line_of(source, 'client("sns")'), 4),
            ("reconnected", line_of(source, "requests.Session()"), 4),
            ("recreated", line_of(source, 'resource("dynamodb")'), 4),
            ("recreated", line_of(source, 'client("ssm")'), 4),
            ("refetched", line_of(source, 'client("ssm")'), 4),
        ]
    )


def test_as_it_is_with_the_helper(function, backends):
    """The client that was left in the handler on purpose; without it, nothing."""
    source = (ORDERS / "app.py").read_text()
    mended = source.replace(MISTAKE, "    notifications = topics()\n")
    mended = mended.replace("def handler(", RESOURCE + "\n\ndef handler(")

    assert ran(function, source, backends).found() == [
        ("recreated", line_of(source, MISTAKE.strip()), 4)
    ]
    assert ran(function, mended, backends).found() == []
