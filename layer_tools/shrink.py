"""`python -m layer_tools.shrink FOLDER` takes out of Python sources what no function needs.

Comments, docstrings, annotations, and what type checkers alone import.

What is loaded from its source, because its byte code is not in the layer, is smaller this way, and
the lines of a traceback are still those of the repository.
"""

import ast
import io
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

Span = tuple[tuple[int, int], tuple[int, int]]
"""First and last place: line, from 1, and column in characters."""


def shrunk(source: str) -> str:
    """The source, in which docstrings are empty and all else that nobody needs is gone."""
    lines = source.splitlines()
    for (first, start), (last, end) in sorted(_comments(source), reverse=True):
        assert first == last
        lines[first - 1] = (lines[first - 1][:start] + lines[first - 1][end:]).rstrip()
    for (first, start), (last, end) in sorted(_docstrings(source), reverse=True):
        before, after = lines[first - 1][:start], lines[last - 1][end:]
        lines[first - 1 : last] = [before + '""' + after, *[""] * (last - first)]
    for (first, start), (last, end) in sorted(_types("\n".join(lines)), reverse=True):
        before, after = lines[first - 1][:start], lines[last - 1][end:]
        lines[first - 1 : last] = [(before + after).rstrip(), *[""] * (last - first)]
    return "".join(f"{line}\n" for line in lines)


def _types(source: str) -> Iterator[Span]:
    """Every annotation that stands beside a value, a parameter or a function's end."""
    lines = source.splitlines()
    arrows = _arrows(source)
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.arg(annotation=ast.expr() as kind):
                after_name = _place(lines, node.lineno, node.col_offset)
                yield (after_name[0], after_name[1] + len(node.arg)), _end(lines, kind)
            case ast.AnnAssign(target=target, annotation=kind, value=ast.expr()):
                yield _end(lines, target), _end(lines, kind)
            case (
                ast.FunctionDef(returns=ast.expr() as kind)
                | ast.AsyncFunctionDef(returns=ast.expr() as kind)
            ):
                start = _place(lines, kind.lineno, kind.col_offset)
                yield max(arrow for arrow in arrows if arrow < start), _end(lines, kind)
            case ast.If(test=ast.Name("TYPE_CHECKING"), orelse=[]):
                yield _place(lines, node.lineno, node.col_offset), _end(lines, node)


def _arrows(source: str) -> list[tuple[int, int]]:
    """Where what a function gives is announced, with the blank before it."""
    tokens = tokenize.generate_tokens(io.StringIO(source).readline)
    return [(at.start[0], at.start[1] - 1) for at in tokens if at.string == "->"]


def _end(lines: list[str], node: ast.expr | ast.stmt) -> tuple[int, int]:
    return _place(lines, node.end_lineno or node.lineno, node.end_col_offset or 0)


def _comments(source: str) -> Iterator[Span]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start, token.end


def _docstrings(source: str) -> Iterator[Span]:
    """Every string that is a statement of its own."""
    lines = source.splitlines()
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(ast.Constant(str()) as text):
                last, end = text.end_lineno or text.lineno, text.end_col_offset or 0
                yield _place(lines, text.lineno, text.col_offset), _place(lines, last, end)


def _place(lines: list[str], line: int, offset: int) -> tuple[int, int]:
    """A place with its column in characters; ast counts bytes."""
    return line, len(lines[line - 1].encode()[:offset].decode())


if __name__ == "__main__":
    for path in Path(sys.argv[1]).rglob("*.py"):
        path.write_text(shrunk(path.read_text()))
