"""The text of a notice under its headings, with what copying broke put right: lists run together, lines broken."""

import re
from collections.abc import Collection, Iterable

from ..model.problems import shown
from ..wording.layouts import BULLET, NUMBER, NoticeLine
from ..wording.phrases import plain_key, sections
from ..wording.places import place_line
from .drafting import Items, NoticeSection, Reader

_NOTHING = re.compile(r"not (?:available|applicable|specified)\.?", re.IGNORECASE)
_NEVER_LAST = frozenset(
    ["a", "an", "and", "as", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "under", "with"]
)
_PARENTS = frozenset(
    {"qualifications", "required qualifications and experience", "job description", "job info", "overview"}
)


def sections_of(reader: Reader, lines: list[NoticeLine]) -> list[NoticeSection]:
    """The text under its headings; headings with nothing below are left out and told."""
    found: list[NoticeSection] = []
    heading, texts = "", list[NoticeLine]()
    lines = [line for line in lines if line.number not in reader.used]
    for position, line in enumerate(lines):
        text = line.text.strip()
        if text and line not in reader.labelled and _is_heading(lines, position):
            _add_section(reader, found, heading, texts)
            heading, texts = _heading_text(text), []
        elif not _NOTHING.fullmatch(text):
            texts.append(line)
    _add_section(reader, found, heading, texts)
    return found


def _is_heading(lines: list[NoticeLine], position: int) -> bool:
    text = lines[position].text.strip()
    if re.match(r"#{1,6} \S", text):
        return True
    if BULLET.match(text) or len(text) > 80:
        return False
    if plain_key(text) in sections() and not re.search(r":\s*\S", text):
        return True
    words = text.split()
    if len(words) > 8 or text[-1] in ".,;:!?" or not text[0].isupper() or NUMBER.match(text) or place_line(text):
        return False
    alone = all(not lines[near].text.strip() for near in (position - 1, position + 1) if 0 <= near < len(lines))
    capital = sum(word[0].isupper() for word in words if word[0].isalpha())
    return (text.isupper() and len(text) > 4) or (alone and position > 0 and capital * 2 >= len(words) > 1)


def _heading_text(text: str) -> str:
    text = text.strip(" .,:;#")
    return text.capitalize() if text.isupper() and len(text) > 4 else text


def _add_section(reader: Reader, found: list[NoticeSection], heading: str, lines: list[NoticeLine]) -> None:
    blocks = tuple(_blocks(lines))
    if blocks:
        found.append(NoticeSection(heading, blocks))
    elif heading and plain_key(heading) not in _PARENTS:
        reader.draft.leave(f"there is nothing under {shown(heading)}, so the heading was left out")


def _blocks(lines: Iterable[NoticeLine]) -> Iterable[str | Items]:
    """Paragraphs and lists, with what copying broke put right."""
    blocks: list[str | Items] = []
    run: list[str] = []
    numbered = False

    def close() -> None:
        if run:
            blocks.append(Items(tuple(run), numbered))
            run.clear()

    for text in (" ".join(line.text.split()) for line in lines if line.text.strip()):
        number, bullet = NUMBER.match(text), BULLET.match(text)
        if item := bullet or number:
            if run and numbered != bool(number):
                close()
            numbered = bool(number)
            run += _apart(item["text"])
        elif len(parts := _apart(text)) > 1:
            close()
            blocks.append(parts[0])
            blocks.append(Items(tuple(parts[1:])))
        else:
            close()
            blocks.append(text)
    close()
    return blocks


def _apart(text: str) -> list[str]:
    """A line whose bullets ran together, taken apart."""
    return [part for piece in re.split(r"\s*[•▪●◦‣]\s*", text) if (part := piece.strip(" ;"))]


def unwrapped(lines: list[NoticeLine], labelled: Collection[NoticeLine]) -> list[NoticeLine]:
    """Lines as paragraphs: one that goes on in the next was broken by the width of a window; not one with a label."""
    runs: list[list[NoticeLine]] = []
    for line in lines:
        last = runs[-1][-1].text.strip() if runs else ""
        text = line.text.strip()
        if last and text and line not in labelled and _goes_on(last, text):
            runs[-1].append(line)
        else:
            runs.append([line])
    return [run[0] if len(run) == 1 else _joined(run) for run in runs]


def _joined(run: list[NoticeLine]) -> NoticeLine:
    return NoticeLine(run[0].number, " ".join(line.text.strip() for line in run))


def _goes_on(last: str, text: str) -> bool:
    """Whether a line goes on in the next: that begins with a small letter, or nothing ends with such a word."""
    if last[-1] in ".:;!?" or BULLET.match(text) or NUMBER.match(text) or text.startswith("#"):
        return False
    if plain_key(last) in sections() or plain_key(text) in sections():
        return False
    return text[0].islower() or last.rsplit(" ", 1)[-1].lower() in _NEVER_LAST


def texts_of(sections: Iterable[NoticeSection]) -> Iterable[str]:
    """Every text of some sections, each item of a list by itself."""
    for section in sections:
        for one in section.blocks:
            yield from one.texts if isinstance(one, Items) else (one,)
