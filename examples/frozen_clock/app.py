"""A function that keeps the same value in two caches, each for half a second."""

import itertools

from cachetools import TTLCache, cached
from lambda_reuse import resource

TTL_S = 0.5
of_ttl_cache, of_resource = itertools.count(1), itertools.count(1)


@cached(TTLCache(maxsize=1, ttl=TTL_S))  # by the monotonic clock
def kept_by_ttl_cache():
    return next(of_ttl_cache)


@resource(max_age=TTL_S)  # by the wall clock
def kept_by_resource():
    return next(of_resource)


def handler(event, context):
    return {"TTLCache": kept_by_ttl_cache(), "@resource": kept_by_resource()}
