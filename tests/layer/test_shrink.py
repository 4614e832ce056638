"""Sources without comments and docstrings."""

import ast

import pytest

from layer_tools.shrink import shrunk
from tests.helper.parts import HELPER


@pytest.mark.parametrize(
    ("source", "small"),
    [
        ('"""Doc."""\nx = 1  # one\n', '""\nx = 1\n'),
        ('def f():\n    """Doc\n    of two lines.\n    """\n', 'def f():\n    ""\n\n\n'),
        ('x = "# no comment"\n# a comment\n\ny = 1\n', 'x = "# no comment"\n\n\ny = 1\n'),
        ('x: "int" = 1\n"""What x is."""\n', 'x: "int" = 1\n""\n'),
        ('"ä"; x = """no\ndocstring"""  # ä\n', '""; x = """no\ndocstring"""\n'),
        ("f(\n    1,  # one\n    # two\n    2,\n)\n", "f(\n    1,\n\n    2,\n)\n"),
        ("", ""),
    ],
)
def test_what_is_left(source, small):
    """Comments and docstrings go; strings and line numbers stay."""
    assert shrunk(source) == small


@pytest.mark.parametrize("path", sorted(HELPER.rglob("*.py")), ids=lambda path: path.name)
def test_the_code_and_its_lines_are_the_same(path):
    """Every statement of the helper, but for the docstrings."""
    source = path.read_text()

    assert statements(shrunk(source)) == statements(source)


def statements(source: str) -> list[str]:
    """The syntax tree with lines, docstrings aside."""
    tree = ast.parse(source)
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            node.value = ast.Constant("")
            node.end_lineno = node.end_col_offset = 0
    return [
        f"{type(node).__name__} {getattr(node, 'lineno', 0)} {ast.dump(node)}"
        for node in ast.walk(tree)
        if isinstance(node, ast.stmt)
    ]
