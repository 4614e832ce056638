"""The ledger of requests: which the container has served, each counted once.

What is said of one request comes in pieces (INVOKE, start, runtimeDone, report), in any order, more
than once, or not at all. A piece that came before is a duplicate: the same kind of event with
the same time. The same kind with a later time is the same request served again, as Lambda does with
asynchronous retries. INVOKE comes from the Extensions API, which repeats nothing, so every INVOKE
is an invocation.

A request is closed when everything has been said of it; of closed ones only the id and the last
time are kept (`remembered`). What is older than all of these is taken for a duplicate. Telemetry
may be read before the INVOKE that it belongs to, so it is known which of them lack nothing but
INVOKE, and the newest `MAX_EARLY` of those are kept whole.
"""

from .remembered import MAX_REMEMBERED, Remembered

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

RECENT = 100
"""Open ones that may still run, and that are kept for the next process while this one lives: what
is older has lost its telemetry, and must not cost anything for ever."""
MAX_EARLY = 16
"""More than can end before an INVOKE is read: Lambda waits for `next` after every one."""
MAX_SET_ASIDE = 16
"""More than are served again before the report of the first time has come."""


class Invocation:
    """What is known of one request. Times in epoch milliseconds, durations in microseconds."""

    # Values of the class, since most of them never change: an instance holds what it was given.
    invoked_ms: "int | None" = None
    start_ms: "int | None" = None
    done_ms: "int | None" = None
    report_ms: "int | None" = None
    done_us: "int | None" = None
    report_us: "int | None" = None
    is_counted = False
    """Whether it was added to a period."""
    is_reported = False
    """Whether its duration was."""
    is_failed = False
    is_out_of_memory = False
    is_past = False
    """Whether it ran before a reset."""
    is_after_reset = False
    """Whether the init was repeated for it."""
    is_cold = False
    """Whether it was counted among the cold starts."""
    follows: "Invocation | None" = None
    """The one invoked before it, while that matters."""
    period: "Any" = None
    """The period that will tell it."""

    def __init__(self, request_id: str) -> None:
        self.request_id = request_id

    @property
    def duration_us(self) -> "int | None":
        """Handler time; the report's where runtimeDone was lost or does not exist."""
        return self.report_us if self.done_us is None else self.done_us

    @property
    def end_us(self) -> "int | None":
        """When it ended, epoch microseconds.

        Its start and duration are exact, but the report's duration includes an init repeated before
        `start`: it has ended when the platform says so at the latest.
        """
        known_end_ms = self.report_ms if self.done_ms is None else self.done_ms
        duration_us = self.duration_us
        if self.start_ms is None or duration_us is None:
            return None if self.done_ms is None else self.done_ms * 1000
        end_us = self.start_ms * 1000 + duration_us
        if known_end_ms is None or known_end_ms < self.start_ms:
            return end_us
        return end_us if end_us < (known_end_ms + 1) * 1000 else known_end_ms * 1000

    @property
    def last_ms(self) -> int:
        """The latest time that the platform gave for it; 0 where it gave none."""
        return max(self.start_ms or 0, self.done_ms or 0, self.report_ms or 0)


class InvocationLedger:
    """The requests of one container."""

    def __init__(self, managed: bool) -> None:
        """`managed`: on Lambda Managed Instances, where no runtimeDone comes."""
        self._managed = managed
        self._open: "dict[str, Invocation]" = {}
        self._order: "list[str]" = []  # ids of open ones, oldest first
        self._set_aside: "list[Invocation]" = []  # open ones whose requests are served again
        self._early: "list[Invocation]" = []  # the newest of the closed that lack INVOKE
        self._closed = Remembered()

    def invoked(self, request_id: str) -> "Invocation":
        """The invocation that an INVOKE is about; telemetry may have come before."""
        invocation = self._open.get(request_id)
        if invocation is not None:
            if invocation.invoked_ms is None and not invocation.is_past:
                return invocation
            self._put_aside(invocation)
        if self._closed.take_uninvoked(request_id):
            return self._invoked_late(request_id)
        return self._add(request_id)

    def _invoked_late(self, request_id: str) -> "Invocation":
        """The invocation that ended before its INVOKE was read."""
        for early in self._early:
            if early.request_id == request_id:
                self._early.remove(early)
                return early
        stand_in = Invocation(request_id)
        stand_in.start_ms = self._closed.last_ms(request_id)
        stand_in.is_counted = stand_in.is_reported = True
        return stand_in

    def match_event(self, request_id: str, part: str, time_ms: "int | None") -> "Invocation | None":
        """The invocation that a telemetry event is about, or None for a duplicate.

        `part` is the attribute that the event's time belongs to, such as "start_ms"; the time is
        None where the platform did not say it legibly.
        """
        invocation = self._open.get(request_id)
        closed = self._closed
        if self._set_aside:
            runs = [one for one in self._set_aside if one.request_id == request_id]
            for earlier, later in zip(runs, runs[1:] + [invocation]):
                if _is_about(earlier, part, time_ms, later):
                    is_known = getattr(earlier, part) is not None
                    if not earlier.last_ms:  # nothing of it has come, so this may be an older one's
                        is_known = self._is_of_closed(request_id, time_ms)
                    return None if is_known else earlier
        if invocation is None:
            if time_ms is None or time_ms > closed.latest_ms:  # as nearly always
                return self._add(request_id)
            return self._add(request_id) if time_ms > closed.last_ms(request_id) else None
        known_ms = getattr(invocation, part)
        if known_ms is None:
            return None if self._is_of_closed(request_id, time_ms) else invocation
        if time_ms is None or time_ms <= known_ms:
            return None
        self._put_aside(invocation)
        return self._add(request_id)

    def _is_of_closed(self, request_id: str, time_ms: "int | None") -> bool:
        """Whether an event is about a closed invocation of the same request."""
        if time_ms is None or time_ms > self._closed.latest_ms:  # as nearly always
            return False
        return time_ms <= (self._closed.known_ms(request_id) or 0)

    def match_whole(self, request_id: str, start_ms: int) -> "Invocation | None":
        """The invocation of which everything comes at once, and nothing came before but INVOKE.

        None where something was, or it may be a duplicate: then `match_event` decides.
        """
        invocation = self._open.get(request_id)
        if start_ms <= self._closed.latest_ms:
            return None
        if self._set_aside and any(one.request_id == request_id for one in self._set_aside):
            return None
        if invocation is None:
            return Invocation(request_id)  # it does not stay open, and so is not even opened
        is_new = not invocation.is_counted and not invocation.is_past and not invocation.last_ms
        return invocation if is_new else None

    def close_whole(self, invocation: "Invocation") -> None:
        """All is known of an invocation that `match_whole` has given."""
        if invocation.invoked_ms is None:
            self._closed.add(invocation.request_id, invocation.report_ms or 0)
            self._keep_early(invocation)
        else:
            self._close(invocation)

    def _keep_early(self, invocation: "Invocation") -> None:
        """Its INVOKE is still to be read."""
        self._early.append(invocation)
        if len(self._early) > MAX_EARLY:
            self._early.pop(0)
        self._closed.add_uninvoked(invocation.request_id)

    def finish(self, invocation: "Invocation") -> None:
        """Close the invocation if nothing more is to come of it."""
        is_complete = invocation.start_ms is not None and invocation.report_ms is not None
        is_complete = is_complete and (self._managed or invocation.done_ms is not None)
        if not is_complete:
            return
        if self._open.get(invocation.request_id) is invocation:
            self._close(invocation)
        elif invocation in self._set_aside:
            self._set_aside.remove(invocation)
            self._closed.add(invocation.request_id, invocation.last_ms)
        else:
            return
        if not self._managed and invocation.invoked_ms is None and not invocation.is_past:
            self._keep_early(invocation)

    def unreported(self) -> "list[Invocation]":
        """Those recent ones of this process whose report has not come, oldest first."""
        invocations = [self._open[request_id] for request_id in self._order[-RECENT:]]
        return [
            invocation
            for invocation in invocations
            if invocation.report_ms is None and not invocation.is_past
        ]

    def past(self) -> "list[Invocation]":
        """Those that were open when an earlier process ended."""
        return [invocation for invocation in self._all_open(MAX_REMEMBERED) if invocation.is_past]

    def _all_open(self, most: int) -> "list[Invocation]":
        """Those that are set aside, and the newest `most` others."""
        return self._set_aside + [self._open[name] for name in self._order[-most:]]

    def _add(self, request_id: str) -> "Invocation":
        if len(self._order) >= MAX_REMEMBERED:
            self._close(self._open[self._order[0]])
        invocation = self._open[request_id] = Invocation(request_id)
        self._order.append(request_id)
        return invocation

    def _put_aside(self, invocation: "Invocation") -> None:
        """Its request is served again, and what is missing of it may still come."""
        self._take_out(invocation)
        self._set_aside.append(invocation)
        if len(self._set_aside) > MAX_SET_ASIDE:
            oldest = self._set_aside.pop(0)
            self._closed.add(oldest.request_id, oldest.last_ms)

    def _close(self, invocation: "Invocation") -> None:
        self._take_out(invocation)
        self._closed.add(invocation.request_id, invocation.last_ms)

    def _take_out(self, invocation: "Invocation") -> None:
        del self._open[invocation.request_id]
        at = 0 if self._order[0] == invocation.request_id else len(self._order) - 1
        while self._order[at] != invocation.request_id:
            at -= 1  # nearly always it is one of the last
        self._order.pop(at)

    def snapshot(self, most_closed: int, failed: "list[Invocation]") -> "dict[str, Any]":
        """What must survive a reset: open ones and the newest `most_closed` others, as JSON.

        `failed`: those that may have failed with their init; they are kept whole, closed or not.
        """
        most_open = MAX_REMEMBERED if most_closed == MAX_REMEMBERED else RECENT
        return {
            "forgotten_ms": self._closed.forgotten_ms,
            "closed": self._closed.newest(most_closed),
            "open": [_as_list(invocation) for invocation in self._all_open(most_open)],
            "failed": [
                _as_list(invocation)
                for invocation in failed
                if self._open.get(invocation.request_id) is not invocation
                and invocation not in self._set_aside
            ],
        }

    def restore(self, snapshot: "dict[str, Any]") -> "list[Invocation]":
        """Go on from an earlier process's state; the failed invocations that it kept."""
        self._closed.forget(int(snapshot["forgotten_ms"]))
        for request_id, last_ms in snapshot["closed"]:
            self._closed.add(request_id, last_ms)
        for values in snapshot["open"]:
            if values[0] in self._open:
                self._put_aside(self._open[values[0]])
            _fill(self._add(values[0]), values)
        failed = []
        for values in snapshot["failed"]:
            invocation = Invocation(values[0])
            _fill(invocation, values)
            failed.append(invocation)
        return failed


def _is_about(
    earlier: "Invocation", part: str, time_ms: "int | None", later: "Invocation | None"
) -> bool:
    """Whether an event is about an invocation whose request was served again, by `later`."""
    known_ms = getattr(earlier, part)
    if known_ms is not None:
        return time_ms is not None and time_ms <= known_ms
    if time_ms is None:
        return True
    if earlier.start_ms is not None and time_ms < earlier.start_ms:
        return False
    return later is None or later.start_ms is None or time_ms < later.start_ms


_COUNTED = ("is_counted", "is_reported", "is_failed", "is_out_of_memory", "is_cold")
_KEPT = (
    "invoked_ms",
    "start_ms",
    "done_ms",
    "report_ms",
    "done_us",
    "report_us",
    "is_after_reset",
) + _COUNTED


def _as_list(invocation: "Invocation") -> "list[Any]":
    values = [getattr(invocation, name) for name in _KEPT]
    if invocation.period is not None and invocation not in invocation.period.late:
        # No record has it yet: a process that finds it has to count it, and what it came to.
        values[-len(_COUNTED) :] = [False] * len(_COUNTED)
    return [invocation.request_id] + values


def _fill(invocation: "Invocation", values: "list[Any]") -> None:
    for name, value in zip(_KEPT, values[1:]):
        setattr(invocation, name, value)
    invocation.is_past = True
