"""ssl: contexts from `create_default_context`, which reads some 140 certificates each time.

Tested with the ssl of Python 3.9 to 3.13. A context that a library makes for a client of its own is
that client's time and is not counted besides.
"""

from . import builds, sites, spy, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "tls"
LIBRARIES = (
    *("aiohttp", "aiomysql", "httpcore", "httpcore2", "httpx", "httpx2"),
    *("pymongo", "pymysql", "redis", "requests"),
)
"""Libraries that make a context for a connection, whose time it is."""
FUNCTION = "create_default_context"


class LastStep:
    """`keylog_filename` of a context: the last thing that `create_default_context` looks at."""

    def __init__(self, original: "Any") -> None:
        self._original = original

    def __get__(self, context: "Any", owner: "Any" = None) -> "Any":
        """The attribute, as if this were not there."""
        if context is not None and state.is_on(NAME):
            spy.reporting(NAME, _ends, context)
        return self._original.__get__(context, owner)

    def __set__(self, context: "Any", value: "Any") -> None:
        self._original.__set__(context, value)


def observe(module: "ModuleType") -> None:
    """Place the spies, where this ssl can write its keys to a file."""
    context = module.SSLContext
    if "keylog_filename" in context.__dict__:
        return
    setattr(context, "keylog_filename", LastStep(context.keylog_filename))  # noqa: B010
    spy.place(context, "__new__", _begins, NAME, is_on_class=True)


def _begins(_context: "Any", frame: "FrameType") -> None:
    is_own = frame.f_code.co_name == FUNCTION and builds.within() is None
    if is_own and not sites.is_through(frame, LIBRARIES):
        builds.begin(frame)


def _ends(context: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name != FUNCTION:
        return
    build = builds.end(frame)
    if build is None:
        return
    found = frame.f_locals
    names = ("purpose", "cafile", "capath", "cadata")
    line = builds.line("tls.context", "TLS context", sites.find(frame))
    if line is not None:
        key = builds.digest([repr(found.get(name)) for name in names])
        line.built(key, build.took_us(), obj=context)
