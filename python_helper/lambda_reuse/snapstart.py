"""SnapStart: what has to be done after a snapshot was restored, as AWS's own package offers it.

Loaded only where the container says that it is made from a snapshot.
"""

from importlib import import_module

from . import lifecycle

PACKAGE = "snapshot_restore_py"


def attach() -> None:
    """Ask to be called after every restore, where `snapshot_restore_py` is there.

    Elsewhere the first invocation takes its place (see `container`).
    """
    try:
        package = import_module(PACKAGE)
    except ImportError:
        return
    package.register_after_restore(lifecycle.after_restore)
