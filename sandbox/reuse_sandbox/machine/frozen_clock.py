"""A container's monotonic clock, which stands still while the container is frozen.

The clocks of a Lambda function are reported to do so (hashicorp/vault-lambda-extension#150 has
leases that were thought to be young). Here a small library stands before the C library's clocks
in every process of a container (`preload/frozen_clock.c`); it is built with this machine's
compiler.
"""

import mmap
import os
import shutil
import struct
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from reuse_sandbox.errors import ConfigError

SOURCE = Path(__file__).with_name("preload") / "frozen_clock.c"
COMPILERS = ("cc", "gcc", "clang")
PAGE_VARIABLE = "LAMBDA_SANDBOX_CLOCK"
OFFSET = struct.Struct("=q")


def build(folder: Path) -> Path:
    """Builds the library in this folder; raises `ConfigError` where that cannot be done."""
    compiler = next(filter(None, map(shutil.which, COMPILERS)), None)
    if compiler is None:
        raise ConfigError(f"A frozen clock needs a C compiler: {', '.join(COMPILERS)}.")
    library = folder / "frozen_clock.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(SOURCE), "-ldl"]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    if built.returncode != 0:
        reason = next(iter(built.stderr.splitlines()), f"status {built.returncode}")
        raise ConfigError(f"The library for a frozen clock cannot be built here: {reason}")
    return library


class FrozenClock:
    """The clock of one container: how long it has been frozen, in a page that its processes read.

    The library reads it as an integer of 8 bytes, nanoseconds, which only grows.
    """

    def __init__(self, library: Path, number: int) -> None:
        self._library = library
        self._path = library.with_name(f"{number}.clock")
        self._frozen_ns = 0
        self._since_ns: int | None = None
        self._path.write_bytes(OFFSET.pack(0))
        file = os.open(self._path, os.O_RDWR | os.O_CLOEXEC)
        self._page = mmap.mmap(file, OFFSET.size)
        os.close(file)

    @property
    def folder(self) -> Path:
        """Where the library and the pages are."""
        return self._library.parent

    def variables(self, given: Mapping[str, str]) -> dict[str, str]:
        """What a process needs in its environment, beside what it is given."""
        libraries = [str(self._library), given.get("LD_PRELOAD", "")]
        return {"LD_PRELOAD": ":".join(filter(None, libraries)), PAGE_VARIABLE: str(self._path)}

    def freeze(self) -> None:
        """The processes have been stopped."""
        if self._since_ns is None:
            self._since_ns = time.monotonic_ns()

    def thaw(self) -> None:
        """The processes are about to go on."""
        if self._since_ns is not None:
            self._frozen_ns += time.monotonic_ns() - self._since_ns
            self._since_ns = None
            self._page[:] = OFFSET.pack(self._frozen_ns)

    def close(self) -> None:
        """Lets go of the page; may be called again."""
        self._page.close()
