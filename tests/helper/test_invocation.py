"""How the helper learns of invocations: from AWS's runtime client, without importing it."""

import sys
import types

import pytest
from lambda_reuse import container, invocation, resource

from tests.helper.parts import DownError, numbers


@pytest.fixture
def client(monkeypatch):
    """A module in the place of awslambdaric.bootstrap."""
    module = types.ModuleType(invocation.CLIENT)
    module._GLOBAL_AWS_REQUEST_ID = None
    monkeypatch.setitem(sys.modules, invocation.CLIENT, module)
    return module


def seen():
    return container.invocation, invocation.running, invocation.request_id


def test_each_call_is_an_invocation(client):
    """Arguments and answer pass through; the number, the state and the request id are known."""
    during = []

    def handle_event_request(client, handler, invoke_id, *more, **named):
        during.append((seen(), more, named))
        return "answer"

    client.handle_event_request = handle_event_request
    invocation.attach()

    assert seen() == (0, False, None)
    assert client.handle_event_request(1, 2, "id-1", 3, log=4) == "answer"
    client.handle_event_request(1, 2, invoke_id="id-2")
    assert during == [((1, True, "id-1"), (3,), {"log": 4}), ((2, True, "id-2"), (), {})]
    assert seen() == (2, False, None)


def test_errors_pass(client):
    """An invocation that raises is over too."""

    def handle_event_request(*arguments):
        raise DownError

    client.handle_event_request = handle_event_request
    invocation.attach()
    with pytest.raises(DownError):
        client.handle_event_request(1, 2, "id")
    assert seen() == (1, False, None)


@pytest.mark.skipif(sys.version_info < (3, 11), reason="a traceback that is raised again stays")
def test_the_traceback_of_a_crash(client):
    """What the handler lets end the process looks as it does without the helper."""

    def handle_event_request(*arguments):
        raise KeyboardInterrupt

    client.handle_event_request = handle_event_request
    invocation.attach()
    with pytest.raises(KeyboardInterrupt) as caught:
        client.handle_event_request(1, 2, "id")

    functions = [entry.frame.code.name for entry in caught.traceback]
    assert functions == ["test_the_traceback_of_a_crash", "handle_event_request"]
    assert [entry.path.name for entry in caught.traceback] == ["test_invocation.py"] * 2


def test_wrapped_once(client):
    """However often it is asked for."""
    client.handle_event_request = lambda *_: None
    invocation.attach()
    wrapped = client.handle_event_request
    resource(lambda: 1)
    invocation.attach()
    assert client.handle_event_request is wrapped
    wrapped(1, 2, "id")
    assert container.invocation == 1


def test_another_client(client):
    """A client without that function is left alone, and one with another signature is called."""
    invocation.attach()
    client.handle_event_request = lambda: "answer"
    invocation.attach()
    assert client.handle_event_request() == "answer"
    assert container.invocation == 1


def test_imported_by_the_handler(client):
    """Where the helper comes in the middle of an invocation, that one counts."""
    client.handle_event_request = lambda *_: None
    client._GLOBAL_AWS_REQUEST_ID = "id-1"
    invocation.attach()
    assert seen() == (1, True, "id-1")
    resource(name="late")(lambda: 1)()
    assert numbers("late") == {"first": 1, "builds_in_invocations": 1}


def test_function_errors(client):
    """An answer by `post_invocation_error` is one; other classes are left alone."""

    class Runtime:
        answers = ()

        def post_invocation_error(self, *arguments):
            self.answers += arguments

    class Other:
        pass

    client.handle_event_request = lambda runtime, *_: getattr(
        runtime, "post_invocation_error", lambda _: None
    )("error")
    invocation.attach()
    resource(lambda: 1)
    runtime = Runtime()
    for _ in range(2):
        client.handle_event_request(runtime, None, "id")
    client.handle_event_request(Other(), None, "id")
    invocation._see_errors(Runtime)
    invocation._see_errors(type("Closed", (type,), {"__setattr__": _refuse})(
        "Made", (), {"post_invocation_error": print}))  # fmt: skip

    assert runtime.answers == ("error", "error")
    assert numbers("(invocations)") == {"uses": 3, "failed": 2}


def _refuse(*_arguments):
    raise TypeError("closed")


def test_the_real_client():
    """AWS's own runtime client calls the handler through the wrapper, with its request id."""
    bootstrap = pytest.importorskip("awslambdaric.bootstrap")
    original = bootstrap.handle_event_request
    during = []

    class Client:
        from awslambdaric.lambda_runtime_client import LambdaRuntimeClient

        marshaller = LambdaRuntimeClient.marshaller

        def post_invocation_result(self, *arguments):
            during.append(arguments[:2])

    def handler(event, context):
        during.append(seen())
        return event

    try:
        invocation.attach()
        bootstrap.handle_event_request(
            Client(), handler, "id-7", b'{"a": 1}', "application/json",
            None, None, "arn", 0, None, bootstrap.StandardLogSink(),
        )  # fmt: skip
    finally:
        bootstrap.handle_event_request = original
    assert during == [(1, True, "id-7"), ("id-7", '{"a": 1}')]
