"""Plays the life of a container, as a fixture describes it, to the core, and prints its lines.

Usage: python play.py FIXTURE.json... It runs under CPython and MicroPython alike; a test compares
the two outputs byte by byte. The wall clock starts at START_MS and stands where each step says.
"""

import json
import sys

from reuse_extension import config, interpreter
from reuse_extension.core import batches, events
from reuse_extension.core.closed import AnotherContainer, FromSnapshot
from reuse_extension.core.container import Container
from reuse_extension.core.emf import LineWriter
from reuse_extension.core.record_builder import RecordBuilder

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
        self.container = self.builder = None
        self.start(START_MS)

    def start(self, now_ms):
        self.settings = config.read(self.environment.get)
        settings = self.settings
        self.writer = LineWriter(
            settings.namespace, settings.dimensions, settings.metrics, settings.resource_metrics
        )
        common_fields = {
            "level": settings.function_log_level,
            "FunctionName": "orders",
            "function_version": "$LATEST",
            "init_type": self.environment["AWS_LAMBDA_INITIALIZATION_TYPE"],
            "extension_version": "0.0.0",
            "architecture": "x86_64",
            "memory_mb": 128,
            "telemetry": "full" if self.has_telemetry else "none",
        }
        before, builder = self.container, self.builder
        self.container = Container(
            common_fields["init_type"], self.has_telemetry, now_ms, settings.flush == "invocation"
        )
        self.builder = RecordBuilder(common_fields, "0123456789abcdef0123456789abcdef")
        if before is not None:
            snapshot = before.snapshot()
            snapshot.update(builder.snapshot())
            snapshot = json.loads(json.dumps(snapshot))
            if self.container.restore(snapshot):
                self.builder.restore(snapshot)

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
            for event in batches.events(body.encode(), interpreter.reader):
                self.take(container.receive(event, now_ms))
            self.take(container.end_batch(now_ms))
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

    def take(self, outputs):
        """What the recorder does with what leaves a container."""
        for output in outputs:
            if isinstance(output, FromSnapshot):
                self.builder.resources.mark_seen(self.pages, output.time_ms)
            elif isinstance(output, AnotherContainer):
                self.builder.begin()
            else:
                self.builder.read(self.pages)
                self.records.extend(self.builder.build(output))

    @property
    def invocations(self):
        """All that were counted, those of the open period too."""
        open_counts = self.container.periods.period.counts
        return self.builder.totals.values["invocations"] + open_counts.get("Invocations", 0)

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
