"""What a file's own name says of the lines in it: the function, and the log stream.

logs/orders/2026-11-26-LATEST-0f…jsonl              the sandbox: a folder a function
exports/7a…/2026-11-26-[$LATEST]0f…/000000.gz       an export to S3: a folder a stream
orders.log                                          a file that somebody named
"""

import re
from pathlib import PurePath
from typing import NamedTuple

UNKNOWN = "unknown"
"""What a function is called whose name nothing says."""
STREAM = re.compile(r"\d{4}/\d\d/\d\d/[^\s\"'\\,;]{0,140}?\[[^\s\]\"'\\]{1,128}\][0-9a-f]{32}")
"""The name of a log stream, such as `2026/11/26/[$LATEST]0f…`."""
_EXPORTED = re.compile(r"(\d{4})-(\d\d)-(\d\d)-((?:[\w-]+)?\[[^\]/]+\][0-9a-f]{32})")
_SANDBOX = re.compile(r"(\d{4})-(\d\d)-(\d\d)-(LATEST|\d+)-([0-9a-f]{32})\.jsonl")
_OF_FUNCTION = re.compile(r"\d{4}/\d\d/\d\d/([A-Za-z0-9_-]+)\[")
_GROUP = re.compile(r"(?:\d{12}:)?(?:/aws/lambda/)?(?P<name>.+)")
_SUFFIX = re.compile(r"\.(?:log|txt|te?xt|jsonl?|ndjson|csv|gz|bz2|xz|zst|out|\d+)$", re.IGNORECASE)


class Place(NamedTuple):
    """What is known of lines that say nothing of it themselves."""

    function_name: str = UNKNOWN
    container_id: str | None = None


def of_path(path: PurePath | str) -> Place:
    """What the path of a file or object says."""
    path = PurePath(path)
    sandbox = _SANDBOX.fullmatch(path.name)
    if sandbox:
        year, month, day, version, name = sandbox.groups()
        version = "$LATEST" if version == "LATEST" else version
        return Place(path.parent.name or UNKNOWN, f"{year}/{month}/{day}/[{version}]{name}")
    for part in reversed(path.parts):
        stream = _EXPORTED.fullmatch(part)
        if stream:
            container_id = "/".join(stream.groups())
            return Place(of_stream(container_id) or UNKNOWN, container_id)
    name = path.name
    while _SUFFIX.search(name):
        name = _SUFFIX.sub("", name)
    return Place(name.lstrip("-") or UNKNOWN)


def of_group(group: str | None) -> str | None:
    """The function of a log group; of one that several may share, the group's own name."""
    found = _GROUP.fullmatch(group) if group else None
    return found["name"] if found else None


def of_stream(stream: str | None) -> str | None:
    """The function in a stream's name, which has one in log groups that functions share."""
    found = _OF_FUNCTION.match(stream) if stream else None
    return found[1] if found else None
