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
UNUSED = """\
Nothing has used it in any invocation: remove it, or build it when it is first needed:

    from lambda_reuse import resource

    @resource
    def {variable}():
        return {build}"""


def of(kind: str, what_kind: str, what: str) -> str:
    """The advice for a finding of this kind, on a thing of the kind `what_kind`."""
    service = what.split(" ", maxsplit=1)[0]
    names = {"variable": _variable(service, what_kind), "build": _build(service, what_kind)}
    if kind == "unused":
        return UNUSED.format(**names)
    if kind == "refetched":
        return CACHED.format(variable=what.rsplit(" ", maxsplit=1)[-1].lower())
    if kind == "reconnected":
        return SESSION if what_kind == "http.connection" else DATABASE
    if what_kind in ("boto3.client", "boto3.resource", "boto3.session"):
        return SDK.format(**names)
    if what_kind in ("resource", "file"):
        return DEFINED
    return ONCE.format(variable=_variable(service, what_kind))


def _variable(service: str, kind: str) -> str:
    if kind == "boto3.session":
        return "session"
    name = "".join(letter if letter.isalnum() else "_" for letter in service.lower())
    return name if name.isidentifier() else "value"


def _build(service: str, kind: str) -> str:
    if kind == "boto3.session":
        return "boto3.Session()"
    return f'{kind}("{service}")' if kind.startswith("boto3.") else "..."
