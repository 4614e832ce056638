"""boto3 and botocore: clients, resources and sessions, their calls, and values fetched again.

Tested with boto3 and botocore 1.x, from 1.35. A client's API calls are its uses.
Of aiobotocore, and with it aioboto3 and s3fs, clients and their uses are seen, and not what they
read or when they connect.

* `boto3.client`: from the first look-up in `Session.create_client` to its last one.
* `boto3.resource`: from the resource's model to its object; its client is not counted besides.
* `boto3.session`: sessions that the function makes; boto3's own default session is not one.

A client whose configuration sets timeouts and was made in the invocation is not waste: this is how
AWS's documentation honours an invocation's deadline.
"""

import sys
from _thread import get_ident

from lambda_reuse import invocation

from . import aws_fetches, builds, sites, spy

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType, ModuleType
    from typing import Any

    from .builds import Build
    from .lines import Line

NAME = "aws"
TIMEOUTS = ("connect_timeout", "read_timeout")
AIO = "aiobotocore.client"
CREATING = ("create_client", "_create_client")
"""botocore's function, and aiobotocore's."""
CREDENTIAL_ERRORS = (
    "ExpiredToken",
    "ExpiredTokenException",
    "RequestExpired",
    "InvalidClientTokenId",
    "TokenRefreshRequired",
    "UnrecognizedClientException",
)
CONNECTION_ERRORS = {"ConnectionError", "HTTPClientError"}
PARAMETERS = (
    "service_name",
    "region_name",
    "api_version",
    "use_ssl",
    "verify",
    "endpoint_url",
    "aws_access_key_id",
)
"""The parameters of `create_client` that distinguish clients."""


class Owner:
    """The line that built a client, and the one that has closed its connections.

    `reads_nothing`: none of its service's operations is one of `aws_fetches`.
    """

    __slots__ = ("closed_by", "is_connected", "is_waste", "key", "line", "reads_nothing")

    def __init__(self, line: "Line", key: int, is_waste: "Any") -> None:
        self.line = line
        self.key = key
        self.is_waste = is_waste
        self.is_connected = False
        self.reads_nothing = False
        self.closed_by: "Any" = None


owners = builds.Owners()
"""Client -> its Owner."""
_configs = builds.Owners()
"""Configuration -> the invocation that used it first, and its options."""
_before_client: "set[tuple[str, int]]" = set()
"""Places in `create_client` where there is no client yet: the names there need not be read."""
_calls: "dict[int, Any]" = {}
"""Thread -> the owner of the client whose call is under way there."""


def observe(module: "ModuleType") -> None:
    """Place the spies of this module."""
    spy.version_of(module, *((1, 2, 3) if module.__name__ == AIO else (1,)))
    for path, name, function, report in PLACES[module.__name__]:
        owner = sys.modules[path] if path else module
        under_way = aws_fetches.under_way if report is _has_answer else True
        if report is not _closes or hasattr(getattr(owner, name), function):  # not in old versions
            spy.place(getattr(owner, name), function, report, NAME, under_way=under_way)


def _client_begins(_session: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name in CREATING:
        builds.begin(frame)


def _client_ends(session: "Any", frame: "FrameType") -> None:
    code = frame.f_code
    if code.co_name not in CREATING or (code.co_filename, frame.f_lasti) in _before_client:
        return
    found = frame.f_locals
    client = found.get("client")
    if client is None:
        _before_client.add((code.co_filename, frame.f_lasti))
        return
    build = builds.end(frame)
    if build is None:
        return
    config = _config(found, frame)
    key = _key(session, found, config)
    if build.outer is not None and "is_resource" in build.outer.facts:
        build.outer.facts.update(client=client, key=key)
    else:
        build.facts.update(service=found["service_name"], key=key, is_deadline=_is_deadline(config))
        _count(build, "boto3.client", client, frame)


def _resource_begins(_loader: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "resource" and "resource_model" not in frame.f_locals:
        found = frame.f_locals
        is_deadline = _is_deadline(found.get("config"))
        service = found.get("service_name")
        builds.begin(frame, is_resource=True, service=service, is_deadline=is_deadline)


def _resource_ends(_resource: "Any", frame: "FrameType") -> None:
    while frame.f_code.co_name == "__init__" and frame.f_back is not None:
        frame = frame.f_back  # a service's own subclass
    if frame.f_code.co_name != "resource":
        return
    build = builds.end(frame)
    if build is None or "client" not in build.facts:
        return
    _count(build, "boto3.resource", build.facts["client"], frame)


def _count(build: "Build", kind: str, client: "Any", frame: "FrameType") -> None:
    what = f"{build.facts['service']} {kind.rpartition('.')[2]}"
    line = builds.line(kind, what, sites.find(frame))
    if line is not None:
        key = build.facts["key"]
        is_excused = build.facts["is_deadline"]
        is_waste = line.built(key, build.took_us(), is_excused=is_excused, obj=client)
        owners.put(client, Owner(line, key, is_waste))


def _session_begins(_session: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name == "__init__":
        outer = _caller(frame, "boto3.session")
        if outer is not None:
            builds.begin(outer)


def _session_ends(_session: "Any", frame: "FrameType") -> None:
    if frame.f_code.co_name != "__init__":
        return
    build = builds.end(frame)
    if build is None or _is_default_session(frame):
        return
    line = builds.line("boto3.session", "boto3 session", sites.find(frame))
    if line is not None:
        found = frame.f_locals
        names = ("profile_name", "region_name", "aws_access_key_id")
        key = builds.digest(*map(found.get, names), _maker(frame.f_back))
        line.built(key, build.took_us())


def _maker(frame: "FrameType | None") -> "Any":
    """Which line of a library makes a session: another line makes another one."""
    return None if frame is None or sites.is_own(frame) else (id(frame.f_code), frame.f_lineno)


def _is_default_session(frame: "FrameType") -> bool:
    """Whether boto3 made this session by itself, for its module-level functions."""
    caller = frame.f_back
    outer = caller.f_back if caller is not None else None
    return outer is not None and outer.f_code.co_name == "_get_default_session"


def _caller(frame: "FrameType", module: str) -> "Any":
    """The next frames' `__init__` of this module, which a session is made in."""
    found = frame.f_back
    for _ in range(4):
        if found is None:
            return None
        if found.f_globals.get("__name__") == module and found.f_code.co_name == "__init__":
            return found
        found = found.f_back
    return None


def _config(found: "dict[str, Any]", frame: "FrameType") -> "Any":
    """The configuration that the caller gave: the session may have merged it into a new one."""
    if found.get("default_client_config") is None or frame.f_back is None:
        return found.get("config")
    return frame.f_back.f_locals.get("config")


def _options(config: "Any") -> "tuple[int, Any]":
    """(the invocation that used this configuration first, its options as they were given then).

    botocore rewrites the retries of a configuration when it is used.
    """
    if config is None:
        return 0, ()
    known: "tuple[int, Any] | None" = _configs.of(config)
    if known is None:
        options = getattr(config, "_user_provided_options", None) or {}
        given = tuple(sorted((name, repr(value)) for name, value in options.items()))
        known = (invocation.count, given)
        _configs.put(config, known)
    return known


def _is_deadline(config: "Any") -> bool:
    """Whether this configuration was made for one invocation, to keep its deadline."""
    first, options = _options(config)
    has_timeout = any(name in TIMEOUTS for name, _ in options)
    return has_timeout and first == invocation.count and not invocation.in_init()


def _key(session: "Any", found: "dict[str, Any]", config: "Any") -> int:
    """What the client is for, all that its session adds included."""
    # Not by their properties: those of credentials that age would fetch new ones.
    credentials = getattr(getattr(session, "_credentials", None), "__dict__", {})
    return builds.digest(
        *map(found.get, PARAMETERS),
        _options(config)[1],
        _settings(session),
        credentials.get("_access_key") or credentials.get("access_key"),
    )


def call_under_way() -> "Any":
    """The Owner of the client that this thread calls, or None."""
    return _calls.get(get_ident())


def _settings(session: "Any") -> "Any":
    """What was set on a session: its region, its profile."""
    found = session._session_instance_vars
    return tuple(getattr(found, "_store", found).items())


def _call_begins(client: "Any", frame: "FrameType") -> None:
    name = frame.f_code.co_name
    if name == "_convert_to_request_dict" and frame.f_back is not None:
        frame = frame.f_back  # in old versions
        name = frame.f_code.co_name
    if name != "_make_api_call":
        if name == "generate_presigned_post":
            _presigns(None, frame)
        return
    owner = _calls[get_ident()] = owners.of(client)
    if owner is not None:
        owner.line.used()
        if owner.reads_nothing:
            return
    service: str = client._service_model._service_name
    if service in aws_fetches.SERVICES:
        aws_fetches.begin(client, service, frame, 0 if owner is None else owner.key)
    elif owner is not None:
        owner.reads_nothing = True


def _async_call_begins(client: "Any", _frame: "FrameType") -> None:
    owner = owners.of(client)
    if owner is not None:
        owner.line.used()


def _has_answer(_endpoint: "Any", frame: "FrameType") -> None:
    """An attempt to read a value is over: with an answer, or with an error of the connection."""
    answer = frame.f_locals.get("success_response")
    if answer is not None:
        aws_fetches.end(answer[1])


def _has_error(_exceptions: "Any", frame: "FrameType") -> None:
    """A call is answered with an error, whose class is looked for."""
    is_of_call = frame.f_code.co_name == "_make_api_call"
    if is_of_call and frame.f_locals.get("error_code") in CREDENTIAL_ERRORS:
        _excuse()


def _fails(error: "Any", _frame: "FrameType") -> None:
    """Botocore has an error of its own: of the connection, or another one."""
    names = {one.__name__ for one in type(error).__mro__}
    if names & CONNECTION_ERRORS:
        _excuse()


def _excuse() -> None:
    """What this thread's call was made with has failed: a new client is no waste."""
    owner: "Owner | None" = _calls.get(get_ident())
    if owner is not None:
        owner.line.excuse(owner.key)


def _closes(client: "Any", frame: "FrameType") -> None:
    """A client's connections are closed, which may be needed again."""
    owner = owners.of(client)
    has_reason = sys.exc_info()[0] is not None
    if owner is not None and owner.is_connected and not (has_reason or invocation.in_init()):
        owner.closed_by = sites.find(frame)


def _presigns(_signer: "Any", frame: "FrameType") -> None:
    owner = owners.of(frame.f_locals.get("self"))
    if owner is not None:
        owner.line.used()


PLACES: "dict[str, list[tuple[str, str, str, Any]]]" = {
    AIO: [("", "AioBaseClient", "_emit_api_params", _async_call_begins)],
    "boto3": [
        ("boto3.resources.base", "ServiceResource", "__init__", _resource_ends),
        ("boto3.session", "Session", "_register_default_handlers", _session_ends),
    ],
    "botocore.client": [
        ("", "BaseClient", "_emit_api_params", _call_begins),
        ("", "BaseClient", "close", _closes),
    ],
    "botocore.endpoint": [("", "Endpoint", "_needs_retry", _has_answer)],
    "botocore.loaders": [("", "Loader", "load_service_model", _resource_begins)],
    "botocore.session": [
        ("botocore.errorfactory", "BaseClientExceptions", "from_code", _has_error),
        ("botocore.exceptions", "BotoCoreError", "__init__", _fails),
        ("", "Session", "get_default_client_config", _client_begins),
        ("", "Session", "_register_builtin_handlers", _session_begins),
        ("", "Session", "_get_internal_component", _client_ends),
    ],
    "botocore.signers": [("", "RequestSigner", "generate_presigned_url", _presigns)],
}
"""Module -> (module of the class, class, function that is looked up, what is done then)."""
