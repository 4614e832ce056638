"""How a batch of telemetry reaches its subscriber.

A `Deliver` takes a batch and returns when the subscriber has it, or raises `NotDelivered`; then it
will be called again. This is the place to stand between platform and subscriber: `faults` wraps the
`Deliver` that `open_destination` gives to have telemetry late, twice, in disorder or not at all.
"""

import asyncio
import contextlib
import socket
from collections.abc import Awaitable, Callable, Sequence

import aiohttp

from reuse_sandbox.telemetry.subscription import Destination

Batch = Sequence[bytes]
Deliver = Callable[[Batch], Awaitable[None]]
OpenDestination = Callable[[Destination], Deliver]

LOOPBACK = "127.0.0.1"


MakeSocket = Callable[[], socket.socket]


def _socket() -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setblocking(False)
    return made


class NotDelivered(Exception):  # noqa: N818 - an ordinary outcome, tried again
    """The subscriber did not take the batch."""


class BatchSender:
    """Carries batches to subscribers; shared by all containers of a sandbox."""

    def __init__(self, make_socket: MakeSocket = _socket) -> None:
        """`make_socket` makes sockets that can reach the subscribers."""
        self._make_socket = make_socket
        # Nobody is in a hurry: a subscriber may be frozen in the middle of its answer.
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=None)
        connector = aiohttp.TCPConnector(limit=0, socket_factory=lambda _: make_socket())
        self._session = aiohttp.ClientSession(timeout=timeout, connector=connector)

    def open_destination(self, destination: Destination) -> Deliver:
        """The way to one subscriber."""
        if destination.protocol == "tcp":
            return _tcp(destination, self._make_socket)
        return self._http(destination)

    async def close(self) -> None:
        """Closes all connections."""
        await self._session.close()

    def _http(self, destination: Destination) -> Deliver:
        url = f"http://{LOOPBACK}:{destination.port}{destination.path}"
        headers = {"Content-Type": "application/json", "Host": destination.host}

        async def deliver(batch: Batch) -> None:
            body = b"[" + b",".join(batch) + b"]"
            try:
                async with self._session.post(url, data=body, headers=headers) as response:
                    await response.read()
            except (aiohttp.ClientError, OSError) as error:
                raise NotDelivered from error
            if response.status >= 400:
                raise NotDelivered

        return deliver


def _tcp(destination: Destination, make_socket: MakeSocket) -> Deliver:
    """Newline-delimited JSON; without an acknowledgement what was written counts as delivered."""

    async def deliver(batch: Batch) -> None:
        try:
            connected = make_socket()
            try:
                address = (LOOPBACK, destination.port)
                await asyncio.get_running_loop().sock_connect(connected, address)
            except BaseException:
                connected.close()
                raise
            _, writer = await asyncio.open_connection(sock=connected)
            try:
                writer.write(b"".join(event + b"\n" for event in batch))
                await writer.drain()
            finally:
                writer.close()
                with contextlib.suppress(OSError):
                    await writer.wait_closed()
        except OSError as error:
            raise NotDelivered from error

    return deliver
