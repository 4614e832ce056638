"""The state in /tmp: whatever stands in it, and where none can be written."""

import json
import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import platform_events as pe
from tests.extension.pages import leave
from tests.extension.test_damage import serve_one
from tests.extension.test_pages import hits_of

pytestmark = pytest.mark.slow


def state_of(play, tmp_path: Path) -> dict:
    """What a killed extension left, which had something of everything."""
    player = play().start().ready()
    leave(tmp_path, os.getpid(), 1, 5)
    at_ms = int(time.time() * 1000)
    player.tell(pe.init_start(at_ms), pe.init_report(at_ms + 10, 9.5))
    serve_one(player, "one")
    player.wait_for_records(3)
    player.process.kill()
    player.end()
    return json.loads((tmp_path / ".lambda-reuse" / "container.json").read_text())


def changed(value: object, other: object) -> Iterator[object]:
    """The value, again and again, each time with something else in it replaced."""
    if isinstance(value, dict):
        for name, item in value.items():
            yield from ({**value, name: new} for new in [other, *changed(item, other)])
    elif isinstance(value, list):
        for at, item in enumerate(value):
            for new in [other, *changed(item, other)]:
                yield [*value[:at], new, *value[at + 1 :]]


@pytest.mark.parametrize("other", [None, -1, 2**70, "x" * 100, [], {"a": 1}, 1.5, True])
def test_whatever_is_changed_in_the_state_is_survived(play, tmp_path, other):
    """Each field in turn has another type, an absurd size or an absurd time."""
    path = tmp_path / ".lambda-reuse" / "container.json"
    variants = list(changed(state_of(play, tmp_path), other))

    for number, state in enumerate(variants[:: max(1, len(variants) // 12)]):
        path.write_text(json.dumps(state))
        player = play().start().ready()
        serve_one(player, f"other-{number}")
        player.shutdown()
        assert player.end() == 0
        assert player.errors == []
        assert player.records("container/1")[-1]["total"]["invocations"] == 1


@pytest.fixture
def small_tmp(tmp_path: Path) -> Iterator[Path]:
    """A file system of 128 kB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", "size=128k", "tmpfs", str(folder)]
    if subprocess.run(mount, capture_output=True, check=False).returncode != 0:
        pytest.skip("a file system can be mounted by root only")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> None:
    """Leave no room at all."""
    with open(folder / "full", "ab", buffering=0) as file:
        for size in (4096, 1):
            try:
                while True:
                    file.write(b"x" * size)
            except OSError:
                pass


@pytest.mark.parametrize("is_full_from_the_start", [True, False])
def test_nothing_is_recorded_twice_where_tmp_is_full(play, small_tmp, is_full_from_the_start):
    """Numbers do not repeat after a reset, and hits of a page that lives on count once."""
    at_ms = int(time.time() * 1000)
    page = leave(small_tmp, os.getpid(), at_ms, 800)
    first = play().start(TMPDIR=str(small_tmp)).ready()
    if is_full_from_the_start:
        fill(small_tmp)
    first.tell(pe.init_start(at_ms), pe.init_report(at_ms + 10, 9.5))
    serve_one(first, "one")
    first.wait_for_records(2)
    fill(small_tmp)
    first.shutdown("timeout")
    assert first.end() == 0

    with open(page, "r+b") as file:
        counts = leave(small_tmp.parent, 1, 1, 1200).read_bytes()
        file.write(counts[:24] + page.read_bytes()[24:32] + counts[32:])
    second = play().start(TMPDIR=str(small_tmp)).ready()
    second.tell(pe.init_start(at_ms + 1000, phase="invoke"))
    serve_one(second, "two")

    assert hits_of(second, first) == (800 if is_full_from_the_start else 1200)
    last = second.records("container/1")[-1]
    assert [last["total"]["invocations"], last["total"]["resets"]] == [2, 1]


def test_an_unreadable_batch_before_init_start_has_a_time(play):
    """On managed instances, where it may be the first thing of all."""
    managed = {"AWS_LAMBDA_INITIALIZATION_TYPE": "lambda-managed-instances"}
    player = play().start(**managed).ready()
    before_ms = int(time.time() * 1000)
    player.post(b"{broken")
    player.shutdown()

    assert player.end() == 0
    (record,) = player.records("container/1")
    assert record["dropped"] == 1
    assert abs(record["_aws"]["Timestamp"] - before_ms) < 60_000
    assert record["ContainerAge"] < 60


def test_the_file_is_written_over_in_place_and_made_anew_where_it_is_gone(play, tmp_path):
    """Whatever happens to it, the next record's state is whole."""
    path = tmp_path / ".lambda-reuse" / "container.json"
    player = play().start(LAMBDA_REUSE_FLUSH="invocation").ready()
    inodes = []
    for number, damage in enumerate([None, None, path.unlink, lambda: os.truncate(path, 100)]):
        if damage:
            damage()
        serve_one(player, f"request-{number}")
        player.wait_for_records(number + 1)
        inodes.append(path.stat().st_ino)
        assert json.loads(path.read_text())["state"]["sequence"] == number + 1

    assert inodes[0] == inodes[1]
    player.shutdown()
    assert player.end() == 0
