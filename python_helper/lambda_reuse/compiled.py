"""Loads the package from one file of byte code: what the layer ships as the code of `__init__`.

A layer cannot be written to, so Python would compile the sources at every cold start. Compiled
files for four versions of Python would double the layer's size; in one file they lie side by side,
so that what the versions share is compressed once. A module or a version of Python that is not in
there is loaded from its source.

`bytecode` begins with the length of an index, 4 bytes, and the index: a marshalled
`{cache tag: {module: (offset, size)}}`. `layer_tools.bytecode` writes it.
"""

import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from types import CodeType
    from typing import Any, Optional


def _code(folder: str) -> "Any":
    """The code of the package's `__init__`; from here on its modules come from the file as well."""
    import posix
    from _frozen_importlib_external import FileFinder, SourceFileLoader  # loaded in any case
    from _imp import _fix_co_filename  # type: ignore[attr-defined]
    from marshal import loads

    path, file = folder + "/__init__.py", folder + "/bytecode"
    try:
        with open(file, "rb") as opened:
            size = int.from_bytes(opened.read(4), "little")
            places = loads(opened.read(size))[sys.implementation.cache_tag]  # (offset, size)
    except (OSError, EOFError, KeyError, TypeError, ValueError):  # a copy without it, or damaged
        with open(path, "rb") as opened:
            return compile(opened.read(), path, "exec")

    class Loader(SourceFileLoader):
        def get_code(self, name: str) -> "Optional[CodeType]":
            place = places.get(name)
            if place is None:
                return super().get_code(name)
            descriptor = posix.open(file, posix.O_RDONLY)
            try:
                code: CodeType = loads(posix.pread(descriptor, place[1], place[0]))
            finally:
                posix.close(descriptor)
            _fix_co_filename(code, self.path)
            return code

    for within in (folder, folder + "/auto"):
        sys.path_importer_cache[within] = FileFinder(within, (Loader, [".py"]))
    return Loader(__name__, path).get_code(__name__)


exec(_code(__file__.rpartition("/")[0]), globals())  # `__file__` is the package's
