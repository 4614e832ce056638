"""Containers at module level that a function's code only ever adds to, found in its source.

What a handler puts into a list, set or dict at module level stays there for the next request, and
the memory grows with every one. Not meant are containers that some function empties, bounded ones,
and caches: dicts that are asked for a key before it is set.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

GROWS = {"append", "appendleft", "extend", "insert", "add", "update"}
SHRINKS = {"clear", "pop", "popitem", "popleft", "remove", "discard", "difference_update"}
ASKS = {"get", "setdefault"}
MAKERS = {"list", "dict", "set", "defaultdict", "deque", "OrderedDict"}
LEFT_OUT = ("site-packages", "node_modules", "tests", "test", ".venv", "venv", "build", "dist")


@dataclass(frozen=True)
class Growth:
    """A line that adds to a container at module level."""

    call_site: str
    function: str
    name: str


@dataclass
class _Uses:
    grows: list[tuple[int, str]] = field(default_factory=list)
    is_bounded: bool = False


def find(folder: Path) -> list[Growth]:
    """All such lines of the Python files below the folder; what is no Python is left out."""
    found = []
    for path in sorted(folder.rglob("*.py")):
        inside = path.relative_to(folder)
        if not any(part in LEFT_OUT for part in inside.parts[:-1]):
            found += [
                Growth(f"{inside.as_posix()}:{line}", function, name)
                for name, line, function in _of_source(path)
            ]
    return found


def _of_source(path: Path) -> Iterator[tuple[str, int, str]]:
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError, OSError, RecursionError):
        return
    uses = {name: _Uses() for name in _containers(tree)}
    for function in ast.walk(tree):
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef):
            own = _local_names(function)
            for node in ast.walk(function):
                _look(node, {n: u for n, u in uses.items() if n not in own}, function.name)
    for name, use in uses.items():
        if not use.is_bounded:
            for line, where in sorted(set(use.grows)):
                yield name, line, where


def _containers(tree: ast.Module) -> Iterator[str]:
    """Names at module level that are given an empty or filled container without a bound."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if _is_container(value):
            yield from (target.id for target in targets if isinstance(target, ast.Name))


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set):
        return True
    if not isinstance(value, ast.Call) or any(word.arg == "maxlen" for word in value.keywords):
        return False
    maker = value.func
    name = maker.attr if isinstance(maker, ast.Attribute) else getattr(maker, "id", "")
    return name in MAKERS and not (name == "deque" and len(value.args) > 1)


def _local_names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """Names that the function binds for itself, which hide those of the module."""
    arguments = function.args
    names = {argument.arg for argument in ast.walk(arguments) if isinstance(argument, ast.arg)}
    shared = {
        name for node in ast.walk(function) if isinstance(node, ast.Global) for name in node.names
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            names.add(node.id)
    return names - shared


def _look(node: ast.AST, uses: dict[str, _Uses], function: str) -> None:
    """Note what one node of a function does to the containers."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
        _look_at_call(node, node.func, uses, function)
    elif isinstance(node, ast.Subscript) and _name(node.value) in uses:
        _look_at_item(node, uses[_name(node.value)], function)
    elif isinstance(node, ast.Compare):
        for operator, side in zip(node.ops, node.comparators, strict=True):
            if isinstance(operator, ast.In | ast.NotIn) and _name(side) in uses:
                uses[_name(side)].is_bounded = True
    elif _name(node) in uses and isinstance(node.ctx, ast.Store | ast.Del):  # type: ignore[attr-defined]
        uses[_name(node)].is_bounded = True


def _look_at_call(
    call: ast.Call, method: ast.Attribute, uses: dict[str, _Uses], function: str
) -> None:
    use = uses.get(_name(method.value))
    if use is not None and method.attr in GROWS:
        use.grows.append((call.lineno, function))
    elif use is not None and method.attr in SHRINKS | ASKS:
        use.is_bounded = True


def _look_at_item(item: ast.Subscript, use: _Uses, function: str) -> None:
    is_read = isinstance(item.ctx, ast.Load)
    if isinstance(item.ctx, ast.Del) or (isinstance(item.slice, ast.Slice) and not is_read):
        use.is_bounded = True
    elif not is_read and not isinstance(item.slice, ast.Constant):
        use.grows.append((item.lineno, function))


def _name(node: ast.AST) -> str:
    return node.id if isinstance(node, ast.Name) else ""
