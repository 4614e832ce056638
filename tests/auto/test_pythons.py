"""The observers under other Pythons, as far as they are on this machine."""

import importlib.util
import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.auto.servers import serving
from tests.conftest import ROOT

PURE = ("boto3", "botocore", "cachetools", "dateutil", "jmespath", "s3transfer", "urllib3")
"""Packages in pure Python that run under Python 3.10 and later, as they are installed here."""

STANDARD_LIBRARY = """\
import http.client, os, ssl, sqlite3, urllib.request
from functools import lru_cache
from multiprocessing.pool import ThreadPool

URL = os.environ["URL"]
kept = http.client.HTTPConnection(URL.rpartition("/")[2])

@lru_cache()
def known(n):
    return n

def handler(event, context):
    known(1)
    ssl.create_default_context()
    urllib.request.urlopen(URL).read()
    kept.request("GET", "/")
    kept.getresponse().read()
    kept.close()
    with ThreadPool(1) as pool:
        pool.map(urllib.request.urlopen, [URL])[0].read()
    sqlite3.connect(os.path.join(os.environ["TMPDIR"], "prices.db")).close()
    http.client.HTTPConnection("127.0.0.1", 9).request("GET", "/")
"""
PACKAGES = """\
import os
import boto3, cachetools, urllib3

kept, pool = boto3.client("ssm"), urllib3.PoolManager()
timed = cachetools.TTLCache(1, 1)

def handler(event, context):
    boto3.client("sns")
    boto3.resource("dynamodb")
    boto3.Session(region_name="eu-west-1")
    urllib3.PoolManager().request("GET", os.environ["URL"])
    pool.request("GET", os.environ["URL"])
    kept.get_parameter(Name="/tax")
"""


def candidates(minor: int) -> list[str]:
    """In the PATH, and among pyenv's versions."""
    found = shutil.which(f"python3.{minor}")
    versions = Path(os.environ.get("PYENV_ROOT") or Path.home() / ".pyenv") / "versions"
    own = sorted(str(path) for path in versions.glob(f"3.{minor}.*/bin/python3"))
    return [*([found] if found else []), *own]


@pytest.fixture(params=[9, 10, 12, 13, 14], ids=lambda minor: f"3.{minor}")
def python(request):
    """Another Python, with its minor version."""
    for found in candidates(request.param):
        if subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
            return found, request.param
    return pytest.skip(f"there is no python3.{request.param} on this machine")


@pytest.fixture(scope="module")
def url():
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def packages(tmp_path_factory) -> str:
    """The helper and the pure packages, in a folder of their own."""
    folder = tmp_path_factory.mktemp("packages")
    for name in PURE:
        spec = importlib.util.find_spec(name)
        assert spec is not None
        (folder / name).symlink_to(Path(str(spec.origin)).parent)
    (folder / "six.py").symlink_to(Path(str(importlib.util.find_spec("six").origin)))
    return f"{ROOT / 'python_helper'}:{folder}"


def comparable(results: list[dict]) -> list[str]:
    return [re.sub("0x[0-9a-f]+", "0x", str(result)) for result in results]


def test_the_standard_library(function, python, url):
    """Contexts, connections, pools and caches: the same lines, the same tracebacks.

    The sqlite3 of Python 3.9 does not say when it has connected.
    """
    function.write("app.py", STANDARD_LIBRARY)
    options = {"python": python[0], "URL": url, "PYTHONPATH": str(ROOT / "python_helper")}

    observed, plain = function.run(4, **options), function.run(4, mode="bare", **options)

    assert observed.stderr == ""
    lines = [15, 18, 20, *([21] if python[1] > 9 else [])]
    assert observed.found() == [
        *[("reconnected", f"app.py:{line}", 3) for line in lines],
        ("recreated", "app.py:14", 3),
    ]
    assert [slot["hits"] for slot in observed.slots if slot["name"] == "known"] == [3]
    assert comparable(observed.results) == comparable(plain.results)


def test_packages(function, python, url, packages):
    """boto3, urllib3 and cachetools."""
    if python[1] < 10:
        pytest.skip("the packages installed here need Python 3.10")
    function.write("app.py", PACKAGES)
    options = {"python": python[0], "URL": url, "PYTHONPATH": packages}

    observed, plain = function.run(4, **options), function.run(4, mode="bare", **options)

    assert observed.stderr == ""
    assert observed.found() == [
        ("monotonic_ttl", "app.py:5", 1),
        ("reconnected", "app.py:11", 3),
        ("recreated", "app.py:10", 3),
        ("recreated", "app.py:8", 3),
        ("recreated", "app.py:9", 3),
    ]
    assert comparable(observed.results) == comparable(plain.results)
