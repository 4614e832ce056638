"""http.client, and with it urllib.request, urllib3, requests and botocore: new connections.

Tested with the http.client of Python 3.9 to 3.13. A request looks up `_encode_request` before it
connects and `HTTPResponse` when it has sent everything: between the two a new connection is made.

Whose fault a new connection is: that of the line that made what should have kept it, a pool
manager or a connection object, in an invocation, after the one before it was thrown away. The
connections of boto3's clients are these clients' time.
"""

import sys
import time
from _thread import get_ident
from _weakref import ref

from lambda_reuse import invocation

from . import builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any, Optional

NAME = "http"
KIND = "http.connection"
BOTOCORE = "botocore.httpsession"
"""Who asks where boto3's clients do: their connections are theirs."""
POOLED = ("botocore.", "urllib3.")
"""Whose connection objects belong to pools."""
MAX_MANAGERS = 64


class Keeper:
    """What keeps connections: a pool manager, or a connection object of its own."""

    def __init__(self, obj: "Any", site: "Optional[tuple[str, str]]") -> None:
        self.obj = ref(obj)
        self.site = site
        self.in_init = invocation.in_init()
        self.hosts: "set[int]" = set()
        self.closed_by: "Any" = None
        """The line that has thrown away what it keeps, in an invocation: `with session:`."""
        self.closed: "set[int]" = set()
        """The hosts that it had connections to then."""
        self.has_failed = False
        """Whether a connection could not be opened: who replaces it then has a reason to."""


class Connection:
    """A connection object: its open socket, and when that was used last."""

    def __init__(self, line: "Any") -> None:
        self.line = line
        self.socket: "Any" = None
        self.used_at = 0.0


class Opening:
    """A connection that is being opened."""

    def __init__(self, start_ns: int, line: "Any", key: int, *, is_known: bool) -> None:
        self.start_ns = start_ns
        self.line = line
        self.key = key
        self.is_known = is_known
        self.client: "Any" = None
        self.keeper: "Optional[Keeper]" = None
        self.idle_s = 0.0
        """Of the connection in its place, before."""


keepers = builds.Owners()
_connections = builds.Owners()
_managers: "list[ref[Any]]" = []
_kept: "dict[tuple[Any, int], Keeper]" = {}
"""(line, host) -> who connected last."""
_opening: "dict[int, tuple[Any, Opening]]" = {}
_dialled: "dict[int, int]" = {}
"""Thread -> when urllib3 began to connect, ahead of the request."""


def observe(module: "ModuleType") -> None:
    """Place the spies."""
    spy.place(module.HTTPConnection, "__init__", _made, NAME)
    spy.place(module.HTTPConnection, "_encode_request", _requests, NAME)
    spy.place(module.HTTPConnection, "close", _closes, NAME)
    spy.place(module.HTTPResponse, "__init__", _has_sent, NAME)


def manager_made(manager: "Any", frame: "FrameType") -> None:
    """urllib3 has a new pool manager."""
    keepers.put(manager, Keeper(manager, sites.find(frame)))
    _managers.append(ref(manager))
    if len(_managers) > MAX_MANAGERS:
        _managers[:] = [known for known in _managers if known() is not None][-MAX_MANAGERS // 2 :]


def manager_cleared(manager: "Any", frame: "FrameType") -> None:
    """A pool manager of urllib3 drops its connections."""
    _closed(keepers.of(manager), frame)


def _closed(keeper: "Optional[Keeper]", frame: "FrameType") -> None:
    """What is kept is thrown away, and may be needed again."""
    has_reason = sys.exc_info()[0] is not None
    if keeper is None or has_reason or invocation.in_init():
        return
    keeper.closed_by = sites.find(frame)
    keeper.closed.update(keeper.hosts)


def dials() -> None:
    """urllib3 begins to connect in this thread."""
    _dialled[get_ident()] = time.perf_counter_ns()


def _made(connection: "Any", frame: "FrameType") -> None:
    if not any(one.__module__.startswith(POOLED) for one in type(connection).__mro__):
        keepers.put(connection, Keeper(connection, sites.find(frame)))


def _closes(connection: "Any", frame: "FrameType") -> None:
    """A connection that is open is closed: by the function, where http.client does not."""
    if connection.sock is not None and frame.f_globals.get("__name__") != "http.client":
        _closed(keepers.of(connection), frame)


def _requests(connection: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name != "putrequest":
        return
    known = _connections.of(connection)
    now = time.time()
    if known is not None:
        idle_s, known.used_at = now - known.used_at, now
        if known.socket is not None and known.socket() is connection.sock is not None:
            if known.line is not None:
                known.line.used()
            return
    start_ns = _dialled.pop(get_ident(), None) or time.perf_counter_ns()
    unopened = _opening.pop(get_ident(), None)
    if unopened is not None and unopened[1].keeper is not None:
        unopened[1].keeper.has_failed = True  # nothing was sent before this request
    opening = _opened_by(connection, frame, start_ns)
    if opening is not None:
        if known is not None:
            opening.idle_s = idle_s
        _opening[get_ident()] = (connection, opening)


def _has_sent(_response: "Any", frame: "FrameType") -> None:
    opened = _opening.pop(get_ident(), None)
    if opened is None or frame.f_locals.get("self") is not opened[0]:
        return
    connection, opening = opened
    took_us = (time.perf_counter_ns() - opening.start_ns) // 1000
    state = _connections.of(connection)
    if state is None:
        state = Connection(opening.line)
        _connections.put(connection, state)
    state.socket = ref(connection.sock) if connection.sock is not None else None
    state.used_at = time.time()
    if opening.client is not None:
        _client_connected(opening, took_us)
    elif opening.line is not None:
        kept = None if opening.keeper is None else opening.keeper.obj()
        opening.line.built(opening.key, took_us, is_excused=opening.is_known, obj=kept)
        opening.line.used()
        builds.replaced(opening.line.place, took_us, opening.idle_s)


def _client_connected(opening: Opening, took_us: int) -> None:
    """A boto3 client has connected: for the first time, or because a line has closed it."""
    client = opening.client
    client.line.add_time(took_us, client.is_waste)
    client.is_connected = True
    place, client.closed_by = client.closed_by, None
    line = builds.line(KIND, "connection", place)
    if line is not None:
        line.expect(opening.key)
        line.built(opening.key, took_us)


def _opened_by(connection: "Any", frame: "FrameType", start_ns: int) -> "Optional[Opening]":
    """Who opens this connection, to be counted once it is open; None where nobody is to blame."""
    pool, caller = _pool(frame)
    keeper = keepers.of(connection) if pool is None else _keeper_of(pool)
    host = builds.digest(getattr(connection, "host", None), getattr(connection, "port", None))
    if caller == BOTOCORE:
        opening = Opening(start_ns, None, host, is_known=True)
        opening.client = _aws_client()
        return opening
    if keeper is None or keeper.site is None:
        return Opening(start_ns, None, host, is_known=True)
    if host in keeper.closed and keeper.obj() is not None:
        keeper.closed.discard(host)
        line = builds.line(KIND, "connection", keeper.closed_by)
        if line is not None:
            line.expect(host)
        opening = Opening(start_ns, line, host, is_known=keeper.has_failed)
    else:
        line = builds.line(KIND, "connection", keeper.site)
        opening = Opening(start_ns, line, host, is_known=_is_kept(keeper, host))
    opening.keeper = keeper
    return opening


def _is_kept(keeper: Keeper, host: int) -> bool:
    """Whether what keeps this connection is there to stay, or has nothing to make up for.

    One per tenant or thread is no waste as long as the one before it is alive.
    """
    is_known = keeper.in_init or host in keeper.hosts
    keeper.hosts.add(host)
    before = _kept.get((keeper.site, host))
    if before is not None or len(_kept) < builds.MAX_KEYS:
        _kept[keeper.site, host] = keeper
    return is_known or (before is not None and before.has_failed)


def _aws_client() -> "Any":
    """The boto3 client whose call is under way in this thread."""
    aws = sys.modules.get(f"{__package__}.aws")
    return aws.call_under_way() if aws is not None else None


def _pool(frame: "Optional[FrameType]") -> "tuple[Any, str]":
    """urllib3's pool of connections that asks for this request, and the module that asks it."""
    for _ in range(12):
        if frame is None:
            break
        caller = frame.f_back
        if frame.f_code.co_name == "urlopen" and hasattr(frame.f_locals.get("self"), "pool"):
            name = caller.f_globals.get("__name__", "") if caller is not None else ""
            return frame.f_locals["self"], name
        frame = caller
    return None, ""


def _keeper_of(pool: "Any") -> "Optional[Keeper]":
    """The keeper of the manager that this pool belongs to, or of the pool itself."""
    own: "Optional[Keeper]" = keepers.of(pool)
    if own is not None:
        return own
    for known in _managers:
        manager = known()
        pools = getattr(getattr(manager, "pools", None), "_container", {})
        if any(one is pool for one in list(pools.values())):
            found: "Optional[Keeper]" = keepers.of(manager)
            if found is not None:
                keepers.put(pool, found)
            return found
    return None
