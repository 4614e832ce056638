"""Sources without comments, docstrings and types."""

import ast

import pytest

from layer_tools.shrink import shrunk
from tests.helper.parts import HELPER

DEFINED = 'def f(a = 1, *b, c = 2):\n    x: "X"\n'
LAID_OUT = "def f(\n    a,\n\n): return a\n"


@pytest.mark.parametrize(
    ("source", "small"),
    [
        ('"""Doc."""\nx = 1  # one\n', '""\nx = 1\n'),
        ('def f():\n    """Doc\n    of two lines.\n    """\n', 'def f():\n    ""\n\n\n'),
        ('x = "# no comment"\n# a comment\n\ny = 1\n', 'x = "# no comment"\n\n\ny = 1\n'),
        ('x: "int" = 1\n"""What x is."""\n', 'x = 1\n""\n'),
        ('def f(a: "A" = 1, *b: "ä", c: int = 2) -> "B":\n    x: "X"\n', DEFINED),
        ("def f(\n    a: int,\n    # why\n) -> int: return a\n", LAID_OUT),
        ("if TYPE_CHECKING:\n    from a import (\n        b,\n    )\nx = 1\n", "\n\n\n\nx = 1\n"),
        ('"ä"; x = """no\ndocstring"""  # ä\n', '""; x = """no\ndocstring"""\n'),
        ("f(\n    1,  # one\n    # two\n    2,\n)\n", "f(\n    1,\n\n    2,\n)\n"),
        ("", ""),
    ],
)
def test_what_is_left(source, small):
    """Comments, docstrings and types go; strings and line numbers stay."""
    assert shrunk(source) == small


@pytest.mark.parametrize("path", sorted(HELPER.rglob("*.py")), ids=lambda path: path.name)
def test_the_code_and_its_lines_are_the_same(path):
    """Every statement of the helper, but for docstrings and types."""
    source = path.read_text()

    assert statements(shrunk(source)) == statements(source)


class WithoutTypes(ast.NodeTransformer):
    def visit_arg(self, node):
        node.annotation = None
        return node

    def visit_FunctionDef(self, node):
        node.returns = None
        return self.generic_visit(node)

    visit_AsyncFunctionDef = visit_FunctionDef  # noqa: N815

    def visit_AnnAssign(self, node):
        if node.value is None:
            return node
        return ast.copy_location(ast.Assign([node.target], node.value), node)

    def visit_If(self, node):
        is_typing = isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"
        return None if is_typing else self.generic_visit(node)


def statements(source: str) -> list[str]:
    """The syntax tree with lines, docstrings and types aside."""
    tree = WithoutTypes().visit(ast.parse(source))
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant("")
            node.end_lineno = node.end_col_offset = 0
    return [
        f"{type(node).__name__} {getattr(node, 'lineno', 0)} {ast.dump(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
    ]
