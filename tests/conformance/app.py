"""The function of the conformance tests."""

import sys


def handler(event, context):
    sys.stdout.write(f"called with {event.get('n')}\n")
    if event.get("raises"):
        raise ValueError("as told")
    return {"n": event["n"], "request_id": context.aws_request_id}
