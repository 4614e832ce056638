"""What the function talks to, on loopback: moto's server plays AWS, and a small warehouse."""

import contextlib
import json
import logging
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

PRICES = {"lamp": 4_900, "chair": 12_900, "table": 39_900}
REGION = "eu-west-1"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "example", "AWS_SECRET_ACCESS_KEY": "example"}


class Warehouse(BaseHTTPRequestHandler):
    """`/prices` is the price list in cents, `/stock/ITEM` tells how many are left."""

    protocol_version = "HTTP/1.1"

    def do_GET(self):
        if self.path == "/prices":
            body = PRICES
        else:
            body = {"item": self.path.rpartition("/")[2], "left": 40}
        data = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, *args):
        """Say nothing: the demo speaks."""


@contextlib.contextmanager
def backends() -> Iterator[dict[str, str]]:
    """Start both, with the table and the parameter in place; the function's environment."""
    import requests
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.WARNING)  # a line a request otherwise
    warehouse = ThreadingHTTPServer(("127.0.0.1", 0), Warehouse)
    warehouse.daemon_threads = True
    threading.Thread(target=warehouse.serve_forever, daemon=True).start()
    aws = ThreadedMotoServer("127.0.0.1", port=0, verbose=False)
    aws.start()
    try:
        host, port = aws.get_host_and_port()
        environment = {
            "AWS_ENDPOINT_URL": f"http://{host}:{port}",
            "AWS_REGION": REGION,
            **CREDENTIALS,
            "WAREHOUSE_URL": f"http://127.0.0.1:{warehouse.server_port}",
        }
        # moto's servers of one process share what they hold: nothing of another one is wanted here.
        requests.post(f"{environment['AWS_ENDPOINT_URL']}/moto-api/reset", timeout=10)
        _furnish(environment["AWS_ENDPOINT_URL"])
        yield environment
    finally:
        aws.stop()
        warehouse.shutdown()
        warehouse.server_close()


def _furnish(endpoint: str) -> None:
    import boto3

    session = boto3.Session("example", "example", region_name=REGION)
    session.client("dynamodb", endpoint_url=endpoint).create_table(
        TableName="orders",
        KeySchema=[{"AttributeName": "order_id", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "order_id", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )
    session.client("ssm", endpoint_url=endpoint).put_parameter(
        Name="/orders/tax-percent", Value="19", Type="String"
    )
