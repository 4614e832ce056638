"""How somebody's own extension is tested: the real function and the real extension, no AWS.

pip install 'lambda-reuse[sandbox]' pytest
pytest test_log_shipper.py
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

HERE = Path(__file__).parent


@pytest.fixture
def collector():
    """Where the extension ships to; its `lines` are what has arrived."""

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            batch = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.lines += batch
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Collector) as server:
        server.lines = []
        server.url = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


@pytest.fixture
def shipped(lambda_sandbox, collector):
    """Runs the function with events, the extension beside it; what the collector then has."""

    def run(events, concurrency=2, **settings):
        sandbox = lambda_sandbox(
            HERE,
            "app.handler",
            extensions=[HERE / "log-shipper"],
            environment={"COLLECTOR": collector.url},
            concurrency=concurrency,
            **settings,
        )
        results = sandbox.invoke_all(events)
        sandbox.end()  # the extension gets SHUTDOWN and its two seconds
        return results, collector.lines

    return run


def test_every_line_is_shipped(shipped):
    results, lines = shipped([{"order": n} for n in range(20)], concurrency=3)

    assert sorted(result.value["done"] for result in results) == list(range(20))
    assert sorted(line.strip() for line in lines) == sorted(f"order {n}" for n in range(20))


def test_the_lines_of_an_invocation_that_fails(shipped):
    (result,), lines = shipped([{"order": 7, "fail": True}])

    assert result.function_error == "Unhandled"
    assert any("no such order" in line for line in lines)


@pytest.mark.parametrize("fault", ["telemetry-reorder", "telemetry-oversize"])
def test_on_bad_days(shipped, fault):
    _, lines = shipped([{"order": n} for n in range(10)], faults={fault: 1}, seed=1)

    assert sorted(line.strip() for line in lines) == sorted(f"order {n}" for n in range(10))


def test_a_runtime_that_is_killed_takes_nobody_along(shipped):
    results, lines = shipped(
        [{"order": n} for n in range(10)], faults={"runtime-exit": 0.3}, seed=1
    )

    done = {f"order {result.value['done']}" for result in results if not result.function_error}
    assert 0 < len(done) < 10
    assert done <= {line.strip() for line in lines}


def test_it_costs_the_function_no_init(shipped):
    """A provisioned container is ready before the first call, the extension with it."""
    results, _ = shipped([{"order": 1}], provisioned=1)

    assert not results[0].cold
