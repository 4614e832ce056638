"""Processes: forked, spawned, started by a server; on every Python the helper runs on."""

import os
import subprocess
import sys

import pytest
from lambda_reuse import page, resource

from tests.helper.parts import HELPER, VERSIONS, interpreter, page_on_disk, run

FORK = """
import os, sys
from lambda_reuse import container, page, page_format, phase, resource, watch
import functools

read = lambda: page_format.read(open(page.path, "rb").read())
table = resource(name="table")(lambda: [0])
keyed = resource(name="keyed")(lambda key: [key])
cached = watch(functools.lru_cache(None)(lambda: 1), name="cached")
with phase("imports"):
    value = table(), keyed("a")
cached()
cached()
parent, id = page.path, container.id
child = os.fork()
if not child:
    assert page.path is None
    assert (table(), keyed("a")) == value
    assert (table(), keyed("a")) == value
    assert table() is value[0] and keyed("a") is value[1]
    assert page.path != parent and str(os.getpid()) in page.path
    found = read()
    assert found.pid == os.getpid()
    assert [slot.counters[:2] for slot in found.slots] == [(3, 0), (3, 0), (0, 0)], found
    assert found.phases == []
    assert table.cache_info()[:2] == (3, 1)
    assert container.id == id
    sys.stdout.write("child\\n")
    sys.stdout.flush()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert page.path == parent
assert [slot.counters[:2] for slot in read().slots] == [(0, 1), (0, 1), (0, 0)]
print("parent")
"""

BUSY = """
import os, sys, threading
from lambda_reuse import page, place, resource, turn

building, go_on = threading.Event(), threading.Event()

@resource
def slow():
    building.set()
    go_on.wait()
    return "parent's"

thread = threading.Thread(target=slow)
thread.start()
building.wait()
locks = page.counting, page._lock, place.changing, turn._guard
for lock in locks:  # held by a thread that the child does not have
    threading.Thread(target=lock.acquire).start()
child = os.fork()
if not child:
    go_on.set()
    assert slow() == "parent's"
    os._exit(0)
answer = os.waitpid(child, 0)[1]
print(answer)
sys.stdout.flush()
os._exit(0)
"""

MANY = """
import multiprocessing, os, sys
from lambda_reuse import page_format, resource

def work(number):
    get = resource(name="work")(lambda: 1)
    for _ in range(number):
        get()

if __name__ == "__main__":
    method = sys.argv[1]
    context = multiprocessing.get_context(method)
    processes = [context.Process(target=work, args=(number,)) for number in range(1, 5)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    assert [process.exitcode for process in processes] == [0] * 4
    folder = os.path.join(os.environ["TMPDIR"], ".lambda-reuse")
    paths = [os.path.join(folder, name) for name in os.listdir(folder)]
    pages = [page_format.read(open(path, "rb").read()) for path in paths]
    print(sorted(p.slots[0].counters[0] for p in pages))
    assert sorted(p.pid for p in pages) == sorted(process.pid for process in processes)
"""

EVERYTHING = """
import asyncio, functools, os, sys
from lambda_reuse import container, page, page_format, phase, preload, resource, tmp_file, watch
from lambda_reuse import integrations, testing

@resource(max_age=60, check=lambda v: True, check_every=1, close=print)
def one() -> int:
    return 1

@resource(max_keys=2)
def many(key, *, more=1):
    return key

@resource
async def awaited():
    return 3

@watch
@functools.lru_cache(maxsize=None)
def cached():
    return 4

def write(path):
    with open(path, "w") as file:
        file.write("data")

with phase("imports"):
    pass
assert preload(one, lambda: many("a")) == []
path = tmp_file("data.txt", fetch=write, max_age=60, max_bytes=100, size=4)
assert open(path).read() == "data"

def handler(event, context):
    return one(), many("a"), asyncio.run(awaited()), cached(), container.invocation

assert testing.simulate(handler, [0, 0]) == [(1, "a", 3, 4, 1), (1, "a", 3, 4, 2)]
found = page_format.read(open(page.path, "rb").read())
print([(s.name, s.kind, s.counters[0], sum(s.counters[1:8])) for s in found.slots])
print(sorted(p.name for p in found.phases))
"""


def python_of(version):
    python = interpreter(version)
    if python is None:
        pytest.skip(f"there is no Python {version} here")
    return python


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_every_part_on_every_python(tmp_path, version):
    """The whole helper runs, and counts the same, on every Python of Lambda."""
    answer = run(EVERYTHING, tmp_path, python_of(version)).splitlines()

    assert eval(answer[0]) == [
        ("one", "resource", 2, 1),
        ("many", "resource", 2, 1),
        ("awaited", "resource", 0, 2),
        ("cached", "lru_cache", 1, 1),
        ("data.txt", "file", 0, 1),
    ]
    assert eval(answer[1]) == ["<lambda>", "imports", "one"]


@pytest.mark.slow
@pytest.mark.parametrize("version", VERSIONS)
def test_a_forked_child(tmp_path, version):
    """It has the values, and counts on a page of its own from 0; the parent's stays as it was."""
    assert sorted(run(FORK, tmp_path, python_of(version)).split()) == ["child", "parent"]


def test_a_fork_while_everything_is_locked(tmp_path):
    """Locks held by threads that the child does not have are new ones there."""
    assert run(BUSY, tmp_path) == "0\n"


@pytest.mark.slow
@pytest.mark.parametrize("method", ["fork", "forkserver", "spawn"])
def test_many_processes(tmp_path, method):
    """However they are started, each has its own page, and no count is lost."""
    script = tmp_path / "many.py"
    script.write_text(MANY)
    environment = {
        "AWS_LAMBDA_RUNTIME_API": "there is none, but pages stay",
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(HELPER),
        "TMPDIR": str(tmp_path),
    }
    done = subprocess.run(
        [sys.executable, str(script), method],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert (done.returncode, done.stderr, done.stdout) == (0, "", "[0, 1, 2, 3]\n")


def test_a_fork_in_this_process():
    """What is built here is used in a child, and counted there."""
    table = resource(name="table")(lambda: 1)
    table()
    mine = page.path
    child = os.fork()
    if not child:
        try:
            table()
            found = page_on_disk()
            is_fine = page.path != mine and found.slots[0].counters[:2] == (1, 0)
            os.unlink(page.path)
        finally:
            os._exit(0 if is_fine else 1)
    assert os.waitpid(child, 0)[1] == 0
