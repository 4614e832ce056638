"""boto3 and botocore, the real ones, on moto's server: the right line, the right count."""

import contextlib

import boto3
import pytest


@pytest.fixture
def parameter(aws):
    """A parameter, a secret, a bucket with an object, and a role on moto's server."""
    made = boto3.Session("test", "test", region_name="us-east-1")
    made.client("ssm", endpoint_url=aws).put_parameter(
        Name="/tax", Value="19", Type="String", Overwrite=True
    )
    s3 = made.client("s3", endpoint_url=aws)
    s3.create_bucket(Bucket="prices")
    s3.put_object(Bucket="prices", Key="list", Body=b"1")
    secrets = made.client("secretsmanager", endpoint_url=aws)
    with contextlib.suppress(secrets.exceptions.ResourceExistsException):
        secrets.create_secret(Name="token", SecretString="hidden-value")


def test_clients_resources_and_sessions_are_told_apart(function):
    """Each by its own kind, with its service, its line and the function that the line is in."""
    function.write(
        "app.py",
        """\
        import boto3

        def handler(event, context):
            boto3.client("sns")
            boto3.resource("dynamodb")
            boto3.Session(region_name="eu-west-1").client("ssm")
        """,
    )

    ran = function.run(4)

    assert {(slot["name"], slot["kind"], slot["recreated"]) for slot in ran.slots} == {
        ("sns client in handler (app.py:4)", "boto3.client", 3),
        ("dynamodb resource in handler (app.py:5)", "boto3.resource", 3),
        ("boto3 session in handler (app.py:6)", "boto3.session", 3),
        ("ssm client in handler (app.py:6)", "boto3.client", 3),
    }
    assert all(slot["recreated_us"] > 0 for slot in ran.slots)
    assert all(slot["hits"] == slot["first"] == 0 for slot in ran.slots)
    assert ran.stderr == ""


def test_calls_are_uses(aws_function, parameter):
    """API calls and presigned URLs; a client without any is unused, and is found."""
    aws_function.write(
        "app.py",
        """\
        import boto3

        used = boto3.client("ssm")
        unused = boto3.client("sqs")
        presigned = boto3.client("s3")
        through = boto3.resource("s3").Bucket("prices")

        def handler(event, context):
            presigned.generate_presigned_url("get_object", Params={"Bucket": "a", "Key": "b"})
            used.describe_parameters()
            used.get_paginator("describe_parameters").paginate().build_full_result()
            return [item.key for item in through.objects.all()]
        """,
    )

    ran = aws_function.run(3)

    assert [result["answer"] for result in ran.results] == [["list"]] * 3
    assert {slot["call_site"]: slot["uses"] for slot in ran.slots} == {
        "app.py:3": 6,
        "app.py:4": 0,
        "app.py:5": 3,
        "app.py:6": 3,
    }
    assert ran.found() == [("unused", "app.py:4", 1)]


def test_values_fetched_again(aws_function, parameter):
    """The same parameter, secret and object, invocation after invocation; and no value leaves."""
    aws_function.write(
        "app.py",
        """\
        import boto3

        ssm, s3 = boto3.client("ssm"), boto3.client("s3")
        secrets = boto3.client("secretsmanager")

        def handler(event, context):
            ssm.get_parameter(Name="/tax")
            secrets.get_secret_value(SecretId="token")
            s3.get_object(Bucket="prices", Key="list")["Body"].read()
        """,
    )

    ran = aws_function.run(5)

    assert ran.found() == [("refetched", f"app.py:{line}", 4) for line in (7, 8, 9)]
    text = str(ran.slots)
    assert not any(word in text for word in ("/tax", "token", "hidden-value", "prices", "list"))


APPCONFIG = """\
import io
import boto3
from botocore.awsrequest import AWSResponse

class Body(io.BytesIO):
    def stream(self, *_, **__):
        yield self.read()

def answer(request, **_):
    body = b'{"InitialConfigurationToken": "hidden-value"}'
    return AWSResponse(request.url, 200, {"Next-Poll-Configuration-Token": "hidden"}, Body(body))

def client(name):
    made = boto3.client(name)
    made.meta.events.register("before-send", answer)
    return made

data, old = client("appconfigdata"), client("appconfig")
NAMES = {"ApplicationIdentifier": "shop", "EnvironmentIdentifier": "e"}

def session(profile):
    return data.start_configuration_session(ConfigurationProfileIdentifier=profile, **NAMES)

kept = session("kept")["InitialConfigurationToken"]

def handler(event, context):
    global kept
    kept = data.get_latest_configuration(ConfigurationToken=kept)["NextPollConfigurationToken"]
    token = session("flags")["InitialConfigurationToken"]
    data.get_latest_configuration(ConfigurationToken=token)["Configuration"].read()
    old.get_configuration(Application="shop", Environment="e", Configuration="c", ClientId="i")
    return token
"""


def test_configurations_fetched_again(function):
    """A session of AppConfig's, opened by each invocation; the old call. Polling is none of it."""
    function.write("app.py", APPCONFIG)

    ran = function.run(5)

    assert [result["answer"] for result in ran.results] == ["hidden-value"] * 5
    lines = APPCONFIG.splitlines()
    opens = 1 + next(n for n, line in enumerate(lines) if "start_configuration" in line)
    reads = 1 + next(n for n, line in enumerate(lines) if "old.get_configuration" in line)
    assert ran.found() == [
        ("refetched", f"app.py:{opens}", 4),
        ("refetched", f"app.py:{reads}", 4),
    ]
    assert "hidden" not in str(ran.slots)
    assert "shop" not in str(ran.slots)


def test_objects_that_change_are_new(aws_function, parameter):
    """An S3 object with another ETag is another value."""
    aws_function.write(
        "app.py",
        """\
        import boto3

        s3 = boto3.client("s3")

        def handler(event, context):
            s3.put_object(Bucket="prices", Key="changing", Body=str(event["n"]).encode())
            return s3.get_object(Bucket="prices", Key="changing")["Body"].read().decode()
        """,
    )

    ran = aws_function.run([{"n": n} for n in range(5)])

    assert [result["answer"] for result in ran.results] == list("01234")
    assert ran.found() == []


def test_errors_look_as_they_always_looked(function):
    """With observers and without: the same answers, errors and tracebacks, to the line."""
    function.write(
        "app.py",
        """\
        import boto3
        from botocore.config import Config

        made = boto3.client("ssm", config=Config(retries={"max_attempts": 0}))

        def handler(event, context):
            what = event["what"]
            if what == "call":
                made.get_parameter(Name="/tax")
            if what == "parameter":
                made.get_parameter(Nome="/tax")
            if what == "service":
                boto3.client("nothing")
            if what == "resource":
                boto3.resource("nothing")
            if what == "region":
                boto3.client("sns", region_name="no region")
            if what == "credentials":
                boto3.client("sns", aws_access_key_id="a")
            if what == "profile":
                boto3.Session(profile_name="nobody")
            if what == "none":
                import broken
        """,
    )
    function.write("broken.py", "raise ImportError('broken')\n")
    kinds = ["call", "parameter", "service", "resource", "region", "credentials", "profile", "none"]
    events = [{"what": what} for what in kinds for _ in range(2)]

    observed, plain = function.run(events), function.run(events, mode="bare")

    assert observed.results == plain.results
    assert [bool(result.get("traceback")) for result in plain.results] == [True] * len(events)
    assert len(observed.slots) == 1


def test_a_connection_error_excuses_the_next_build(function):
    """Building a new client after the old one's connection failed is what one should do."""
    function.write(
        "app.py",
        """\
        import boto3
        from botocore.exceptions import EndpointConnectionError

        made = None

        def handler(event, context):
            global made
            if made is None:
                made = boto3.client("ssm")
            try:
                made.describe_parameters()
            except EndpointConnectionError:
                made = None
        """,
    )

    ran = function.run(4)

    assert ran.slot("boto3.client")["builds_in_invocations"] == 4
    assert ran.found() == []


def test_unknown_major_versions_are_left_alone(function):
    """One line at level DEBUG, and nothing is observed."""
    function.write(
        "app.py",
        """\
        import botocore
        botocore.__version__ = "9.0"
        import boto3

        def handler(event, context):
            return boto3.client("sns").meta.region_name
        """,
    )

    ran = function.run(3)

    assert [result["answer"] for result in ran.results] == ["us-east-1"] * 3
    assert ran.slots == []
    assert ran.stderr == "lambda-reuse: observing aws is switched off: RuntimeError\n"
