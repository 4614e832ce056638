"""Files in a /tmp that others write to: no wait, no link is followed, a failure is an answer."""

import os
import socket
import sys

import pytest
from reuse_extension import files


def test_a_file_is_read_up_to_a_limit(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"0123456789" * 10)

    assert files.read_file(str(path), 1000, False) == b"0123456789" * 10
    assert files.read_file(str(path), 25, False) == (b"0123456789" * 3)[:25]


@pytest.mark.parametrize("kind", ["missing", "folder", "fifo", "socket", "link", "nul"])
def test_what_is_no_regular_file_is_not_read(tmp_path, monkeypatch, kind):
    """A FIFO without a writer would be waited for."""
    path = str(tmp_path / "thing")
    if kind == "folder":
        os.mkdir(path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "socket":
        monkeypatch.chdir(tmp_path)  # a socket's path is short
        socket.socket(socket.AF_UNIX).bind("thing")
    elif kind == "link":
        (tmp_path / "other").write_bytes(b"secret")
        os.symlink(tmp_path / "other", path)
    elif kind == "nul":
        path = "a\0b"

    assert files.read_file(path, 100, False) is None


def test_a_link_is_read_where_it_may_be(tmp_path):
    (tmp_path / "other").write_bytes(b"hosts")
    os.symlink(tmp_path / "other", tmp_path / "link")

    assert files.read_file(str(tmp_path / "link"), 100, True) == b"hosts"


def test_a_new_file_takes_the_place_of_a_link(tmp_path):
    """What the link led to stays as it is."""
    (tmp_path / "other").write_bytes(b"theirs")
    os.symlink(tmp_path / "other", tmp_path / "file")

    assert files.write_new(str(tmp_path / "file"), (b"ours",), 4)

    assert (tmp_path / "file").read_bytes() == b"ours"
    assert (tmp_path / "other").read_bytes() == b"theirs"


def test_writing_over_needs_a_file_that_is_large_enough(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(b"abcdef")

    assert files.write_over(str(path), (b"xyz",), 3)
    assert not files.write_over(str(path), (b"0123456789",), 10)
    assert not files.write_over(str(tmp_path / "missing"), (b"",), 0)

    assert path.read_bytes() == b"xyzdef"


def test_writing_over_follows_no_link(tmp_path):
    (tmp_path / "other").write_bytes(b"theirs")
    os.symlink(tmp_path / "other", tmp_path / "file")

    assert not files.write_over(str(tmp_path / "file"), (b"ours",), 4)

    assert (tmp_path / "other").read_bytes() == b"theirs"


def test_a_replaced_file_leaves_no_other_one(tmp_path):
    assert files.replace_file(str(tmp_path / "file"), (b"one",), 3)
    assert files.replace_file(str(tmp_path / "file"), (b"two",), 3)

    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", b"two")]


def test_what_cannot_be_done_is_an_answer(tmp_path):
    """In a folder that is not there."""
    path = str(tmp_path / "missing" / "file")

    assert not files.write_new(path, (b"x",), 1)
    assert not files.replace_file(path, (b"x",), 1)
    assert not files.rename(path, path + "2")
    assert not files.exists(path)
    assert files.remove(path)
    assert list(files.names_in(path)) == []


def test_removing_says_whether_nothing_is_left(tmp_path):
    (tmp_path / "folder").mkdir()
    (tmp_path / "file").write_bytes(b"")

    assert files.remove(str(tmp_path / "file"))
    assert not files.remove(str(tmp_path / "folder"))
    assert files.exists(str(tmp_path / "folder"))


def test_a_folder_is_made_once(tmp_path):
    path = str(tmp_path / "folder")
    files.make_folder(path)
    files.make_folder(path)

    assert os.path.isdir(path)


def test_the_names_of_a_folder(tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_bytes(b"")

    assert sorted(files.names_in(str(tmp_path))) == ["a", "b"]


def test_a_folder_that_fails_while_it_is_read_has_the_names_so_far(monkeypatch):
    def entries(folder):
        yield type("Entry", (), {"name": "a"})
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(os, "scandir", entries)

    assert list(files.names_in("/anywhere")) == ["a"]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        (b"\x7fELF" + bytes(14) + b"\x3e\0", "x86_64"),
        (b"\x7fELF" + bytes(14) + b"\xb7\0", "arm64"),
        (b"\x7fELF" + bytes(14) + b"\x08\0", None),
        (b"\x7fELF", None),
        (b"#!/bin/sh", None),
    ],
)
def test_the_architecture_is_that_of_the_running_program(monkeypatch, head, expected):
    """The ELF header's machine, in Lambda's words; unknown for other programs."""
    monkeypatch.setattr(files, "read_file", lambda *_: head)

    assert files.architecture() == expected


def test_the_architecture_without_proc(monkeypatch):
    """From the interpreter's own file."""
    asked = []
    monkeypatch.setattr(files, "read_file", lambda path, *_: asked.append(path))

    assert files.architecture() is None
    assert asked == ["/proc/self/exe", sys.executable]
