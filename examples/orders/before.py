"""The same function as it is often written: the handler builds all that it needs, every time."""

import json
import os

import boto3
import requests

TABLE = "orders"
TAX_PARAMETER = "/orders/tax-percent"


def handler(event, context):
    """`{"order_id": "17", "item": "lamp", "amount": 2}` -> what it costs."""
    notifications = boto3.client("sns")
    warehouse = requests.Session()
    orders_table = boto3.resource("dynamodb").Table(TABLE)
    answer = boto3.client("ssm").get_parameter(Name=TAX_PARAMETER)
    tax_percent = int(answer["Parameter"]["Value"])

    prices = warehouse.get(os.environ["WAREHOUSE_URL"] + "/prices", timeout=5)
    path = os.path.join(os.environ.get("TMPDIR", "/tmp"), "prices.json")
    with open(path, "wb") as file:
        file.write(prices.content)
    with open(path, "rb") as file:
        price_list = json.load(file)

    item, amount = event["item"], event["amount"]
    stock = warehouse.get(os.environ["WAREHOUSE_URL"] + "/stock/" + item, timeout=5).json()
    cents = price_list[item] * min(amount, stock["left"])
    total = cents * (100 + tax_percent) // 100
    orders_table.put_item(
        Item={"order_id": event["order_id"], "item": item, "amount": amount, "cents": total}
    )
    return {
        "order_id": event["order_id"],
        "cents": total,
        "notified_through": notifications.meta.region_name,
        "log_stream": context.log_stream_name,
    }
