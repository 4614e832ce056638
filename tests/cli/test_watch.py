"""`--watch`: the answer in the same place, over files and over StartLiveTail."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from reuse_cli import main
from reuse_cli.aws_session import Account
from reuse_cli.commands import watch
from reuse_cli.errors import ServiceError, UsageError
from reuse_cli.sources import live_tail
from reuse_cli.sources.span import ALL

from tests.cli.asking import ask
from tests.cli.event_stream import ARN, GROUP, Service, frame, lines, serving
from tests.cli.records import container, write

WAIT_S = 30.0


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """A fake CloudWatch, and credentials for it."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "example")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "example")
    with serving() as found:
        yield found


def account(service: Service) -> Account:
    return Account(region="eu-west-1", endpoint_url=service.url)


def wait_for(is_there: object) -> None:
    end = time.monotonic() + WAIT_S
    while not is_there():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def text_of(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.iterdir())


def test_what_is_there_and_what_comes(service: Service) -> None:
    """Past and live records; a session whose time is over is opened again; doubles count once."""
    a, b, c = (json.dumps(container(name, total={"invocations": 1})) for name in "abc")
    service.past = [a, b]
    over = frame("exception", "SessionTimeoutException", {"message": "3 hours"})
    service.sessions.put([frame("event", "sessionStart", {}), lines(b), over])
    service.sessions.put([lines(c)])
    with live_tail.open_tail(["orders"], [], account(service), ALL) as tail:
        wait_for(lambda: "]c" in text_of(tail.folder))
        tail.check()
        rows, notes = ask("containers", tail.folder)

    assert [row["container_id"][-1] for row in rows] == ["a", "b", "c"]
    assert notes == []
    assert [asked["logGroupIdentifiers"] for asked in service.asked[:2]] == [[ARN + GROUP]] * 2
    assert not tail.folder.exists()


def test_a_session_that_fails_is_said(service: Service) -> None:
    """With the service's words."""
    service.sessions.put(
        [frame("exception", "SessionStreamingException", {"message": "no more today"})]
    )
    with live_tail.open_tail([], [GROUP], account(service), ALL) as tail:
        wait_for(lambda: tail.has_failed)
        with pytest.raises(ServiceError, match="no more today"):
            tail.check()


def test_groups_that_cannot_be_followed(service: Service) -> None:
    """One that is not there, and more than a session takes."""
    with (
        pytest.raises(ServiceError, match="there is no log group /aws/lambda/nope in eu-west-1"),
        live_tail.open_tail(["nope"], [], account(service), ALL),
    ):
        pass
    with (
        pytest.raises(UsageError, match="at most 10 log groups"),
        live_tail.open_tail([], [f"/g{n}" for n in range(11)], account(service), ALL),
    ):
        pass


def test_a_frame_is_as_high_as_the_terminal() -> None:
    """What was there before is written over."""
    assert watch.frame(["a", "b"], 10) == "\x1b[Ha\x1b[K\r\nb\x1b[K\r\n\x1b[J"
    assert "6 more lines" in watch.frame([str(n) for n in range(10)], 6)
    assert watch.frame([str(n) for n in range(10)], 6).count("\n") == 5


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (["--watch"], "--watch needs a terminal, and shows tables only"),
        (["--watch", "0"], "0.0 is not in the range"),
        (["--watch", "soon"], "'soon' is not a valid float"),
    ],
)
def test_where_there_is_nothing_to_draw_on(
    capsys: pytest.CaptureFixture[str], arguments: list[str], sentence: str
) -> None:
    """A pipe; times that are none."""
    assert main.run(["summary", *arguments]) == 252
    assert sentence in capsys.readouterr().err


class Terminal:
    """A command in a terminal of its own."""

    def __init__(self, *arguments: object, **environment: str) -> None:
        self._master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "reuse_cli", *map(str, arguments)],
            stdin=slave, stdout=slave, stderr=slave,
            env={"PATH": os.defpath, "LANG": "C.UTF-8", **environment},
        )  # fmt: skip
        os.close(slave)
        self.text = ""

    def read_until(self, word: str) -> None:
        while word not in self.text:
            self.text += os.read(self._master, 1 << 16).decode()

    def rest(self) -> int:
        """The exit code, after everything was read."""
        while True:
            try:
                data = os.read(self._master, 1 << 16)
            except OSError:  # the other end is closed
                break
            if not data:
                break
            self.text += data.decode()
        os.close(self._master)
        return self.process.wait()


@pytest.mark.slow
def test_a_file_that_grows(tmp_path: Path) -> None:
    """The second answer is drawn over the first; Ctrl-C ends, and the terminal wraps again."""
    log = write(tmp_path / "log.jsonl", container("aaaa", total={"invocations": 1}))
    shown = Terminal("containers", "--source", tmp_path, "--watch", "0.2")
    shown.read_until("aaaa")
    with log.open("a") as file:
        file.write(json.dumps({"message": json.dumps(container("bbbb"))}) + "\n")
    shown.read_until("bbbb")
    shown.process.send_signal(signal.SIGINT)

    assert shown.rest() == 130
    assert shown.text.count(watch.CLEAR) == 1
    assert shown.text.count(watch.HOME) >= 2
    assert "every 0.2 s; Ctrl-C ends" in shown.text
    assert watch.WRAP in shown.text.rpartition(watch.HOME)[2]


@pytest.mark.slow
def test_until_a_condition_holds(tmp_path: Path) -> None:
    """Before there are records, none are there yet; then the first answer ends it with 1."""
    log = tmp_path / "log.jsonl"
    write(log, "START RequestId: 1")
    shown = Terminal("summary", "--source", tmp_path, "--watch=0.2", "--fail-on", "containers > 0")
    shown.read_until(watch.NOT_YET)
    write(log, container(total={"invocations": 1}))

    assert shown.rest() == 1
    assert "--fail-on 'containers > 0' holds for 1 of 1" in shown.text


@pytest.mark.slow
def test_cloudwatch_in_a_terminal(service: Service) -> None:
    """What was there, and what comes, as one answer."""
    service.past = [json.dumps(container("aaaa", total={"invocations": 1}))]
    service.sessions.put([lines(json.dumps(container("bbbb", total={"invocations": 1})))])
    shown = Terminal(
        "containers", "orders", "--source", "cloudwatch", "--since", "2026-11-20T00:00Z",
        "--endpoint-url", service.url, "--region", "eu-west-1", "--watch", "0.2",
        AWS_ACCESS_KEY_ID="example", AWS_SECRET_ACCESS_KEY="example",
    )  # fmt: skip
    shown.read_until("bbbb")
    shown.process.send_signal(signal.SIGINT)

    assert shown.rest() == 130
    assert "aaaa" in shown.text
    assert '?"container/1"' in service.asked[0]["logEventFilterPattern"]
