"""The live page of `local run --serve` and `local serve`: it is there while containers live."""

import json
import os
import re
import signal
import subprocess
import threading
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from reuse_cli.live.beside import page_beside

from tests.cli.test_local import command, local

pytestmark = pytest.mark.slow

FAILS = "def handler(event, context):\n    if event['n'] == 2:\n        raise ValueError('two')\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "app.py").write_text(FAILS)
    return tmp_path


@contextmanager
def started(folder: Path, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """The command, which is killed where the test has not ended it."""
    with subprocess.Popen(
        command(*arguments), cwd=folder, text=True, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        env={"COLUMNS": "100", "PATH": os.environ["PATH"], "TMPDIR": str(folder)},
    ) as process:  # fmt: skip
        try:
            yield process
        finally:
            process.kill()


def address_in(process: subprocess.Popen[str], sentence: str) -> str:
    for line in process.stderr:
        if sentence in line:
            return re.search(r"http://\S+", line)[0]
    raise AssertionError("it has ended")


def first_message(address: str) -> dict[str, Any]:
    """The whole state, as a page is given it that has just been opened."""
    with urllib.request.urlopen(f"{address}events") as stream:
        return json.loads(stream.readline().removeprefix(b"data: "))


def ended_containers(address: str) -> list[dict[str, Any]]:
    while True:  # the page looks into the files twice a second
        found = first_message(address)["containers"]
        if found and all(container["end"] for container in found):
            return found


def test_a_run_stays_on_its_page_until_ctrl_c(folder: Path) -> None:
    """Its containers with their ends; the exit code is the run's."""
    events = '[{"n": 1}, {"n": 2}, {"n": 3}]'
    (folder / "events.json").write_text(events)
    with started(folder, "run", "app.py:handler", "--events", "events.json", "--serve") as process:
        address = address_in(process, "the containers are at")
        assert address_in(process, "its page is at") == address
        (container,) = ended_containers(address)
        process.send_signal(signal.SIGINT)
        shown, _ = process.communicate()

    assert container["end"] == "spindown"
    assert shown.splitlines()[1].split()[0] == container["id"][:8]
    assert process.returncode == 2  # one invocation has failed


def test_a_served_function_has_a_page(folder: Path) -> None:
    """From before the first invocation on."""
    with started(folder, "serve", "app.py:handler", "--port", 0) as process:
        page = address_in(process, "the containers are at")
        function = address_in(process, "answers at")
        with urllib.request.urlopen(page) as answer:
            assert b"<title>" in answer.read()
        path = "/2015-03-31/functions/function/invocations"
        with urllib.request.urlopen(function + path, data=b'{"n": 1}') as answer:
            assert answer.status == 200
        while not first_message(page)["containers"]:
            pass
        process.terminate()
        process.communicate()

    assert process.returncode == 0


def test_nothing_is_opened_without_a_page(folder: Path) -> None:
    done = local(folder, "run", "app.py:handler", "--open")

    assert (done.returncode, done.stderr) == (252, "lambda-reuse: --open needs --serve\n")


def test_the_thread_ends_with_its_block(tmp_path: Path) -> None:
    with page_beside(lambda: [tmp_path]) as address:
        assert first_message(address)["containers"] == []

    assert [thread for thread in threading.enumerate() if thread.name == "live page"] == []
