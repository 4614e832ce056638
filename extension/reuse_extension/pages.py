"""Reads the helper's pages: one file a process of the function, in a folder in /tmp."""

from lambda_reuse import page_format

from . import interpreter

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

MOST_PAGES = 256
"""Pages looked at: Lambda Managed Instances run one process for each concurrent request."""
MOST_OF_THE_DEAD = 8
"""Pages of processes that are gone, kept until then for their late readers. A function that
crashes at every invocation would fill /tmp with them."""


class Pages:
    """The folder of pages."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def read(self) -> "list[tuple[str, Any]]":
        """(name, page) of every page there is."""
        pages = []
        for name in self._names():
            page = page_format.read(self._bytes_of(name))
            if page is not None:
                pages.append((name, page))
        return pages

    def remove_dead(self) -> "list[str]":
        """Remove the oldest pages of processes that are gone, but for the last few; their names.

        Call it when all that they tell has been counted, and that fact is safe.
        """
        dead = [name for name in self._names() if not _is_alive(name)]
        removed = dead[:-MOST_OF_THE_DEAD]
        for name in removed:
            interpreter.remove_file(self._folder + "/" + name)
        return removed

    def _names(self) -> "list[str]":
        names = [
            name for name in interpreter.names_in(self._folder) if name.endswith(page_format.SUFFIX)
        ]
        return sorted(names, key=_age_order)[-MOST_PAGES:]

    def _bytes_of(self, name: str) -> bytes:
        return interpreter.read_file(self._folder + "/" + name, page_format.PAGE_SIZE) or b""


def _age_order(name: str) -> "tuple[str, str]":
    """A page's name, <pid>-<start>.page, by its start: of one length until the year 2286."""
    return (name.partition("-")[2], name)


def _is_alive(name: str) -> bool:
    """Whether the process of a page is still there; True where this cannot be known."""
    if not interpreter.exists("/proc/self"):
        return True
    return interpreter.exists("/proc/" + name.partition("-")[0])
