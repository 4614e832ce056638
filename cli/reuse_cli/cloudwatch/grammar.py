"""Reads a text by a Lark grammar; an error points at the place."""

from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from lark import Lark


class GrammarError(Exception):
    """A text that a grammar does not take; `place` is the number of a character, from 1."""

    def __init__(self, place: int) -> None:
        super().__init__(f"character {place}")
        self.place = place


def parse(grammar: str, text: str, *, ambiguous: bool = False) -> Any:
    """The text as a tree. Raises GrammarError.

    `ambiguous`: the grammar needs Earley's algorithm, which takes any grammar and more time.
    """
    from lark.exceptions import UnexpectedInput

    try:
        return _parser(grammar, "earley" if ambiguous else "lalr").parse(text)
    except UnexpectedInput as error:
        raise GrammarError(_place(error, text)) from None


def _place(error: Any, text: str) -> int:
    token = getattr(error, "token", None)
    is_end = token is not None and token.type == "$END"
    at = getattr(error, "pos_in_stream", None)
    return len(text) + 1 if is_end or not isinstance(at, int) or at < 0 else at + 1


@cache
def _parser(grammar: str, algorithm: str) -> "Lark":
    from lark import Lark  # 60 ms to import

    return Lark(grammar, parser=algorithm, maybe_placeholders=True)
