"""What observing costs: a start with nothing to observe, clients, calls, connections, samples."""

import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import NamedTuple

from benchmarks.extension.candidates import build
from benchmarks.table import table

HERE = Path(__file__).parent
BASE: str = getattr(sys, "_base_executable", sys.executable)
"""Python without what is installed for development, such as the helper's own sources."""
STARTS = 60
LIMIT_OF_START = "1 ms"
LABELS = {
    "client": "boto3.client, us",
    "call": "an API call, us",
    "read": "an API call that reads a parameter, us",
    "connection": "a connection of http.client, us",
}
LIMITS = {"client": "1 %", "call": "5 us", "read": "5 us", "connection": "5 us"}
PACKAGES = (
    *("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3", "six"),
    *("awslambdaric", "runtime_client", "simplejson", "snapshot_restore_py"),
)
"""What a managed runtime has, as it is installed here; the helper comes from the layer alone."""
START = """
import site, sys, time
begun = time.perf_counter_ns()
site.addsitedir(sys.argv[1])
for name in sys.argv[2:]:
    __import__(name)
print(time.perf_counter_ns() - begun)
"""


class Answer(BaseHTTPRequestHandler):
    """Says yes."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"ok")

    def log_message(self, *_arguments: object) -> None:
        """Nothing."""


def run() -> str:
    """The section of the page."""
    with tempfile.TemporaryDirectory(prefix="lambda-reuse-bench-") as name, serving() as url:
        folder = Path(name)
        layer = build(folder).executable.parents[1] / "python"
        for path in [*layer.rglob("*"), layer]:
            path.chmod(0o555 if path.is_dir() else 0o444)  # as /opt is
        work = Work(layer, url, folder, packages(folder))
        rows = [*_starts(work), *_costs(work)]
        sampled = _samples(work)
    return (
        "## The observers\n\n"
        f"A start: `site.addsitedir` on the layer's `python/` folder, which cannot be written to, "
        f"against an empty folder; medians of {STARTS} starts in turns. The others: one process, "
        "in turns with and without the observers' descriptors in the libraries' classes; 10th "
        "percentiles. An API call is answered without a network, a connection by a server on "
        "loopback.\n\n"
        + table(["", "without", "observed", "more", "limit"], rows)
        + f"\n\n{sampled}"
    )


class Work(NamedTuple):
    """What a worker needs."""

    layer: Path
    url: str
    folder: Path
    packages: Path

    def environment(self) -> dict[str, str]:
        """Variables of a function's process."""
        return {
            "PATH": os.environ["PATH"],
            "PYTHONPATH": str(self.packages),
            "TMPDIR": str(self.folder),
            "LAMBDA_TASK_ROOT": str(HERE),
            "AWS_ACCESS_KEY_ID": "test",
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_REGION": "us-east-1",
            "AWS_DEFAULT_REGION": "us-east-1",
        }


def _starts(work: Work) -> Iterator[list[str]]:
    empty = work.folder / "empty"
    empty.mkdir()
    for label, names in (
        ("start, nothing to observe, ms", ()),
        ("the same and AWS's runtime client, ms", ("awslambdaric.bootstrap",)),
    ):
        pairs = [
            (_start(work, empty, names), _start(work, work.layer, names)) for _ in range(STARTS)
        ]
        plain, observed = (statistics.median(times) for times in zip(*pairs, strict=True))
        more = observed - plain
        limit = "" if names else LIMIT_OF_START
        yield [label, f"{plain:.2f}", f"{observed:.2f}", f"{more:.2f} ms", limit]


def _start(work: Work, folder: Path, names: tuple[str, ...]) -> float:
    ran = subprocess.run(
        [BASE, "-c", START, str(folder), *names],
        capture_output=True,
        text=True,
        check=True,
        env={**work.environment(), "PYTHONDONTWRITEBYTECODE": "1"},
    )
    return int(ran.stdout) / 1e6


def _costs(work: Work) -> Iterator[list[str]]:
    for name, limit in LIMITS.items():
        with Worker(work, BASE) as worker:
            times = worker.times(name)
        without, with_it = tenth(times["plain"]), tenth(times["observed"])
        more = with_it - without
        shown = f"{100 * more / without:.1f} %" if limit.endswith("%") else f"{more:.1f} us"
        yield [LABELS[name], f"{without:.0f}", f"{with_it:.0f}", shown, limit]


def _samples(work: Work) -> str:
    python = newer_python()
    if python is None:
        return "There is no Python 3.12 or later here to measure the sampler with."
    rows = []
    for name in ("a client and an object", "2000 calls in a loop"):
        with Worker(work, python, LAMBDA_REUSE_SAMPLE="1") as worker:
            times = {kind: tenth(found) for kind, found in worker.times(name).items()}
        more, limit = times["sampled"] - times["before"], times["before"] * 0.05 + 30
        shown = [f"{value:.0f}" for value in (*times.values(), more, limit)]
        rows.append([f"{name}, us", *shown])
    ran = subprocess.run([python, "-V"], capture_output=True, text=True, check=True)
    head = ["", "the one before", "sampled", "the one after", "more", "limit: 5 % + 30 us"]
    return (
        f"With `LAMBDA_REUSE_SAMPLE=1`, {ran.stdout.strip()}, invocations of one process:\n\n"
        + table(head, rows)
    )


def tenth(nanoseconds: list[int]) -> float:
    """The 10th percentile, microseconds."""
    return statistics.quantiles(nanoseconds, n=10)[0] / 1000


def packages(folder: Path) -> Path:
    """A folder of links to the packages that run under every Python."""
    import importlib.util

    links = folder / "packages"
    links.mkdir()
    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        origin = Path(str(spec.origin))
        source = origin.parent if origin.name == "__init__.py" else origin
        (links / source.name).symlink_to(source)
    return links


def newer_python() -> str | None:
    """A Python whose calls can be sampled: this one, or one of pyenv's."""
    if sys.version_info >= (3, 12):
        return BASE
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    found = [*sorted(map(str, versions.glob("3.1[2-9].*/bin/python3")), reverse=True)]
    named = [shutil.which(f"python3.{minor}") for minor in (14, 13, 12)]
    for python in (*found, *filter(None, named)):
        if subprocess.run([python, "-c", ""], capture_output=True, check=False).returncode == 0:
            return python
    return None


class Worker:
    """A process that times what it is asked to do."""

    def __init__(self, work: Work, python: str, **environment: str) -> None:
        self._process = subprocess.Popen(
            [python, str(HERE / "worker.py"), str(work.layer), work.url],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env={**work.environment(), **environment},
        )

    def times(self, name: str) -> dict[str, list[int]]:
        """Nanoseconds, of each kind of turn."""
        output, _ = self._process.communicate(name + "\n")
        found: dict[str, list[int]] = json.loads(output)
        return found

    def __enter__(self) -> "Worker":
        return self

    def __exit__(self, *_error: object) -> None:
        self._process.kill()
        self._process.wait()


@contextmanager
def serving() -> Iterator[str]:
    """The address of a server that answers every request."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.daemon_threads = True
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
