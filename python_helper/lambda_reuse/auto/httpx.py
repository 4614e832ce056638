"""httpx: its clients, each with a TLS context of its own, which takes most of the time.

Tested with httpx 0.27 and 0.28 on httpcore 1. A client is built from its base class's constructor
to its pool of connections; with a transport of the user's own there is nothing to save.
"""

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "httpx"
KINDS = {"Client": "httpx client", "AsyncClient": "httpx async client"}


def observe(module: "ModuleType") -> None:
    """Place the spies of this module."""
    if module.__name__ == "httpx":
        spy.version_of(module, 0)
        spy.place(module.Client.__mro__[1], "__init__", _begins, NAME)
    else:
        spy.version_of(module, 1)
        for name in ("ConnectionPool", "AsyncConnectionPool"):
            spy.place(getattr(module, name), "__init__", _ends, NAME)


def _begins(client: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "__init__":
        is_async = hasattr(client, "__aenter__")
        builds.begin(frame, what=KINDS["AsyncClient" if is_async else "Client"])


def _ends(_pool: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    for _ in range(4):
        if at is None:
            return
        build = builds.end(at)
        if build is not None:
            break
        at = at.f_back
    else:
        return
    found = at.f_locals
    names = ("base_url", "verify", "proxy", "http1", "http2", "trust_env", "timeout", "cert")
    key = builds.digest([repr(found.get(name)) for name in names])
    line = builds.line("httpx.client", build.facts["what"], sites.find(at))
    if line is not None:
        line.built(key, build.took_us())
