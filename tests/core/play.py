"""Plays the life of a container, as a fixture tells it, to the core, and prints its lines.

Usage: python play.py FIXTURE.json... It runs under CPython and MicroPython alike; a test compares
the two outputs byte by byte. The wall clock starts at START_MS and stands where each step says.
"""

import json
import sys

from reuse_extension import config
from reuse_extension.core import batches, events
from reuse_extension.core.account import Account
from reuse_extension.core.container import Container
from reuse_extension.core.emf import LineWriter

START_MS = 1795219200000
"""2026-11-21T00:00:00Z"""


class Played:
    """A container, the process of which may be ended and started again."""

    def __init__(self, fixture, pages=None):
        self.environment = {"AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand"}
        self.environment.update(fixture["environment"])
        self.has_telemetry = fixture["subscription"] == 200
        self.pages = pages or []
        self.records = []
        self.container = None
        self.start(START_MS)

    def start(self, now_ms):
        self.settings = config.read(self.environment.get)
        settings = self.settings
        self.writer = LineWriter(
            settings.namespace, settings.dimensions, settings.metrics, settings.resource_metrics
        )
        who = {
            "level": settings.function_log_level,
            "FunctionName": "orders",
            "function_version": "$LATEST",
            "init_type": self.environment["AWS_LAMBDA_INITIALIZATION_TYPE"],
            "extension_version": "0.0.0",
            "architecture": "x86_64",
            "memory_mb": 128,
            "telemetry": "full" if self.has_telemetry else "none",
        }
        account = Account(
            who,
            lambda: self.pages,
            lambda: "0123456789abcdef0123456789abcdef",
            now_ms,
            settings.flush == "invocation",
        )
        before = self.container
        self.container = Container(account, self.has_telemetry)
        if before is not None:
            self.container.restore(json.loads(json.dumps(before.snapshot())))

    def step(self, step):
        """One step of a fixture; several events of a batch are settled together."""
        now_ms = START_MS + step["at_ms"]
        container = self.container
        if "restart" in step:
            if container.state in ("ending", "resetting"):  # it has waited long enough
                self.take(container.finish(now_ms))
            self.start(now_ms)
        elif "tick" in step:
            assert container.wake_ms <= now_ms
            self.take(container.tick(now_ms))
        elif "batch" in step or "body" in step:
            body = step["body"] if "body" in step else json.dumps(step["batch"])
            for event in batches.events(body.encode()):
                self.take(container.receive(event, now_ms))
            self.take(container.settle(now_ms))
            self.finish_if_settled(now_ms)
        elif "invoke" in step:
            self.take(container.receive(events.Invoke(now_ms, step["invoke"]), now_ms))
        else:
            reason = step["shutdown"].lower()
            self.take(container.receive(events.Shutdown(now_ms, reason, None), now_ms))
            self.finish_if_settled(now_ms)

    def finish_if_settled(self, now_ms):
        """What the main loop does after SHUTDOWN."""
        if self.container.state in ("ending", "resetting") and self.container.is_settled:
            self.take(self.container.finish(now_ms))

    def take(self, records):
        self.records.extend(records)

    def lines(self):
        return [self.writer.line(record) for record in self.records]


def play(fixture):
    """The lines of a fixture's life."""
    played = Played(fixture)
    last_ms = 0
    for step in fixture["steps"]:
        played.step(step)
        last_ms = step["at_ms"]
    if played.container.state not in ("ended", "reset"):
        played.take(played.container.finish(START_MS + last_ms))
    return played.lines()


def main():
    """The lines of every fixture that the command line names."""
    for path in sys.argv[1:]:
        with open(path) as file:
            for line in play(json.loads(file.read())):
                sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
