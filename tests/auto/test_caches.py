"""Caches, the real ones: their look-ups are hits and misses, and what they read is not waste."""

import pytest

from tests.auto.test_aws import parameter

pytestmark = pytest.mark.usefixtures("parameter")
__all__ = ("parameter",)


def test_powertools_parameters(aws_function):
    """Hits, first and forced misses; a forced one in each invocation is a value read again."""
    aws_function.write(
        "app.py",
        """\
        from aws_lambda_powertools.utilities import parameters
        def handler(event, context):
            parameters.get_parameter("/tax", max_age=100)
            parameters.get_secret("token")
            return parameters.get_parameter("/tax", force_fetch=True)
        """,
    )

    ran = aws_function.run(5)

    assert [result.get("answer") for result in ran.results] == ["19"] * 5, ran.results
    counts = {
        slot["call_site"]: [slot["hits"], slot["first"], slot["forced"]]
        for slot in ran.slots
        if slot["kind"] == "parameter.cache"
    }
    assert counts == {"app.py:3": [4, 1, 0], "app.py:4": [4, 1, 0], "app.py:5": [0, 0, 5]}
    assert ran.found() == [("refetched", "app.py:5", 4)]


def test_the_stack_of_powertools(aws_function):
    """Decorators of Powertools around the handler hide nothing, and are not to blame."""
    aws_function.write(
        "app.py",
        """\
        import boto3
        from aws_lambda_powertools import Logger, Metrics
        logger, metrics = Logger(service="a"), Metrics(namespace="a", service="a")
        ssm = boto3.client("ssm")

        @metrics.log_metrics
        def handler(event, context):
            boto3.client("sns")
            metrics.add_metric(name="n", unit="Count", value=1)
            return ssm.get_parameter(Name="/tax")["Parameter"]["Value"]
        """,
    )

    ran = aws_function.run(4)

    assert [result.get("answer") for result in ran.results] == ["19"] * 4, ran.results
    assert ran.found() == [("recreated", "app.py:8", 3), ("refetched", "app.py:10", 3)]


def test_cached_secrets(aws_function):
    """aws-secretsmanager-caching: one read, then hits; a cache in the handler is read each time."""
    aws_function.write(
        "app.py",
        """\
        import botocore.session
        from aws_secretsmanager_caching import SecretCache, SecretCacheConfig
        client = botocore.session.get_session().create_client("secretsmanager")
        cache = SecretCache(config=SecretCacheConfig(), client=client)
        def handler(event, context):
            return cache.get_secret_string("token")
        """,
    )

    ran = aws_function.run(4)

    assert [result.get("answer") for result in ran.results] == ["hidden-value"] * 4, ran.results
    slot = ran.slot("secret.cache")
    assert [slot["hits"], slot["first"], slot["call_site"]] == [3, 1, "app.py:6"]
    assert ran.found() == []
    assert "hidden-value" not in str(ran.slots)


def test_caches_of_functions(function):
    """lru_cache and cachetools in the function's modules, methods too; TTLCache's default clock."""
    function.write(
        "app.py",
        """\
        import time
        from functools import cache, lru_cache
        import cachetools
        from rates import rate
        wall = cachetools.TTLCache(10, 60, timer=time.time)
        frozen = cachetools.TTLCache(10, 60)
        @cachetools.cached(cachetools.LRUCache(10), info=True)
        def tax(country): return 19
        class Orders:
            @cache
            def price(self, item): return 1
        orders = Orders()
        def handler(event, context):
            frozen["a"] = wall["a"] = 1
            return tax("de") + rate("eur") + orders.price("lamp")
        """,
    )
    function.write(
        "rates.py",
        "from functools import lru_cache\n@lru_cache\ndef rate(currency):\n    return 2\n",
    )

    ran = function.run(5)

    assert [result.get("answer") for result in ran.results] == [22] * 5, ran.results
    counts = {slot["name"]: [slot["hits"], slot["first"]] for slot in ran.slots if slot["first"]}
    assert counts == {"tax": [4, 1], "rate": [4, 1], "Orders.price": [4, 1]}
    assert ran.found() == [("monotonic_ttl", "app.py:6", 1)]


def test_a_resource_may_read_again(aws_function):
    """What a @resource or a cache of the function's own reads when it is old is not waste."""
    aws_function.write(
        "app.py",
        """\
        import time
        import boto3
        from lambda_reuse import resource
        ssm = boto3.client("ssm")
        known = {}
        @resource(max_age=0)
        def tax():
            return ssm.get_parameter(Name="/tax")["Parameter"]["Value"]
        def own(event):
            if event["n"] % 3 == 0:
                known["tax"] = ssm.get_parameter(Name="/tax")["Parameter"]["Value"]
            return known["tax"]
        def handler(event, context):
            return tax() + own(event)
        """,
    )

    ran = aws_function.run([{"n": n} for n in range(8)])

    assert [result.get("answer") for result in ran.results] == ["1919"] * 8, ran.results
    assert ran.found() == []
