"""concurrent.futures and threading: the line that gives a library's function to a thread.

In `pool.map(requests.get, urls)`, `asyncio.to_thread(boto3.client, "s3")` and
`Thread(target=requests.get)` the thread runs code of libraries alone, and the user's line is the
one that submits or starts. It is noted for each work item and thread that the own code of the
function submits, by itself or through asyncio, and for no library's. The threads of a `ThreadPool`
of multiprocessing know of their work no more than the number of its result.
"""

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Optional

NAME = "executors"
POOLS = "multiprocessing.pool"
RUNNING = {"run": ("concurrent.futures.thread", "threading"), "worker": (POOLS,)}
"""The functions of threads that run what was submitted, and their modules."""
THROUGH = ("asyncio.", "concurrent.futures.", POOLS)

_submitted = builds.Owners()
"""Thread, work item of a pool of them or a pool's result -> the user's line that began it."""


def observe(module: "ModuleType") -> None:
    """Place the spies of this module."""
    sites.submitter = submitter
    if module.__name__ == "threading":
        spy.place(module.Thread, "start", _starts, NAME)
    elif module.__name__ == POOLS:
        for name in ("ApplyResult", "IMapIterator"):
            spy.place(vars(module)[name], "__init__", _submits, NAME, is_on_class=True)
    else:
        spy.place(vars(module)["_WorkItem"], "__init__", _submits, NAME)


def _starts(thread: "Any", frame: "FrameType") -> None:
    if sites.is_own(frame):
        _submitted.put(thread, sites.find(frame))


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
        _submitted.put(item, sites.find(caller))


def submitter(frame: "FrameType") -> "Optional[tuple[str, str]]":
    """The line that has submitted what this frame of a thread runs, where it runs something."""
    found = frame.f_locals
    if frame.f_globals.get("__name__") not in RUNNING.get(frame.f_code.co_name, ()):
        return None
    site: "Optional[tuple[str, str]]" = _submitted.of(found.get("self"))
    if "job" in found:
        for result, begun_by in _submitted.living():
            if getattr(result, "_job", None) == found["job"]:
                site = begun_by
    return site
