"""Handlers as people write them, right and wrong: every mistake is found, and nothing else.

A line that is to be found carries a comment: `# <- recreated` is a finding of this kind, once in
every invocation but the first; `x8` is another count. There are five invocations, or as many as
`# invocations: 7` says. `# needs: aws http` names what the handler talks to, all of it real:
moto's server, a local HTTP server, PostgreSQL, redis, MariaDB. What follows `# --- services.py` is
another file of the function.
"""

import contextlib
import re
from pathlib import Path

import boto3
import pytest

from tests.auto.databases import mysql_server, postgres_server, program, redis_server
from tests.auto.function import Function
from tests.auto.servers import serving

pytestmark = pytest.mark.slow

HERE = Path(__file__).parent
HANDLERS = sorted([*HERE.glob("right/*.py"), *HERE.glob("wrong/*.py")])
REGIONS = ("us-east-1", "eu-west-1")
EVENTS = [{"n": n, "tenant": "ab"[n % 2], "region": REGIONS[n % 2]} for n in range(10)]
MARK = re.compile(r"# <- (?P<kind>\w+)(?: x(?P<count>\d+))?")
FILE = re.compile(r"^# --- (?P<name>\S+)\n", re.MULTILINE)


@pytest.fixture(scope="session")
def backend(request):
    """What a handler needs -> the variables of its environment; each is started once."""
    started: dict[str, dict[str, str]] = {}

    def start(name: str) -> dict[str, str]:
        if name not in started:
            started[name] = STARTERS[name](request)
        return started[name]

    return start


def held(request, context):
    """Enters a context for the rest of the session."""
    value = context.__enter__()
    request.addfinalizer(lambda: context.__exit__(None, None, None))
    return value


def aws(request) -> dict[str, str]:
    address = request.getfixturevalue("aws")
    made = boto3.Session("test", "test", region_name="us-east-1")
    made.client("ssm", endpoint_url=address).put_parameter(
        Name="/tax", Value="19", Type="String", Overwrite=True
    )
    secrets = made.client("secretsmanager", endpoint_url=address)
    with contextlib.suppress(secrets.exceptions.ResourceExistsException):  # moto keeps one account
        secrets.create_secret(Name="token", SecretString="hidden-value")
    s3 = made.client("s3", endpoint_url=address)
    s3.create_bucket(Bucket="prices")
    s3.put_object(Bucket="prices", Key="list", Body=b"1")
    return {"AWS_ENDPOINT_URL": address}


def http(request) -> dict[str, str]:
    return {"URL": held(request, serving())}


def redis(request) -> dict[str, str]:
    if program("redis-server") is None:
        pytest.skip("there is no redis-server (tests/system_packages.sh installs it)")
    return {"REDIS": str(held(request, redis_server()))}


def postgres(request) -> dict[str, str]:
    if program("initdb") is None:
        pytest.skip("there is no PostgreSQL (tests/system_packages.sh installs it)")
    port = held(request, postgres_server())
    return {"DSN": f"host=127.0.0.1 port={port} user=postgres dbname=postgres"}


def mysql(request) -> dict[str, str]:
    if program("mariadbd") is None:
        pytest.skip("there is no MariaDB (tests/system_packages.sh installs it)")
    return {"MYSQL": str(held(request, mysql_server()))}


STARTERS = {"aws": aws, "http": http, "redis": redis, "postgres": postgres, "mysql": mysql}


def files_of(source: str) -> dict[str, str]:
    """The files of a handler by name."""
    first, *others = FILE.split(source)
    return {"app.py": first, **dict(zip(others[::2], others[1::2], strict=True))}


def expected(files: dict[str, str], invocations: int) -> list[tuple[str, str, int]]:
    """What is to be found, as the comments say."""
    found = []
    for name, source in files.items():
        for number, line in enumerate(source.splitlines(), 1):
            for mark in MARK.finditer(line):
                count = int(mark["count"] or invocations - 1)
                found.append((mark["kind"], f"{name}:{number}", count))
    return sorted(found)


def summed(found: list[tuple[str, str, int]]) -> list[tuple[str, str, int]]:
    """Findings by kind and line: a factory makes several things in one."""
    counts: dict[tuple[str, str], int] = {}
    for kind, line, count in found:
        counts[kind, line] = counts.get((kind, line), 0) + count
    return sorted((*key, count) for key, count in counts.items())


@pytest.mark.parametrize("path", HANDLERS, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_handler(path, tmp_path, backend):
    """Exactly the lines that carry a mark are found, with their counts; all invocations succeed."""
    source = path.read_text()
    needed = re.findall(r"^# needs: (.+)$", source, re.MULTILINE)
    environment: dict[str, str] = {}
    for name in " ".join(needed).split():
        environment |= backend(name)
    function = Function(tmp_path)
    files = files_of(source)
    for name, text in files.items():
        function.write(name, text)

    (invocations,) = map(int, re.findall(r"^# invocations: (\d+)$", source, re.MULTILINE) or (5,))
    ran = function.run(EVENTS[:invocations], **environment)

    assert [result for result in ran.results if "error" in result] == []
    assert summed(ran.found()) == expected(files, invocations)
    assert ran.stderr == ""


def test_there_are_enough_of_them():
    """At least 40 handlers; those under `right` have no mark, those under `wrong` have some."""
    marked = {path: bool(MARK.search(path.read_text())) for path in HANDLERS}

    assert len(HANDLERS) >= 40
    assert all(is_marked == (path.parent.name == "wrong") for path, is_marked in marked.items())
