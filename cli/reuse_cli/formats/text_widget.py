"""The few marks of Markdown that dashboards' text widgets use, as HTML; all else is text."""

import re
from html import escape

LINK = re.compile(r"\[([^\]]+)\]\((https?://[^)\s]+)\)")
MARKS = (
    (re.compile(r"`([^`]+)`"), r"<code>\1</code>"),
    (re.compile(r"\*\*([^*]+)\*\*"), r"<strong>\1</strong>"),
    (re.compile(r"\*([^*]+)\*"), r"<em>\1</em>"),
)
HEADING = re.compile(r"(#{1,6})\s+(.*)")
ITEM = re.compile(r"\s*[-*]\s+(.*)")


def html(markdown: str) -> str:
    """Headings, paragraphs, lists, emphasis, code and links; every other character is escaped."""
    blocks, paragraph, items = [], list[str](), list[str]()

    def flush() -> None:
        if paragraph:
            blocks.append(f"<p>{' '.join(paragraph)}</p>")
            paragraph.clear()
        if items:
            blocks.append("<ul>" + "".join(f"<li>{item}</li>" for item in items) + "</ul>")
            items.clear()

    for line in markdown.splitlines():
        heading, item = HEADING.fullmatch(line.strip()), ITEM.fullmatch(line)
        if heading:
            flush()
            level = min(6, len(heading[1]) + 2)
            blocks.append(f"<h{level}>{_inline(heading[2])}</h{level}>")
        elif item:
            items.append(_inline(item[1]))
        elif line.strip():
            paragraph.append(_inline(line.strip()))
        else:
            flush()
    flush()
    return "".join(blocks)


def _inline(text: str) -> str:
    made = escape(text)
    for mark, shown in MARKS:
        made = mark.sub(shown, made)
    return LINK.sub(r'<a href="\2" rel="noreferrer">\1</a>', made)
