"""httpx: its clients, each with a TLS context of its own, which takes most of the time.

Tested with httpx 0.27 and 0.28 on httpcore 1, and with httpx2, which openai's and anthropic's
clients use. A client is built from its base class's constructor
to its pool of connections; so is a transport that is made by itself. Its uses
are its requests. Its connections are its time, but for those to a proxy or of HTTP/2.
"""

from lambda_reuse import invocation

from . import builds, databases, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

NAME = "httpx"
KINDS = {"Client": "httpx client", "AsyncClient": "httpx async client"}
REQUESTS = {"": "handle_request", "Async": "handle_async_request"}
_pools = builds.Owners()
"""Connection of httpcore's -> (the keeper that its pool is, whether it replaces another one)."""
_origins = builds.Owners()
"""Pool -> the origins that it has connected to."""
_stopwatch = databases.Stopwatch()


def observe(module: "ModuleType") -> None:
    """Place the spies of this module."""
    if module.__name__ in ("httpx", "httpx2"):
        spy.version_of(module, 0, 2)
        spy.place(module.Client.__mro__[1], "__init__", _begins, NAME)
        for transport in (module.HTTPTransport, module.AsyncHTTPTransport):
            spy.place(transport, "__init__", _transport_begins, NAME)
    else:
        spy.version_of(module, 1, 2)
        for prefix, request in REQUESTS.items():
            connection = getattr(module, prefix + "HTTPConnection")
            spy.place(getattr(module, prefix + "ConnectionPool"), "__init__", _ends, NAME)
            spy.place(connection, "__init__", _connection_made, NAME)
            spy.place(connection, "_connect", _connects, NAME)
            spy.place(getattr(module, prefix + "HTTP11Connection"), request, _requests, NAME)


def _begins(client: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "__init__":
        is_async = hasattr(client, "__aenter__")
        builds.begin(frame, what=KINDS["AsyncClient" if is_async else "Client"])


def _transport_begins(transport: "Any", frame: "FrameType") -> None:
    """A transport is made by itself, in this frame, to be given to a client."""
    outer, at = builds.within(), frame.f_back
    if outer is not None and at is not None and outer.frame in (id(at), id(at.f_back)):
        return  # by a client, whose time it is
    is_async = hasattr(transport, "__aenter__")
    builds.begin(frame, what="httpx async transport" if is_async else "httpx transport")


def _ends(pool: "Any", frame: "FrameType") -> None:
    at: "Any" = frame
    found = frame.f_locals
    for _ in range(4):
        if at is None:
            return
        build = builds.end(at)
        if build is not None:
            break
        found, at = at.f_locals, at.f_back
    else:
        return
    if "transport" not in build.facts["what"]:
        found = at.f_locals
    names = ("base_url", "verify", "proxy", "http1", "http2", "trust_env", "timeout", "cert")
    key = builds.digest([repr(found.get(name)) for name in names])
    line = builds.line("httpx.client", build.facts["what"], sites.find(at))
    if line is not None:
        took_us, is_excused = build.took_us(), databases.has_failed(line)
        closed = "is_closed" if found is at.f_locals else ""
        is_waste = line.built(key, took_us, is_excused=is_excused, obj=found["self"], closed=closed)
        databases.keepers.put(pool, databases.Keeper(line, is_waste=is_waste))


def _connection_made(connection: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "create_connection":
        keeper = databases.keepers.of(frame.f_locals.get("self"))
        if keeper is not None:
            _pools.put(connection, (keeper, _is_again(frame.f_locals)))


def _is_again(found: "dict[str, Any]") -> bool:
    """Whether a pool connects to an origin that it had a connection to, and has none any more."""
    pool, origin = found["self"], builds.digest(str(found.get("origin")))
    known = _origins.of(pool)
    if known is None:
        known = set()
        _origins.put(pool, known)
    is_known = origin in known
    if len(known) < builds.MAX_KEYS:
        known.add(origin)
    others = [getattr(one, "_origin", None) for one in pool._connections]
    return is_known and found.get("origin") not in others


def _connects(connection: "Any", _frame: "FrameType") -> None:
    _stopwatch.starts(connection)
    databases.attempts((_pools.of(connection) or (None,))[0])


def _requests(_http11: "Any", frame: "FrameType") -> None:
    """A connection that is open sends a request: the first, where it began to connect before."""
    connection = frame.f_locals.get("self")
    keeper, is_again = _pools.of(connection) or (None, False)
    if keeper is None:
        return
    keeper.line.used()
    us = _stopwatch.took_us(connection)
    if us is not None:
        databases.succeeds(keeper)
        keeper.line.add_time(us, keeper.is_waste)
        if is_again:
            builds.replaced(keeper.line.place, us, invocation.idle_s)
