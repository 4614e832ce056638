"""Runs two functions in turn with the same events, each in a sandbox of its own."""

from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack, ExitStack
from random import Random

from reuse_sandbox import InvokeResult, Sandbox, run

from reuse_cli.local.answers import error_message
from reuse_cli.local.events import Event
from reuse_cli.local.run import cannot_start
from reuse_cli.local.session import Session, end_in_order

SIDES = 2


def chosen(events: Sequence[Event], count: int, seed: int) -> list[Event]:
    """`count` of the events in a random order, each as often as the others; the same for a seed."""
    dice, found = Random(seed), list[Event]()
    while len(found) < count:
        found += dice.sample(list(events), len(events))
    return found[:count]


def play(
    sessions: Sequence[Session],
    events: Sequence[Event],
    *,
    first: int,
    on_result: Callable[[int, InvokeResult], None],
) -> None:
    """One round: both functions get each event, in turn; `first` begins, then the other one.

    Containers are frozen between their invocations, so that the one does not disturb the other.
    `on_result` gets every answer. Raises what `Session.use` raises.
    """
    with ExitStack() as prepared:
        makers = [prepared.enter_context(session.ready()) for session in sessions]
        run(_play(makers, events, first, on_result))


async def _play(
    makers: Sequence[Callable[[], Sandbox]],
    events: Sequence[Event],
    first: int,
    on_result: Callable[[int, InvokeResult], None],
) -> None:
    end_in_order()
    async with AsyncExitStack() as stack:
        sandboxes = [await stack.enter_async_context(make()) for make in makers]
        for number, event in enumerate(events):
            for turn in range(SIDES):
                side = (first + number + turn) % SIDES
                result = await sandboxes[side].invoke(event.payload, wait=True)
                if result.init_failed:
                    raise cannot_start(f"{sandboxes[side].function.name}: {error_message(result)}")
                on_result(side, result)
