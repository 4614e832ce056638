"""A boto3 client of a sandbox, which speaks to it as to the real service."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import boto3
import pytest
from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import ClientError
from reuse_sandbox import Sandbox

from tests.sandbox.workshop import Workshop


class Caller:
    """A boto3 client; calls run in a thread, because the sandbox lives in this one."""

    def __init__(self, client: BaseClient, sandbox: Sandbox) -> None:
        self.client: Any = client
        self.sandbox = sandbox

    async def invoke(self, name: str = "orders", payload: bytes = b"{}", **more: Any) -> Any:
        """One call of Invoke, its payload read."""
        call: Callable[..., Any] = self.client.invoke
        answer = await asyncio.to_thread(call, FunctionName=name, Payload=payload, **more)
        answer["Payload"] = await asyncio.to_thread(answer["Payload"].read)
        return answer

    async def error(self, *arguments: Any, **more: Any) -> tuple[int, str]:
        """The status and code of a call that is refused."""
        with pytest.raises(ClientError) as error:
            await self.invoke(*arguments, **more)
        response = error.value.response
        assert response["Error"]["Message"]
        return response["ResponseMetadata"]["HTTPStatusCode"], response["Error"]["Code"]


def lambda_client(url: str) -> BaseClient:
    """A client of the Invoke API at this address, which tries nothing twice."""
    return boto3.client(
        "lambda",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 0}),
    )


@asynccontextmanager
async def caller(workshop: Workshop, source: str, **settings: Any) -> AsyncIterator[Caller]:
    """A client of a sandbox."""
    workshop.write_function(source)
    async with workshop.sandbox(name="orders", **settings) as sandbox:
        client = lambda_client(sandbox.invoke_url)
        try:
            yield Caller(client, sandbox)
        finally:
            client.close()
