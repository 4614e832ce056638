"""The change to make for each finding, with the lines to write."""

SDK = """\
Build it once, outside the handler, and use it in every invocation:

    {variable} = {build}        # at module level

    def handler(event, context):
        {variable}..."""
CACHED = """\
Keep the value, and read it again when it is old:

    from lambda_reuse import resource

    @resource(max_age=300)      # seconds
    def {variable}():
        return ...              # the call that is here now"""
ONCE = """\
Build it once and keep it:

    from lambda_reuse import resource

    @resource
    def {variable}():
        return ...              # what is built here now

    def handler(event, context):
        {variable}()..."""
DEFINED = """\
The @resource is defined inside a function that runs again: define it at module level, so that one
value serves all invocations."""
SESSION = """\
Keep the connection open between invocations: make one session at module level and send the requests
through it:

    session = requests.Session()        # or urllib3.PoolManager(), httpx.Client()

    def handler(event, context):
        session.get(...)"""
DATABASE = """\
Keep the connection between invocations and check it before use:

    from lambda_reuse import resource

    @resource(check=lambda connection: ..., close=lambda connection: connection.close())
    def connection():
        return ...              # connect here"""
ASYNC = """\
Build it once and keep it, and keep the event loop that it belongs to: asyncio.run makes a new one
for every invocation.

    from lambda_reuse import resource

    loop = asyncio.new_event_loop()

    @resource
    async def {variable}():
        return ...              # what is built here now

    def handler(event, context):
        return loop.run_until_complete(main(event))     # awaits {variable}()"""
UNUSED = """\
No invocation has sent anything through it (reading its settings sends nothing): remove it, or build
it when it is first needed:

    from lambda_reuse import resource

    @resource
    def {variable}():
        return {build}"""

WALL_CLOCK = """\
Its clock may stand still while the container is frozen, so values live longer than their seconds.
Give it the wall clock:

    cachetools.TTLCache(maxsize=..., ttl=..., timer=time.time)"""

STALE = """\
The other side hangs up while the container is idle: the first request after a long gap pays for a
new connection, or fails on the old one. Check the connection before use, or let its pool do so
(pool_pre_ping=True, health_check_interval=30), and retry once."""
REQUEST_DATA = """\
What one request puts there stays for the next one, in the same container, and nothing takes it out.
Make the container inside the handler; where it is a cache, give it a bound."""
LEAK = """\
The memory goes on rising with the invocations that a container has served. Look for what is kept at
module level and grows: lists, listeners, caches without a bound. lambda-reuse doctor --code DIR
looks for some of them."""
SETUP = {
    "without the Telemetry": """\
The platform offered no Telemetry API, so only invocations, age and end are known. On AWS it is
there: this is so in emulators.""",
    "with inits that fail": """\
The module raises, exits or runs out of time or memory while it is loaded, and Lambda bills each
attempt: lambda-reuse inits lists them, and the function's log says why (lambda-reuse local logs, in
the sandbox).""",
    "without observers": """\
The layer's helper is not loaded, or LAMBDA_REUSE_AUTO=off. Where PYTHONPATH is set, or another
layer's wrapper sets it, start the function through the layer's wrapper, or import lambda_reuse.auto
first of all:

    AWS_LAMBDA_EXEC_WRAPPER=/opt/lambda-reuse-wrapper
    LAMBDA_REUSE_NEXT_WRAPPER=...       # the wrapper that was there, if any""",
    "with PYTHONPATH": """\
Start the function through the layer's wrapper, which loads the observers whatever PYTHONPATH is:

    AWS_LAMBDA_EXEC_WRAPPER=/opt/lambda-reuse-wrapper""",
    "through the wrapper": """\
Lambda calls one wrapper. Name the layer's, which calls the other one:

    AWS_LAMBDA_EXEC_WRAPPER=/opt/lambda-reuse-wrapper
    LAMBDA_REUSE_NEXT_WRAPPER=...       # the wrapper that is there now""",
    "with LAMBDA_REUSE_NEXT": """\
The wrapper cannot call itself: remove the variable, or name the other wrapper.""",
    "with a log group": """\
CloudWatch makes metrics of records in log groups of the class STANDARD only. A group's class cannot
be changed: name another group in the function's LoggingConfig.""",
    "with logs in JSON": """\
Lambda may keep lines below this level out of the log. Records carry the level that they need from
AWS_LAMBDA_LOG_LEVEL; where that does not help, set the ApplicationLogLevel to INFO.""",
    "without a layer": """\
Attach the layer: lambda-reuse layer attach FUNCTION""",
}
"""What `set_up` says, by how it begins -> the change to make."""

IMPORT = """\
An invocation waits for this import, at the CPU share of the function's memory. Import it at module
level, where init has a full CPU; or not at all, where it is not needed."""

HEAVY = """\
Nothing that runs in an invocation reads it. Remove it, unless it is there for what importing it
does; where few invocations need it, import it in the function that does:

    def rarely():
        import {module}
        ..."""
BY_KIND = {
    "heavy_import": HEAVY,
    "import_in_invocation": IMPORT,
    "leak": LEAK,
    "monotonic_ttl": WALL_CLOCK,
    "refetched": CACHED,
    "request_data": REQUEST_DATA,
    "stale": STALE,
    "unused": UNUSED,
}


def of(kind: str, what_kind: str, what: str) -> str:
    """The advice for a finding of this kind, on a thing of the kind `what_kind`."""
    service = what.split(" ", maxsplit=1)[0]
    variable = _variable(service, what_kind)
    if kind == "refetched":
        variable = what.rpartition(" ")[2].lower()
    if kind == "setup":
        return next(text for begin, text in SETUP.items() if what.startswith(begin))
    text = BY_KIND.get(kind) or _of_waste(kind, what_kind, what)
    return text.format(variable=variable, build=_build(service, what_kind), module=what)


def _of_waste(kind: str, what_kind: str, what: str) -> str:
    if kind == "reconnected":
        return SESSION if what_kind == "http.connection" else DATABASE
    if what_kind.startswith("boto3."):
        return SDK
    if "async " in what or what_kind == "http.session":
        return ASYNC
    return DEFINED if what_kind in ("resource", "file") else ONCE


def _variable(service: str, kind: str) -> str:
    if kind in ("boto3.session", "http.session"):
        return "session"
    if kind in ("redis.client", "mongo.client", "httpx.client", "db.engine", "db.pool"):
        return kind.rpartition(".")[2]
    name = "".join(letter if letter.isalnum() else "_" for letter in service.lower())
    return name if name.isidentifier() else "value"


def _build(service: str, kind: str) -> str:
    if kind == "boto3.session":
        return "boto3.Session()"
    return f'{kind}("{service}")' if kind.startswith("boto3.") else "..."
