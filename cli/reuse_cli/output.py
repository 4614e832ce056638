"""Standard output when its reader, such as `head`, has enough."""

import contextlib
import os
import sys


def forget() -> None:
    """What is left in the buffer is not written when the process ends."""
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
