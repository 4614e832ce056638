"""urllib3: the pool managers that keep connections, those inside requests and botocore included.

Tested with urllib3 1.26 and 2. Connections themselves are seen in `http`.
"""

from . import http, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "urllib3"


def observe(module: "ModuleType") -> None:
    """Place the spies, when the whole of urllib3 is there."""
    spy.version_of(module, 1, 2)
    methods = module.PoolManager.__mro__[1]
    spy.place(methods, "__init__", _made, NAME, is_on_class=True)
    spy.place(module.PoolManager, "clear", _cleared, NAME)
    spy.place(module.HTTPConnectionPool, "__init__", _pool_made, NAME)
    spy.place(module.connection.HTTPConnection, "_new_conn", _dials, NAME)


def _made(obj: "Any", frame: "FrameType") -> None:
    obj = frame.f_locals.get("self") if obj is None else obj  # urllib3 1.26 asks the class
    caller = frame.f_back
    if caller is None or caller.f_globals.get("__name__") == http.BOTOCORE:
        return
    if frame.f_code.co_name == "__init__" and hasattr(type(obj), "connection_from_url"):
        http.manager_made(obj, frame)


def _cleared(manager: "Any", frame: "FrameType") -> None:
    http.manager_cleared(manager, frame)


def _pool_made(pool: "Any", frame: "FrameType") -> None:
    """A pool that the function makes by itself keeps its connections, as a manager does."""
    maker: "Any" = frame
    while maker is not None and maker.f_locals.get("self") is pool:
        maker = maker.f_back  # the pool's own subclasses
    if maker is not None and maker.f_globals.get("__name__") != "urllib3.poolmanager":
        http.keepers.put(pool, http.Keeper(pool, sites.find(maker)))


def _dials(_connection: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "connect":
        http.dials()
