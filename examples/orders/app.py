"""Takes an order: looks up prices and tax, stores the order and says what it costs.

What the handler needs again and again is built once per container and reused: each such thing is
a function marked `@resource`. One client is left in the handler on purpose, as it so often is.
"""

import json
import os

from lambda_reuse import phase, resource

with phase("imports"):
    import boto3
    import requests

TABLE = os.environ.get("ORDERS_TABLE", "orders")
TAX_PARAMETER = os.environ.get("TAX_PARAMETER", "/orders/tax-percent")
TAX_MAX_AGE_S = float(os.environ.get("TAX_MAX_AGE_S", "300"))

used = []  # what this invocation asked for, and
built = []  # what had to be built for it: the example's own account, for comparison


@resource
def orders_table():
    """The table: a client's credentials, endpoint and connections are set up once."""
    built.append("orders_table")
    return boto3.resource("dynamodb").Table(TABLE)


@resource(max_age=TAX_MAX_AGE_S)
def tax_percent():
    """A parameter: read again when it has grown old, and not before."""
    built.append("tax_percent")
    answer = boto3.client("ssm").get_parameter(Name=TAX_PARAMETER)
    return int(answer["Parameter"]["Value"])


@resource
def warehouse():
    """An HTTP session: keeps its connection to the warehouse open."""
    built.append("warehouse")
    return requests.Session()


@resource
def price_list():
    """A file in /tmp, fetched once and read into memory."""
    built.append("price_list")
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "prices.json")
    if not os.path.exists(path):
        answer = use(warehouse).get(os.environ["WAREHOUSE_URL"] + "/prices", timeout=5)
        answer.raise_for_status()
        with open(path + ".new", "wb") as file:
            file.write(answer.content)
        os.replace(path + ".new", path)
    with open(path, "rb") as file:
        return json.load(file)


def use(this):
    """Ask for a resource, and note that it was asked for."""
    used.append(this.__name__)
    return this()


def handler(event, context):
    """`{"order_id": "17", "item": "lamp", "amount": 2}` -> what it costs, and what was reused."""
    used.clear()
    built.clear()

    # The mistake: built again on every invocation, and gone after it.
    notifications = boto3.client("sns")

    item, amount = event["item"], event["amount"]
    stock = use(warehouse).get(os.environ["WAREHOUSE_URL"] + "/stock/" + item, timeout=5).json()
    cents = use(price_list)[item] * min(amount, stock["left"])
    total = cents * (100 + use(tax_percent)) // 100
    use(orders_table).put_item(
        Item={"order_id": event["order_id"], "item": item, "amount": amount, "cents": total}
    )
    return {
        "order_id": event["order_id"],
        "cents": total,
        "notified_through": notifications.meta.region_name,
        "log_stream": context.log_stream_name,
        "used": list(used),
        "built": list(built),
    }
