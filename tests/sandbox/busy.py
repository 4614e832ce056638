"""A function that is busy until it is let go."""

import json

from tests.sandbox.workshop import Workshop

PATIENT = """
    import os, time

    def handler(event, context):
        deadline = time.monotonic() + 20
        while "until" in event and not os.path.exists(event["until"]):
            assert time.monotonic() < deadline
            time.sleep(0.002)
        return context.log_stream_name
"""


def until(workshop: Workshop, name: str) -> bytes:
    """An event that keeps the function busy until a file of this name is there."""
    return json.dumps({"until": str(workshop.records / name)}).encode()


def release(workshop: Workshop, *names: str) -> None:
    """Lets invocations end."""
    for name in names:
        (workshop.records / name).touch()
