"""Text as HTML, and its headings: their levels in a page and their anchors."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from html import unescape

_LOWEST_HEADING = 2  # the page has its own h1


@dataclass(frozen=True, slots=True)
class WrittenHeading:
    """A heading as written: its level, its words as HTML and as text."""

    level: int
    html: str
    words: str


@dataclass(frozen=True, slots=True)
class Heading:
    """A heading of the text: its level in the page, its words and its anchor."""

    level: int
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Prose:
    """A rendered text; `html` is safe to insert into a page."""

    html: str
    headings: tuple[Heading, ...] = ()


NOTHING = Prose("")


_BEGINNING = 400  # characters: a feed contains the beginnings of fifty texts or more
_PARAGRAPH = re.compile(r"<(?:p|li)>(.*?)</(?:p|li)>", re.DOTALL)
_TAG = re.compile(r"<[^>]*>")


def beginning(prose: Prose) -> str:
    """The beginning of a text without its headings: at most 400 characters of plain text, cut between words."""
    text = ""
    for paragraph in _PARAGRAPH.finditer(prose.html):
        words = unescape(_TAG.sub("", paragraph[1].replace("<br", " <br")))
        text = f"{text} {words}".replace("\n", " ").strip(" ")
        if len(text) > _BEGINNING:
            return f"{text[: _BEGINNING - 1].rsplit(' ', 1)[0]}…"
    return text


def numbered(written: Sequence[tuple[int, str]]) -> tuple[Heading, ...]:
    """Shifts headings, given by level and words, so that they start below the page's own and skip no level."""
    headings: list[Heading] = []
    levels = sorted({level for level, _ in written})
    times: Counter[str] = Counter()
    for level, words in written:
        deepest = headings[-1].level + 1 if headings else _LOWEST_HEADING
        shifted = min(_LOWEST_HEADING + levels.index(level), deepest, 6)
        headings.append(Heading(shifted, words, _anchor(words, times)))
    return tuple(headings)


def _anchor(text: str, times: Counter[str]) -> str:
    # The prefix keeps a heading from taking the id of a part of the page; the double hyphen distinguishes a second
    # heading "a" from a heading "a 2".
    base = _anchor_base(text)
    times[base] += 1
    return base if times[base] == 1 else f"{base}--{times[base]}"


@lru_cache(4096)
def _anchor_base(text: str) -> str:
    return "text-" + (re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60] or "section")
