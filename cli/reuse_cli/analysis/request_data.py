"""Containers that outlive an invocation and that a function's code only ever adds to.

What a handler puts into a list, set or dict of a module, of a class, or of an object that a module
keeps, stays there for the next request, and the memory grows with every one. Not meant are
containers that some function empties, bounded ones, caches, which are asked for a key before it is
set, and registries, which are filled while modules are imported: by decorators, by what modules
call, by `__init_subclass__`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from reuse_cli.analysis import source_names
from reuse_cli.analysis.module_growth import Growth, Reader, Uses, emptying
from reuse_cli.analysis.source_names import INIT, Function

LEFT_OUT = ("site-packages", "node_modules", "tests", "test", ".venv", "venv", "build", "dist")


def find(folder: Path) -> list[Growth]:
    """All such lines of the Python files below the folder; what is no Python is left out."""
    modules = [(path, source_names.names(path, tree), tree) for path, tree in _sources(folder)]
    known = source_names.known((names, tree) for _, names, tree in modules)
    uses = {container: Uses() for container in known.containers}
    taken = set().union(*(emptying(tree) for *_, tree in modules))
    for path, names, tree in modules:
        on_import = _run_on_import(tree)
        Reader(path.as_posix(), names, known, uses, on_import, emptying=taken).visit(tree)
    found = {growth for use in uses.values() for growth in use.found()}
    return sorted(found, key=lambda growth: (_place(growth.call_site), growth.name))


def _place(call_site: str) -> tuple[str, int]:
    file, _, line = call_site.rpartition(":")
    return file, int(line)


def _sources(folder: Path) -> Iterator[tuple[Path, ast.Module]]:
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if not any(part in LEFT_OUT for part in inside.parts[:-1]):
            try:
                yield inside, ast.parse(path.read_bytes())
            except (SyntaxError, ValueError, OSError, RecursionError):
                continue


def _run_on_import(tree: ast.Module) -> dict[str, int]:
    """Functions that run while this module is imported -> how deep: `@route("/")` runs what
    `route` gives back as well, and `@hook` runs `hook` alone."""
    depths: dict[str, int] = {}

    def runs(called: ast.expr, depth: int) -> None:
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        depths[name] = max(depths.get(name, 0), depth)

    for node in _of_import(tree):
        for decorator in getattr(node, "decorator_list", []):
            if isinstance(decorator, ast.Call):
                runs(decorator.func, 2)
            else:
                runs(decorator, 1)
        if isinstance(node, ast.Call):
            runs(node.func, 1)
    return depths


def _of_import(node: ast.AST) -> Iterator[ast.AST]:
    """What is executed while a module is imported: everything but the functions' own code.

    The code of `__init__` counts as well: modules make the objects that they keep.
    """
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda) and getattr(child, "name", "") != INIT:
            yield child
        else:
            yield from _of_import(child)
