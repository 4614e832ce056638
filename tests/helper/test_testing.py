"""What tests of functions are given: fresh containers and simulated invocations."""

import os
from importlib.metadata import entry_points

import pytest
from lambda_reuse import container, page, pytest_plugin, resource, testing, tmp_file

from tests.helper.parts import HELPER, DownError, Factory, numbers

pytest_plugins = ("pytester",)


def test_fresh_container():
    """Resources are empty and closed, counts 0, files gone, the id another one; and so again."""
    closed = []
    factory = Factory()
    table = resource(name="table", close=closed.append)(factory.build)
    table()
    path = tmp_file("a", fetch=lambda path: open(path, "w").close())
    testing.simulate(lambda *_: None, [1])
    before, old_page = container.id, page.path

    with testing.fresh_container() as fresh:
        assert fresh is container
        assert fresh.id != before
        assert (fresh.invocation, fresh.cold) == (0, True)
        assert closed == ["value 1"]
        assert not os.path.exists(path)
        assert not os.path.exists(old_page)
        assert table.cache_info()[:4] == (0, 0, 1, 0)
        assert table() == "value 2"
        assert numbers("table") == {"first": 1, "builds_in_init": 1}
    assert closed == ["value 1", "value 2"]
    assert table.cache_info()[:2] == (0, 0)


def test_fresh_container_and_async():
    """Async resources are emptied too."""
    import asyncio

    @resource(name="table")
    async def table():
        return object()

    asyncio.run(table())
    with testing.fresh_container():
        asyncio.run(table())
        assert numbers("table") == {"first": 1, "builds_in_init": 1}


def test_simulate():
    """Each event is an invocation; what is built in it counts as built there."""
    table = resource(name="table")(lambda: 1)

    def handler(event, context):
        table()
        return event, container.invocation, container.cold, len(context.aws_request_id)

    assert testing.simulate(handler, ["a", "b"]) == [("a", 1, True, 36), ("b", 2, False, 36)]
    assert numbers("table") == {"hits": 1, "first": 1, "builds_in_invocations": 1}


def test_the_context():
    """It has what Lambda's has."""
    context = testing.SimulatedContext(timeout_ms=1000)
    assert 0 < context.get_remaining_time_in_millis() <= 1000
    assert testing.SimulatedContext(timeout_ms=-1).get_remaining_time_in_millis() == 0
    assert context.function_name == "simulated"
    assert context.log_stream_name == container.id
    assert context.memory_limit_in_mb == "128"


def test_a_context_of_ones_own():
    """It is passed on."""
    own = object()
    assert testing.simulate(lambda _event, context: context, [1], own) == [own]


def test_a_handler_that_raises():
    """Its error passes, and the invocation is over."""

    def handler(event, context):
        raise DownError

    with pytest.raises(DownError):
        testing.simulate(handler, [1])
    assert container.invocation == 1


@pytest.fixture
def users_pytest(pytester, monkeypatch):
    """A user's pytest, which has the plugin by its entry point, or here by its name."""
    monkeypatch.setenv("PYTHONPATH", str(HELPER))
    is_installed = any(
        point.value == "lambda_reuse.pytest_plugin" for point in entry_points(group="pytest11")
    )
    if not is_installed:
        pytester.makeconftest("pytest_plugins = ['lambda_reuse.pytest_plugin']")
    return pytester


@pytest.mark.slow
def test_as_a_user_has_them(users_pytest):
    """`fresh_container` and `simulate` are there for the asking."""
    users_pytest.makepyfile(
        """
        from lambda_reuse import resource

        built = []

        @resource
        def table():
            built.append(1)

        def handler(event, context):
            table()

        def test_one(fresh_container, simulate):
            simulate(handler, range(3))
            assert (len(built), fresh_container.invocation) == (1, 3)

        def test_two(simulate):
            simulate(handler, range(3))
            assert len(built) == 2
        """
    )
    users_pytest.runpytest_subprocess("-p", "no:cacheprovider").assert_outcomes(passed=2)


fresh_container, simulate = pytest_plugin.fresh_container, pytest_plugin.simulate


def test_the_fixtures(request):
    """`simulate` begins in a fresh container."""
    fresh = request.getfixturevalue("fresh_container")
    assert fresh.invocation == 0
    assert request.getfixturevalue("simulate")(lambda *_: fresh.invocation, "ab") == [1, 2]
