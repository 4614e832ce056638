"""The page: made when it is needed, whole before it has its name, never in the way."""

import errno
import os
import stat
from pathlib import Path

import pytest
from lambda_reuse import counters, lifecycle, page, page_format, phase, resource

from tests.helper.parts import counted, numbers, page_on_disk, run


def named(name, definition=None):
    return resource(name=name)(definition or (lambda: 1))


def test_the_copies_agree_with_the_format():
    """What is kept beside the format, to spare its import, is the same."""
    assert counters.COUNTERS == page_format.COUNTERS
    assert counters.REASONS == page_format.REASONS
    assert page.OTHER == page_format.SLOTS - 1
    assert page.OTHER_NAME == page_format.OTHER
    assert page.WIDTH == len(page_format.COUNTERS)
    assert page.NAME_SIZE == page_format.NAME_SIZE


def test_nothing_is_written_before_something_is_counted(tmp_path):
    """Neither import nor definition touch a file."""
    table = named("table")
    assert list(tmp_path.iterdir()) == []
    table()
    assert page.path is not None
    assert [path.name for path in tmp_path.iterdir()] == [".lambda-reuse"]


def test_what_stands_there(tmp_path):
    """Name, kind and the place of the definition; pid and time; nothing but the one file."""
    named("table")()
    found = page_on_disk()
    slot = found.slots[0]
    line = named.__code__.co_firstlineno

    assert found.pid == os.getpid()
    assert Path(page.path).name == f"{found.pid}-{found.started_ms}.page"
    assert (slot.name, slot.kind) == ("table", "resource")
    assert slot.call_site == f"test_page.py:{line + 1}"
    assert os.listdir(tmp_path / ".lambda-reuse") == [Path(page.path).name]
    assert stat.S_IMODE(os.stat(page.path).st_mode) == 0o600
    assert os.stat(page.path).st_size == page_format.PAGE_SIZE


def test_call_sites_are_relative_to_the_functions_folder(monkeypatch):
    """Within it by their path, elsewhere by the file's name; never by the machine's paths."""
    here = Path(__file__)
    monkeypatch.setenv("LAMBDA_TASK_ROOT", str(here.parents[1]))
    named("inside")()
    monkeypatch.setenv("LAMBDA_TASK_ROOT", "/somewhere")
    named("outside", lambda: 2)()
    resource(name="built-in")(dict)()

    sites = {slot.name: slot.call_site.partition(":")[0] for slot in page_on_disk().slots}
    assert sites == {"inside": "helper/test_page.py", "outside": "test_page.py", "built-in": ""}


def test_the_header_is_there_before_the_name(monkeypatch):
    """Whoever sees the file sees a whole page."""
    seen = []
    rename = os.rename

    def look(source, target):
        assert not os.path.exists(target)
        seen.append(page_format.read(Path(source).read_bytes()))
        rename(source, target)

    monkeypatch.setattr(os, "rename", look)
    named("table")()

    assert seen[0].pid == os.getpid()


def test_two_pages_of_one_millisecond(monkeypatch):
    """A process that begins another page at once gives it the next name."""
    monkeypatch.setattr("time.time", lambda: 1000.0)
    named("table")()
    first = Path(page.path)
    page.leave()
    named("other", lambda: 2)()

    assert [first.name, Path(page.path).name] == [
        f"{os.getpid()}-1000000.page",
        f"{os.getpid()}-1000001.page",
    ]


def test_a_page_after_a_restore():
    """The snapshot's page stays as it was; what follows stands on another one, which says so."""
    get = named("table")
    get(), get()
    first = Path(page.path)
    lifecycle.after_restore()
    assert get() == 1
    assert Path(page.path) != first

    before, after = (page_format.read(file.read_bytes()) for file in (first, Path(page.path)))
    assert [found.is_restored for found in (before, after)] == [False, True]
    assert [found.slots[0].counters[:2] for found in (before, after)] == [(1, 1), (1, 0)]
    assert get.cache_info()[:2] == (2, 1)


class TestNames:
    """Names that are long, not ASCII, equal, or too many."""

    def test_long_and_not_ascii(self):
        """They are cut at a character."""
        named("é" * 100)()
        named("x" * 200, lambda: 2)()
        assert [slot.name for slot in page_on_disk().slots] == ["é" * 56, "x" * 112]

    def test_lone_surrogates_and_nul(self):
        """What is no text becomes one."""
        named("a\ud800b\0c")()
        assert [slot.name for slot in page_on_disk().slots] == ["a?b c"]

    def test_equal_names(self, capsys):
        """Different things of one name are numbered, and that is said once."""
        one, two, three = (
            named("table", lambda: 1),
            named("table", lambda: 2),
            named("table", lambda: 3),
        )
        for table in (one, two, three, three):
            table()

        assert [numbers(name).get("hits", 0) for name in ("table", "table#2", "table#3")] == [
            0, 0, 1,
        ]  # fmt: skip
        assert capsys.readouterr().err.count("several resources are named table") == 1

    def test_names_equal_when_they_are_cut(self):
        """The number still fits."""
        named("é" * 100 + "1")()
        named("é" * 100 + "2", lambda: 2)()
        assert [slot.name for slot in page_on_disk().slots] == ["é" * 56, "é" * 55 + "#2"]

    def test_the_same_definition_again(self, capsys):
        """A function defined again at the same place is the same resource; each has its info."""
        tables = [named("table") for _ in range(3)]
        for table in tables:
            table()
            table()
        tables[2]()

        assert numbers("table") == {
            "hits": 4, "first": 1, "recreated": 2, "builds_in_init": 3,
        }  # fmt: skip
        assert [table.cache_info()[:2] for table in tables] == [(1, 1), (1, 1), (2, 1)]
        assert capsys.readouterr().err == ""

    def test_the_reserved_name(self):
        """Nobody can take the name of the slot for all others."""
        named("(other)")()
        assert [slot.name for slot in page_on_disk().slots] == ["(other)#2"]

    def test_more_than_slots(self):
        """The 64th and all later ones are counted in "(other)": nothing is lost."""
        kept = []
        for number in range(70):
            table = named(f"table {number}")
            kept.append(table)
            table()
            table()
        slots = page_on_disk().slots

        assert len(slots) == page_format.SLOTS
        assert slots[-1].name == "(other)"
        assert sum(slot.counters[0] for slot in slots) == 70
        assert counted("(other)")["first"] == 7
        assert {table.cache_info()[:2] for table in kept} == {(1, 1)}

    def test_declared_after_the_page(self):
        """A resource that is defined when the page is there is written to it."""
        named("one")()
        named("two", lambda: 2)
        assert [slot.name for slot in page_on_disk().slots] == ["one", "two"]


class TestNoPage:
    """Where no page can be made, the helper counts in memory and says so, once."""

    def check(self, capsys, reason):
        table = named("table")
        assert [table(), table()] == [1, 1]
        with phase("imports"):
            pass
        assert table.cache_info()[:2] == (1, 1)
        assert page.path is None
        reported = capsys.readouterr().err
        assert reported.count("\n") == 1
        assert "nothing will be recorded" in reported
        assert reason in reported

    def test_a_file_in_the_way(self, tmp_path, capsys):
        """A file where the folder should be."""
        (tmp_path / ".lambda-reuse").write_text("")
        self.check(capsys, "File exists")

    def test_no_such_folder(self, monkeypatch, capsys):
        """A read-only /tmp."""

        def refuse(*arguments, **options):
            raise OSError(errno.EROFS, os.strerror(errno.EROFS))

        monkeypatch.setattr(os, "makedirs", refuse)
        self.check(capsys, "Read-only file system")

    @pytest.mark.parametrize("has_fallocate", [True, False])
    def test_a_full_disk(self, tmp_path, monkeypatch, capsys, has_fallocate):
        """The bytes are reserved before they are mapped, and what was begun is removed."""
        if has_fallocate:

            def refuse(*arguments):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

            monkeypatch.setattr(os, "posix_fallocate", refuse)
            reason = "No space left"
        else:
            monkeypatch.delattr(os, "posix_fallocate")
            write = os.write
            monkeypatch.setattr(os, "write", lambda file, data: write(file, data[:100]))
            reason = "there is no room left"
        self.check(capsys, reason)
        assert list((tmp_path / ".lambda-reuse").iterdir()) == []

    def test_said_once(self, tmp_path, capsys):
        """Another page that cannot be made is not news."""
        (tmp_path / ".lambda-reuse").write_text("")
        self.check(capsys, "File exists")
        lifecycle.after_fork()
        named("other")()
        assert capsys.readouterr().err == ""

    def test_nobody_to_tell(self, tmp_path, monkeypatch):
        """Even without a stderr."""
        (tmp_path / ".lambda-reuse").write_text("")
        monkeypatch.setattr("sys.stderr", None)
        assert named("table")() == 1

    def test_a_really_full_disk(self, tmp_path):
        """On a file system without room the process lives, and counts in memory."""
        full = tmp_path / "full"
        full.mkdir()
        if os.system(f"mount -t tmpfs -o size=16k tmpfs {full} 2>/dev/null") != 0:
            pytest.skip("this needs the right to mount")
        try:
            program = (
                "import sys, io; sys.stderr = io.StringIO();"
                "from lambda_reuse import resource;"
                "f = resource(lambda: 1); print([f() for _ in range(3)], f.cache_info()[:2]);"
                "print(sys.stderr.getvalue().count('nothing will be recorded'))"
            )
            answer = run(program, tmp_path, TMPDIR=str(full))
        finally:
            os.system(f"umount {full}")
        assert answer == "[1, 1, 1] (2, 1)\n1\n"


class TestExit:
    """What is left when the process ends."""

    PROGRAM = "from lambda_reuse import resource; resource(lambda: 1)()"

    def test_on_lambda(self, tmp_path):
        """The page stays: the extension reads it after the process."""
        run(self.PROGRAM, tmp_path, AWS_LAMBDA_RUNTIME_API="127.0.0.1:9001")
        pages = list((tmp_path / ".lambda-reuse").iterdir())
        assert len(pages) == 1
        assert page_format.read(pages[0].read_bytes()).slots[0].counters[1] == 1

    def test_on_lambda_with_another_environment(self, tmp_path):
        """The page lies where the extension looks for it, and stays, whatever the function does."""
        program = (
            "import lambda_reuse, os; os.environ.clear();"
            f"os.environ['TMPDIR'] = {str(tmp_path / 'other')!r};" + self.PROGRAM
        )
        run(program, tmp_path, AWS_LAMBDA_RUNTIME_API="127.0.0.1:9001")
        assert len(list((tmp_path / ".lambda-reuse").iterdir())) == 1
        assert not (tmp_path / "other").exists()

    def test_on_lambda_nothing_is_left_to_do(self, monkeypatch):
        """No exit handler is registered there."""
        registered = []
        monkeypatch.setattr("atexit.register", lambda *what: registered.append(what))
        monkeypatch.setenv("AWS_LAMBDA_RUNTIME_API", "127.0.0.1:9001")
        named("table")()
        assert registered == []
        lifecycle.after_fork()
        monkeypatch.delenv("AWS_LAMBDA_RUNTIME_API")
        named("table")()
        assert registered == [(page._remove_at_exit, os.getpid())]

    def test_elsewhere(self, tmp_path):
        """Nobody reads it: it goes."""
        run(self.PROGRAM, tmp_path)
        assert list((tmp_path / ".lambda-reuse").iterdir()) == []

    def test_a_page_that_is_gone_already(self, tmp_path):
        """Somebody may have cleaned /tmp."""
        program = self.PROGRAM + "; import shutil, os; shutil.rmtree(os.environ['TMPDIR'])"
        run(program, tmp_path / "own")

    def test_only_its_own(self):
        """What a forked child inherits it does not remove."""
        named("table")()
        page._remove_at_exit(os.getpid() + 1)
        assert os.path.exists(page.path)
        page._remove_at_exit(os.getpid())
        assert not os.path.exists(page.path)


def broken(kind, *arguments):
    """A new error each time: one that is kept would keep what its traceback leads to."""

    def make_page():
        raise kind(*arguments)

    return make_page


@pytest.mark.parametrize("error", [(OSError, errno.EMFILE, "none left"), (ImportError, "no file")])
def test_without_a_page_counts_are_kept_in_memory(monkeypatch, capfd, error):
    """Whatever the system lacks: the function is served, the counts are this process's own."""
    table = named("table")
    with monkeypatch.context() as patch:
        patch.setattr(page, "_page", broken(*error))
        with phase("imports"):
            assert [table(), table()] == [1, 1]
        assert table.cache_info().hits == 1
        assert page.view(0) is page.view(0)

    assert capfd.readouterr().err.count("nothing will be recorded") == 1


def test_a_timeout_of_the_functions_own_is_not_swallowed(monkeypatch):
    """An alarm's TimeoutError is an OSError without a number: it belongs to the function."""
    with monkeypatch.context() as patch:
        patch.setattr(page, "_page", broken(TimeoutError, "too slow"))
        with pytest.raises(TimeoutError, match="too slow"):
            page.add_phase("imports", 0, 1, False)
