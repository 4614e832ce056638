"""Searches for bodies that the extension's process takes too much CPU for."""

import random
import subprocess
import tempfile
import time
from pathlib import Path

from tests.fuzz.damage import MARKS, damaged
from tests.player import Player

ROOT = Path(__file__).parents[2]
MAX_BYTES = 1_000_000
MAX_CPU_S = 0.5
"""For one body, at full speed."""


def body(chance: random.Random, good: list[bytes]) -> bytes:
    """Something small, over and over: what is not linear shows there."""
    kind = chance.randrange(4)
    if kind == 0:
        unit = b"".join(chance.choice(MARKS) for _ in range(chance.randrange(1, 5)))
    elif kind == 1:
        unit = damaged(chance.choice(good), chance)[: chance.choice((10, 100, 1000))]
    elif kind == 2:
        unit = bytes([chance.randrange(256)])
    else:
        unit = b'{"k%d":%d},' % (chance.randrange(10**6), chance.randrange(10**9))
    size = chance.choice((60_000, 65_000, 250_000, MAX_BYTES))
    head = chance.choice((b"", b"[", b'["', b'{"', b"[{"))
    return (head + unit * (size // max(1, len(unit)) + 1))[:size] + chance.choice(
        (b"", b"]", b'"]')
    )


def cpu_s(pid: int) -> float:
    """The scheduler's account of the process's main thread, seconds."""
    return int(Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e9


def settled_cpu_s(pid: int) -> float:
    last = -1.0
    while (now := cpu_s(pid)) != last:
        last = now
        time.sleep(0.02)
    return now


def search(seconds: int, chance: random.Random, good: list[bytes]) -> tuple[bytes | None, str]:
    """(a body that was too slow or None, what there is to say)."""
    built = subprocess.run(
        [ROOT / "layer_build.sh", "--arch", "native"], check=True, capture_output=True, text=True
    )
    folder = built.stdout.strip().removeprefix("dist/lambda-reuse-").removesuffix(".zip")
    command = [str(ROOT / "build" / folder / "extensions" / "lambda-reuse")]
    end, runs, most_s = time.monotonic() + seconds, 0, 0.0
    with tempfile.TemporaryDirectory() as tmp, Player(command, Path(tmp)) as player:
        pid = player.start().ready().process.pid
        while time.monotonic() < end:
            tried = body(chance, good)
            before_s = settled_cpu_s(pid)
            status = player.post(tried)
            used_s = settled_cpu_s(pid) - before_s
            runs, most_s = runs + 1, max(most_s, used_s)
            if status != 200 or used_s > MAX_CPU_S:
                return tried, f"{used_s:.2f} s of CPU for {len(tried)} bytes, status {status}"
    return None, f"{runs} bodies, {most_s:.2f} s of CPU at most"
