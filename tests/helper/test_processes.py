"""Processes: forked, spawned, started by a server; on every Python the helper runs on."""

import asyncio
import os
import subprocess
import sys

import pytest
from lambda_reuse import build_lock, page, resource

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
from lambda_reuse import build_lock, entry, page, resource

building, go_on = threading.Event(), threading.Event()

@resource
def slow():
    building.set()
    go_on.wait()
    return "parent's"

thread = threading.Thread(target=slow)
thread.start()
building.wait()
locks = page.counting, page._lock, entry.changing, build_lock._guard
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
        ("(invocations)", "invocations", 0, 0),
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


CHECKED = """
import os
from lambda_reuse import resource

checks = []
note = lambda v: checks.append(os.getpid()) or v == os.getpid()
get = resource(check=note, check_every=600)(os.getpid)
keyed = resource(check=lambda v: v == os.getpid(), check_every=600)(lambda key: os.getpid())
parent = get(), keyed("a")
child = os.fork()
if not child:
    assert get() == keyed("a") == os.getpid() and checks == [os.getpid()]
    assert get.cache_info().reasons["invalid"] == 1
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert (get(), keyed("a")) == parent and checks == []
print("checked")
"""


def test_after_a_fork_what_can_be_checked_is(tmp_path):
    """Before its next use in the child, whatever `check_every` says: connections are shared."""
    assert run(CHECKED, tmp_path) == "checked\n"


NO_FILES = """
import os, resource as limits, sys
from lambda_reuse import container, phase, resource

get = resource(name="get")(lambda: 1)
keyed = resource(name="keyed", max_age=60, check=bool, retry_after=1)(lambda key: key)
limits.setrlimit(limits.RLIMIT_NOFILE, (16, 16))
taken = []
try:
    while True:
        taken.append(os.dup(2))
except OSError:
    pass
with phase("imports"):
    values = get(), get(), keyed("a"), keyed("a")
get.cache_clear()
try:
    resource(retry_after=60)(lambda: open("/dev/null"))()
except OSError as error:
    assert error.errno == 24
for file in taken:
    os.close(file)
assert (get(), keyed.refresh("a")) == (1, "a")
sys.stderr.flush()
print(values, get.cache_info()[:2], keyed.cache_info()[:2])
"""


def test_without_file_descriptors(tmp_path):
    """Nothing is raised into the function's calls; nothing is recorded, which is said once."""
    answer = run(NO_FILES + "sys.stderr = None\n", tmp_path, stderr="nothing will be recorded")
    assert answer == "(1, 1, 'a', 'a') (0, 1) (1, 2)\n"


ALARMS = """
import itertools, random, signal, sys
from lambda_reuse import resource

class Late(Exception):
    pass

fired = False

def late(*_):
    global fired
    fired = True
    raise Late

clock = itertools.count()
kinds = [
    resource(name="1", check=bool)(lambda: 1),
    resource(name="2", check=bool, max_keys=3)(lambda key="k": 1),
    resource(name="3", max_age=2, clock=lambda: next(clock))(lambda: 1),
    resource(name="4", max_keys=1)(lambda key="k": 1),
    resource(name="5", retry_after=0)(lambda: 1),
]
for get in kinds:
    get()  # what is imported is imported
signal.signal(signal.SIGALRM, late)
dice = random.Random(7)
for number in range(ROUNDS):
    get = kinds[number % len(kinds)]
    try:
        signal.setitimer(signal.ITIMER_REAL, dice.uniform(2e-5, 4e-4))
        while not fired:  # a check that raises has said no, and then the call goes on
            get()
            get.refresh()
    except Late:
        pass
    fired = False
signal.signal(signal.SIGALRM, signal.SIG_DFL)
signal.alarm(60)  # ends the process where a lock was left taken
import threading
for get in kinds:
    for ask in (get, get.refresh):
        thread = threading.Thread(target=ask)
        thread.start()
        thread.join()
        ask()
print("free")
"""


@pytest.mark.slow
def test_alarms_that_raise(tmp_path):
    """Wherever a signal handler raises, no lock stays taken: others can use what it was about."""
    assert run(ALARMS.replace("ROUNDS", "4000"), tmp_path) == "free\n"


def test_a_task_that_could_not_give_back():
    """A task that has ended holds nothing, whatever ended it; the others go on."""
    lock = build_lock.TaskBuildLock("get()")

    async def hold():
        lock.holder = asyncio.current_task()

    async def wait():
        await lock.wait_until_free(asyncio.current_task())
        return "free"

    async def main():
        holder = asyncio.create_task(hold())
        await asyncio.sleep(0)
        return await asyncio.gather(holder, wait(), wait())

    assert asyncio.run(main()) == [None, "free", "free"]
