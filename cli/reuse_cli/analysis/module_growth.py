"""What a module's functions do to containers that outlive them: add to them, empty them, ask."""

import ast
from dataclasses import dataclass, field

from reuse_cli.analysis.source_names import INIT, Function, Known, Names, dotted

GROWS = {"append", "appendleft", "extend", "insert", "add", "update"}
SHRINKS = {"clear", "pop", "popitem", "popleft", "remove", "discard", "difference_update"}
ASKS = {"get", "setdefault"}
ADDERS = {"heappush", "insort", "insort_left", "insort_right"}
TAKERS = {"heappop"}
"""Functions of heapq and bisect that add to their first argument, or take from it."""
OF_CLASSES = {"__init_subclass__", "__set_name__"}
"""What runs while a class statement is executed."""


@dataclass(frozen=True)
class Growth:
    """A line that adds to a container that outlives the invocation."""

    call_site: str
    function: str
    name: str


@dataclass(eq=False)
class Uses:
    """What functions do to one container."""

    grows: list[Growth] = field(default_factory=list)
    grows_within: list[Growth] = field(default_factory=list)
    """Where one of its items grows, which asking for a key beforehand does not bound."""
    is_asked: bool = False
    is_emptied: bool = False

    def found(self) -> list[Growth]:
        """The lines that let it grow, where nothing bounds it."""
        if self.is_emptied:
            return []
        return self.grows_within + ([] if self.is_asked else self.grows)


class Reader(ast.NodeVisitor):
    """Reads the functions of one module."""

    def __init__(
        self,
        file: str,
        names: Names,
        known: Known,
        uses: dict[str, Uses],
        on_import: dict[str, int],
        *,
        emptying: set[tuple[str, int]],
    ) -> None:
        self._file = file
        self._names = names
        self._known = known
        self._uses = uses
        self._on_import = on_import
        self._emptying = emptying
        self._functions: list[Function] = []
        self._hidden: list[set[str]] = []
        self._asked: list[Uses] = []
        """Containers that an `if` around the present node asks for a key."""
        self._bounded: list[Uses] = []
        """Those that it finds empty, or asks for their length."""
        self._is_metaclass = False
        self._class: ast.ClassDef | None = None
        """The class at module level whose methods are read."""

    def visit_ClassDef(self, node: ast.ClassDef) -> None:
        """A class of classes runs while classes are made."""
        before = self._is_metaclass, self._class
        self._is_metaclass = any(getattr(base, "id", "") == "type" for base in node.bases)
        if not self._functions:
            self._class = node if self._class is None else None
        self.generic_visit(node)
        self._is_metaclass, self._class = before

    def visit_FunctionDef(self, node: ast.FunctionDef) -> None:
        """A function, with the functions in it."""
        self._function(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> None:
        """As any function."""
        self._function(node)

    def _function(self, node: Function) -> None:
        self._functions.append(node)
        self._hidden.append(local_names(node))
        for child in node.body:
            self.visit(child)
        self._functions.pop()
        self._hidden.pop()

    def visit_If(self, node: ast.If) -> None:
        """What an `if` asks for is a cache's."""
        self._condition(node)

    def visit_While(self, node: ast.While) -> None:
        """`while len(workers) < 4` bounds what it fills."""
        self._condition(node)

    def _condition(self, node: ast.If | ast.While) -> None:
        asked = [use for part in ast.walk(node.test) if (use := self._use(part)) is not None]
        measured = [self._use(_measured(part)) for part in ast.walk(node.test)]
        bounded = [use for use in measured if use is not None]
        self.visit(node.test)
        self._asked += asked
        self._bounded += bounded
        for child in node.body + node.orelse:
            self.visit(child)
        del self._asked[len(self._asked) - len(asked) :]
        del self._bounded[len(self._bounded) - len(bounded) :]

    def visit_Try(self, node: ast.Try) -> None:
        """`try: return cache[key]` asks for a key, too."""
        for part in (part for child in node.body for part in ast.walk(child)):
            if isinstance(part, ast.Subscript) and isinstance(part.ctx, ast.Load):
                use = self._use(part.value)
                if use is not None and node.handlers:
                    use.is_asked = True
        self.generic_visit(node)

    def visit_Compare(self, node: ast.Compare) -> None:
        """`key in cache`."""
        for operator, side in zip(node.ops, node.comparators, strict=True):
            use = self._use(side)
            if use is not None and isinstance(operator, ast.In | ast.NotIn):
                use.is_asked = True
        self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        """A method of a container, or of one of its items."""
        if isinstance(node.func, ast.Attribute):
            method, owner = node.func.attr, node.func.value
            use, within = self._use(owner), self._use(_item_of(owner))
            if use is not None:
                self._method(use, use.grows, method, node)
            elif within is not None:
                self._method(within, within.grows_within, method, node)
        name = node.func.attr if isinstance(node.func, ast.Attribute) else dotted(node.func)
        self._arguments(node, name)
        self.generic_visit(node)

    def _arguments(self, node: ast.Call, function: str) -> None:
        """What a function that is called does to the containers that it is given."""
        for number, argument in enumerate(node.args):
            use = self._use(argument)
            if use is None:
                continue
            if (function, number) in self._emptying or (function in TAKERS and number == 0):
                use.is_emptied = True
            elif function in ADDERS and number == 0:
                self._grows(use, use.grows, node)

    def _method(self, use: Uses, grows: list[Growth], method: str, node: ast.Call) -> None:
        if method in GROWS:
            if not (_has_fixed_keys(node) if method == "update" else _is_fixed(method, node)):
                self._grows(use, grows, node)
        elif method in SHRINKS:
            use.is_emptied = True
        elif method in ASKS and grows is use.grows:
            use.is_asked = True

    def visit_Subscript(self, node: ast.Subscript) -> None:
        """`seen[key] = ...`, `del seen[key]`, `seen[:] = ...`."""
        use = self._use(node.value)
        is_read = isinstance(node.ctx, ast.Load)
        if use is not None:
            if isinstance(node.ctx, ast.Del) or (isinstance(node.slice, ast.Slice) and not is_read):
                use.is_emptied = True
            elif not is_read and not isinstance(node.slice, ast.Constant):
                self._grows(use, use.grows, node)
        self.generic_visit(node)

    def visit_Assign(self, node: ast.Assign) -> None:
        """`seen = seen + [event]` and `seen = [*seen, event]` add, too."""
        use = self._use(node.targets[0]) if len(node.targets) == 1 else None
        if use is not None and any(self._use(part) is use for part in _added_to(node.value)):
            self._grows(use, use.grows, node)
            self.visit(node.value)
        else:
            self.generic_visit(node)

    def visit_AugAssign(self, node: ast.AugAssign) -> None:
        """`seen += [event]` adds; any other operator makes it smaller or another one."""
        use = self._use(node.target)
        if use is None:
            self.generic_visit(node)
            return
        if isinstance(node.op, ast.Add | ast.BitOr):
            self._grows(use, use.grows, node)
        else:
            use.is_emptied = True
        self.visit(node.value)

    def visit_Name(self, node: ast.Name) -> None:
        """Another value for the name, in place of the container."""
        self._assigned(node, node.ctx)

    def visit_Attribute(self, node: ast.Attribute) -> None:
        """The same for another module's."""
        self._assigned(node, node.ctx)
        self.generic_visit(node)

    def _assigned(self, node: ast.expr, context: ast.expr_context) -> None:
        use = self._use(node)
        is_made = self._class is not None and self._functions and self._functions[0].name == INIT
        if use is not None and not isinstance(context, ast.Load) and not is_made:
            use.is_emptied = True

    def _use(self, node: ast.AST | None) -> Uses | None:
        """The uses of the container that an expression in a function is."""
        name = dotted(node) if node is not None and self._functions else ""
        if not name:
            return None
        first, dot, rest = name.partition(".")
        if self._class is not None and first == self._own_object():
            full = self._names.full(f"{self._class.name}{dot}{rest}")
        elif any(first in hidden for hidden in self._hidden):
            return None
        else:
            full = self._names.full(name)
        container = self._known.container(full)
        return self._uses[container] if container is not None else None

    def _own_object(self) -> str:
        """What the present method calls its object or its class."""
        method = self._functions[0]
        is_static = any(getattr(one, "id", "") == "staticmethod" for one in method.decorator_list)
        return "" if is_static or not method.args.args else method.args.args[0].arg

    def _grows(self, use: Uses, grows: list[Growth], node: ast.expr | ast.stmt) -> None:
        is_asked = grows is use.grows_within and use in self._asked
        if self._is_on_import() or is_asked or use in self._bounded:
            return
        full = next(name for name, known in self._uses.items() if known is use)
        name = full.removeprefix(f"{self._names.module}.")
        grows.append(Growth(f"{self._file}:{node.lineno}", self._functions[-1].name, name))

    def _is_on_import(self) -> bool:
        """Whether the present function runs while the modules are imported."""
        outermost = self._functions[0].name
        is_of_class = self._is_metaclass or outermost in OF_CLASSES
        if self._class is not None and self._names.full(self._class.name) in self._known.kept:
            is_of_class = is_of_class or outermost == INIT
        return is_of_class or len(self._functions) <= self._on_import.get(outermost, 0)


def emptying(tree: ast.AST) -> set[tuple[str, int]]:
    """(function, position) of the arguments that functions of the module take something from.

    A method's positions are those of its calls: without the object.
    """
    found = set()
    for function in ast.walk(tree):
        if isinstance(function, Function):
            names = [argument.arg for argument in function.args.args]
            names = names[1:] if names[:1] in (["self"], ["cls"]) else names
            taken = {_emptied(node) for node in ast.walk(function)}
            found |= {(function.name, at) for at, name in enumerate(names) if name in taken}
    return found


def _emptied(node: ast.AST) -> str:
    """`seen` of `seen.clear()`, `del seen[...]` and `seen[:] = ...`."""
    if isinstance(node, ast.Attribute) and node.attr in SHRINKS:
        return dotted(node.value)
    if isinstance(node, ast.Subscript):
        is_slice = isinstance(node.slice, ast.Slice) and isinstance(node.ctx, ast.Store)
        return dotted(node.value) if is_slice or isinstance(node.ctx, ast.Del) else ""
    return ""


def _measured(node: ast.AST) -> ast.AST | None:
    """`seen` of `not seen` and `len(seen)`."""
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return node.operand
    is_length = isinstance(node, ast.Call) and dotted(node.func) == "len" and node.args
    return node.args[0] if is_length else None  # type: ignore[attr-defined]


def _added_to(value: ast.expr) -> list[ast.expr]:
    """What a value has all items of, and others."""
    if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Add | ast.BitOr):
        return [value.left, value.right]
    if isinstance(value, ast.List | ast.Set | ast.Tuple):
        return [item.value for item in value.elts if isinstance(item, ast.Starred)]
    if isinstance(value, ast.Dict):
        return [item for key, item in zip(value.keys, value.values, strict=True) if key is None]
    return []


def _is_fixed(method: str, node: ast.Call) -> bool:
    """`seen.add("orders")`: the same item each time."""
    return method == "add" and all(isinstance(item, ast.Constant) for item in node.args)


def _has_fixed_keys(node: ast.Call) -> bool:
    """`known.update(etag=etag)` and `known.update({"etag": etag})`: the same keys each time."""
    for given in node.args:
        keys = given.keys if isinstance(given, ast.Dict) else [None]
        if not all(isinstance(key, ast.Constant) for key in keys):
            return False
    return all(word.arg is not None for word in node.keywords)


def _item_of(node: ast.expr) -> ast.expr | None:
    """`seen` of `seen[key]` and of `seen.setdefault(key, [])`."""
    if isinstance(node, ast.Subscript):
        return node.value
    is_call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)
    if is_call and node.func.attr in ASKS:  # type: ignore[attr-defined]
        return node.func.value  # type: ignore[attr-defined,no-any-return]
    return None


def local_names(function: Function) -> set[str]:
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
