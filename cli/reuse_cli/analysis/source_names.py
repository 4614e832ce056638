"""What a name in a function's source refers to: a container that outlives an invocation.

A container is a list, set or dict without a bound: assigned to a name of a module, to one of a
class at module level, or by `__init__` to an attribute of an object that a module keeps. Each is
known by its full name: `state.seen`, `app.Cache.items`; what `app.orders.seen` is, where
`app.orders` is an `Orders`, is `app.Orders.seen`.
"""

import ast
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from itertools import chain
from pathlib import PurePath
from typing import NamedTuple

MAKERS = {"list", "dict", "set", "defaultdict", "deque", "Counter", "OrderedDict"}
INIT = "__init__"
Function = ast.FunctionDef | ast.AsyncFunctionDef


class Known(NamedTuple):
    """What all modules of a function have, by full names."""

    containers: Set[str]
    objects: Mapping[str, str]
    """Objects at module level -> their classes."""
    kept: Set[str]
    """Classes of which there are no other objects than these."""

    def container(self, name: str) -> str | None:
        """The container of this name; one of an object is called as its class has it."""
        owner, _, attribute = name.rpartition(".")
        found = f"{self.objects.get(owner, owner)}.{attribute}"
        return found if found in self.containers else None


class Names(NamedTuple):
    """What one module's names refer to."""

    module: str
    imported: Mapping[str, str]
    """Names that the module imports -> full names."""

    def full(self, dotted: str) -> str:
        """`app.seen` for `seen`."""
        first, dot, rest = dotted.partition(".")
        return self.imported.get(first, f"{self.module}.{first}") + dot + rest


def module_name(path: PurePath) -> str:
    """`lib/state.py` -> `lib.state`; a package is named as its folder."""
    parts = path.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def names(path: PurePath, tree: ast.Module) -> Names:
    """What the names of a module refer to."""
    module = module_name(path)
    package = module if path.stem == "__init__" else module.rpartition(".")[0]
    imported = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                first = alias.name.partition(".")[0]
                imported[alias.asname or first] = alias.name if alias.asname else first
        elif isinstance(node, ast.ImportFrom):
            origin = _origin(node, package)
            for alias in node.names:
                imported[alias.asname or alias.name] = f"{origin}.{alias.name}".lstrip(".")
    return Names(module, imported)


def _origin(node: ast.ImportFrom, package: str) -> str:
    """The full name of the module that is imported from."""
    if not node.level:
        return node.module or ""
    parts = package.split(".") if package else []
    parts = parts[: len(parts) - node.level + 1]
    return ".".join([*parts, *(node.module or "").split(".")]).strip(".")


def known(modules: Iterable[tuple[Names, ast.Module]]) -> Known:
    """The containers of all modules, and the objects that they keep."""
    modules = list(modules)
    classes = {
        f"{named.module}.{node.name}": node
        for named, tree in modules
        for node in tree.body
        if isinstance(node, ast.ClassDef)
    }
    objects = {}
    containers = set()
    for named, tree in modules:
        for name, value in _assigned(tree.body):
            if _is_container(value):
                containers.add(f"{named.module}.{name}")
            elif isinstance(value, ast.Call):
                objects[f"{named.module}.{name}"] = named.full(dotted(value.func))
    objects = {name: made for name, made in objects.items() if made in classes}
    kept = set(objects.values()) - set(_called_in_functions(modules))
    for full, node in classes.items():
        of_objects = dict(_of_objects(node))
        of_class = {name for name, value in _assigned(node.body) if _is_container(value)}
        found = of_class - set(of_objects)
        if full in kept:
            found |= {name for name, value in of_objects.items() if _is_container(value)}
        containers |= {f"{full}.{name}" for name in found}
    containers -= set(_replaced_in_subclasses(modules, classes))
    return Known(containers, objects, kept)


def _replaced_in_subclasses(
    modules: list[tuple[Names, ast.Module]], classes: Mapping[str, ast.ClassDef]
) -> Iterator[str]:
    """What a class has and the objects of its subclasses have for themselves."""
    for named, tree in modules:
        for node in tree.body:
            if isinstance(node, ast.ClassDef):
                bases = {named.full(dotted(base)) for base in node.bases} & set(classes)
                for name, _ in _of_objects(node):
                    yield from (f"{base}.{name}" for base in bases)


def _assigned(body: Sequence[ast.AST]) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of what these statements assign."""
    for statement in body:
        if isinstance(statement, ast.Assign):
            targets, value = statement.targets, statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value is not None:
            targets, value = [statement.target], statement.value
        else:
            continue
        for target in targets:
            yield from _named(target, value)


def _named(target: ast.expr, value: ast.expr) -> Iterator[tuple[str, ast.expr]]:
    """What one target of an assignment gets; `seen, sent = [], []` has two in one."""
    if name := dotted(target):
        yield name, value
    elif isinstance(target, ast.Tuple) and isinstance(value, ast.Tuple):
        for one, its_own in zip(target.elts, value.elts, strict=False):  # unless one has a `*`
            yield from _named(one, its_own)


def _of_objects(node: ast.ClassDef) -> Iterator[tuple[str, ast.expr]]:
    """(name, value) of the attributes to which `__init__` assigns."""
    for function in node.body:
        if isinstance(function, Function) and function.name == INIT and function.args.args:
            own = f"{function.args.args[0].arg}."
            for name, value in _assigned([*ast.walk(function)]):
                if name.startswith(own):
                    yield name.removeprefix(own), value


def _called_in_functions(modules: list[tuple[Names, ast.Module]]) -> Iterator[str]:
    """Full names of what functions call: of a class among them, each request has an object."""
    for named, tree in modules:
        functions = [node for node in ast.walk(tree) if isinstance(node, Function | ast.Lambda)]
        for node in chain.from_iterable(map(ast.walk, functions)):
            if isinstance(node, ast.Call):
                yield named.full(dotted(node.func))


def _is_container(value: ast.expr) -> bool:
    if isinstance(value, ast.List | ast.Dict | ast.Set):
        return True
    if not isinstance(value, ast.Call) or any(word.arg == "maxlen" for word in value.keywords):
        return False
    maker = value.func
    name = maker.attr if isinstance(maker, ast.Attribute) else getattr(maker, "id", "")
    return name in MAKERS and not (name == "deque" and len(value.args) > 1)


def dotted(node: ast.AST) -> str:
    """`state.seen` of such an expression; empty for any other one."""
    if isinstance(node, ast.Attribute):
        owner = dotted(node.value)
        return f"{owner}.{node.attr}" if owner else ""
    return node.id if isinstance(node, ast.Name) else ""
