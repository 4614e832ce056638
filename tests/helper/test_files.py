"""tmp_file: fetched once, whole, bounded, shared by threads and processes."""

import fcntl
import hashlib
import os
import threading
from pathlib import Path

import pytest
from lambda_reuse import lifecycle, tmp_file

from tests.conftest import MS
from tests.helper.parts import DownError, counted, interpreter, numbers, run

DATA = b"model data"
SUM = hashlib.sha256(DATA).hexdigest()


class Fetch:
    """Writes a file, and notes where."""

    def __init__(self, data=DATA):
        self.data = data
        self.paths = []
        self.error = None

    def __call__(self, path):
        self.paths.append(path)
        if self.data is not None:
            Path(path).write_bytes(self.data)
        if self.error is not None:
            raise self.error


def files(tmp_path):
    folder = tmp_path / ".lambda-reuse" / "files"
    return sorted(path.name for path in folder.iterdir() if not path.name.startswith(".lock"))


def test_fetched_once(tmp_path):
    """The path of a whole file, in the temporary folder; counted as kind `file`."""
    fetch = Fetch()
    paths = [tmp_file("model.bin", fetch=fetch) for _ in range(3)]

    assert paths == [str(tmp_path / ".lambda-reuse" / "files" / "model.bin")] * 3
    assert Path(paths[0]).read_bytes() == DATA
    assert len(fetch.paths) == 1
    assert numbers("model.bin") == {"hits": 2, "first": 1, "builds_in_init": 1}
    assert files(tmp_path) == ["model.bin"]


def test_left_by_an_earlier_process(tmp_path):
    """After a reset the file is still there: a hit."""
    run(
        "from lambda_reuse import tmp_file;"
        "tmp_file('model.bin', fetch=lambda path: open(path, 'w').close())",
        tmp_path,
    )
    fetch = Fetch()
    tmp_file("model.bin", fetch=fetch)
    assert fetch.paths == []
    assert numbers("model.bin") == {"hits": 1}


def test_it_has_its_name_when_it_is_whole(tmp_path):
    """While it is fetched nobody sees it; a fetch that fails leaves nothing."""
    fetch = Fetch(DATA[:3])
    fetch.error = DownError("connection lost")

    def look(path):
        assert not (tmp_path / ".lambda-reuse" / "files" / "model.bin").exists()
        fetch(path)

    with pytest.raises(DownError, match="connection lost"):
        tmp_file("model.bin", fetch=look)
    assert files(tmp_path) == []
    fetch.error = None
    tmp_file("model.bin", fetch=look)
    assert numbers("model.bin") == {"first": 1, "error": 1, "failed": 1, "builds_in_init": 1}


def test_interrupted(tmp_path):
    """Even what ends the process leaves no part of a file."""
    fetch = Fetch()
    fetch.error = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        tmp_file("model.bin", fetch=fetch)
    assert files(tmp_path) == []


def test_max_age(clock, tmp_path):
    """Seconds by wall clock, from the end of the fetch."""
    fetch = Fetch()
    for age in (0, 9.9, 10):
        clock.now = 1_000_000 + age
        tmp_file("model.bin", fetch=fetch, max_age=10, clock=clock)
    clock.now -= 100
    tmp_file("model.bin", fetch=fetch, max_age=10, clock=clock)

    assert len(fetch.paths) == 3
    assert numbers("model.bin") == {"hits": 1, "first": 1, "expired": 2, "builds_in_init": 3}


def test_an_expired_file_that_cannot_be_fetched(clock):
    """The error passes; the next call tries again, for the reason `error`."""
    fetch = Fetch()
    tmp_file("model.bin", fetch=fetch, max_age=10, clock=clock)
    clock.now += 10
    fetch.error = DownError()
    with pytest.raises(DownError):
        tmp_file("model.bin", fetch=fetch, max_age=10, clock=clock)
    fetch.error = None
    tmp_file("model.bin", fetch=fetch, max_age=10, clock=clock)
    assert numbers("model.bin") == {
        "first": 1, "expired": 1, "error": 1, "failed": 1, "builds_in_init": 2,
    }  # fmt: skip


class TestIntegrity:
    """size and sha256."""

    def test_damaged(self):
        """A file that was changed is fetched again: reason `invalid`."""
        fetch = Fetch()
        for options in ({"size": len(DATA)}, {"sha256": SUM.upper()}):
            path = tmp_file("model.bin", fetch=fetch, **options)
            Path(path).write_bytes(b"changed data, and longer")
            assert Path(tmp_file("model.bin", fetch=fetch, **options)).read_bytes() == DATA
        assert numbers("model.bin")["invalid"] == 2

    def test_the_sum_is_made_once(self, monkeypatch):
        """As long as it is the same file."""
        from lambda_reuse import files

        sums = []
        original = files._sum_of
        monkeypatch.setattr(files, "_sum_of", lambda path: sums.append(path) or original(path))
        fetch = Fetch()
        path = tmp_file("model.bin", fetch=fetch)
        for _ in range(3):
            tmp_file("model.bin", fetch=fetch, sha256=SUM)
        assert sums == [path]

    @pytest.mark.parametrize(
        ("options", "message"),
        [
            ({"size": 3}, "model.bin has 10 bytes, not 3"),
            ({"sha256": "0" * 64}, "model.bin does not have the sha256"),
            ({"max_bytes": 9}, "model.bin has 10 bytes, more than max_bytes=9"),
        ],
    )
    def test_wrong_from_the_start(self, tmp_path, options, message):
        """What is not what it must be is never handed out."""
        with pytest.raises(ValueError, match=message):
            tmp_file("model.bin", fetch=Fetch(), **options)
        assert files(tmp_path) == []

    def test_a_fetch_that_writes_nothing(self):
        """It is told so."""
        with pytest.raises(ValueError, match=r"fetch of model.bin wrote no file"):
            tmp_file("model.bin", fetch=Fetch(None))


class TestRoom:
    """max_bytes, over all files."""

    def test_the_oldest_goes(self, clock, tmp_path):
        """What had to go and is asked for again is `evicted`."""
        fetch = Fetch()
        for name in ("a", "b", "c"):
            clock.now += 1
            tmp_file(name, fetch=fetch, max_bytes=25, clock=clock)
        assert files(tmp_path) == ["b", "c"]
        clock.now += 1
        tmp_file("a", fetch=fetch, max_bytes=25, clock=clock)
        assert files(tmp_path) == ["a", "c"]
        assert numbers("a") == {"first": 1, "evicted": 1, "builds_in_init": 2}

    def test_room_is_made_before(self, clock, tmp_path):
        """Where the size is known, the others go before the fetch needs the disk."""
        seen = []

        def fetch(path):
            seen.append(files(tmp_path))
            Path(path).write_bytes(DATA)

        for name in ("a", "b"):
            clock.now += 1
            tmp_file(name, fetch=fetch, max_bytes=15, size=10, clock=clock)
        assert seen == [[], []]

    def test_what_is_not_there_any_more(self, clock, tmp_path):
        """A file that vanishes meanwhile does not matter."""
        fetch = Fetch()
        tmp_file("a", fetch=fetch, clock=clock)
        os.symlink("nowhere", tmp_path / ".lambda-reuse" / "files" / "gone")
        tmp_file("b", fetch=fetch, max_bytes=20, clock=clock)
        assert files(tmp_path) == ["a", "b", "gone"]

    def test_leftovers(self, clock, tmp_path):
        """What fetches left that were ended on their way goes at the next one, of any name."""
        fetch = Fetch()
        tmp_file("a", fetch=fetch, clock=clock)
        folder = tmp_path / ".lambda-reuse" / "files"
        own = f".fetching-{os.getpid()}-b"
        for name in (
            ".fetching-1-x",
            ".fetching-1-a",
            ".fetching-2-a.6eF4b2aE",
            ".fetching-7-b",
            own,
        ):
            (folder / name).write_bytes(bytes(100))
        tmp_file("b", fetch=fetch, max_bytes=20, clock=clock)
        assert files(tmp_path) == ["a", "b"]

    def test_what_is_being_fetched_takes_room(self, clock, tmp_path):
        """It is left alone while its lock is held, and other files make room for it."""
        fetch = Fetch()
        for name in ("a", "x"):
            clock.now += 1
            tmp_file(name, fetch=fetch, clock=clock)
        folder = tmp_path / ".lambda-reuse" / "files"
        for name in (".fetching-1-x", ".fetching-1-x.6eF4b2aE"):
            (folder / name).write_bytes(bytes(10))
        with open(folder / ".lock-x") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            clock.now += 1
            tmp_file("b", fetch=fetch, max_bytes=40, clock=clock)
        assert files(tmp_path) == [".fetching-1-x", ".fetching-1-x.6eF4b2aE", "b", "x"]

    def test_removed_by_somebody(self):
        """A file that is gone is fetched again."""
        fetch = Fetch()
        os.unlink(tmp_file("a", fetch=fetch))
        tmp_file("a", fetch=fetch)
        assert numbers("a") == {"first": 1, "evicted": 1, "builds_in_init": 2}

    def test_gone_as_soon_as_it_is_there(self, monkeypatch):
        """Another process may make room at any time."""
        rename = os.rename

        def rename_and_remove(source, target):
            rename(source, target)
            if target.endswith("/a"):
                os.unlink(target)

        monkeypatch.setattr(os, "rename", rename_and_remove)
        path = tmp_file("a", fetch=Fetch())
        assert not os.path.exists(path)


class TestTogether:
    """Threads and processes."""

    def test_threads(self):
        """One fetches, the others wait."""
        together = threading.Barrier(8)
        fetch = Fetch()

        def slow(path):
            threading.Event().wait(20 * MS)
            fetch(path)

        def ask():
            together.wait()
            tmp_file("model.bin", fetch=slow)

        threads = [threading.Thread(target=ask) for _ in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert len(fetch.paths) == 1
        assert numbers("model.bin") == {"hits": 7, "first": 1, "builds_in_init": 1}

    @pytest.mark.slow
    def test_processes(self, tmp_path):
        """Of four processes one fetches."""
        program = (
            "import os, time\n"
            "from lambda_reuse import tmp_file\n"
            "def fetch(path):\n"
            f"    time.sleep({50 * MS})\n"
            "    open(path, 'w').close()\n"
            "    print('fetched', flush=True)\n"
            "children = []\n"
            "for _ in range(4):\n"
            "    child = os.fork()\n"
            "    if not child:\n"
            "        tmp_file('model.bin', fetch=fetch)\n"
            "        os._exit(0)\n"
            "    children.append(child)\n"
            "print([os.waitpid(child, 0)[1] for child in children], flush=True)\n"
        )
        assert run(program, tmp_path) == "fetched\n[0, 0, 0, 0]\n"
        assert interpreter("3.11")

    @pytest.mark.parametrize("change", [lifecycle.after_fork, lifecycle.after_restore])
    def test_after_a_fork_or_a_restore(self, change):
        """A child, or a clone, counts on its own page."""
        fetch = Fetch()
        tmp_file("model.bin", fetch=fetch)
        change()
        tmp_file("model.bin", fetch=fetch)
        assert counted("model.bin") == {"hits": 1}


@pytest.mark.parametrize("name", ["", ".", "..", "a/b", "/etc/passwd", "a\0b", ".lock-a"])
def test_names_that_are_none(name):
    """Only a file name, never a way out of the folder."""
    with pytest.raises(ValueError, match="is not a file name without folders"):
        tmp_file(name, fetch=Fetch())


@pytest.mark.parametrize(
    "options",
    [{"fetch": 3}, {"max_age": "1"}, {"sha256": "abc"}, {"size": "1"}, {"max_bytes": -1}],
)
def test_wrong_options(options):
    """A TypeError before anything happens."""
    fetch = Fetch()
    with pytest.raises(TypeError):
        tmp_file("model.bin", **{"fetch": fetch, **options})
    assert fetch.paths == []


def test_a_name_of_another_kind():
    """A name is a text."""
    with pytest.raises(TypeError, match="a file name is a text, not 3"):
        tmp_file(3, fetch=Fetch())
