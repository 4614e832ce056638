"""The file of a page: whole before it has its name, and of this process alone."""

import os

import pytest
from lambda_reuse import page_file

DATA = b"page" * 1000


def names(folder) -> list[str]:
    return sorted(path.name for path in (folder / ".lambda-reuse").iterdir())


def test_it_is_mapped_under_its_name(tmp_path):
    """What is written into the memory is in the file."""
    mapped, name = page_file.create(DATA, 7)
    mapped[:4] = b"PAGE"

    assert names(tmp_path) == [f"{os.getpid()}-7.page"]
    with open(name, "rb") as file:
        assert file.read() == b"PAGE" + DATA[4:]


def test_a_second_page_of_one_millisecond_has_another_name(tmp_path):
    """The first is not written over: the extension may not have read it yet."""
    page_file.create(DATA, 7)
    page_file.create(DATA, 7)

    assert names(tmp_path) == [f"{os.getpid()}-7.page", f"{os.getpid()}-8.page"]


def test_a_link_in_its_place_is_not_followed(tmp_path):
    """/tmp is everybody's."""
    (tmp_path / ".lambda-reuse").mkdir()
    (tmp_path / "theirs").write_bytes(b"theirs")
    (tmp_path / ".lambda-reuse" / f"{os.getpid()}-7.new").symlink_to(tmp_path / "theirs")

    with pytest.raises(OSError, match="symbolic links"):
        page_file.create(DATA, 7)
    assert (tmp_path / "theirs").read_bytes() == b"theirs"


@pytest.mark.parametrize("has_fallocate", [True, False])
def test_without_room_no_file_is_left(tmp_path, monkeypatch, has_fallocate):
    """Neither an unfinished one; the room is asked for before anything is mapped."""

    def no_room(*_):
        raise OSError(28, "No space left on device")

    if has_fallocate:
        monkeypatch.setattr(os, "posix_fallocate", no_room)
    else:
        monkeypatch.delattr(os, "posix_fallocate")
        monkeypatch.setattr(os, "write", lambda _file, data: len(data) - 1)

    with pytest.raises(OSError, match=r"[Nn]o (space|room)|no room left"):
        page_file.create(DATA, 7)
    assert names(tmp_path) == []


def test_the_folder_is_in_tmpdir(monkeypatch):
    """/tmp where it is not set, or set to nothing."""
    found = [page_file.folder()]
    for value in ("", None):
        if value is None:
            monkeypatch.delenv("TMPDIR")
        else:
            monkeypatch.setenv("TMPDIR", value)
        found.append(page_file.folder())

    assert found[0].endswith("/.lambda-reuse")
    assert found[1:] == ["/tmp/.lambda-reuse"] * 2


def test_at_exit_it_is_removed_by_the_process_that_made_it(monkeypatch):
    """A child that goes on has the id of another."""
    registered = []
    monkeypatch.setattr("atexit.register", lambda *arguments: registered.append(arguments))
    page_file.at_exit(print)

    assert registered == [(print, os.getpid())]
