"""How a library is observed: a function reports when it is looked up, and is never wrapped.

A wrapper would stand between the function and the library: in every traceback, in signatures, in
pickles. A `Spy` is a descriptor in the class's dictionary that gives out the library's own function
and reports that it was asked for. The report is over before the library's function starts, so no
frame of ours is ever below one of the library's: an error of the library looks as it always looked.
From the class, too, the library's own function is what one gets.

So an observer names small inner functions that the library looks up at the right moment: one where
a build begins, one where it ends. What the library has in hand then is in the frame that looked.
"""

import sys

from . import state

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import FrameType
    from typing import Any, Callable

    Report = Callable[[Any, FrameType], None]


class Spy:
    """A function in its class, which reports (object, frame that looks it up)."""

    __slots__ = ("_function", "_observer", "_report")

    def __init__(self, function: "Any", report: "Report", observer: str) -> None:
        self._function = function
        self._report: "Any" = report
        self._observer = observer

    def __get__(self, obj: "Any", owner: "Any" = None) -> "Any":
        """The library's function, as if this were not there."""
        if obj is not None and self._report is not None:
            try:
                self._report(obj, sys._getframe(1))
            except Exception as error:
                self._report = None
                state.switch_off(self._observer, error)
        return self._function.__get__(obj, owner)


def place(owner: type, name: str, report: "Report", observer: str) -> None:
    """Let `report` know when instances of `owner` look up `name`.

    Raises KeyError where the class has no such function of its own, so that the observer of a
    version that looks otherwise is switched off.
    """
    function = owner.__dict__[name]
    if isinstance(function, Spy):
        return

    def guarded(obj: "Any", frame: "FrameType") -> None:
        if state.is_on(observer):
            report(obj, frame)

    setattr(owner, name, Spy(function, guarded, observer))


def version_of(module: "Any", *tested: int) -> None:
    """Raise RuntimeError where a library's major version is none of those tested."""
    package = sys.modules.get(module.__name__.partition(".")[0])
    version = str(getattr(package, "__version__", ""))
    major = version.partition(".")[0]
    if major not in [str(number) for number in tested]:
        raise RuntimeError(f"version {version or 'unknown'} of {package} is not known")
