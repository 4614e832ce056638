"""What a name in a function's source refers to: a container at module level, of this module or not.

A container is a list, set or dict without a bound that a module assigns to a name of its own.
"""

import ast
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import NamedTuple

MAKERS = {"list", "dict", "set", "defaultdict", "deque", "OrderedDict"}


class Container(NamedTuple):
    """A container: `app.seen` is `Container("app", "seen")`."""

    module: str
    name: str


class Names(NamedTuple):
    """What one module's names refer to."""

    containers: Mapping[str, Container]
    modules: Mapping[str, str]
    """Names of modules, as this module imports them -> their full names."""

    def container(self, node: ast.AST, known: set[Container], hidden: set[str]) -> Container | None:
        """The container that an expression is: `seen`, or `state.seen` of an imported module.

        `hidden` are names that a function binds for itself.
        """
        if isinstance(node, ast.Name) and node.id not in hidden:
            return self.containers.get(node.id)
        if isinstance(node, ast.Attribute):
            module = self.modules.get(_dotted(node.value))
            found = Container(module, node.attr) if module is not None else None
            return found if found in known else None
        return None


def module_name(path: PurePath) -> str:
    """`lib/state.py` -> `lib.state`; a package is named as its folder."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def containers(module: str, tree: ast.Module) -> Iterator[Container]:
    """The containers of a module."""
    for statement in tree.body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        if _is_container(value):
            for target in targets:
                if isinstance(target, ast.Name):
                    yield Container(module, target.id)


def names(path: PurePath, tree: ast.Module, known: set[Container]) -> Names:
    """What the names of a module refer to, given the containers of all modules."""
    module = module_name(path)
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    found = {one.name: one for one in known if one.module == module}
    modules = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                modules[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            for alias in node.names:
                imported = Container(origin, alias.name)
                if imported in known:
                    found[alias.asname or alias.name] = imported
                else:
                    modules[alias.asname or alias.name] = f"{origin}.{alias.name}".lstrip(".")
    return Names(found, modules)


def _origin(node: ast.ImportFrom, package: str) -> str:
    """The full name of the module that is imported from."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *(node.module or "").split(".")]).strip(".")


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set):
        return True
    if not isinstance(value, ast.Call) or any(word.arg == "maxlen" for word in value.keywords):
        return False
    maker = value.func
    name = maker.attr if isinstance(maker, ast.Attribute) else getattr(maker, "id", "")
    return name in MAKERS and not (name == "deque" and len(value.args) > 1)


def _dotted(node: ast.AST) -> str:
    if isinstance(node, ast.Attribute):
        return f"{_dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""
