"""The native reader under ASan and UBSan, searched by tests/fuzz/reader.c."""

import subprocess
from pathlib import Path

from tests.fuzz.native import BUILT, COMPILER, MODULE, SOURCES, build
from tests.fuzz.targets import seeds

SANITIZERS = ("-g", "-O1", "-fsanitize=address,undefined", "-fno-sanitize-recover=all")


def is_available() -> bool:
    """Whether the compiler has the sanitizers and can trace coverage."""
    try:
        _build()
    except subprocess.CalledProcessError:
        return False
    return True


def _build() -> Path:
    driver = str(Path(__file__).with_name("reader.c"))
    options = (*SANITIZERS, "-fsanitize-coverage=trace-pc", "-c")
    traced = [build(f"{source.stem}.o", *options, sources=[source]) for source in SOURCES]
    # The driver stays untraced, so the two are compiled apart.
    command = [COMPILER, "-std=gnu11", f"-I{MODULE}", *SANITIZERS, driver, *traced]
    subprocess.run([*command, "-o", BUILT / "sanitized"], check=True, capture_output=True)
    return BUILT / "sanitized"


def search(seconds: int, seed: int) -> tuple[bool, str]:
    """(whether nothing was found in so many seconds, what the search says)."""
    files = []
    for number, data in enumerate(seeds("reader")):
        files.append(BUILT / f"reader-seed-{number}")
        files[-1].write_bytes(data)
    ran = subprocess.run(
        [_build(), str(seconds), str(seed), *files], capture_output=True, text=True, check=False
    )
    return ran.returncode == 0, (ran.stdout + ran.stderr)[:4000].strip()
