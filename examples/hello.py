"""The smallest function worth watching: one thing built once, and a handler that uses it."""

import time

from lambda_reuse import container, resource


@resource
def greeting():
    time.sleep(0.05)  # stands for what takes time: a connection, a download, a model
    return "hello"


def handler(event, context):
    return {"says": greeting(), "container": container.id, "invocation": container.invocation}
