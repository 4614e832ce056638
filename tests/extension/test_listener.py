"""The listener: batches over real connections, and what connections may hold."""

import errno
import socket

import pytest
from reuse_extension import interpreter, listener
from reuse_extension.listener import MAX_CONNECTIONS, PAUSE_MS, Listener

from tests.conftest import MS


def post(body: bytes, headers: bytes = b"") -> bytes:
    """A batch as Lambda posts it."""
    size = str(len(body)).encode()
    return b"POST / HTTP/1.1\r\n" + headers + b"Content-Length: " + size + b"\r\n\r\n" + body


class Desk:
    """A listener with its poller, and the connections that are made to it."""

    def __init__(self, native: object = None) -> None:
        self.poller = interpreter.Poller()
        self.listener = Listener(self.poller, native)
        self.clients: list[socket.socket] = []

    def connect(self) -> socket.socket:
        client = socket.create_connection(("127.0.0.1", self.listener.port))
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.clients.append(client)
        return client

    def serve(self) -> list[bytes | None]:
        """Handle all that is ready, until nothing is; the batches."""
        batches: list[bytes | None] = []
        while ready := self.poller.wait(int(20 * MS * 1000)):
            for one in ready:
                batches += self.listener.handle(one)
        return batches

    def send(self, client: socket.socket, data: bytes) -> list[bytes | None]:
        client.sendall(data)
        return self.serve()


@pytest.fixture
def hosts(tmp_path, monkeypatch):
    path = tmp_path / "hosts"
    path.write_text("127.0.0.1 localhost sandbox.localdomain sandbox # Lambda's\n")
    monkeypatch.setattr(listener, "HOSTS_FILE", str(path))
    return path


@pytest.fixture
def desk(hosts):
    found = Desk()
    yield found
    for client in found.clients:
        client.close()
    found.serve()
    found.listener._listener.close()


def test_a_batch_is_answered_and_handed_on(desk):
    client = desk.connect()

    assert desk.send(client, post(b"[1]")) == [b"[1]"]
    assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def test_batches_come_one_after_the_other_over_one_connection(desk):
    client = desk.connect()

    assert desk.send(client, post(b"[1]") + post(b"[2]")) == [b"[1]", b"[2]"]
    assert desk.send(client, post(b"[3]")) == [b"[3]"]


def test_a_batch_in_pieces_is_waited_for_by_nobody(desk):
    """Another connection is served meanwhile."""
    slow, quick = desk.connect(), desk.connect()
    nothing = desk.send(slow, post(b"[1,2,3]")[:-3])

    assert nothing == []
    assert desk.send(quick, post(b"[4]")) == [b"[4]"]
    assert desk.send(slow, b",3]") == [b"[1,2,3]"]


def test_a_batch_that_is_too_large_is_answered_and_counted(desk, monkeypatch):
    """Lambda would post it again for ever."""
    monkeypatch.setattr(listener, "MAX_BODY", 10)
    client = desk.connect()

    assert desk.send(client, post(b"x" * 11)) == [None]
    assert client.recv(100).startswith(b"HTTP/1.1 200 ")


def test_what_is_no_http_is_refused(desk):
    client = desk.connect()

    assert desk.send(client, b"SSH-2.0-OpenSSH\r\n\r\n") == []
    assert client.recv(100).startswith(b"HTTP/1.1 400 ")
    assert client.recv(100) == b""


def test_a_sender_that_asks_first_is_told_to_go_on(desk):
    """RFC 9110, 10.1.1."""
    client = desk.connect()
    whole = post(b"[1]", b"Expect: 100-continue\r\n")
    desk.send(client, whole[:-3])

    assert client.recv(100).startswith(b"HTTP/1.1 100 ")
    assert desk.send(client, b"[1]") == [b"[1]"]


def test_a_connection_that_shall_close_is_closed(desk):
    client = desk.connect()
    desk.send(client, post(b"[1]", b"Connection: close\r\n"))

    assert client.recv(100).startswith(b"HTTP/1.1 200 ")
    assert client.recv(100) == b""


def test_the_connection_that_is_silent_the_longest_makes_room(desk):
    clients = [desk.connect() for _ in range(MAX_CONNECTIONS)]
    desk.serve()
    desk.send(clients[0], post(b"[1]"))
    clients[0].recv(100)
    newest = desk.connect()

    assert desk.send(newest, post(b"[2]")) == [b"[2]"]
    assert desk.send(clients[0], post(b"[3]")) == [b"[3]"]
    clients[1].settimeout(5)
    assert clients[1].recv(100) == b""


def test_what_all_connections_hold_is_limited(desk, monkeypatch):
    """The one that has been silent the longest loses its unfinished batch."""
    monkeypatch.setattr(listener, "MAX_HELD", 1000)
    first, second = desk.connect(), desk.connect()
    desk.send(first, post(b"x" * 900)[:700])
    desk.send(second, post(b"y" * 900)[:-200])
    first.settimeout(5)

    assert first.recv(100) == b""
    assert desk.send(second, b"y" * 200) == [b"y" * 900]


def test_a_defect_costs_the_connection_it_is_about(desk, monkeypatch):
    """And counts one batch as lost."""
    client, other = desk.connect(), desk.connect()
    desk.serve()
    with monkeypatch.context() as broken:
        broken.setattr(interpreter, "received_bytes", lambda _: 1 / 0)
        lost = desk.send(client, post(b"[1]"))

    assert lost == [None]
    assert client.recv(100) == b""
    assert desk.send(other, post(b"[2]")) == [b"[2]"]


def no_descriptors(connection: object) -> None:
    raise OSError(errno.EMFILE, "Too many open files")


def test_without_descriptors_the_silent_connection_gives_its_own(desk, monkeypatch):
    client = desk.connect()
    desk.serve()
    with monkeypatch.context() as full:
        full.setattr(interpreter, "accept", no_descriptors)
        desk.listener.handle(desk.listener._listener)

    assert client.recv(100) == b""
    assert not desk.listener.is_paused


def test_without_descriptors_and_connections_it_pauses(desk, monkeypatch):
    """So that a waiting connection does not take a CPU; then it takes them again."""
    ticks = [0]
    monkeypatch.setattr(interpreter, "ticks_ms", lambda: ticks[0])
    with monkeypatch.context() as full:
        full.setattr(interpreter, "accept", no_descriptors)
        desk.listener.handle(desk.listener._listener)
    client = desk.connect()
    paused = (desk.listener.is_paused, desk.listener.wait_ms(), desk.poller.wait(0))
    desk.listener.tick()
    still_paused = desk.listener.is_paused
    ticks[0] += PAUSE_MS
    desk.listener.tick()

    assert paused == (True, PAUSE_MS, [])
    assert still_paused
    assert (desk.listener.is_paused, desk.listener.wait_ms()) == (False, None)
    assert desk.send(client, post(b"[1]")) == [b"[1]"]


def test_calm_sockets_are_those_between_messages(desk):
    """The one that spoke last first; none while that one is in a message."""
    assert desk.listener.calm_sockets == []
    first, second = desk.connect(), desk.connect()
    desk.serve()
    desk.send(first, post(b"[1]"))
    last, own, other = desk.listener.calm_sockets
    desk.send(second, post(b"[2]")[:-1])

    assert last.getpeername() == first.getsockname()
    assert own is desk.listener._listener
    assert other.getpeername() == second.getsockname()
    assert desk.listener.calm_sockets == []


def test_a_batch_that_could_not_be_answered_ends_its_connection(desk):
    client = desk.connect()
    desk.serve()
    (connection, _) = desk.listener.calm_sockets

    assert desk.listener.handle(connection, interpreter.BROKEN) == []
    assert client.recv(100) == b""
    assert desk.listener.handle(connection) == []


class Native:
    """Stands for the native reader: whole messages that end with a bracket."""

    def read_message(self, received, size, _is_response):
        data = bytes(received[:size])
        return data[-3:] if data.startswith(b"POST") and data.endswith(b"]") else None


def test_a_usual_batch_is_read_by_the_native_reader(hosts):
    """And the reader here takes the others."""
    desk = Desk(Native())
    client = desk.connect()
    found = [
        desk.send(client, post(b"[1]")),
        desk.send(client, post(b"[2]")[:-1]),
        desk.send(client, b"]"),
    ]
    received = client.recv(1000)
    client.close()
    desk.serve()
    desk.listener._listener.close()

    assert found == [[b"[1]"], [], [b"[2]"]]
    assert received.count(b"HTTP/1.1 200 ") == 2


@pytest.mark.parametrize(
    ("text", "address"),
    [
        ("127.0.0.1 sandbox.localdomain\n", "127.0.0.1"),
        ("# 127.0.0.1 sandbox.localdomain\n", "0.0.0.0"),
        ("10.0.0.1 other\n", "0.0.0.0"),
        ("192.0.2.1 sandbox.localdomain\n", "0.0.0.0"),
        ("", "0.0.0.0"),
    ],
)
def test_it_listens_where_lambda_posts_to(hosts, text, address):
    """Everywhere, where that address is not known or not this machine's."""
    hosts.write_text(text)
    found = Listener(interpreter.Poller(), None)
    name = found._listener.getsockname()
    found._listener.close()

    assert name == (address, found.port)
