"""The folder below which all containers have their /tmp, and the reaper that watches over it."""

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from reuse_sandbox.machine import reaper

REAPER_S = 2.0  # how long the reaper may take to see that there is nothing left to do


class TemporaryFolder:
    """A folder that goes away in every case: with `close`, or by the reaper's hand.

    The reaper runs in a session of its own, out of reach of the terminal's Ctrl-C.
    """

    def __init__(self) -> None:
        self.path = Path(tempfile.mkdtemp(prefix="lambda-reuse-")).resolve()
        self._reaper = subprocess.Popen(
            [sys.executable, "-I", "-S", reaper.__file__, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def close(self) -> None:
        """Removes the folder; the processes that used it have ended."""
        shutil.rmtree(self.path, ignore_errors=True)
        try:
            self._reaper.communicate(timeout=REAPER_S)
        except subprocess.TimeoutExpired:
            self._reaper.kill()
            self._reaper.communicate()
