"""Connections to real local servers: who opens them again, and who keeps them."""

import os
import re
from pathlib import Path

import pytest

from tests.auto.servers import serving


@pytest.fixture(scope="module")
def http():
    with serving() as address:
        yield {"URL": address, "HOST": address.rpartition("/")[2]}


@pytest.fixture(scope="module")
def https(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    with serving(folder) as address:
        ca = str(folder / "ca.pem")
        yield {
            "URL": address,
            "HOST": address.rpartition("/")[2],
            "REQUESTS_CA_BUNDLE": ca,
            "SSL_CERT_FILE": ca,
            "CA": ca,
        }


@pytest.fixture(params=["http", "https"])
def server(request):
    """The variables of a function that talks to this server."""
    return request.getfixturevalue(request.param)


HEAD = """\
import http.client, os, ssl, urllib.request
URL, HOST = os.environ["URL"], os.environ["HOST"]
"""

AGAIN = {
    "requests.get": (
        """\
import requests
def handler(event, context):
    return requests.get(URL).text
""",
        [("reconnected", "app.py:5", 3)],
    ),
    "session": (
        """\
import requests
def handler(event, context):
    session = requests.Session()
    return session.get(URL).text + session.get(URL).text
""",
        [("reconnected", "app.py:5", 3)],
    ),
    "urllib3": (
        """\
import urllib3
def ask(pool):
    return pool.request("GET", URL).data.decode()
def handler(event, context):
    pool = urllib3.PoolManager(ca_certs=os.environ.get("CA"))
    return ask(pool)
""",
        [("reconnected", "app.py:7", 3)],
    ),
}

KEPT = {
    "session": """\
import requests
session = requests.Session()
def handler(event, context):
    return session.get(URL).text
""",
    "urllib3": """\
import urllib3
pool = urllib3.PoolManager(ca_certs=os.environ.get("CA"))
def handler(event, context):
    return pool.request("GET", URL).data.decode()
""",
    "lazy": """\
import requests
session = None
def handler(event, context):
    global session
    if session is None:
        session = requests.Session()
    return session.get(URL).text
""",
}


@pytest.mark.parametrize("name", AGAIN)
def test_connections_opened_again(function, server, name):
    """By the line that makes what should have kept the connection, once an invocation."""
    source, expected = AGAIN[name]
    function.write("app.py", HEAD + source)

    ran = function.run(4, **server)

    assert {result.get("answer") for result in ran.results} <= {"ok", "okok"}, ran.results
    assert ran.found() == expected
    assert ran.slot("http.connection")["recreated_us"] > 0
    assert server["HOST"] not in str(ran.slots)


@pytest.mark.parametrize("name", KEPT)
def test_connections_that_are_kept(function, server, name):
    """A session, a pool, and one that is made when it is first needed: one connection, 4 uses."""
    function.write("app.py", HEAD + KEPT[name])

    ran = function.run(4, **server)

    assert [result.get("answer") for result in ran.results] == ["ok"] * 4
    assert ran.found() == []
    slot = ran.slot("http.connection")
    assert [slot["builds_in_invocations"], slot["uses"]] == [1, 4]


def test_the_standard_library(function, http):
    """urllib.request and http.client without a connection that is kept."""
    function.write(
        "app.py",
        HEAD
        + """\
kept = http.client.HTTPConnection(HOST)
def handler(event, context):
    urllib.request.urlopen(URL).read()
    own = http.client.HTTPConnection(HOST)
    own.request("GET", "/")
    own.getresponse().read()
    kept.request("GET", "/")
    return kept.getresponse().read().decode()
""",
    )

    ran = function.run(4, **http)

    assert [result.get("answer") for result in ran.results] == ["ok"] * 4
    assert ran.found() == [("reconnected", "app.py:5", 3), ("reconnected", "app.py:6", 3)]


def test_tls_contexts(function, https):
    """A default context takes 17 ms: made by the user's line, or by urlopen and HTTPSConnection."""
    function.write(
        "app.py",
        HEAD
        + """\
kept = ssl.create_default_context()
def handler(event, context):
    ssl.create_default_context()
    urllib.request.urlopen(URL, context=kept).read()
    return ssl.create_default_context(cafile=os.environ["CA"]).keylog_filename
""",
    )

    ran = function.run(4, **https)

    assert [result.get("answer", "none") for result in ran.results] == [None] * 4
    assert ran.found() == [
        ("reconnected", "app.py:6", 3),
        ("recreated", "app.py:5", 3),
        ("recreated", "app.py:7", 3),
    ]


def test_httpx(function, server):
    """httpx.get and a client in the handler, sync and async; one at module level is right."""
    function.write(
        "app.py",
        HEAD
        + """\
import httpx
kept = httpx.Client()
async def ask():
    async with httpx.AsyncClient() as client:
        return (await client.get(URL)).text
def handler(event, context):
    import asyncio
    httpx.get(URL)
    with httpx.Client() as client:
        client.get(URL)
    kept.get(URL)
    return asyncio.run(ask())
""",
    )

    ran = function.run(3, **server)

    assert [result.get("answer") for result in ran.results] == ["ok"] * 3
    assert ran.found() == [("recreated", f"app.py:{line}", 2) for line in (10, 11, 6)]


def test_clients_of_boto3_pay_for_their_connections(aws_function):
    """A client built again opens a connection again: that is the client's time."""
    aws_function.write(
        "app.py",
        """\
        import boto3
        kept = boto3.client("sqs")
        def handler(event, context):
            kept.list_queues()
            boto3.client("sns").list_topics()
        """,
    )

    ran = aws_function.run(4)

    assert ran.found() == [("recreated", "app.py:5", 3)]


def test_httpx2(function, http):
    """What is httpx by another name, as openai and anthropic bring it, is observed as well."""
    import httpx

    for file in Path(httpx.__file__).parent.rglob("*.py"):
        source = re.sub(r"\bhttpx\b", "httpx2", file.read_text())
        name = "httpx2" / file.relative_to(Path(httpx.__file__).parent)
        function.write(str(name), source.replace('__version__ = "0.28', '__version__ = "2.0'))
    function.write(
        "app.py",
        """\
        import os
        import httpx2
        def handler(event, context):
            with httpx2.Client() as client:
                return client.get(os.environ["URL"]).text
        """,
    )

    ran = function.run(3, **http)

    assert [result.get("answer") for result in ran.results] == ["ok"] * 3
    assert ran.found() == [("recreated", "app.py:4", 2)]


def test_errors_look_as_they_always_looked(function):
    """Refused connections, wrong names, bad certificates: with and without observers the same."""
    function.write(
        "app.py",
        """\
        import http.client, ssl, urllib.request
        import httpx, requests, urllib3
        def handler(event, context):
            n = event["n"]
            if n == 0: requests.get("http://127.0.0.1:9/")
            if n == 1: urllib.request.urlopen("http://127.0.0.1:9/")
            if n == 2: httpx.get("http://127.0.0.1:9/")
            if n == 3: http.client.HTTPConnection("127.0.0.1", 9).request("GET", "/a b")
            if n == 4: ssl.create_default_context(cafile="/nowhere")
            if n == 5: urllib3.PoolManager(num_pools=1, retries=False).request("G\u00e9T", "http://127.0.0.1:9")
            if n == 6: requests.Session().get("http://[")
            if n == 7: httpx.Client(verify="/nowhere")
            if n == 8: http.client.HTTPConnection("127.0.0.1", 9).request("G\u00e9T", "/")
            if n == 9: httpx.HTTPTransport(verify="/nowhere")
            if n == 10: httpx.HTTPTransport(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)
        """,
    )
    events = [{"n": n} for n in range(11) for _ in range(2)]

    observed, plain = function.run(events), function.run(events, mode="bare")

    def comparable(results):
        return [without_addresses(result["traceback"]) for result in results]

    assert comparable(observed.results) == comparable(plain.results)


def without_addresses(text: str) -> str:
    return re.sub("0x[0-9a-f]+", "0x", text.replace(os.linesep, "\n"))
