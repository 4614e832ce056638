"""`python -m tests.fuzz [SECONDS]` searches with each target for so long, 60 s by default.

The listener's CPU is a promise, too: a body that costs more than listener.MAX_CPU_S is a find.
With atheris, which follows the branches that an input takes, where it is installed; else with
random damage to good input. What broke a promise is kept in build/fuzz, and the exit code is 1.
"""

import functools
import random
import subprocess
import sys
import time
import traceback
from pathlib import Path

from tests.fuzz import listener, sanitized
from tests.fuzz.damage import damaged
from tests.fuzz.native import COMPILER
from tests.fuzz.targets import TARGETS, seeds

KEPT = Path(__file__).parents[2] / "build" / "fuzz"
MAX_BYTES = 32 * 1024


def main(arguments: list[str]) -> int:
    seconds = int(arguments[0]) if arguments else 60
    KEPT.mkdir(parents=True, exist_ok=True)
    searches = {name: functools.partial(search, name) for name in TARGETS}
    searches["listener"] = search_listener
    if COMPILER and sanitized.is_available():
        searches["reader under sanitizers"] = search_sanitized
    broken = [name for name, search_one in searches.items() if not search_one(seconds)]
    for name in broken:
        print(f"{name}: a promise was broken; the input is in {KEPT}")
    return 1 if broken else 0


def search(name: str, seconds: int) -> bool:
    """Whether the target kept its promises."""
    try:
        import atheris  # noqa: F401
    except ImportError:
        print(f"{name}: {seconds} s of random damage (atheris is not installed)", flush=True)
        return search_at_random(name, seconds)
    print(f"{name}: {seconds} s with atheris", flush=True)
    corpus = KEPT / f"corpus-{name}"
    corpus.mkdir(exist_ok=True)
    for number, seed in enumerate(seeds(name)):
        (corpus / f"seed-{number}").write_bytes(seed)
    limits = [f"-max_total_time={seconds}", f"-max_len={MAX_BYTES}", "-print_final_stats=1"]
    command = [sys.executable, "-m", "tests.fuzz.guided", name, *limits]
    command += [f"-artifact_prefix={KEPT}/{name}-", str(corpus)]
    ran = subprocess.run(command, stderr=subprocess.PIPE, text=True, check=False)
    reported = [line for line in ran.stderr.splitlines() if "stat::number_of_executed" in line]
    print("\n".join(reported if ran.returncode == 0 else _without_schemas(ran.stderr)))
    return ran.returncode == 0


def _without_schemas(report: str) -> list[str]:
    """LibFuzzer's report without what jsonschema adds to an error."""
    kept = [
        line for line in report.splitlines() if not line.startswith(("    {", " " * 5, "INFO", "#"))
    ]
    return [line[:300] for line in kept[:40]]


def search_at_random(name: str, seconds: int) -> bool:
    chance = random.Random(time.time_ns())
    good, runs, end = seeds(name), 0, time.monotonic() + seconds
    while time.monotonic() < end:
        data = damaged(chance.choice(good), chance)
        try:
            TARGETS[name](data)
        except Exception:
            (KEPT / f"{name}-{chance.randrange(2**32):08x}").write_bytes(data)
            traceback.print_exc()
            return False
        runs += 1
    print(f"{runs} inputs")
    return True


def search_sanitized(seconds: int) -> bool:
    print(f"reader under sanitizers: {seconds} s", flush=True)
    is_right, said = sanitized.search(seconds, time.time_ns())
    print(said)
    return is_right


def search_listener(seconds: int) -> bool:
    """Bodies of up to 1 MB, posted to the built extension: none may cost it too much CPU."""
    print(f"listener: {seconds} s of bodies of up to 1 MB, CPU watched", flush=True)
    slow, said = listener.search(seconds, random.Random(time.time_ns()), seeds("events"))
    print(said)
    if slow is not None:
        (KEPT / "listener-slow").write_bytes(slow)
    return slow is None


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
