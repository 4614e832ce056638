"""What differs between the interpreters, as CPython has it: sockets, streams, variables, clocks."""

import contextlib
import fcntl
import os
import signal
import socket
import time

import pytest
from reuse_extension import interpreter
from reuse_extension.interpreter import NEVER, NOBODY, NOT_TEXT, Poller, write_if_room


@pytest.fixture
def pair():
    """Two ends of a connection that do not block."""
    one, other = socket.socketpair()
    for end in (one, other):
        end.setblocking(False)
    yield one, other
    one.close()
    other.close()


@pytest.fixture
def pipe():
    read_end, write_end = os.pipe()
    yield read_end, write_end
    for end in (read_end, write_end):
        with contextlib.suppress(OSError):
            os.close(end)


def test_the_poller_answers_with_the_sockets_that_are_ready(pair):
    one, other = pair
    poller = Poller()
    poller.add(one)
    nothing = poller.wait(0)
    other.send(b"x")

    assert (nothing, poller.wait(None)) == ([], [one])


def test_a_removed_socket_is_not_ready(pair):
    one, other = pair
    poller = Poller()
    poller.add(one)
    poller.remove(one)
    other.send(b"x")

    assert poller.wait(0) == []


def test_a_wait_that_a_signal_interrupts_brings_nothing(monkeypatch):
    class Interrupted:
        def poll(self, _timeout):
            raise InterruptedError(4, "Interrupted system call")

    poller = Poller()
    poller._poll = Interrupted()

    assert poller.wait(-5) == []


def test_a_listener_has_a_port_and_takes_connections():
    listener, port = interpreter.listen("127.0.0.1")
    nobody = interpreter.accept(listener)
    client = interpreter.connect("127.0.0.1", port)
    accepted = interpreter.accept(listener)
    for one in (client, accepted):
        assert not one.getblocking()
        one.close()
    listener.close()

    assert nobody is None
    with pytest.raises(ConnectionRefusedError):
        interpreter.connect("127.0.0.1", port)


def test_an_address_of_another_machine_cannot_be_listened_at():
    with pytest.raises(OSError, match="assign"):
        interpreter.listen("192.0.2.1")


@pytest.mark.parametrize(("number", "is_raised"), [(24, True), (23, True), (12, True), (11, False)])
def test_only_a_lack_of_descriptors_is_an_error_of_accept(number, is_raised):
    """The connection waits on; any other failure is that connection's own."""

    class Listener:
        def accept(self):
            raise OSError(number, "no")

    if is_raised:
        with pytest.raises(OSError, match="no"):
            interpreter.accept(Listener())
    else:
        assert interpreter.accept(Listener()) is None


def test_receiving_nothing_yet_some_and_the_end(pair):
    one, other = pair
    nothing = interpreter.receive(one)
    other.send(b"hello")
    some = interpreter.receive(one)
    other.close()

    assert (nothing, some, interpreter.receive(one)) == (None, b"hello", b"")


def test_what_was_received_stays_until_the_next(pair):
    one, other = pair
    other.send(b"hello")
    size = interpreter.receive_size(one)

    assert (size, interpreter.received_bytes(3)) == (5, b"hel")


def test_a_broken_connection_is_at_its_end():
    class Broken:
        def recv_into(self, _buffer):
            raise ConnectionResetError(104, "Connection reset by peer")

    assert interpreter.receive(Broken()) == b""


def test_a_message_goes_out_whole_or_is_refused(pair):
    one, other = pair
    whole = interpreter.send(one, b"hello")
    too_large = interpreter.send(one, bytes(8 << 20))
    other.close()

    assert (whole, too_large, interpreter.send(one, b"x")) == (True, False, False)


def test_a_pipe_with_room_is_written_to(pipe):
    read_end, write_end = pipe

    assert write_if_room(write_end, b"line\n") == 5
    assert os.read(read_end, 100) == b"line\n"


@pytest.mark.parametrize("size", [100, 10_000])
def test_a_full_pipe_is_not_waited_for(pipe, size):
    _, write_end = pipe
    capacity = fcntl.fcntl(write_end, 1032)
    os.write(write_end, bytes(capacity))

    assert write_if_room(write_end, bytes(size)) == 0


def test_a_line_longer_than_the_pipe_never_has_room(pipe):
    _, write_end = pipe
    capacity = fcntl.fcntl(write_end, 1032)

    assert write_if_room(write_end, bytes(capacity + 1)) == NEVER


def test_a_large_line_goes_whole_into_an_empty_pipe(pipe):
    read_end, write_end = pipe

    assert write_if_room(write_end, bytes(30_000)) == 30_000
    assert len(os.read(read_end, 65_536)) == 30_000


def test_without_a_reader_nobody_reads(pipe):
    read_end, write_end = pipe
    os.close(read_end)

    assert write_if_room(write_end, b"line\n") == NOBODY


def test_a_closed_file_is_read_by_nobody(pipe):
    _, write_end = pipe
    os.close(write_end)

    assert write_if_room(write_end, b"line\n") == NOBODY


def test_a_regular_file_and_a_socket_are_written_to(tmp_path, pair):
    """What stdout can be besides a pipe."""
    one, other = pair
    with open(tmp_path / "out", "wb") as file:
        assert write_if_room(file.fileno(), b"line\n") == 5

    assert (tmp_path / "out").read_bytes() == b"line\n"
    assert write_if_room(one.fileno(), b"line\n") == 5
    assert other.recv(100) == b"line\n"


def test_a_full_socket_is_not_waited_for(pair):
    one, _ = pair
    while True:
        try:
            one.send(bytes(65536))
        except BlockingIOError:
            break

    assert write_if_room(one.fileno(), b"line\n") == 0


def test_an_error_is_a_line_on_stderr(monkeypatch):
    """Half a surrogate pair, which is no UTF-8, is escaped."""
    written = []
    monkeypatch.setattr(
        interpreter, "write_if_room", lambda file, data: written.append((file, data))
    )
    interpreter.write_error("Grüße")
    interpreter.write_error("\ud800")

    assert written == [(2, "Grüße\n".encode()), (2, b"\\ud800\n")]


def test_signals_that_ask_to_end_are_ignored():
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    try:
        interpreter.ignore_signals()
        found = [signal.getsignal(number) for number in before]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)

    assert found == [signal.SIG_IGN] * 2


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (["launcher", "/opt/extensions/lambda-reuse"], "/opt/extensions/lambda-reuse"),
        (["launcher"], "lambda-reuse"),
    ],
)
def test_the_executable_is_what_lambda_started(monkeypatch, arguments, expected):
    """The launcher passes its path on."""
    monkeypatch.setattr("sys.argv", arguments)

    assert interpreter.executable() == expected


def test_the_clocks_are_in_milliseconds():
    """The wall clock of this machine, and one that goes forward."""
    wall, ticks = time.time(), interpreter.ticks_ms()

    assert abs(interpreter.now_ms() / 1000 - wall) < 60
    assert interpreter.ticks_ms() >= ticks


def test_a_sleep_is_in_milliseconds(monkeypatch):
    slept = []
    monkeypatch.setattr(time, "sleep", slept.append)
    interpreter.sleep_ms(20)

    assert slept == [0.02]


@pytest.mark.parametrize(
    ("value", "expected"), [(None, None), ("", ""), ("Grüße", "Grüße"), ("\udcff", NOT_TEXT)]
)
def test_a_variable_that_is_not_text_is_marked(monkeypatch, value, expected):
    if value is None:
        monkeypatch.delenv("LAMBDA_REUSE_X", raising=False)
    else:
        monkeypatch.setenv("LAMBDA_REUSE_X", value)

    assert interpreter.getenv("LAMBDA_REUSE_X") == expected


def test_random_digits(monkeypatch):
    """They are the system's random bytes in hexadecimal."""
    monkeypatch.setattr(os, "urandom", lambda size: bytes(range(size)))

    assert interpreter.random_hex(4) == "00010203"


def test_without_a_source_of_random_bytes_the_time_stands_in(monkeypatch):
    def urandom(size):
        raise OSError(2, "No such file or directory")

    monkeypatch.setattr(os, "urandom", urandom)
    monkeypatch.setattr(time, "time_ns", lambda: 0xABC)

    assert interpreter.random_hex(4) == "00000abc"
