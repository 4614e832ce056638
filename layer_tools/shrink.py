"""`python -m layer_tools.shrink FOLDER` takes comments and docstrings out of Python sources.

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
    """The source, in which comments are gone and docstrings are empty."""
    lines = source.splitlines()
    for (first, start), (last, end) in sorted(_comments(source), reverse=True):
        assert first == last
        lines[first - 1] = (lines[first - 1][:start] + lines[first - 1][end:]).rstrip()
    for (first, start), (last, end) in sorted(_docstrings(source), reverse=True):
        before, after = lines[first - 1][:start], lines[last - 1][end:]
        lines[first - 1 : last] = [before + '""' + after, *[""] * (last - first)]
    return "".join(f"{line}\n" for line in lines)


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
