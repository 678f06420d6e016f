"""Blocks of CommonMark with nothing but headings, flat lists, bold words and plain links: most of every notice.

Such a block is rendered without the parser, whose cost grows with the lines. Anything else is left to it; a test proves
that both give the same HTML.
"""

import re

from ..model.fields import link_problem
from ..model.prose import WrittenHeading

# No escape, code, HTML or entity. Stars and brackets are then checked as bold words and links.
_TEXT = r"[^\x00-\x1f\x7f\\`_<>&]"
# A line that starts no block and neither starts nor ends with white space.
_LINE = rf"(?![-+=#~]|\*\s|[0-9]{{1,9}}[.)](?:\s|\Z))(?=\S){_TEXT}+(?<=\S)"
_PARAGRAPH = re.compile(rf"{_LINE}(?:\n{_LINE})*")
_HEADING = re.compile(rf"(#{{1,6}}) +(?=[^\s#])({_TEXT}+(?<=[^\s#]))")
_BULLET = re.compile(rf"([-*]) ({_LINE}(?:\n  {_LINE})*)(?:\n|\Z)")
_NUMBERED = re.compile(rf"([0-9]{{1,9}})\. ({_LINE}(?:\n +{_LINE})*)(?:\n|\Z)")
_INDENT = re.compile(r"\n +")
_LINK = re.compile(
    r"(?<!!)\[([^\[\]*]*[^\[\]*\s])\]\((https://[a-z0-9.-]+(?:/[A-Za-z0-9./-]*)?|mailto:[A-Za-z0-9.+-]+@[a-z0-9.-]+)\)"
)


def rendered(text: str) -> tuple[str | WrittenHeading, ...] | None:
    """A simple block, or a heading or paragraph followed by a flat list, rendered; None for any other text."""
    head, blank, rest = text.partition("\n\n")
    block = _block(head)
    if not blank or block is None:
        return None if blank or block is None else (block,)
    # A list could continue in the next block; a heading or paragraph cannot.
    follows = _block(rest) if isinstance(block, WrittenHeading) or block.startswith("<p>") else None
    return (block, follows) if follows else None


def _block(block: str) -> str | WrittenHeading | None:
    first = block[:1]
    if first == "#":
        return _title(block)
    if block[:2] in {"- ", "* "}:
        return _bullets(block)
    if first.isdigit() and (found := _numbers(block)):
        return found
    html = _inline(block) if _PARAGRAPH.fullmatch(block) else None
    return f"<p>{html}</p>\n" if html else None


def _title(block: str) -> WrittenHeading | None:
    match = _HEADING.fullmatch(block)
    html = _inline(match[2]) if match and "[" not in block else None
    return WrittenHeading(len(match[1]), html, match[2].replace("*", "")) if match and html else None


def _inline(text: str) -> str | None:
    """The words of a block as HTML; None if a star or a bracket is anything other than bold words or a link."""
    html = text.replace('"', "&quot;")
    if "[" in html or "]" in html:
        if any(link_problem(address) for _, address in _LINK.findall(html)):
            return None
        html = _LINK.sub(r'<a href="\2" rel="nofollow noopener">\1</a>', html)
        if "[" in html or "]" in html:
            return None
    return _bold(html) if "*" in html else html


def _bold(html: str) -> str | None:
    """Makes words bold that are directly between pairs of two stars; None if the stars could mean anything else."""
    parts = html.split("**")
    if len(parts) % 2 == 0 or "*" in "".join(parts) or not all(parts[1:-1]):
        return None
    for inside, after in zip(parts[1::2], parts[2::2], strict=True):
        closes = inside[-1].isalnum() or (not inside[-1].isspace() and after[:1] in {"", " ", "\n"})
        if not (inside[0].isalnum() and closes):
            return None
    return "".join(f"<strong>{part}</strong>" if number % 2 else part for number, part in enumerate(parts))


def _bullets(block: str) -> str | None:
    items, position, marker = [], 0, block[:1]
    while position < len(block):
        match = _BULLET.match(block, position)
        item = _item(match[2]) if match and match[1] == marker else None
        if match is None or item is None:
            return None
        items.append(item)
        position = match.end()
    return f"<ul>\n{''.join(items)}</ul>\n"


def _numbers(block: str) -> str | None:
    items, position, first = [], 0, ""
    while position < len(block):
        match = _NUMBERED.match(block, position)
        # The further lines of an item are aligned with its words.
        if not match or re.search(rf"\n(?! {{{len(match[1]) + 2}}}\S)", match[2]):
            return None
        item = _item(match[2])
        if item is None:
            return None
        first = first or match[1]
        items.append(item)
        position = match.end()
    start = "" if int(first) == 1 else f' start="{int(first)}"'
    return f"<ol{start}>\n{''.join(items)}</ol>\n"


def _item(text: str) -> str | None:
    html = _inline(_INDENT.sub("\n", text))
    return html and f"<li>{html}</li>\n"
