"""The text of a notice: CommonMark in, safe HTML out, or every place where the text is outside the profile.

The profile is CommonMark without raw HTML, images and reference definitions, with links to https addresses and plain
e-mail addresses only. What it refuses is reported with its line; the renderer could not output it either.
"""

import re
from collections.abc import Sequence

from ..model.problems import Place
from ..model.prose import NOTHING, Heading, Prose, WrittenHeading, numbered
from . import plaintext

MAX_BODY_BYTES = 64 * 1024


def read(body: str, first_line: int = 1) -> tuple[list[tuple[Place, str]], Prose]:
    """A text as HTML, headings from h2 on, or every place where it is outside the profile and what to write instead.

    `first_line` is the text's first line in its file. If there are problems, the HTML is empty.
    """
    if len(body.encode()) > MAX_BODY_BYTES:
        return [(Place(first_line), f"is larger than {MAX_BODY_BYTES // 1024} KiB, shorten it")], NOTHING
    pieces = _pieces(body)
    if pieces is not None:
        return [], _assembled(pieces)
    from . import commonmark

    return commonmark.read_commonmark(body, first_line)


def check(body: str, first_line: int = 1) -> list[tuple[Place, str]]:
    """Every place where a text, which starts at `first_line`, is outside the profile, and what to write instead."""
    return read(body, first_line)[0]


def render(body: str) -> Prose:
    """A text as HTML, headings from h2 on. Refused parts appear as text, or as a link without a target."""
    pieces = _pieces(body)
    if pieces is not None:
        return _assembled(pieces)
    from . import commonmark

    return commonmark.render_commonmark(body)


# Parsing costs more than anything else in a build, and notices have half of their text in common. So a text is split
# where no block can continue: at blank lines before a line that starts at the margin and is not a list item. Simple
# blocks are rendered directly, blocks known from other notices are remembered, and the parser gets the rest together.
_BLANK = re.compile(r"\n(?:[ \t]*+\n)++")
_STARTS = re.compile(r"(?=\S)(?!(?:[-+*]|[0-9]{1,9}[.)])(?:[ \t\n]|$))")
_FENCE = re.compile(r"```|~~~")
_MOST_REMEMBERED, _LONGEST_REMEMBERED = 4096, 4096
_Block = tuple[str | WrittenHeading, ...]


class _Known:
    """The newest blocks and their HTML. Blocks that are used again stay; the others go when there are too many."""

    def __init__(self) -> None:
        self.young: dict[str, _Block] = {}
        self.old: dict[str, _Block] = {}

    def get(self, block: str) -> _Block | None:
        if (found := self.young.get(block)) is None and (found := self.old.get(block)) is not None:
            self.keep(block, found)
        return found

    def keep(self, block: str, found: _Block) -> _Block:
        if len(block) <= _LONGEST_REMEMBERED:
            if len(self.young) >= _MOST_REMEMBERED:
                self.old, self.young = self.young, {}
            self.young[block] = found
        return found


_known = _Known()


def _pieces(body: str) -> list[str | WrittenHeading] | None:
    """The text as HTML and titles, or None if the parser must see the whole."""
    if _FENCE.search(body):
        return None
    blocks = _apart(stripped) if (stripped := body.strip("\n")) else []
    known = [_known.get(block) or _simple(block) for block in blocks]
    missing = [block for block, found in zip(blocks, known, strict=True) if found is None]
    parsed = _parsed(missing)
    if parsed is None:
        return None
    rest = iter(parsed)
    return [piece for found in known for piece in (next(rest) if found is None else found)]


def _apart(text: str) -> list[str]:
    """The blocks of a text. Each run of empty lines is read once, however long it is."""
    blocks, start = [], 0
    for blank in _BLANK.finditer(text):
        if _STARTS.match(text, blank.end()):
            blocks.append(text[start : blank.start()])
            start = blank.end()
    return [*blocks, text[start:]]


def _parsed(blocks: list[str]) -> list[_Block] | None:
    if not blocks:
        return []
    # The parser takes a tenth of a second to import, and most texts need none.
    from . import commonmark

    found = commonmark.blocks_of(blocks)
    for block, pieces in zip(blocks, found or (), strict=False):
        _known.keep(block, pieces)
    return found


def _simple(block: str) -> _Block | None:
    found = plaintext.rendered(block)
    return None if found is None else _known.keep(block, found)


def _assembled(pieces: Sequence[str | WrittenHeading]) -> Prose:
    titles = [piece for piece in pieces if isinstance(piece, WrittenHeading)]
    headings = numbered([(title.level, title.words) for title in titles])
    rest = iter(headings)
    html = [piece if isinstance(piece, str) else _heading_html(piece, next(rest)) for piece in pieces]
    return Prose("".join(html), headings)


def _heading_html(title: WrittenHeading, heading: Heading) -> str:
    return f'<h{heading.level} id="{heading.anchor}">{title.html}</h{heading.level}>\n'
