"""concurrent.futures and threading: the line that gives a library's function to a thread.

In `pool.map(requests.get, urls)`, `asyncio.to_thread(boto3.client, "s3")` and
`Thread(target=requests.get)` the thread runs code of libraries alone, and the user's line is the
one that submits or starts. It is noted for each work item and thread that the own code of the
function submits, by itself or through asyncio, and for no library's.
"""

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "executors"
THROUGH = ("asyncio.", "concurrent.futures.")


def observe(module: "ModuleType") -> None:
    """Place the spy of this module."""
    if sites.submitted is None:
        sites.submitted = builds.Owners()
    if module.__name__ == "threading":
        spy.place(module.Thread, "start", _starts, NAME)
    else:
        spy.place(vars(module)["_WorkItem"], "__init__", _submits, NAME)


def _starts(thread: "Any", frame: "FrameType") -> None:
    if sites.is_own(frame):
        sites.submitted.put(thread, sites.find(frame))


def _submits(item: "Any", frame: "FrameType") -> None:
    caller: "Any" = frame if frame.f_code.co_name == "submit" else None
    for _ in range(sites.MAX_DEPTH):
        if caller is None:
            return
        if not str(caller.f_globals.get("__name__", "")).startswith(THROUGH):
            break
        caller = caller.f_back
    if caller is not None and sites.is_own(caller):
        sites.submitted.put(item, sites.find(caller))
