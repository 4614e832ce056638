"""An HTTP API behind API Gateway's proxy integration: routes, path parameters, JSON bodies."""

import base64
import json

ORDERS = {"1": {"id": "1", "total": 12}}


def respond(status, body):
    headers = {"Content-Type": "application/json"}
    return {"statusCode": status, "headers": headers, "body": json.dumps(body)}


def get_order(event):
    order = ORDERS.get(event["pathParameters"]["id"])
    return respond(200, order) if order else respond(404, {"message": "no such order"})


def create_order(event):
    body = event["body"]
    if event.get("isBase64Encoded"):
        body = base64.b64decode(body)
    try:
        order = json.loads(body)
    except ValueError:
        return respond(400, {"message": "the body is not JSON"})
    ORDERS[order["id"]] = order
    return respond(201, order)


ROUTES = {("GET", "/orders/{id}"): get_order, ("POST", "/orders"): create_order}


def handler(event, context):
    route = ROUTES.get((event["httpMethod"], event["resource"]))
    return route(event) if route else respond(405, {"message": "not allowed"})
