"""Monotonic clocks stand still with their container; the wall clock does not."""

import asyncio
import json
import shutil
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from reuse_sandbox import ConfigError
from reuse_sandbox.machine.frozen_clock import OFFSET, PAGE_VARIABLE, FrozenClock, build

from tests.conftest import MS
from tests.sandbox.leftovers import Leftovers
from tests.sandbox.workshop import Workshop

HAS_COMPILER = shutil.which("cc") is not None
needs_compiler = pytest.mark.skipif(not HAS_COMPILER, reason="there is no C compiler here")
pytestmark = needs_compiler

FROZEN_S = 300 * MS
HALF_NS = time.monotonic_ns() // 2

READS = """
    import subprocess, sys, time

    MONOTONIC = ("CLOCK_MONOTONIC", "CLOCK_MONOTONIC_RAW", "CLOCK_BOOTTIME")
    CHILD = "import time; print(time.monotonic(), time.time())"

    def handler(event, context):
        child = subprocess.run([sys.executable, "-ISc", CHILD], capture_output=True, text=True)
        return {
            "monotonic": [time.monotonic(), time.perf_counter()]
                         + [time.clock_gettime(getattr(time, name)) for name in MONOTONIC],
            "wall": [time.time(), time.clock_gettime(time.CLOCK_REALTIME)],
            "child": [float(word) for word in child.stdout.split()],
        }
"""


async def around_a_freeze(workshop: Workshop, **settings: Any) -> tuple[Any, Any]:
    """What the function reads before and after it was frozen for a while."""
    workshop.write_function(READS)
    async with workshop.sandbox(frozen_clock=True, **settings) as sandbox:
        first = (await sandbox.invoke()).value
        await asyncio.sleep(FROZEN_S)
        return first, (await sandbox.invoke()).value


@pytest.mark.parametrize("settings", [{}, {"isolate": True, "memory_mb": 1769}])
async def test_a_freeze_takes_no_time(
    workshop: Workshop, leftovers: Leftovers, settings: dict[str, Any]
) -> None:
    """By every monotonic clock, also of a child, less passes than by the wall's: by the freeze."""
    first, second = await around_a_freeze(workshop, **settings)

    wall = second["wall"][0] - first["wall"][0]
    assert wall > FROZEN_S
    for before, after in zip(first["monotonic"], second["monotonic"], strict=True):
        assert 0 < after - before < wall - 0.9 * FROZEN_S
    child_s = second["child"][0] - first["child"][0]
    assert 0 < child_s < second["child"][1] - first["child"][1] - 0.9 * FROZEN_S


async def test_with_files_of_its_own(workshop: Workshop, leftovers: Leftovers) -> None:
    """The page is seen in a container's own /tmp, too; or the sandbox says that there is none."""
    try:
        first, second = await around_a_freeze(workshop, private=["files"])
    except ConfigError as error:
        pytest.skip(str(error))

    wall = second["wall"][0] - first["wall"][0]
    assert second["monotonic"][0] - first["monotonic"][0] < wall - 0.9 * FROZEN_S


async def test_extensions_have_it_too(workshop: Workshop, leftovers: Leftovers) -> None:
    """All processes of a container share one clock."""
    workshop.write_extension("""
        register("INVOKE", "SHUTDOWN")
        while next_event()["eventType"] == "INVOKE":
            record("clocks", monotonic=time.monotonic(), wall=time.time())
    """)
    await around_a_freeze(workshop)

    first, second = (entry for entry in workshop.recorded() if entry["what"] == "clocks")
    wall = second["wall"] - first["wall"]
    assert 0 < second["monotonic"] - first["monotonic"] < wall - 0.9 * FROZEN_S


WAITS = {
    "sleep": "time.sleep(S)",
    "event": "threading.Event().wait(S)",
    "lock": "lock = threading.Lock(); lock.acquire(); lock.acquire(timeout=S)",
    "select": "select.select([], [], [], S)",
    "asyncio": "asyncio.run(asyncio.sleep(S))",
    "thread": "threading.Thread(target=time.sleep, args=(S,)).start()",
}


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The variables of a process whose container has been frozen half of the machine's time."""
    folder = tmp_path_factory.mktemp("clocks")
    clock = FrozenClock(build(folder), 1)
    variables = clock.variables({})
    Path(variables[PAGE_VARIABLE]).write_bytes(OFFSET.pack(HALF_NS))
    clock.close()
    return variables


def ran(command: list[str], variables: dict[str, str]) -> str:
    """What a program prints."""
    done = subprocess.run(
        command, env=variables, capture_output=True, text=True, check=True, timeout=20_000 * MS
    )
    return done.stdout


@pytest.mark.parametrize("name", WAITS)
def test_waits_last_as_long_as_ever(frozen: dict[str, str], name: str) -> None:
    """A timeout is neither over at once nor ages late, though deadlines are by a clock of ours."""
    program = (
        f"import asyncio, select, threading, time; S = 0.05; begun = time.time()\n{WAITS[name]}\n"
        "[t.join() for t in threading.enumerate() if t is not threading.main_thread()]\n"
        "print(time.time() - begun)"
    )
    took = float(ran([sys.executable, "-Ic", program], frozen))

    assert took >= 0.045


@pytest.mark.skipif(shutil.which("node") is None, reason="there is no Node.js here")
def test_node(frozen: dict[str, str]) -> None:
    """Its clock follows, and its timers and locks wait as long as ever."""
    program = """
        const begun = Date.now(), own = Number(process.hrtime.bigint()) / 1e9
        const cell = new Int32Array(new SharedArrayBuffer(4))
        Atomics.wait(cell, 0, 0, 50)
        const locked = Date.now() - begun
        setTimeout(() => console.log(JSON.stringify([own, locked, Date.now() - begun])), 50)
    """
    own, locked, both = json.loads(ran([str(shutil.which("node")), "-e", program], frozen))

    assert 0 < time.monotonic() - HALF_NS / 1e9 - own < 20_000 * MS
    assert locked >= 45
    assert both >= 90


C_PROGRAM = """
#define _GNU_SOURCE
#include <errno.h>
#include <linux/futex.h>
#include <pthread.h>
#include <semaphore.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <sys/timerfd.h>
#include <time.h>
#include <unistd.h>

static double read_clock(clockid_t clock) {
    struct timespec value;
    clock_gettime(clock, &value);
    return value.tv_sec + value.tv_nsec / 1e9;
}

static struct timespec soon(void) {
    struct timespec value;
    clock_gettime(CLOCK_MONOTONIC, &value);
    value.tv_nsec += 20000000;
    if (value.tv_nsec >= 1000000000) { value.tv_sec++; value.tv_nsec -= 1000000000; }
    return value;
}

int main(void) {
    struct timespec raw, deadline;
    syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &raw);
    printf("%f %f %f %f ", (double)raw.tv_sec, read_clock(CLOCK_MONOTONIC),
           read_clock(CLOCK_MONOTONIC_COARSE), read_clock(CLOCK_REALTIME));

    double begun = read_clock(CLOCK_REALTIME);
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_condattr_t by_monotonic;
    pthread_condattr_init(&by_monotonic);
    pthread_condattr_setclock(&by_monotonic, CLOCK_MONOTONIC);
    pthread_cond_t condition;
    pthread_cond_init(&condition, &by_monotonic);
    pthread_mutex_lock(&mutex);
    deadline = soon();
    while (pthread_cond_timedwait(&condition, &mutex, &deadline) != ETIMEDOUT) {}
    printf("%f ", read_clock(CLOCK_REALTIME) - begun);

    begun = read_clock(CLOCK_REALTIME);
    deadline = soon();
    clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &deadline, NULL);
    printf("%f ", read_clock(CLOCK_REALTIME) - begun);

    begun = read_clock(CLOCK_REALTIME);
    int word = 0;
    deadline = soon();
    syscall(SYS_futex, &word, FUTEX_WAIT_BITSET_PRIVATE, 0, &deadline, NULL, ~0);
    printf("%f ", read_clock(CLOCK_REALTIME) - begun);

    begun = read_clock(CLOCK_REALTIME);
    int timer = timerfd_create(CLOCK_MONOTONIC, 0);
    struct itimerspec once = {.it_value = soon()};
    timerfd_settime(timer, TFD_TIMER_ABSTIME, &once, NULL);
    long long times;
    if (read(timer, &times, sizeof times) < 0) return 1;
    printf("%f\\n", read_clock(CLOCK_REALTIME) - begun);
    return 0;
}
"""


def test_c(frozen: dict[str, str], tmp_path: Path) -> None:
    """Clocks follow, past the C library too; absolute deadlines by them are met in time."""
    (tmp_path / "waits.c").write_text(C_PROGRAM)
    program = str(tmp_path / "waits")
    subprocess.run(["cc", "-o", program, f"{program}.c", "-lpthread"], check=True)
    words = [float(word) for word in ran([program], frozen).split()]
    *clocks, wall = words[:4]

    expected = time.monotonic() - HALF_NS / 1e9
    assert all(0 <= expected - clock < 20_000 * MS for clock in clocks)
    assert abs(wall - time.time()) < 20_000 * MS
    assert all(waited >= 0.019 for waited in words[4:])
    assert len(words) == 8


def test_a_library_of_the_function_s_own_stays(tmp_path: Path) -> None:
    """It is loaded behind ours."""
    clock = FrozenClock(tmp_path / "clock.so", 1)
    variables = clock.variables({"LD_PRELOAD": "/opt/lib/own.so"})
    clock.close()

    assert variables["LD_PRELOAD"] == f"{tmp_path}/clock.so:/opt/lib/own.so"


def test_what_cannot_be(
    workshop: Workshop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One sentence: without a freeze, without a compiler, with one that fails."""
    with pytest.raises(ConfigError, match="freeze both or none"):
        workshop.sandbox(frozen_clock=True, freeze=False)
    fails = tmp_path / "bin" / "cc"
    fails.parent.mkdir()
    fails.write_text("#!/bin/sh\necho 'dlfcn.h: not there' >&2; exit 1\n")
    monkeypatch.setenv("PATH", str(fails.parent))
    with pytest.raises(ConfigError, match="needs a C compiler: cc, gcc, clang"):
        build(tmp_path)
    fails.chmod(0o755)
    monkeypatch.setenv("PATH", f"{fails.parent}:/bin")
    with pytest.raises(ConfigError, match=r"cannot be built here: dlfcn.h: not there"):
        build(tmp_path)
