"""A process of the observers' benchmark: does what it is asked to, and tells the times it took.

    python worker.py LAYER URL      then names of MEASURED or SAMPLED on stdin, one a line

The answer to each is one line: JSON with lists of nanoseconds. What is measured runs in blocks, by
turns with the observers' descriptors and with the library's own functions in their place, so that
one process, with the same memory and caches, does both.
"""

import http.client
import json
import site
import sys
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

LAYER, URL = sys.argv[1:3]
site.addsitedir(LAYER)  # as the managed runtimes do it

import lambda_reuse_start  # noqa: E402

lambda_reuse_start._begin()  # which the import of a library does

from lambda_reuse import invocation  # noqa: E402
from lambda_reuse.auto import spy  # noqa: E402

BLOCKS, WARM_UP = 24, 0.4
"""Blocks of each kind; the part of a block after a change that is not counted."""
SAMPLES = 60
placed: list[tuple[type, str, Any, Any]] = []
"""Class, name, the library's function, the descriptor in its place."""


def noted(place: Callable[..., None]) -> Callable[..., None]:
    """`spy.place`, which remembers what it places."""

    def placing(owner: type, name: str, *more: Any, **options: Any) -> None:
        original = owner.__dict__[name]
        place(owner, name, *more, **options)
        placed.append((owner, name, original, owner.__dict__[name]))

    return placing


spy.place = noted(spy.place)

import boto3  # noqa: E402
from botocore.awsrequest import AWSResponse  # noqa: E402


class Body:
    """The body of an answer that needs no network."""

    def stream(self, **_options: object) -> list[bytes]:
        return [b'{"Parameter": {"Value": "19"}}']


HOST = urlsplit(URL).netloc
KEPT = boto3.client("ssm")
KEPT.meta.events.register("before-send.ssm.*", lambda **_more: AWSResponse(URL, 200, {}, Body()))


class Settings:
    """A class of the user's own that takes a while to make."""

    def __init__(self) -> None:
        self.values = [str(n) for n in range(12_000)]


def client() -> None:
    boto3.client("sqs")


def call() -> None:
    KEPT.list_tags_for_resource(ResourceType="Parameter", ResourceId="/tax")


def read() -> None:
    KEPT.get_parameter(Name="/tax")


def connection() -> None:
    opened = http.client.HTTPConnection(HOST)
    opened.request("GET", "/")
    opened.getresponse().read()
    opened.close()


def objects() -> None:
    boto3.client("sqs")
    Settings()


def calls() -> None:
    for n in range(2000):
        abs(n)


MEASURED = {
    "client": (client, 25),
    "call": (call, 200),
    "read": (read, 200),
    "connection": (connection, 200),
}
"""What is measured, and how often in a block."""
SAMPLED = {"a client and an object": objects, "2000 calls in a loop": calls}


def measured(name: str) -> dict[str, list[int]]:
    """Times with the library's own functions, and with the observers'."""
    work, turns = MEASURED[name]
    times: dict[str, list[int]] = {"plain": [], "observed": []}
    for block in range(2 * BLOCKS):
        is_observed = block % 2 == 1
        for owner, attribute, original, descriptor in placed:
            setattr(owner, attribute, descriptor if is_observed else original)
        for turn in range(turns):
            begun = time.perf_counter_ns()
            work()
            took = time.perf_counter_ns() - begun
            if turn >= WARM_UP * turns:
                times["observed" if is_observed else "plain"].append(took)
    return times


def sampled(name: str) -> dict[str, list[int]]:
    """Times of whole invocations: one before a sampled one, that one, and the one after it."""
    work = SAMPLED[name]
    times: dict[str, list[int]] = {"before": [], "sampled": [], "after": []}
    for _ in range(SAMPLES):
        invocation.count = 98  # every hundredth is sampled
        for kept in times.values():
            begun = time.perf_counter_ns()
            invocation.begin("request")
            work()
            invocation.end()
            kept.append(time.perf_counter_ns() - begun)
    return times


def main() -> None:
    invocation.begin("request")
    for line in sys.stdin:
        name = line.strip()
        print(json.dumps((measured if name in MEASURED else sampled)(name)), flush=True)


if __name__ == "__main__":
    main()
