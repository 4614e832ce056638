"""Threads and their pools: the line that gives a library's function to a thread.

In `pool.map(requests.get, urls)`, `asyncio.to_thread(boto3.client, "s3")` and
`Thread(target=requests.get)` the thread runs code of libraries alone, and the user's line is the
one that submits or starts. It is noted for each work item and thread that the own code of the
function submits, by itself or through asyncio, anyio or trio, and for no library's. In
`asyncio.gather(asyncio.to_thread(boto3.client, "s3"))` a task submits, and the line is the one that
made the task. The threads of a `ThreadPool` of multiprocessing know of their work no more than the
number of its result, those of anyio the future that is waited for.
"""

import sys

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Optional

NAME = "executors"
POOLS = "multiprocessing.pool"
ANYIO = "anyio._backends._asyncio"
ASYNCIO = "asyncio.base_events"
TRIO = "trio._core._thread_cache"
RUNNING = {
    "run": ("concurrent.futures.thread", "threading", ANYIO),
    "worker": (POOLS,),
    "_handle_job": (TRIO,),
}
"""The functions of threads that run what was submitted, and their modules."""
WORK = {ANYIO: "future", TRIO: "fn"}
"""What there is for each call; elsewhere it is the `self` of these functions."""
THROUGH = ("asyncio.", "concurrent.futures.", POOLS)
THREADED = ("connect", "to_thread", "run_sync", "_run_coro", "_run_wrapped_task")
"""Coroutines that give a call to a thread, of asyncio's, or may, of anyio's, or connect."""

_submitted = builds.Owners()
"""What a thread runs, or a coroutine that gives it to one -> the user's line that began it."""


def observe(module: "ModuleType") -> None:
    """Place the spies of this module."""
    sites.submitter = submitter
    if module.__name__ == "threading":
        if "start" in vars(module.Thread):  # gevent's has none of its own
            spy.place(module.Thread, "start", _starts, NAME)
    elif module.__name__ == POOLS:
        for name in ("ApplyResult", "IMapIterator"):
            spy.place(vars(module)[name], "__init__", _submits, NAME, is_on_class=True)
    elif module.__name__ == ANYIO:
        spy.place(
            module.AsyncIOBackend, "current_time", _looks_for_a_thread, NAME, is_on_class=True
        )
    elif module.__name__ == ASYNCIO:
        spy.place(module.BaseEventLoop, "create_task", _makes_a_task, NAME)
    elif module.__name__ == TRIO:
        spy.place(module.ThreadCache, "start_thread_soon", _gives_to_trio, NAME)
    else:
        spy.place(vars(module)["_WorkItem"], "__init__", _submits, NAME)


def _starts(thread: "Any", frame: "FrameType") -> None:
    if sites.is_own(frame):
        _submitted.put(thread, sites.find(frame))
    elif type(thread).__module__ == ANYIO:
        _looks_for_a_thread(None, frame)


def _looks_for_a_thread(_backend: "Any", frame: "FrameType") -> None:
    """A call is given to one of anyio's threads, which is about to start or has nothing to do."""
    if frame.f_code.co_name == "run_sync_in_worker_thread":
        _submitted.put(frame.f_locals["future"], line_of(frame))


def _gives_to_trio(_threads: "Any", frame: "FrameType") -> None:
    _submitted.put(frame.f_locals["fn"], sites.find(frame))


def _makes_a_task(_loop: "Any", frame: "FrameType") -> None:
    """A task is made, and perhaps of a library's coroutine alone."""
    found = frame.f_locals
    coroutine: "Any" = found.get("wrapper_coro") or found.get("coro") or found.get("coro_or_future")
    if getattr(coroutine, "__name__", "") in THREADED:
        site = sites.find(frame)
        if site is not None:
            _submitted.put(coroutine, site)


def line_of(frame: "Any") -> "Optional[tuple[str, str]]":
    """The user's line that submits: of this task's own code, or the one that made the task."""
    at: "Any" = frame
    for _ in range(sites.MAX_DEPTH):
        if at is None or sites.is_own(at):
            break
        if at.f_code.co_name == "_run" and at.f_globals.get("__name__") == "asyncio.events":
            task: "Any" = sys.modules["asyncio.tasks"].current_task()
            made_by: "Any" = None if task is None else _submitted.of(task.get_coro())
            return made_by or sites.find(at)
        at = at.f_back
    return sites.find(frame)


def _submits(item: "Any", frame: "FrameType") -> None:
    item = frame.f_locals.get("self") if item is None else item  # a subclass asks its base class
    if not type(item).__module__.startswith(THROUGH):
        return
    caller: "Any" = frame
    for _ in range(sites.MAX_DEPTH):
        if caller is None:
            return
        if not str(caller.f_globals.get("__name__", "")).startswith(THROUGH):
            break
        caller = caller.f_back
    if caller is not None and sites.is_own(caller):
        _submitted.put(item, line_of(frame))


def submitter(frame: "FrameType") -> "Optional[tuple[str, str]]":
    """The line that has submitted what this frame of a thread runs, where it runs something."""
    found = frame.f_locals
    if frame.f_globals.get("__name__") not in RUNNING.get(frame.f_code.co_name, ()):
        return None
    work = found.get(WORK.get(str(frame.f_globals["__name__"]), "self"))
    site: "Optional[tuple[str, str]]" = _submitted.of(work)
    if "job" in found:
        for result, begun_by in _submitted.living():
            if getattr(result, "_job", None) == found["job"]:
                site = begun_by
    return site
