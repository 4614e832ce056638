"""psycopg2: connections that the user's line opens by itself.

Tested with psycopg2 2.9. Its `connect` is a function, and what it makes is made in C: there is no
class to look anything up in. So its look-up of `make_dsn`, in its module of extensions, switches
this thread's profile function on until `connect` returns. With a profiler of the user's own, or
with several threads, nothing is counted.
"""

import sys
import time

from . import builds, databases, state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "psycopg2"


def observe(module: "ModuleType") -> None:
    """Give the module of extensions a class that sees the look-up."""
    version = getattr(module, "__version__", "")
    if not version.startswith("2."):
        raise RuntimeError(f"version {version} of psycopg2 is not known")
    extensions: "Any" = sys.modules["psycopg2.extensions"]
    original = extensions.make_dsn

    class Extensions(type(extensions)):  # type: ignore[misc]
        """The module of extensions, which reports one look-up."""

        @property
        def make_dsn(self) -> "Any":
            """The module's own function."""
            if NAME not in state.off:
                _begins(sys._getframe(1))
            return original

    extensions.__class__ = Extensions


def _begins(frame: "FrameType") -> None:
    try:
        is_connect = frame.f_code.co_name == "connect" and frame.f_globals["__name__"] == NAME
        if is_connect and sys.getprofile() is None and len(sys._current_frames()) == 1:
            sys.setprofile(_until_return(frame, time.perf_counter_ns()))
    except Exception as error:
        state.switch_off(NAME, error)


def _until_return(connect: "FrameType", start_ns: int) -> "Any":
    def profile(frame: "FrameType", event: str, result: "Any") -> None:
        if frame is not connect or event != "return":
            return
        sys.setprofile(None)
        if result is None:
            return  # it has raised
        try:
            us = (time.perf_counter_ns() - start_ns) // 1000
            key = builds.digest(repr(frame.f_locals.get("dsn")))
            databases.single(result, frame, key, us)
        except Exception as error:
            state.switch_off(NAME, error)

    return profile
