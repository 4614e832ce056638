"""lambda-reuse's helper: builds once, uses again, and counts how well that works.

    resource    a function whose value is built once per process        kept, fast, place, shelf
    phase       a named stretch of the init
    preload     builds several resources at once, in init
    tmp_file    a file in /tmp, fetched once per container
    watch       counts what a cache or pool of another library does
    container   who, how old, the how manieth invocation

The counts go to a page in /tmp (`page`, `page_format`), which the extension reads.
"""

from .container import container
from .phase import phase
from .resource import resource

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .files import tmp_file
    from .preloading import preload
    from .watching import watch

__all__ = ("container", "phase", "preload", "resource", "tmp_file", "watch")

LATER = {"preload": "preloading", "tmp_file": "files", "watch": "watching"}
"""What not every function needs, and the module it is loaded from when it is first asked for."""


def __getattr__(name: str) -> object:
    if name not in LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module

    found = globals()[name] = getattr(import_module("." + LATER[name], __name__), name)
    return found
