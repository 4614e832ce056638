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

    __slots__ = ("_bind", "_is_on_class", "_observer", "_report", "_under_way")

    def __init__(
        self,
        function: "Any",
        report: "Report",
        observer: str,
        *,
        is_on_class: bool = False,
        under_way: "Any" = True,
    ) -> None:
        self._bind = function.__get__
        self._report = report
        self._observer = observer
        self._is_on_class = is_on_class
        self._under_way = under_way

    def __get__(
        self,
        obj: "Any",
        owner: "Any" = None,
        off: "set[str]" = state.off,
        frame: "Any" = sys._getframe,
    ) -> "Any":
        """The library's function, as if this were not there."""
        is_asked = self._under_way and (obj is not None or self._is_on_class)
        if is_asked and self._observer not in off:
            try:
                self._report(obj, frame(1))
            except Exception as error:
                state.switch_off(self._observer, error)
        return self._bind(obj, owner)


def place(
    owner: type,
    name: str,
    report: "Report",
    observer: str,
    *,
    is_on_class: bool = False,
    under_way: "Any" = True,
) -> None:
    """Let `report` know when instances of `owner` look up `name`, or the class itself does.

    `under_way`: a container; nothing is reported while it is empty.
    Raises KeyError where the class has no such function of its own, so that the observer of a
    version that looks otherwise is switched off.
    """
    function = owner.__dict__[name]
    if not isinstance(function, Spy):
        spy = Spy(function, report, observer, is_on_class=is_on_class, under_way=under_way)
        setattr(owner, name, spy)


def reporting(observer: str, report: "Report", obj: "Any") -> None:
    """Report a look-up that the caller's caller has made."""
    try:
        report(obj, sys._getframe(2))
    except Exception as error:
        state.switch_off(observer, error)


def version_of(module: "Any", *tested: int) -> None:
    """Raise RuntimeError where a library's major version is none of those tested."""
    package = sys.modules.get(module.__name__.partition(".")[0])
    version = str(getattr(package, "__version__", ""))
    major = version.partition(".")[0]
    if major not in [str(number) for number in tested]:
        raise RuntimeError(f"version {version or 'unknown'} of {package} is not known")
