"""Everything warmed in init, at once; the init record shows what took how long."""

import json
import time

from lambda_reuse import phase, preload, resource

with phase("settings"):
    SETTINGS = json.loads('{"limit": 10}')


@resource
def prices():
    time.sleep(0.02)
    return {"lamp": 49}


@resource
def model():
    time.sleep(0.02)
    return [0.1, 0.2]


preload(prices, model, timeout=5)


def handler(event, context):
    return {"price": prices()["lamp"], "score": sum(model()), "limit": SETTINGS["limit"]}
