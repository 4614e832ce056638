"""Pages of many processes: each counts once, and whatever lies in the folder holds nothing up."""

import os
import socket

import pytest

from tests.extension.pages import ended_pid, leave, names
from tests.extension.test_damage import serve_one

pytestmark = pytest.mark.slow

FORKS = 300


def hits_of(player, *earlier) -> int:
    """End the extension; the hits that it and earlier ones reported, once, as the totals say."""
    player.shutdown(grace_ms=4000)
    assert player.end() == 0
    assert player.errors == []
    lines = [line for one in (*earlier, player) for line in one.records()]
    records = [line for line in lines if line["record"] == "container/1"]
    hits = sum(record.get("CacheHits", 0) for record in records)
    assert records[-1]["total"]["hits"] == hits
    assert sum(line["hits"] for line in lines if line["record"] == "resource/1") == hits
    assert [record["sequence"] for record in records] == list(range(1, len(records) + 1))
    return hits


def test_each_of_many_forks_counts_once_and_its_page_goes(play, tmp_path):
    """More than are read for one record; the page of the living process stays."""
    player = play().start().ready()
    living = leave(tmp_path, os.getpid(), 1, 5)
    ended = ended_pid()
    for round_ in range(3):
        for number in range(FORKS):
            leave(tmp_path, ended, 1000 * round_ + number + 2, 3)
        serve_one(player, f"request-{round_}")

    assert hits_of(player) == 5 + 3 * FORKS * 3
    assert names(tmp_path) == [living.name]


def test_counts_and_numbers_go_on_after_a_reset(play, tmp_path):
    """Killed between two records: what pages of ended processes said is neither lost nor twice."""
    living, ended = os.getpid(), ended_pid()
    first = play().start().ready()
    leave(tmp_path, living, 1, 5)
    for number in range(FORKS):
        leave(tmp_path, ended, number + 2, 1)
    serve_one(first, "one")
    first.wait_for_records(2)
    first.process.kill()
    first.end()
    leave(tmp_path, living, 1, 9)

    second = play().start().ready()
    serve_one(second, "two")

    assert hits_of(second, first) == 9 + FORKS


@pytest.mark.parametrize("name", ["1-1.page", "container.json", "container.json.new"])
@pytest.mark.parametrize("kind", ["fifo", "folder", "link", "socket", "dangling link"])
def test_what_is_no_file_is_neither_waited_for_nor_followed(play, tmp_path, kind, name):
    """In the place of a page or of the state; what a link names stays as it was."""
    folder, other = tmp_path / ".lambda-reuse", tmp_path / "other"
    folder.mkdir()
    other.write_bytes(b"not yours")
    path = folder / name
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        (path / "x").mkdir(parents=True)
    elif kind == "socket":
        with socket.socket(socket.AF_UNIX) as listener:
            listener.bind(f"/proc/self/fd/{os.open(folder, os.O_RDONLY)}/{name}")
    else:
        path.symlink_to(other if kind == "link" else tmp_path / "nothing")
    leave(tmp_path, ended_pid(), 2, 4)
    player = play().start().ready()

    serve_one(player, "one")
    serve_one(player, "two")

    assert hits_of(player) in ((4,) if name != "container.json" else (0, 4))
    assert player.records("container/1")[-1]["total"]["invocations"] == 2
    assert other.read_bytes() == b"not yours"
    assert not (tmp_path / "nothing").exists()


ODD_NAMES = [
    b"\xff\xfe.page",
    b"1-\xff.page",
    b".page",
    b"-.page",
    b"-1-1.page",
    b"1-1-1.page",
    "\u0661-\u0661.page".encode(),
    b"9" * 200 + b"-1.page",
    b"1-" + b"9" * 200 + b".page",
    b"1 -1.page",
    b"a\nb-1.page",
]


def test_odd_names_are_no_pages(play, tmp_path):
    """Names that are not UTF-8, of other digits, too long; the good page beside them counts."""
    folder = tmp_path / ".lambda-reuse"
    folder.mkdir()
    good = leave(tmp_path, ended_pid(), 3, 4).read_bytes()
    for name in ODD_NAMES:
        with open(os.fsencode(folder) + b"/" + name, "wb") as file:
            file.write(good)
    player = play().start().ready()

    serve_one(player, "one")

    assert hits_of(player) == 4
    assert len(os.listdir(os.fsencode(folder))) == len(ODD_NAMES) + 1


def test_a_folder_full_of_names_holds_nothing_up(play, tmp_path):
    """What is not read for one record is read after it: nothing is lost."""
    folder = tmp_path / ".lambda-reuse"
    folder.mkdir()
    for number in range(30_000):
        os.close(os.open(folder / f"{number}.txt", os.O_CREAT))
    player = play().start().ready()
    leave(tmp_path, ended_pid(), 1, 4)

    for number in range(5):
        serve_one(player, str(number))

    assert hits_of(player) == 4
