"""JSON, written piece by piece: the same bytes under CPython and MicroPython.

The interpreters' own writers differ in floats, in escapes and in the order of keys, so numbers here
are whole or thousandths, text is ASCII with escapes, and an object is written in the order of its
fields. A shape is a function that writes one value.
"""

import json

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Callable, Iterable

    Shape = Callable[[Any], str]


def integer(value: int) -> str:
    """A whole number."""
    return str(value)


def decimal3(value: int) -> str:
    """A number of thousandths: microseconds as milliseconds, milliseconds as seconds."""
    units, rest = divmod(value, 1000)
    return ("%d.%03d" % (units, rest)).rstrip("0") if rest else str(units)


MAX_KNOWN = 32
_known: "dict[str, str]" = {}
"""What some short texts were written as: the same few stand in all records of a container."""


def text(value: str) -> str:
    """A text; a surrogate without its partner, which UTF-8 cannot carry, becomes U+FFFD."""
    quoted = _known.get(value)
    if quoted is None:
        quoted = _quoted(value)
        if len(_known) < MAX_KNOWN and len(quoted) < 200:
            _known[value] = quoted
    return quoted


def _quoted(value: str) -> str:
    try:
        if len(value.encode()) == len(value):
            quoted = json.dumps(value)
            if "\\" not in quoted:
                return quoted
    except UnicodeError:
        pass  # CPython does not encode surrogates, MicroPython does: the slow way serves both
    return '"' + "".join(_escapes(value)) + '"'


def _escapes(value: str) -> "Iterable[str]":
    high = 0
    for character in value:
        code = ord(character)
        if high and not 0xDC00 <= code < 0xE000:
            yield "\\ufffd"
        if 0xD800 <= code < 0xDC00:
            high = code
            continue
        if 0xDC00 <= code < 0xE000:
            yield "\\u%04x\\u%04x" % (high, code) if high else "\\ufffd"
        elif character in '"\\':
            yield "\\" + character
        elif 0x20 <= code < 0x7F:
            yield character
        elif code > 0xFFFF:
            code -= 0x10000
            yield "\\u%04x\\u%04x" % (0xD800 + (code >> 10), 0xDC00 + (code & 0x3FF))
        else:
            yield "\\u%04x" % code
        high = 0
    if high:
        yield "\\ufffd"


def list_of(shape: "Shape") -> "Shape":
    """The shape of a list of values of one shape."""

    def write(values: "Iterable[Any]") -> str:
        return "[" + ",".join([shape(value) for value in values]) + "]"

    return write


def object_of(fields: "Iterable[tuple[str, Shape]]") -> "Shape":
    """The shape of an object: the fields that it has and that are not None, in this order."""

    named = [(name, ',"' + name + '":', shape) for name, shape in fields]

    def write(values: "dict[str, Any]") -> str:
        parts = []
        for name, prefix, shape in named:
            value = values.get(name)
            if value is not None:
                parts.append(prefix)
                parts.append(shape(value))
        return "{" + "".join(parts)[1:] + "}"

    return write
