"""The usual way: an extension in Python with http.server in a thread, and requests.

It does what tutorials do: register, subscribe, collect telemetry in a queue, and write a line of
metrics for every report.
"""

import json
import os
import queue
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import requests

API = f"http://{os.environ['AWS_LAMBDA_RUNTIME_API']}"
batches: "queue.Queue[list]" = queue.Queue()


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"]))
        batches.put(json.loads(body))
        self.send_response(200)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


def write_metrics():
    while not batches.empty():
        for event in batches.get():
            if event["type"] != "platform.report":
                continue
            metrics = [{"Name": "Duration", "Unit": "Milliseconds"}]
            line = {
                "_aws": {
                    "Timestamp": 0,
                    "CloudWatchMetrics": [
                        {"Namespace": "Usual", "Dimensions": [[]], "Metrics": metrics}
                    ],
                },
                "Duration": event["record"]["metrics"]["durationMs"],
                "requestId": event["record"]["requestId"],
            }
            print(json.dumps(line), flush=True)


def main():
    session = requests.Session()
    answer = session.post(
        f"{API}/2020-01-01/extension/register",
        json={"events": ["INVOKE", "SHUTDOWN"]},
        headers={"Lambda-Extension-Name": os.path.basename(sys.argv[0])},
    )
    session.headers["Lambda-Extension-Identifier"] = answer.headers["Lambda-Extension-Identifier"]
    server = ThreadingHTTPServer(("0.0.0.0", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    session.put(
        f"{API}/2022-07-01/telemetry",
        json={
            "schemaVersion": "2025-01-29",
            "types": ["platform"],
            "buffering": {"maxItems": 1000, "maxBytes": 262144, "timeoutMs": 1000},
            "destination": {
                "protocol": "HTTP",
                "URI": f"http://sandbox.localdomain:{server.server_port}/",
            },
        },
    )
    while True:
        event = session.get(f"{API}/2020-01-01/extension/event/next").json()
        write_metrics()
        if event["eventType"] == "SHUTDOWN":
            return


main()
