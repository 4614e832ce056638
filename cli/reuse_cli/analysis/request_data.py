"""Containers at module level that a function's code only ever adds to, found in its source.

What a handler puts into a list, set or dict at module level stays there for the next request, and
the memory grows with every one. Not meant are containers that some function empties, bounded ones,
caches, which are asked for a key before it is set, and registries, which are filled while modules
are imported: by decorators, by what modules call, by `__init_subclass__`.
"""

import ast
from collections.abc import Iterator
from pathlib import Path

from reuse_cli.analysis import source_names
from reuse_cli.analysis.module_growth import Function, Growth, Reader, Uses

LEFT_OUT = ("site-packages", "node_modules", "tests", "test", ".venv", "venv", "build", "dist")


def find(folder: Path) -> list[Growth]:
    """All such lines of the Python files below the folder; what is no Python is left out."""
    trees = dict(_sources(folder))
    known = {
        container
        for path, tree in trees.items()
        for container in source_names.containers(source_names.module_name(path), tree)
    }
    uses = {container: Uses() for container in known}
    for path, tree in trees.items():
        names = source_names.names(path, tree, known)
        Reader(path.as_posix(), names, uses, _run_on_import(tree)).visit(tree)
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
    """What is executed while a module is imported: everything but the functions' own code."""
    yield node
    for child in ast.iter_child_nodes(node):
        if isinstance(child, Function | ast.Lambda):
            yield child
        else:
            yield from _of_import(child)
