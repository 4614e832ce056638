"""lambda-reuse's helper: builds once, uses again, and counts how well that works.

    resource    a function whose value is built once per process
    phase       a named stretch of the init
    preload     builds several resources at once, in init
    tmp_file    a file in /tmp, fetched once per container
    watch       counts what a cache or pool of another library does
    container   id, age and number of the invocation

The counts go to a page in /tmp (`page`, `page_format`), which the extension reads.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from .container import container
    from .files import tmp_file
    from .phase import phase
    from .preloading import preload
    from .resource import resource
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


def _complete() -> "dict[str, object]":
    """Load what nearly every function needs. These names stand for what is in their modules."""
    from .container import container
    from .phase import phase
    from .resource import resource

    package = sys.modules[__name__]
    package.__class__ = type(sys)
    package.__dict__.update(container=container, phase=phase, resource=resource)
    return package.__dict__


class _Light(type(sys)):  # type: ignore[misc]
    """The package while only the observers have asked for it: the rest is loaded when it is used.

    Importing the module `resource` would set the package's `resource` to the module.
    """

    container = property(lambda _: _complete()["container"], lambda _, _module: None)
    phase = property(lambda _: _complete()["phase"], lambda _, _module: None)
    resource = property(lambda _: _complete()["resource"], lambda _, _module: None)


if getattr(sys.modules.get("lambda_reuse_start"), "is_light", False):
    sys.modules[__name__].__class__ = _Light
else:
    _complete()
