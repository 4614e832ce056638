"""The few marks of Markdown that dashboards' text widgets use, as HTML; all else is text."""

import re
from collections.abc import Callable
from html import escape

WHOLE = re.compile(r"`(?P<code>[^`]+)`|\[(?P<shown>[^\]]+)\]\((?P<address>https?://[^)\s]+)\)")
MARKS = (
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)
HEADING = re.compile(r"(#{1,6})\s+(.*?)(?:\s+#+)?")
ITEM = re.compile(r"\s*(?:[-*+]|(?P<number>\d{1,9})[.)])\s+(?P<text>.*)")
FENCE = re.compile(r"\s*(```|~~~).*")
RULE = re.compile(r"\s*([-*_])(\s*\1){2,}\s*")
ROW = re.compile(r"\s*\|(.*?)\|?\s*")
EDGE = re.compile(r"[\s|:-]*-[\s|:-]*")
"""The line between the head of a table and its rows."""


def html(markdown: str) -> str:
    """Headings, paragraphs, lists, tables, code, emphasis and links; all else is escaped."""
    blocks: list[str] = []
    lines = markdown.splitlines()
    while lines:
        line = lines[0]
        if FENCE.fullmatch(line):
            lines.pop(0)
            code = [escape(one) for one in _taken(lines, lambda one: not FENCE.fullmatch(one))]
            blocks.append("<pre><code>" + "\n".join(code) + "</code></pre>")
            del lines[:1]
        elif heading := HEADING.fullmatch(line.strip()):
            lines.pop(0)
            level = min(6, len(heading[1]) + 2)
            blocks.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
        elif RULE.fullmatch(line):
            lines.pop(0)
            blocks.append("<hr>")
        elif ROW.fullmatch(line) and len(lines) > 1 and EDGE.fullmatch(lines[1]):
            blocks.append(_table(_taken(lines, ROW.fullmatch)))
        elif item := ITEM.fullmatch(line):
            is_like = _is_numbered if item["number"] is not None else _is_bulleted
            blocks.append(_items(_taken(lines, is_like)))
        elif line.strip():
            paragraph = [lines.pop(0), *_taken(lines, _is_paragraph)]
            blocks.append(f"<p>{' '.join(_inline(one.strip()) for one in paragraph)}</p>")
        else:
            lines.pop(0)
    return "".join(blocks)


def _taken(lines: list[str], belongs: Callable[[str], object]) -> list[str]:
    """The lines at the beginning that belong to a block, which are taken away."""
    count = next((at for at, line in enumerate(lines) if not belongs(line)), len(lines))
    taken, lines[:count] = lines[:count], []
    return taken


def _is_numbered(line: str) -> bool:
    item = ITEM.fullmatch(line)
    return item is not None and item["number"] is not None


def _is_bulleted(line: str) -> bool:
    return ITEM.fullmatch(line) is not None and not _is_numbered(line)


def _is_paragraph(line: str) -> bool:
    others = (FENCE, RULE, ITEM, ROW)
    is_other = any(pattern.fullmatch(line) for pattern in others)
    return bool(line.strip()) and not is_other and not HEADING.fullmatch(line.strip())


def _items(lines: list[str]) -> str:
    found = [item for item in map(ITEM.fullmatch, lines) if item is not None]
    kind = "ul" if found[0]["number"] is None else "ol"
    begin = found[0]["number"]
    start = f' start="{int(begin)}"' if begin and int(begin) != 1 else ""
    items = "".join(f"<li>{_inline(item['text'])}</li>" for item in found)
    return f"<{kind}{start}>{items}</{kind}>"


def _table(lines: list[str]) -> str:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head = "".join(f'<th scope="col">{_inline(cell)}</th>' for cell in rows[0])
    body = "".join(
        "<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>" for row in rows[2:]
    )
    return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _inline(text: str) -> str:
    """Marks within a line; none in code, and none in the address of a link."""
    made, position = [], 0
    for whole in WHOLE.finditer(text):
        made.append(_emphasis(text[position : whole.start()]))
        position = whole.end()
        if whole["code"] is not None:
            made.append(f"<code>{escape(whole['code'])}</code>")
        else:
            address = escape(whole["address"], quote=True)
            made.append(f'<a href="{address}" rel="noreferrer">{_emphasis(whole["shown"])}</a>')
    return "".join([*made, _emphasis(text[position:])])


def _emphasis(text: str) -> str:
    made = escape(text)
    for mark, shown in MARKS:
        made = mark.sub(shown, made)
    return made
