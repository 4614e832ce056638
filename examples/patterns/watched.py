"""Caches that are there already, counted as they are."""

import functools

from lambda_reuse import watch


@functools.lru_cache(maxsize=100)
def country_of(city):
    return {"Oslo": "NO", "Lima": "PE"}[city]


watch(country_of)


def handler(event, context):
    return {"country": country_of(event["city"])}
