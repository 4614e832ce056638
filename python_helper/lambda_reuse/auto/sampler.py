"""Any class: a sample of invocations is watched by `sys.monitoring`, where that is asked for.

With LAMBDA_REUSE_SAMPLE=1 and Python 3.12 or later, invocations 2 to 4 of a process are sampled,
and every hundredth from then on. Local events are set on the code of the function's own modules
alone; a call that has been seen three times in an invocation is disabled for the rest of it. All
other invocations run without any event.

What counts is an object that a line makes, by calling a class or a library's function, in 1 ms or
more: of the same type in most of the sampled invocations. Counts are of sampled invocations.

Events are switched on and off between invocations, while the process has a single thread and no
other tool, tracer or profiler is there; else the sampler stands down for good.
"""

import sys
import time

from lambda_reuse import invocation

from . import builds, sites, state
from .growth import Growth

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType, ModuleType
    from typing import Any

NAME = "sampler"
TOOL = 4
"""No tool that Python's documentation names has this number."""
TITLE = "lambda-reuse"
IMPORTS = "lambda-reuse imports"
OWN = frozenset((None, TITLE, IMPORTS))
"""The tools of the observers do not stand in each other's way."""
FIRST = (2, 4)
EVERY = 100
MAX_SAMPLES = 200
"""Switching events on makes Python count a version up, which is not endless."""
MAX_HITS = 3
SHORTEST_US = 1000
CO_NO_VALUE = 0x20 | 0x80 | 0x100 | 0x200
"""Generators and coroutines give themselves, not what they make."""
PLAIN = (bool, bytes, dict, float, frozenset, int, list, set, str, tuple, type, type(None))


class Sampler:
    """Samples invocations."""

    def __init__(self) -> None:
        self.samples = 0
        self.has_stood_down = False
        self._is_on = False
        self._codes: "list[CodeType]" = []
        self._callees: "list[CodeType]" = []
        self._hits: "dict[tuple[int, int], int]" = {}
        self._calls: "list[tuple[CodeType, int, Any, int]]" = []
        self._seen: "dict[tuple[str, str], dict[str, int]]" = {}  # site -> type -> invocations
        self._made: "dict[tuple[tuple[str, str], str], int]" = {}  # -> microseconds, now

    def begin(self) -> None:
        """Switch on, where this invocation is to be sampled."""
        if self.has_stood_down or not self._is_due():
            return
        if not self._may_switch():
            self.has_stood_down = True
            return
        self._codes = self._codes or own_codes()
        if self.samples == 0:
            self._prepare()
        self.samples += 1
        for code in self._codes:
            self._monitoring.set_local_events(TOOL, code, self._monitoring.events.CALL)
        self._is_on = True

    def _prepare(self) -> None:
        """Take the tool's number, and keep it: without events it costs nothing."""
        events = self._monitoring.events
        self._monitoring.use_tool_id(TOOL, TITLE)
        for event, report in (
            (events.CALL, self._called),
            (events.C_RETURN, self._c_returned),
            (events.C_RAISE, self._c_raised),
            (events.PY_RETURN, self._returned),
        ):
            self._monitoring.register_callback(TOOL, event, report)

    def end(self) -> None:
        """Switch off, and count what this invocation made.

        What was disabled is there again when the events are set the next time: no restart of all
        events is needed, which would have Python look at every function again.
        """
        if not self._is_on:
            return
        self._is_on = False
        for code in self._codes + self._callees:
            self._monitoring.set_local_events(TOOL, code, 0)
        self._count()
        self._callees.clear()
        self._hits.clear()
        self._calls.clear()
        self._made.clear()

    @property
    def _monitoring(self) -> "Any":
        return getattr(sys, "monitoring")  # noqa: B009  (older Pythons have none)

    def _is_due(self) -> bool:
        return self.samples < MAX_SAMPLES and is_due()

    def _may_switch(self) -> bool:
        tools = {self._monitoring.get_tool(tool) for tool in range(6)}
        is_alone = tools <= OWN and sys.gettrace() is None and sys.getprofile() is None
        return is_alone and len(sys._current_frames()) == 1

    def _called(self, code: "CodeType", offset: int, callee: "Any", _first: "Any") -> "Any":
        place = (id(code), offset)  # a code's own hash goes through all of it
        hits = self._hits.get(place, 0) + 1
        self._hits[place] = hits
        if hits > MAX_HITS:
            return self._monitoring.DISABLE
        if isinstance(callee, type):
            self._calls.append((code, offset, callee, time.perf_counter_ns()))
            return None
        callee = getattr(callee, "__func__", callee)
        inner = getattr(callee, "__code__", None)
        if inner is None or inner.co_flags & CO_NO_VALUE or _is_known(callee):
            return None
        if sites.own_file(inner.co_filename) is None and inner not in self._callees:
            self._callees.append(inner)
            self._monitoring.set_local_events(TOOL, inner, self._monitoring.events.PY_RETURN)
        self._calls.append((code, offset, inner, time.perf_counter_ns()))
        return None

    def _c_returned(self, code: "CodeType", offset: int, callee: "Any", _first: "Any") -> None:
        call = self._take(code, offset, callee)
        if call is not None and callee not in PLAIN and not _is_known(callee):
            self._note(call, callee)

    def _c_raised(self, code: "CodeType", offset: int, callee: "Any", _first: "Any") -> None:
        self._take(code, offset, callee)

    def _returned(self, code: "CodeType", _offset: int, value: "Any") -> None:
        for at in range(len(self._calls) - 1, -1, -1):
            if self._calls[at][2] is code:
                call = self._calls[at]
                del self._calls[at:]
                if type(value) not in PLAIN and not _is_known(type(value)):
                    self._note(call, type(value))
                return

    def _take(self, code: "CodeType", offset: int, callee: "Any") -> "Any":
        for at in range(len(self._calls) - 1, -1, -1):
            if self._calls[at][:3] == (code, offset, callee):
                call = self._calls[at]
                del self._calls[at:]
                return call
        return None

    def _note(self, call: "tuple[CodeType, int, Any, int]", made: type) -> None:
        us = (time.perf_counter_ns() - call[3]) // 1000
        code, offset = call[:2]
        file = sites.own_file(code.co_filename)
        if us >= SHORTEST_US and file:
            site = (f"{file}:{_line(code, offset)}", sites.name_of(code))
            self._made[site, made.__qualname__] = us

    def _count(self) -> None:
        for (site, made), us in self._made.items():
            types = self._seen.setdefault(site, {})
            types[made] = types.get(made, 0) + 1
            if self.samples > 1 and 2 * types[made] > self.samples:
                line = builds.line("class", made, site)
                if line is not None:
                    line.sampled(us)


def is_due() -> bool:
    """Whether this invocation is one of the sample."""
    return FIRST[0] <= invocation.count <= FIRST[1] or invocation.count % EVERY == 0


def _is_known(callee: "Any") -> bool:
    """Whether an observer of its library counts this already."""
    module = str(getattr(callee, "__module__", "")).partition(".")[0]
    return module in sites.LIBRARIES


def _line(code: "CodeType", offset: int) -> int:
    lines = (line for start, end, line in code.co_lines() if start <= offset < end and line)
    return next(lines, code.co_firstlineno)


def own_codes() -> "list[CodeType]":
    """The code of all functions in the function's own modules, those within others included."""
    found: "dict[int, CodeType]" = {}
    for module in sites.own_modules():
        for value in list(vars(module).values()):
            if issubclass(type(value), type) and value.__module__ == module.__name__:
                for inner in list(vars(value).values()):
                    _add(getattr(getattr(inner, "__func__", inner), "__code__", None), found)
            elif type(value).__name__ == "function" and value.__module__ == module.__name__:
                _add(value.__code__, found)
                _add(getattr(getattr(value, "__wrapped__", None), "__code__", None), found)
    return list(found.values())


def _add(code: "Any", found: "dict[int, CodeType]") -> None:
    if code is None or id(code) in found or not hasattr(code, "co_consts"):
        return
    found[id(code)] = code
    for constant in code.co_consts:
        if hasattr(constant, "co_consts"):
            _add(constant, found)


def observe(_module: "ModuleType") -> None:
    """Follow the invocations: sizes in every Python, calls where this one reports them."""
    growth = Growth()
    invocation.at_end.append(_guarded(lambda: growth.look() if is_due() else None))
    if not hasattr(sys, "monitoring"):
        return
    sampler = Sampler()
    for calls, call in ((invocation.at_begin, sampler.begin), (invocation.at_end, sampler.end)):
        calls.append(_guarded(call))


def _guarded(call: "Any") -> "Any":
    def guarded() -> None:
        if NAME not in state.off:
            try:
                call()
            except Exception as error:
                state.switch_off(NAME, error)

    return guarded
