"""The options of `local run` that say which events come, and when."""

import math
from collections.abc import Callable, Mapping
from itertools import chain, islice
from typing import Any

import click

from reuse_cli.commands import options
from reuse_cli.commands.shared_options import event_options, seed_option
from reuse_cli.errors import UsageError
from reuse_cli.local.events import EventList, event_source
from reuse_cli.local.traffic import Pace, Traffic, arrivals

Command = Callable[..., int]


def traffic_options(command: Command) -> Command:
    """The options that say what is sent."""
    found = [
        *event_options(' {"at_ms": 250, "event": ...} is sent at that time.'),
        click.option(
            "--count", type=click.IntRange(1), help="Number of invocations.  [default: all events]"
        ),
        click.option(
            "--rate", type=click.FloatRange(0, min_open=True), help="Invocations per second."
        ),
        click.option(
            "--burst",
            type=click.IntRange(1),
            default=1,
            metavar="N",
            help="Send in bursts of N at the same average rate; needs --rate.",
        ),
        click.option(
            "--poisson", is_flag=True, help="Send at random times, --rate a second on average."
        ),
        seed_option("The seed of random times and faults."),
        click.option(
            "--duration",
            type=click.FloatRange(0, min_open=True),
            metavar="S",
            help="Repeat the events for this many seconds.",
        ),
    ]
    return options.decorated(command, found)


def traffic(chosen: Mapping[str, Any]) -> Traffic:
    """What the options ask for."""
    rate, duration = chosen["rate"], chosen["duration"]
    if rate is None and (chosen["burst"] > 1 or chosen["poisson"]):
        raise UsageError("--burst and --poisson need a --rate")
    pace = None
    if rate is not None:
        pace = Pace(rate, chosen["burst"], chosen["poisson"], chosen["seed"])
    if chosen["given"] and chosen["events"]:
        raise UsageError("give either --event or --events")
    given = chosen["given"]
    source = EventList.parse(given) if given else event_source(chosen["events"])
    events = arrivals(source, chosen["count"], pace, is_endless=duration is not None)
    first = list(islice(events, 2))
    return Traffic(
        chain(first, events),
        chosen["concurrency"],
        math.inf if duration is None else duration,
        is_single=len(first) == 1,
    )
