"""The observers under Python 3.14, by Pyodide's interpreter: what needs no network and no thread.

The descriptors in boto3's classes, the finder, imports, caches and the sampler; an API call is
answered by an event of botocore's.
"""

import importlib.util
import json
import shutil
from pathlib import Path

import pytest

from layer_tools import pyodide
from tests.auto.function import Ran
from tests.conftest import ROOT

PACKAGES = ("boto3", "botocore", "dateutil", "jmespath", "s3transfer", "urllib3")
SERVICES = ("sns", "ssm")
SOURCE = """\
import functools
import boto3
from botocore.awsrequest import AWSResponse

class Body:
    def stream(self, **options):
        return [b'{"Parameter": {"Value": "19"}}']

class Settings:
    def __init__(self):
        self.values = [str(n) for n in range(30_000)]

def answer(**request):
    return AWSResponse("https://aws", 200, {}, Body())

ssm = boto3.client("ssm")
ssm.meta.events.register("before-send.ssm.*", answer)
unused = boto3.client("sns")  # <- unused

@functools.lru_cache
def twice(n):
    return 2 * n

def handler(event, context):
    boto3.client("sns")  # <- recreated
    Settings()  # <- recreated
    import wave  # <- import_in_invocation
    twice(1)
    return ssm.get_parameter(Name="/tax")["Parameter"]["Value"]  # <- refetched
"""
PROGRAM = """
import json, os, sys
assert sys.version_info >= (3, 14)
sys.path[:0] = ["/mnt/folder/packages", "/mnt/folder/task"]
os.environ.update(
    LAMBDA_TASK_ROOT="/mnt/folder/task", AWS_ACCESS_KEY_ID="a", AWS_SECRET_ACCESS_KEY="a",
    AWS_DEFAULT_REGION="eu-west-1", LAMBDA_REUSE_SAMPLE="1", LAMBDA_REUSE_IMPORTS="1",
)
import lambda_reuse.auto
from lambda_reuse import invocation, page_format
from lambda_reuse.auto import builds
import app

results = []
for number in range(CALLS):
    invocation.begin(str(number))
    results.append({"answer": app.handler({}, None)})
    invocation.end()
slots = [  # from memory: a mapped file is a copy in WebAssembly
    {
        "name": f"{what} in {function} ({site})", "kind": kind, "call_site": site,
        **dict(zip(page_format.COUNTERS, line.counters.hits())),
    }
    for (kind, what, site, function), line in builds._lines.items()
]
print(json.dumps({"results": results, "slots": slots}))
"""
CALLS = 6


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The function, its packages and the helper, and the program that invokes it."""
    packages = tmp_path / "packages"

    def left_out(place: str, names: list[str]) -> list[str]:
        if Path(place).name != "data" or "botocore" not in place:
            return ["__pycache__"]
        return [n for n in names if n not in SERVICES and (Path(place) / n).is_dir()]

    for name in PACKAGES:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        shutil.copytree(Path(str(spec.origin)).parent, packages / name, ignore=left_out)
    shutil.copy(str(importlib.util.find_spec("six").origin), packages)
    shutil.copytree(ROOT / "python_helper" / "lambda_reuse", packages / "lambda_reuse")
    (tmp_path / "task").mkdir()
    (tmp_path / "task" / "app.py").write_text(SOURCE)
    (tmp_path / "program.py").write_text(f"CALLS = {CALLS}\n{PROGRAM}")
    return tmp_path


def test_what_is_found(python_3_14, folder):
    """Clients, values, a class and imports: by kind and line."""
    done = pyodide.run(python_3_14, folder, folder / "program.py")

    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout.splitlines()[-1])
    ran = Ran(read["results"], read["slots"], done.stderr)
    lines = enumerate(SOURCE.splitlines(), 1)
    marked = {(line.rpartition("# <- ")[2], f"app.py:{n}") for n, line in lines if "# <-" in line}
    assert [result["answer"] for result in ran.results] == ["19"] * CALLS
    assert {(kind, site) for kind, site, _ in ran.found() if kind != "heavy_import"} == marked
    counts = [count for kind, _, count in ran.found() if kind == "refetched"]
    assert counts == [CALLS - 1]
