"""The function never notices: whatever in the observers raises, and however odd the process is."""

import re

import pytest

from tests.auto.servers import serving

SOURCE = """\
import io, os, pickle, ssl, inspect, urllib.request
import boto3, botocore.exceptions, botocore.session, httpx, requests, sqlalchemy, cachetools
from botocore.awsrequest import AWSResponse
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from sqlalchemy.pool import NullPool

class Body(io.BytesIO):
    def stream(self, *_, **__):
        yield self.read()

def answer(request, **_):
    body = Body(b'{"Parameter": {"Value": "19"}}')
    return AWSResponse(request.url, 200, {}, body)

kept, told = boto3.client("ssm"), boto3.client("ssm", region_name="eu-west-1")
told.meta.events.register("before-send", answer)
bare = sqlalchemy.create_engine("sqlite://", poolclass=NullPool)
timed = cachetools.TTLCache(10, 10)

@lru_cache
def known(n):
    return n

def handler(event, context):
    what, url = event["what"], os.environ["URL"]
    if what == "clients":
        boto3.client("sns")
        boto3.Session(region_name="eu-west-1").resource("dynamodb").Table("orders")
        return kept.generate_presigned_url("get_parameter", Params={"Name": "/tax"})[:8]
    if what == "call":
        kept.get_parameter(Name="/tax")
    if what == "answered":
        ssl.create_default_context()
        return told.get_parameter(Name="/tax")["Parameter"]["Value"]
    if what == "wrong":
        boto3.client("nothing")
    if what == "http":
        session = requests.Session()
        kept_text = session.get(url).text + pickle.loads(pickle.dumps(session)).get(url).text
        return kept_text + urllib.request.urlopen(url).read().decode() + httpx.get(url).text
    if what == "refused":
        requests.get("http://127.0.0.1:9/")
    if what == "pool":
        with ThreadPoolExecutor(1) as pool:
            made = pool.submit(boto3.client, "sns").result().meta.region_name
            return [made, pool.submit(kept.get_parameter, Name="/tax").result()]
    if what == "errors":
        error = botocore.exceptions.EndpointConnectionError(endpoint_url=url)
        return [str(pickle.loads(pickle.dumps(error))), str(inspect.signature(type(error)))]
    if what == "database":
        with bare.connect() as one, sqlalchemy.create_engine("sqlite://").connect() as two:
            return [c.execute(sqlalchemy.text("select 1")).scalar() for c in (one, two)]
    if what == "signatures":
        timed["a"] = known(1)
        functions = (
            botocore.session.Session.create_client, botocore.session.Session.__init__,
            boto3.session.Session.__init__, ssl.create_default_context, requests.Session.get,
            sqlalchemy.create_engine, httpx.Client, httpx.Client.__init__, cachetools.TTLCache,
            httpx.HTTPTransport, httpx.HTTPTransport.__init__, httpx.AsyncHTTPTransport,
        )
        return [str(inspect.signature(function)) for function in functions] + [
            botocore.session.Session.get_default_client_config.__qualname__,
            pickle.loads(pickle.dumps(botocore.session.Session.create_client)).__name__,
            ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT).keylog_filename,
        ]
"""
KINDS = [
    *("clients", "call", "answered", "wrong", "http", "refused", "database", "signatures"),
    *("pool", "errors"),
]
EVENTS = [{"what": what} for what in KINDS for _ in range(2)]
BROKEN = (
    *("spy", "spy.place", "sites.find", "sites.own_file"),
    *("builds.line", "builds.begin", "builds.end", "builds.digest"),
    *("lines.Line.built", "lines.Line.used", "builds.Owners.put", "builds.Owners.of"),
    *("aws_fetches.begin", "aws_fetches.end", "databases.connected", "databases.keeper_made"),
    *("lines.Line.fetched", "builds.within", "sites.is_through", "databases.Stopwatch.took_us"),
    *("builds.replaced", "sites.is_own"),
)


@pytest.fixture(scope="module")
def url():
    with serving() as address:
        yield address


@pytest.fixture(scope="module")
def plain(url, tmp_path_factory):
    """What the function answers without observers."""
    from tests.auto.function import Function

    function = Function(tmp_path_factory.mktemp("plain"))
    function.write("app.py", SOURCE)
    results = function.run(EVENTS, mode="bare", URL=url).results
    assert [next(iter(result)) for result in results[:2]] == ["answer", "answer"], results
    return comparable(results, function)


def comparable(results: list[dict], function) -> list:
    """Answers, errors and tracebacks; addresses and the function's folder aside."""
    texts = [str(sorted(result.items())) for result in results]
    return [re.sub("0x[0-9a-f]+", "0x", text.replace(str(function.root), "")) for text in texts]


def test_with_all_observers(function, url, plain):
    """Answers, errors, tracebacks, signatures and pickles are what they are without."""
    function.write("app.py", SOURCE)

    ran = function.run(EVENTS, URL=url)

    assert comparable(ran.results, function) == plain
    assert len(ran.slots) > 5
    assert ran.stderr == ""


@pytest.mark.parametrize("target", BROKEN)
def test_whatever_raises(function, url, plain, target):
    """An observer that fails is switched off, with one line at level DEBUG for each."""
    function.write("app.py", SOURCE)

    ran = function.run(EVENTS, URL=url, mode=f"broken:{target}")

    assert comparable(ran.results, function) == plain
    lines = ran.stderr.splitlines()
    assert lines
    assert len(lines) == len(set(lines))
    assert all(line.startswith("lambda-reuse: observing ") for line in lines)


def test_without_debug_nothing_is_said(function, url):
    """An observer that fails is no affair of the function's log."""
    function.write("app.py", SOURCE)

    ran = function.run(EVENTS[:2], URL=url, mode="broken:spy", LAMBDA_REUSE_LOG_LEVEL="INFO")

    assert ran.stderr == ""


def test_import_errors_look_as_they_always_looked(function):
    """A library that cannot be imported: no frame of the observers in its traceback."""
    function.write("redis/__init__.py", "import redis.missing\n")
    function.write("httpx/__init__.py", "1 / 0\n")
    function.write("pymysql/__init__.py", "def (\n")
    function.write(
        "app.py",
        """\
        import importlib
        def handler(event, context):
            importlib.import_module(event["name"])
        """,
    )
    events = [{"name": name} for name in ("redis", "httpx", "pymysql", "boto3.nothing")]

    observed, plain = function.run(events), function.run(events, mode="bare")

    assert observed.results == plain.results
    assert all("traceback" in result for result in plain.results)


def test_loaders_are_what_they_were(function):
    """No trace is left on modules, their specs and their loaders; lazy modules stay lazy."""
    function.write(
        "app.py",
        """\
        import importlib.util, sys
        spec = importlib.util.find_spec("redis")
        loader = importlib.util.LazyLoader(spec.loader)
        spec.loader = loader
        module = importlib.util.module_from_spec(spec)
        sys.modules["redis"] = module
        loader.exec_module(module)
        import boto3, urllib3
        def handler(event, context):
            lazy = type(sys.modules["redis"]).__name__
            return [lazy, *(
                [type(m.__loader__).__name__, sorted(vars(m.__spec__.loader))]
                for m in (boto3, urllib3)
            )]
        """,
    )

    observed, plain = function.run(2), function.run(2, mode="bare")

    assert observed.results == plain.results
    assert observed.results[0]["answer"][0] == "_LazyModule"


def test_another_class_of_threads(function):
    """As gevent has one, which starts its threads by the `start` of its base class."""
    function.write(
        "app.py",
        """\
        import threading
        class Thread(threading.Thread): pass
        threading.Thread = Thread
        import boto3
        from concurrent.futures import ThreadPoolExecutor
        def handler(event, context):
            with ThreadPoolExecutor(1) as pool:
                return pool.submit(boto3.client, "sns").result().meta.region_name
        """,
    )

    ran = function.run(3)

    assert ran.found() == [("recreated", "app.py:8", 2)]
    assert ran.stderr == ""


def test_forks(function):
    """A child counts for itself, on a page of its own, and its first build is its first."""
    function.write(
        "app.py",
        """\
        import os
        import boto3
        boto3.client("sns")
        def build():
            boto3.client("sns")
        def handler(event, context):
            build()
            child = os.fork()
            if child == 0:
                build()
                from lambda_reuse import page, page_format
                with open(page.path, "rb") as file:
                    slots = page_format.read(file.read()).slots
                recreated = page_format.COUNTERS.index("recreated")
                os._exit(sum(slot.counters[recreated] for slot in slots))
            return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        """,
    )

    ran = function.run(3)

    assert [result["answer"] for result in ran.results] == [0, 0, 0]
    assert ran.found() == [("recreated", "app.py:5", 2), ("unused", "app.py:3", 1)]


def test_reloads_and_replaced_modules(function):
    """`sys.modules` taken away and put back, modules loaded again: the function works on."""
    function.write(
        "app.py",
        """\
        import importlib, sys
        import boto3, botocore.session, urllib3
        def handler(event, context):
            importlib.reload(boto3.session)
            importlib.reload(botocore.session)
            for name in [name for name in sys.modules if name.partition(".")[0] == "urllib3"]:
                del sys.modules[name]
            import urllib3
            urllib3.PoolManager()
            return boto3.session.Session().client("sns").meta.region_name
        """,
    )

    ran = function.run(3)

    assert [result.get("answer") for result in ran.results] == ["us-east-1"] * 3, ran.results


def test_dependencies_in_the_task_root_are_not_the_users_code(function):
    """Known by their dist-info, or by their name; the line is the user's that calls them."""
    function.write("shared_clients/__init__.py", "import boto3\ndef sns(): boto3.client('sns')\n")
    function.write("shared_clients-1.0.dist-info/RECORD", "shared_clients/__init__.py,,\n")
    function.write("own/__init__.py", "import boto3\ndef sqs():\n    boto3.client('sqs')\n")
    function.write(
        "app.py",
        """\
        import own, shared_clients
        def handler(event, context):
            shared_clients.sns()
            own.sqs()
        """,
    )

    ran = function.run(3)

    assert ran.found() == [("recreated", "app.py:3", 2), ("recreated", "own/__init__.py:3", 2)]
