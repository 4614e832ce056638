"""What is switched on: by the function's settings, and by what has gone wrong so far."""

import os

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Optional

ALWAYS = ("client",)
"""Not an observer to choose: without the runtime client nobody knows when an invocation begins."""

ASKED_FOR = {"imports": "LAMBDA_REUSE_IMPORTS", "sampler": "LAMBDA_REUSE_SAMPLE"}
"""Observers that a variable switches on."""

off: "set[str]" = set()
"""Observers that have failed."""
_asked_for: "Optional[set[str]]" = None
_chosen: "Optional[frozenset[str]]" = None


def is_active() -> bool:
    """Whether anything is to be observed at all."""
    if os.environ.get("LAMBDA_REUSE_DISABLED", "") not in ("", "0", "false"):
        return False
    return os.environ.get("LAMBDA_REUSE_AUTO", "").strip().lower() not in ("off", "0", "false")


def is_on(observer: str) -> bool:
    """Whether this observer is chosen, and has not failed."""
    if observer in off:
        return False
    if observer in ASKED_FOR:
        return observer in asked_for()
    return observer in ALWAYS or not chosen() or observer in chosen()


def asked_for() -> "set[str]":
    """Those of ASKED_FOR that are on, from the beginning: a handler may change its environment."""
    global _asked_for
    if _asked_for is None:
        _asked_for = {
            observer
            for observer, variable in ASKED_FOR.items()
            if os.environ.get(variable, "") in ("1", "true")
        }
    return _asked_for


def chosen() -> "frozenset[str]":
    """The observers that LAMBDA_REUSE_AUTO names; none means all."""
    global _chosen
    if _chosen is None:
        value = os.environ.get("LAMBDA_REUSE_AUTO", "").lower()
        names = frozenset(name.strip() for name in value.split(",") if name.strip())
        _chosen = frozenset() if names & {"on", "1", "true", "all"} else names
    return _chosen


def switch_off(observer: str, why: object) -> None:
    """Observe this library no more, for the rest of the process; one line at level DEBUG."""
    if observer in off:
        return
    off.add(observer)
    if os.environ.get("LAMBDA_REUSE_LOG_LEVEL", "").upper() == "DEBUG":
        from lambda_reuse.notice import say

        reason = type(why).__name__ if isinstance(why, BaseException) else why
        say(f"observing {observer} is switched off: {reason}")


def debug(text: str) -> None:
    """One line at level DEBUG."""
    if os.environ.get("LAMBDA_REUSE_LOG_LEVEL", "").upper() == "DEBUG":
        from lambda_reuse.notice import say

        say(text)
