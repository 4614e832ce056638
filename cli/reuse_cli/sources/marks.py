"""How a record is recognised in text: by its field `record`, whatever quotes it."""

import re

from reuse_extension.core import records

KINDS = tuple(records.FIELDS)
"""The kinds of records that are read."""

VERSIONED = re.compile(r"(?:container|resource|init)/\d{1,4}")
_QUOTE = rb'(?:\\{0,7}"|"")'
MARK = re.compile(
    _QUOTE + rb"record" + _QUOTE + rb"\s*:\s*" + _QUOTE + rb"(?:container|resource|init)/\d"
)
"""The field `record` of one of our records, plain, escaped in JSON, or doubled in CSV."""
BEGINNING = re.compile(_QUOTE + rb"Namespace" + _QUOTE + rb"\s*:\s*" + _QUOTE + rb"LambdaReuse")
"""What stands before the mark in a line that was cut off."""
HINTS = (b"record", b"LambdaReuse")
"""The first is in every mark, the second in every beginning: a quick first look."""
LINES, CONTAINER, RESOURCE, INIT = b"LambdaReuse", b"container/", b"resource/", b"init/"
WORDS = (LINES, CONTAINER, RESOURCE, INIT)
"""One of these is in every line that has either: the platform's own events have a `record` too."""


def count_marks(text: bytes) -> int:
    """How many records a text seems to hold, whole or cut off."""
    marks = len(MARK.findall(text)) if HINTS[0] in text else 0
    return max(marks, len(BEGINNING.findall(text))) if HINTS[1] in text else marks
