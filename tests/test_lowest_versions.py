"""The lowest versions that pyproject.toml allows do what the newest do."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

from tests.auto.conftest import aws
from tests.auto.databases import postgres_server, program
from tests.auto.function import Function
from tests.auto.servers import serving
from tests.corpus.test_corpus import EVENTS, HERE, STARTERS, expected, files_of, summed

__all__ = ("aws",)
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(
        not os.environ.get("LAMBDA_REUSE_LOWEST"),
        reason="builds an environment of its own for minutes: `make lowest` runs it",
    ),
]
ROOT = Path(__file__).parents[1]
EXTRAS = ("cli", "sandbox")
"""What users install; the demo's and the tools of `dev` serve development alone."""
RUNNERS = ("hypothesis", "jsonschema", "pytest")
CHECKED = (
    "tests/cli/test_shapes.py",
    "tests/cli/test_lines.py",
    "tests/cli/test_answers.py",
    "tests/cli/test_formats.py",
)
OBSERVED = (
    *("boto3==1.34.60", "httpx==0.27.0", "psycopg[binary]==3.1.18", "psycopg_pool==3.1.0"),
    *("pymongo==4.0.1", "requests==2.31.0", "SQLAlchemy==2.0.0", "urllib3<2"),
)
"""Old versions of libraries that functions still bring along."""
HANDLERS = (
    *("right/engine_at_module_level", "right/session_at_module_level", "right/presigned_urls"),
    *("wrong/client_in_handler", "wrong/resource_in_handler", "wrong/session_in_handler"),
    *("wrong/engine_in_handler", "wrong/requests_session_in_handler"),
    *("wrong/session_closed_every_time", "wrong/requests_without_session"),
    *("right/mongo_for_other_users", "wrong/httpx_client_in_handler"),
    *("right/psycopg_pool", "wrong/psycopg_pool_in_handler", "wrong/psycopg_async"),
    *("right/cached_parameter", "wrong/parameter_in_handler", "wrong/s3_download_in_handler"),
)


def lowest() -> list[str]:
    """`name==version` for the lower bound of each requirement."""
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    found = [line for extra in EXTRAS for line in extras["optional-dependencies"][extra]]
    found += [
        line
        for line in extras["optional-dependencies"]["dev"]
        if re.split(r"[\[>=]", line)[0] in RUNNERS
    ]
    assert all(line.count(">=") == 1 for line in found)
    return [line.replace(">=", "==") for line in found]


def test_the_lowest_versions_pass(tmp_path):
    """Every shape, line, answer and format."""
    subprocess.run([sys.executable, "-m", "venv", tmp_path], check=True)
    python = tmp_path / "bin" / "python"
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, *lowest()], check=True)
    subprocess.run([*pip, "--no-deps", "--editable", ROOT], check=True)

    done = subprocess.run(
        [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-k", "not fleet", *CHECKED],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout[-8000:]


def python_with(folder: Path, *packages: str) -> str:
    """A Python of its own that has these packages."""
    subprocess.run([sys.executable, "-m", "venv", folder], check=True)
    python = str(folder / "bin" / "python")
    pip = [python, "-m", "pip", "--quiet", "--disable-pip-version-check", "install"]
    subprocess.run([*pip, *packages], check=True)
    return python


ASYNCHRONOUS = """\
import asyncio
import atexit
import aioboto3
from aiobotocore.session import get_session

session, loop = aioboto3.Session(), asyncio.new_event_loop()
kept = loop.run_until_complete(get_session().create_client("sqs").__aenter__())

@atexit.register
def close():
    loop.run_until_complete(kept.__aexit__(None, None, None))

async def main():
    async with session.client("sqs") as client:  # <- recreated
        await client.list_queues()
    async with get_session().create_client("sqs") as client:  # <- recreated
        await client.list_queues()
    async with session.resource("dynamodb") as database:  # <- recreated
        await database.meta.client.list_tables()
    return "QueueUrls" in await kept.list_queues()

def handler(event, context):
    return loop.run_until_complete(main())
"""


def test_asynchronous_clients_of_aws(tmp_path, request):
    """Those of aiobotocore and aioboto3, which need a botocore that is older than boto3's."""
    python = python_with(tmp_path / "asynchronous", "aioboto3>=13.0")
    helper = str(ROOT / "python_helper")
    function = Function(tmp_path, PYTHONPATH=helper, **STARTERS["aws"](request))
    function.write("app.py", ASYNCHRONOUS)

    ran = function.run(EVENTS[:5], python=python)

    assert [next(iter(result)) for result in ran.results] == ["answer"] * 5
    assert summed(ran.found()) == expected({"app.py": ASYNCHRONOUS}, 5)
    assert ran.stderr == ""


@pytest.mark.skipif(
    program("initdb") is None, reason="needs PostgreSQL (tests/system_packages.sh installs it)"
)
def test_old_versions_are_observed(tmp_path, request):
    """The same lines are found in functions whose libraries are older."""
    python = python_with(tmp_path / "old", *OBSERVED)
    helper = str(ROOT / "python_helper")

    with serving() as url, postgres_server() as port:
        dsn = f"host=127.0.0.1 port={port} user=postgres dbname=postgres"
        for name in HANDLERS:
            files = files_of((HERE / f"{name}.py").read_text())
            folder = tmp_path / name
            folder.mkdir(parents=True)
            function = Function(
                folder, URL=url, DSN=dsn, PYTHONPATH=helper, **STARTERS["aws"](request)
            )
            for file, text in files.items():
                function.write(file, text)

            ran = function.run(EVENTS[:5], python=python)

            assert (name, summed(ran.found())) == (name, expected(files, 5))
            assert (name, ran.stderr) == (name, "")
