"""What the helper has to say to the function's author: one line each, on stderr."""

import sys


def say(text: str) -> None:
    """Write `lambda-reuse: <text>`; a stderr that is closed or gone is no reason to fail."""
    try:
        sys.stderr.write("lambda-reuse: " + text + "\n")
    except (AttributeError, OSError, ValueError):
        pass
