"""The state file by itself: what one process leaves, the next one reads, or a mark in its place."""

import json
import os

import pytest
from reuse_extension import files
from reuse_extension.state_file import UNIT, StateFile

STATE = {
    "state": "idle",
    "sequence": 3,
    "told_to_ms": 1_000_060_000,
    "started_ms": 1_000_000_000,
    "totals": [7, 1, None, 0],
}


@pytest.fixture
def folder(tmp_path):
    return str(tmp_path / ".lambda-reuse")


def no_room(monkeypatch):
    """A /tmp in which only empty files can be made."""
    write_new = files.write_new
    monkeypatch.setattr(
        files, "write_new", lambda path, pieces, size: not size and write_new(path, pieces, size)
    )
    monkeypatch.setattr(files, "write_over", lambda *_: False)


def test_what_was_saved_is_loaded(folder):
    """The folder is made where it is missing."""
    assert StateFile(folder).save(STATE)

    assert StateFile(folder).load() == STATE
    assert StateFile(folder).load_mark() is None


def test_without_a_file_there_is_no_state(folder):
    state_file = StateFile(folder)

    assert (state_file.load(), state_file.load_mark(), state_file.is_damaged) == (None, None, False)


def test_the_file_is_whole_units(folder):
    """So that the next state fits into the same room."""
    StateFile(folder).save(STATE)

    assert os.path.getsize(folder + "/container.json") == UNIT


def test_the_second_save_writes_in_place(folder):
    state_file = StateFile(folder)
    state_file.save(STATE)
    inode = os.stat(folder + "/container.json").st_ino
    state_file.save({**STATE, "sequence": 4})

    assert os.stat(folder + "/container.json").st_ino == inode
    assert StateFile(folder).load() == {**STATE, "sequence": 4}


def test_a_state_of_several_units_replaces_the_file(folder):
    """A write of that size might be cut off in the middle."""
    state_file = StateFile(folder)
    state_file.save(STATE)
    inode = os.stat(folder + "/container.json").st_ino
    long = {**STATE, "names": ["x" * 5000]}
    state_file.save(long)

    assert os.stat(folder + "/container.json").st_ino != inode
    assert StateFile(folder).load() == long


@pytest.mark.parametrize(
    "damage",
    [
        lambda data: data[:100],
        lambda data: data.replace(b'"sequence": 3', b'"sequence": 4'),
        lambda data: data[:-1] + b"x",
        lambda _: b"",
    ],
)
def test_a_damaged_file_is_no_state(folder, damage):
    """By its checksum; what is in its place can be seen."""
    StateFile(folder).save(STATE)
    with open(folder + "/container.json", "r+b") as file:
        data = damage(file.read())
        file.seek(0)
        file.truncate()
        file.write(data)

    assert StateFile(folder).load() is None
    assert StateFile(folder).is_damaged


@pytest.mark.parametrize("value", [b"[1]", b"nonsense"])
def test_a_document_that_is_no_object_is_no_state(folder, value):
    """Though its checksum is right."""
    os.mkdir(folder)
    head = b'{"check":"%08x","state":' % files.crc32(value)
    with open(folder + "/container.json", "wb") as file:
        file.write(head + value + b"}")

    assert StateFile(folder).load() is None


@pytest.mark.parametrize(("state", "is_reset"), [("idle", False), ("reset", True)])
def test_without_room_a_mark_says_what_must_not_come_twice(folder, monkeypatch, state, is_reset):
    os.mkdir(folder)
    no_room(monkeypatch)

    assert not StateFile(folder).save({**STATE, "state": state})

    next_process = StateFile(folder)
    assert next_process.load() is None
    assert next_process.load_mark() == {
        **STATE,
        "state": "reset" if is_reset else "idle",
        "has_told_first": True,
    }


def test_there_is_one_mark_which_goes_when_there_is_room(folder, monkeypatch):
    os.mkdir(folder)
    state_file = StateFile(folder)
    with monkeypatch.context() as full:
        no_room(full)
        for sequence in (3, 4, 4):
            state_file.save({**STATE, "sequence": sequence})
        marks = os.listdir(folder)
        assert StateFile(folder).load_mark()["sequence"] == 4
    state_file.save({**STATE, "sequence": 5})

    assert len(marks) == 1
    assert os.listdir(folder) == ["container.json"]


def test_without_room_no_older_state_stays(folder, monkeypatch):
    """Its numbers would come twice."""
    state_file = StateFile(folder)
    state_file.save(STATE)
    no_room(monkeypatch)
    state_file.save({**STATE, "sequence": 4})

    assert StateFile(folder).load() is None
    assert StateFile(folder).load_mark()["sequence"] == 4


@pytest.mark.parametrize("name", ["reported-", "reported-1-x-3-4", "reported-1-2"])
def test_a_mark_that_is_not_one_of_ours_says_nothing(folder, name):
    os.mkdir(folder)
    files.write_new(f"{folder}/{name}", (), 0)

    assert StateFile(folder).load_mark() is None


def test_the_document_is_json(folder):
    """For those who look at it in a live container."""
    StateFile(folder).save(STATE)

    with open(folder + "/container.json") as file:
        assert json.load(file)["state"] == STATE
