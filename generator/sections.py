"""The text of a notice under its headings, with what copying broke put right: lists run together, lines broken."""

import re
from collections.abc import Iterable

from .drafting import BULLET, NUMBER, Items, Line, Reader, Section, plain_key
from .places import place_line
from .problems import shown
from .vocabulary import notice_words

_NOTHING = re.compile(r"not (?:available|applicable|specified)\.?", re.IGNORECASE)
_PARENTS = frozenset(
    {"qualifications", "required qualifications and experience", "job description", "job info", "overview"}
)


def sections_of(reader: Reader, lines: list[Line]) -> list[Section]:
    """The text under its headings; headings with nothing below are left out and told."""
    found: list[Section] = []
    heading, texts = "", list[Line]()
    lines = [line for line in lines if line.number not in reader.used]
    for position, line in enumerate(lines):
        text = line.text.strip()
        if text and _is_heading(lines, position):
            _add_section(reader, found, heading, texts)
            heading, texts = _heading_text(text), []
        elif not _NOTHING.fullmatch(text):
            texts.append(line)
    _add_section(reader, found, heading, texts)
    return found


def _is_heading(lines: list[Line], position: int) -> bool:
    text = lines[position].text.strip()
    if re.match(r"#{1,6} \S", text):
        return True
    if BULLET.match(text) or len(text) > 80:
        return False
    if plain_key(text) in notice_words().sections and not re.search(r":\s*\S", text):
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


def _add_section(reader: Reader, found: list[Section], heading: str, lines: list[Line]) -> None:
    blocks = tuple(_blocks(lines))
    if blocks:
        found.append(Section(heading, blocks))
    elif heading and plain_key(heading) not in _PARENTS:
        reader.draft.leave(f"nothing stands under {shown(heading)}, so the heading was left out")


def _blocks(lines: Iterable[Line]) -> Iterable[str | Items]:
    """Paragraphs and lists, with what copying broke put right."""
    blocks: list[str | Items] = []
    run: list[str] = []
    numbered = False

    def close() -> None:
        if run:
            blocks.append(Items(tuple(run), numbered))
            run.clear()

    for text in _unwrapped(lines):
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


def _unwrapped(lines: Iterable[Line]) -> Iterable[str]:
    """Lines as paragraphs: one that goes on in small letters on the next line was broken by its window's width."""
    open_line = ""
    for line in lines:
        text = " ".join(line.text.split())
        if open_line and text and text[0].islower() and open_line[-1] not in ".:;!?" and not NUMBER.match(text):
            open_line = f"{open_line} {text}"
            continue
        if open_line:
            yield open_line
        open_line = text
    if open_line:
        yield open_line


def texts_of(sections: Iterable[Section]) -> Iterable[str]:
    for section in sections:
        for one in section.blocks:
            yield from one.texts if isinstance(one, Items) else (one,)
