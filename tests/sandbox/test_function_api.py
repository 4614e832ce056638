"""What boto3 learns of the function before it invokes it."""

import asyncio
from typing import Any

from tests.sandbox.caller import Caller, caller, lambda_client
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

ANSWERING = "def handler(event, context): return event"


async def called(here: Caller, operation: str, **parameters: Any) -> Any:
    """One call of the client, in a thread."""
    return await asyncio.to_thread(getattr(here.client, operation), **parameters)


async def test_waiters_find_the_function(workshop: Workshop, leftovers: Leftovers) -> None:
    """Those of boto3 that tools call before they invoke: it exists, is active, is up to date."""
    names = ("function_exists", "function_active", "function_active_v2", "function_updated_v2")
    async with caller(workshop, ANSWERING) as here:
        for name in names:
            waiter = here.client.get_waiter(name)
            await asyncio.to_thread(
                waiter.wait, FunctionName="orders", WaiterConfig={"MaxAttempts": 1}
            )


async def test_the_configuration(workshop: Workshop, leftovers: Leftovers) -> None:
    """All three operations tell the same, in the API's words."""
    settings = {"memory_mb": 512, "timeout_s": 2.5, "environment": {"TABLE": "orders"}}
    async with caller(workshop, ANSWERING, **settings) as here:
        configuration = await called(here, "get_function_configuration", FunctionName="orders")
        function = await called(here, "get_function", FunctionName="orders")
        (listed,) = (await called(here, "list_functions"))["Functions"]

    del configuration["ResponseMetadata"]
    assert configuration == function["Configuration"] == listed
    assert configuration["FunctionArn"] == "arn:aws:lambda:us-east-1:123456789012:function:orders"
    assert (configuration["MemorySize"], configuration["Timeout"]) == (512, 3)
    assert configuration["Environment"]["Variables"]["TABLE"] == "orders"
    assert configuration["Handler"] == "app.handler"
    assert configuration["LoggingConfig"] == {"LogFormat": "Text", "LogGroup": "/aws/lambda/orders"}
    assert function["Code"]["Location"] == workshop.function.resolve().as_uri()


async def test_a_qualified_name(workshop: Workshop, leftovers: Leftovers) -> None:
    """The ARN has the version that was asked for; SnapStart is on."""
    settings = {"init_type": "snap-start", "version": "7"}
    async with caller(workshop, ANSWERING, **settings) as here:
        answers = [
            await called(here, "get_function_configuration", FunctionName="orders:7"),
            await called(here, "get_function_configuration", FunctionName="orders", Qualifier="7"),
        ]

    for answer in answers:
        assert answer["FunctionArn"].endswith(":function:orders:7")
        assert answer["Version"] == "7"
        assert answer["SnapStart"] == {"ApplyOn": "PublishedVersions", "OptimizationStatus": "On"}


async def test_another_function(workshop: Workshop, leftovers: Leftovers) -> None:
    """Is not found."""
    async with caller(workshop, ANSWERING) as here:
        codes = []
        for operation in ("get_function", "get_function_configuration"):
            try:
                await called(here, operation, FunctionName="payments")
            except here.client.exceptions.ResourceNotFoundException as error:
                codes.append(error.response["ResponseMetadata"]["HTTPStatusCode"])

    assert codes == [404, 404]


async def test_nothing_answers_before_the_function_is_ready(
    workshop: Workshop, leftovers: Leftovers
) -> None:
    """Until provisioned containers are initialised a caller finds no server; then he is served."""
    workshop.write_function("""
        import os, time

        while not os.path.exists(os.environ["RECORDS"] + "/go"):
            time.sleep(0.005)

        def handler(event, context):
            return "served"
    """)
    with workshop.free_port() as port:
        sandbox = workshop.sandbox(name="orders", provisioned=2, concurrency=2, port=port)
    client: Any = lambda_client(f"http://127.0.0.1:{port}")

    async def call() -> int:
        """The status, or 0 where nobody answers."""
        try:
            answer = await asyncio.to_thread(client.invoke, FunctionName="orders")
        except OSError:
            return 0
        except Exception as error:
            assert type(error).__name__ == "EndpointConnectionError"  # noqa: PT017
            return 0
        answer["Payload"].read()
        return int(answer["StatusCode"])

    opening = asyncio.create_task(sandbox.__aenter__())
    while not workshop.logs():
        assert await call() == 0
    early = await call()
    (workshop.records / "go").touch()
    await opening
    try:
        later = [await call() for _ in range(3)]
    finally:
        client.close()
        await sandbox.__aexit__(None, None, None)

    assert (early, later) == (0, [200, 200, 200])
