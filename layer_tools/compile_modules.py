"""Compiles modules to byte code files that need no check (PEP 552): runs in each Python by itself.

FOLDER/sources/PATH.py is read, FOLDER/made/PATH.pyc is written. What a function never needs is left
out: docstrings, annotations, and the lines of instructions (a traceback shows the line in which
the function begins), which together are half of the size.
"""

import ast
import marshal
import pathlib
from importlib.util import MAGIC_NUMBER, source_hash
from types import CodeType

FOLDER = pathlib.Path("/mnt/folder")
LAYER = "/opt/python/"
UNCHECKED_HASH = 1
WITHOUT_COLUMNS = 13
"""The kind of a line table's entry that has no columns: CPython's InternalDocs/code_objects.md."""
MAX_UNITS = 8
"""How many code units one entry can stand for."""


class WithoutAnnotations(ast.NodeTransformer):
    """Takes out what type checkers alone read."""

    def visit_arg(self, node: ast.arg) -> ast.arg:
        """A parameter."""
        node.annotation = None
        return node

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        """A function's answer."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AsyncFunctionDef(self, node: ast.AsyncFunctionDef) -> ast.AST:
        """The same of a coroutine function."""
        node.returns = None
        return self.generic_visit(node)

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.stmt:
        """A variable."""
        if node.value is None:
            return ast.copy_location(ast.Pass(), node)
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_If(self, node: ast.If) -> ast.AST | list[ast.stmt]:
        """Imports for annotations."""
        self.generic_visit(node)
        if isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING":
            return node.orelse or ast.copy_location(ast.Pass(), node)
        return node


def _with_first_lines(code: CodeType) -> CodeType:
    """The code in which every instruction is in its function's first line."""
    whole, rest = divmod(len(code.co_code) // 2, MAX_UNITS)
    constants = [
        _with_first_lines(value) if isinstance(value, CodeType) else value
        for value in code.co_consts
    ]
    return code.replace(
        co_linetable=_entry(MAX_UNITS) * whole + (_entry(rest) if rest else b""),
        co_consts=tuple(constants),
    )


def _entry(units: int) -> bytes:
    """An entry for so many code units, which are in the same line as those before."""
    return bytes((0x80 | WITHOUT_COLUMNS << 3 | units - 1, 0))


def _compiled(path: pathlib.Path, name: str) -> bytes:
    source = path.read_bytes()
    tree = ast.fix_missing_locations(WithoutAnnotations().visit(ast.parse(source)))
    code = compile(tree, LAYER + name, "exec", dont_inherit=True, optimize=2)
    header = MAGIC_NUMBER + UNCHECKED_HASH.to_bytes(4, "little") + source_hash(source)
    return header + marshal.dumps(_with_first_lines(code))


def main() -> None:
    """Compile all that is in the folder."""
    sources = FOLDER / "sources"
    for path in sorted(sources.rglob("*.py")):
        name = path.relative_to(sources)
        made = (FOLDER / "made" / name).with_suffix(".pyc")
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(_compiled(path, name.as_posix()))


if __name__ == "__main__":
    main()
