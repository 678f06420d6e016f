"""Blocks of CommonMark that hold no mark but those of headings and flat lists: most of every notice.

What such a block becomes is known without the parser, whose cost is a matter of lines. Anything else is left to it; a
test holds both ways to the same HTML.
"""

import re
from dataclasses import dataclass

# Nothing that CommonMark or HTML could take for a mark.
_PLAIN = r"[^\x00-\x1f\x7f\\`*_\[\]<>&]"
# A line that starts no block and neither starts nor ends with white space.
_LINE = rf"(?![-+=#~]|[0-9]{{1,9}}[.)])(?=\S){_PLAIN}+(?<=\S)"
_PARAGRAPH = re.compile(rf"{_LINE}(?:\n{_LINE})*")
_HEADING = re.compile(rf"(#{{1,6}}) +(?=[^\s#])({_PLAIN}+(?<=[^\s#]))")
_BULLET = re.compile(rf"([-*]) ({_LINE}(?:\n  {_LINE})*)(?:\n|\Z)")
_INDENT = re.compile(r"\n +")
_NUMBERED = re.compile(rf"([0-9]{{1,9}})\. ({_LINE}(?:\n +{_LINE})*)(?:\n|\Z)")


@dataclass(frozen=True, slots=True)
class Title:
    """A heading as written: its level, its words as HTML and as text."""

    level: int
    html: str
    words: str


def rendered(text: str) -> tuple[str | Title, ...] | None:
    """What a block without marks, or a heading or paragraph with a flat list after it, becomes; None for any other."""
    head, blank, rest = text.partition("\n\n")
    block = _block(head)
    if not blank or block is None:
        return None if blank or block is None else (block,)
    # After a list another list could go on; after these nothing does.
    follows = _block(rest) if isinstance(block, Title) or block.startswith("<p>") else None
    return (block, follows) if follows else None


def _block(block: str) -> str | Title | None:
    first = block[:1]
    if first == "#":
        match = _HEADING.fullmatch(block)
        return Title(len(match[1]), _html(match[2]), match[2]) if match else None
    if first in "-*":
        return _bullets(block)
    if first.isdigit() and (found := _numbers(block)):
        return found
    return f"<p>{_html(block)}</p>\n" if _PARAGRAPH.fullmatch(block) else None


def _html(text: str) -> str:
    return text.replace('"', "&quot;")


def _bullets(block: str) -> str | None:
    items, position, marker = [], 0, block[:1]
    while position < len(block):
        match = _BULLET.match(block, position)
        if not match or match[1] != marker:
            return None
        items.append(_item(match[2]))
        position = match.end()
    return f"<ul>\n{''.join(items)}</ul>\n"


def _numbers(block: str) -> str | None:
    items, position, first = [], 0, ""
    while position < len(block):
        match = _NUMBERED.match(block, position)
        # What follows an item's first line stands under its words.
        if not match or re.search(rf"\n(?! {{{len(match[1]) + 2}}}\S)", match[2]):
            return None
        first = first or match[1]
        items.append(_item(match[2]))
        position = match.end()
    start = "" if int(first) == 1 else f' start="{int(first)}"'
    return f"<ol{start}>\n{''.join(items)}</ol>\n"


def _item(text: str) -> str:
    unwrapped = _INDENT.sub("\n", _html(text))
    return f"<li>{unwrapped}</li>\n"
