"""Where a notice has labels and their values: behind a colon, below, glued together, in rows, several on a line."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from .dates import date_at_start
from .employers import employer_named
from .grades import is_grade
from .phrases import MOST_WORDS, labels, plain_key, sections
from .places import is_place

BULLET = re.compile(r"^\s*(?:[•▪●◦‣·*➔►✓✔]\s*|[-–—]\s+)(?P<text>\S.*)$")
NUMBER = re.compile(r"^\s*(?:\d{1,2}|[a-z])[.)]\s+(?P<text>\S.*)$")
_NUMBERED = re.compile(r"^\(?\d{1,2}(?:[.)]|\)\.)\s*(?P<text>[A-ZÀ-Ý].*)$")
# Pictures before a label.
_SYMBOLS = re.compile(r"^(?:[^\w\s\"'“«¿¡$€£#([{<+|:;,.&*/\\-]+\s*)+")
_LONGEST_LABEL = 120
_LONGEST_VALUE = 200  # characters, of what stands on the line below a label
_DATES = frozenset({"closes", "opens", "added", "period", "updated"})
# Words that are labels on their own, and values below another label as often.
_WEAK = frozenset({"none", "role", "department", "category", "contract", "duration"})


@dataclass(frozen=True, slots=True)
class NoticeLine:
    """A line of a notice, with its number in the text; 0 for what stands in a field of data."""

    number: int
    text: str

    @property
    def origin(self) -> str:
        """The line as the place where a fact comes from."""
        return f"line {self.number}: {self.text.strip()}" if self.number else self.text.strip()


class Pair(NamedTuple):
    """What a label states: its kind, the value, which is empty where none stands there, and where both stand.

    `hint` is what the label has in brackets: `Deadline (midnight Geneva time)`.
    """

    kind: str
    value: str
    line: NoticeLine
    hint: str = ""


class _Label(NamedTuple):
    kind: str
    start: int
    end: int  # where the value begins
    hint: str = ""
    name: str = ""


_Step = tuple[list[Pair], list[NoticeLine]]


@dataclass(frozen=True, slots=True)
class _Open:
    """A line of labels whose values stand on the next one: one label, or the head of a table."""

    labels: list[_Label]
    line: NoticeLine

    def closed_by(self, line: NoticeLine, text: str, found: list[Pair]) -> _Step | None:
        """The pairs that the next line makes of the labels; None where it is no line of values."""
        if len(self.labels) == 1:
            (label,) = self.labels
            if found or not _is_value(label.kind, text, _label_alone(text)) or self._is_menu(text):
                return None
            said = NoticeLine(line.number, f"{self.line.text.strip()} {text}")
            return [Pair(label.kind, text, said, label.hint)], [self.line, line]
        cells = _cells(text)
        if len(cells) != len(self.labels):
            return None
        row = NoticeLine(line.number, text)
        pairs = [Pair(label.kind, cell, row) for label, cell in zip(self.labels, cells, strict=True)]
        return pairs, [self.line, line]

    def _is_menu(self, text: str) -> bool:
        """Whether the label may be a word of a menu, `Duty stations`, which the next line does not continue."""
        name = self.line.text.strip()
        return self.labels[0].kind == "station" and name[-1] == "s" and not all(map(is_place, re.split("[;/|]", text)))

    def left(self) -> _Step:
        """The labels without any values."""
        return ([Pair(self.labels[0].kind, "", self.line)] if len(self.labels) == 1 else []), [self.line]


def pairs_of(lines: Iterable[NoticeLine]) -> Iterator[_Step]:
    """The pairs of a notice in their order, each time with the lines that they stand in; lines without any, alone."""
    waiting: _Open | None = None
    for line in lines:
        text = _bare(line.text)
        found = list(_pairs_in(line, text)) if text else []
        if len(found) == 1 and not found[0].value:
            found = []
        if waiting and text:
            closed = waiting.closed_by(line, text, found)
            yield closed or waiting.left()
            waiting = None
            if closed:
                continue
        opened = None if found or not text else _opened(line, text)
        if opened:
            waiting = opened
            continue
        if found and (lead := _lead(text, found[0])):
            yield [], [NoticeLine(line.number, lead)]
        yield found, [line]
    if waiting:
        yield waiting.left()


def _opened(line: NoticeLine, text: str) -> _Open | None:
    """The labels that a line consists of."""
    # What has a number and no colon is a heading.
    is_heading = _NUMBERED.match(line.text.strip()) and not text.endswith(":")
    if not is_heading and (alone := _label_alone(text)):
        return _Open([alone], line)
    cells = _cells(text)
    kinds = [kind for cell in cells if (kind := _kind(cell))]
    return _Open([_Label(kind, 0, 0) for kind in kinds], line) if len(kinds) == len(cells) > 1 else None


def _lead(text: str, first: Pair) -> str:
    """What stands on a line before its first label."""
    lead = text[: text.find(first.line.text)] if first.line.text in text and first.line.text != text else ""
    return lead.strip(" \t|;,-–—·•")


def _bare(text: str) -> str:
    """A line without the marks of a list, of a heading, of bold words and of a table."""
    text = re.sub(r"\*\*|__|[\ufe0f\u200d]|^\s*#{1,6} |^\s*\|\s?|\s?\|\s*$", "", text).strip()
    item = BULLET.match(text) or _NUMBERED.match(text)
    return _SYMBOLS.sub("", item["text"].strip() if item else text)


# What pages reckon behind a label: `Deadline in 3 days: Friday 5 June`.
_RECKONED = re.compile(r"\s+(?:(?:in|within|dans|en) )?(?:\d+|an?|one|two|three) \w+(?: ago)?$", re.IGNORECASE)


def _kind(label: str) -> str | None:
    if len(label) > _LONGEST_LABEL:
        return None
    return labels().get(plain_key(label))


def _kind_before_colon(label: str) -> str | None:
    return _kind(label) or _kind(_RECKONED.sub("", label))


def _cells(text: str) -> list[str]:
    cells = [cell.strip() for cell in re.split(r"[\t|]", text)] if re.search(r"[\t|]", text) else []
    return [cell for cell in cells if cell not in ("", ":")]


def _label_alone(text: str) -> _Label | None:
    """A line that is a label and nothing else."""
    if len(text) > 100 or len(text) < 3 or text[-1] in ".;!?,":
        return None
    # In capitals behind a mark it is a tick box or a word of prose.
    name, hint = _without_hint(text.rstrip(" :"))
    kind = _kind_before_colon(name) or _kind(text)
    # Some headings are called as labels are: what stands below is a text.
    is_heading = plain_key(text) in sections() and (
        kind in ("none", "apply") or (kind in _WEAK and not text.endswith(":"))
    )
    return _Label(kind, 0, 0, hint) if kind and not is_heading and text[0].isupper() else None


def _without_hint(label: str) -> tuple[str, str]:
    """A label, and what it has in brackets at its end."""
    match = re.search(r"\s*\(([^()]{1,60})\)[\s\d*]*$", label[-80:])
    return (label[: len(label) - len(match[0])], match[1]) if match else (label, "")


def _is_value(kind: str, text: str, alone: _Label | None) -> bool:
    """Whether a line can be the value of the label above it."""
    if alone:
        return not text.endswith(":") and alone.kind in _WEAK and " " not in text
    if len(text) > (_LONGEST_VALUE if kind != "title" else 300) or (plain_key(text) in sections() and len(text) > 4):
        return False
    # A sentence is what stands under a heading.
    return kind == "title" or not (text[-1] == "." and len(text.split()) > 8)


def _pairs_in(line: NoticeLine, text: str) -> Iterator[Pair]:
    """The pairs that one line states."""
    if row := list(_row(line, text)):
        yield from row
        return
    if marks := list(_marks(text)):
        lead = text[: marks[0].start].strip(" \t|;,-–—·•")
        yield from _in_cells(line, _cells(lead)) if _cells(lead) else _without_mark(line, lead)
        ends = [mark.start for mark in marks[1:]] + [len(text)]
        for mark, end in zip(marks, ends, strict=True):
            value = text[mark.end : end].strip(" \t|;,-–—·•")
            yield Pair(mark.kind, value, _part(line, text[mark.start : end], len(marks) + (mark.start > 0)), mark.hint)
        return
    if cells := _cells(text):
        # Behind a day that has a label, a page may reckon: `Apply before 7 March 2026 | 23 days left`.
        yield from list(_in_cells(line, cells)) or _without_mark(line, cells[0])
        return
    if pair := _behind_dash(line, text):
        yield pair
        return
    yield from _without_mark(line, text)


def _row(line: NoticeLine, text: str) -> Iterator[Pair]:
    """Several pairs with dashes or bars between them: `Added 7 hours ago - Source: iom.int`; all parts are, or none."""
    parts = [part.strip() for part in re.split(r"\s+[-–|·•]\s+", text[: _LONGEST_VALUE * 2])]
    found = [_label_at_start(part) for part in parts]
    both = [(label, part[label.end :]) for label, part in zip(found, parts, strict=True) if label]
    sure = (value.strip(" :") and (label.kind not in _WEAK or value.startswith(":")) for label, value in both)
    if len(parts) < 2 or len(both) < len(parts) or not all(sure):
        return
    for label, part in zip(found, parts, strict=True):
        if label:
            yield Pair(label.kind, part[label.end :].strip(" :"), NoticeLine(line.number, part), label.hint)


def _part(line: NoticeLine, text: str, of: int) -> NoticeLine:
    return line if of == 1 else NoticeLine(line.number, text.strip())


def _in_cells(line: NoticeLine, cells: list[str]) -> Iterator[Pair]:
    """The pairs of a row of a table, in which labels and values take turns."""
    kinds = [_kind(cell.rstrip(":")) for cell in cells]
    if len(cells) > 1 and len(cells) % 2 == 0 and all(kinds[::2]) and not all(kinds):
        for kind, value in zip(kinds[::2], cells[1::2], strict=True):
            if kind:
                yield Pair(kind, value, line)


def _behind_dash(line: NoticeLine, text: str) -> Pair | None:
    label, dash, value = _parted(text)
    kind = _kind(label) if dash else None
    return Pair(kind, value, line) if kind and kind != "role" else None


def _parted(text: str) -> tuple[str, str, str]:
    match = re.search(r"\s[-–—]\s", text[:100])
    return (text[: match.start()], match[0], text[match.end() :].strip()) if match else (text, "", "")


_COLON = re.compile(r"\s?[:\uff1a](?!//)(?!\d\d(?!\d)(?<=\d:\d\d))")


def _marks(text: str) -> Iterator[_Label]:
    """The labels with a colon in a line, in their order."""
    words = _words(text)
    at, least, found = 0, 0, 0
    for colon in _COLON.finditer(text):
        while at < len(words) and words[at][1] <= colon.start():
            at += 1
        mark = _mark_before(text, words[max(0, at - 3 * MOST_WORDS) : at], colon)
        # Few words before the first label belong to another label, that is not known: `Job Posting Organization:`.
        if mark and mark.start >= least and (found or _begins_pairs(text, mark)):
            least, found = mark.end, found + 1
            yield mark


def _begins_pairs(text: str, mark: _Label) -> bool:
    """Whether a label is the first of its line: what stands before it is no part of a label that is not known."""
    before = text[: mark.start]
    return not before or before[-1].isalnum() or (len(before.split()) > 2 and mark.kind not in ("none", "department"))


def _mark_before(text: str, words: list[tuple[int, int]], colon: re.Match[str]) -> _Label | None:
    """The longest label that ends at a colon."""
    before = text[max(0, colon.start() - _LONGEST_LABEL) : colon.start()]
    name, hint = _without_hint(before)
    offset = colon.start() - len(before)
    for end, said in ((offset + len(name), hint), (colon.start(), "")):
        near = [word for word in words if word[1] <= end][-MOST_WORDS:]
        if not near or re.search(r"[^\s\d)#*°./?’'_-]", text[near[-1][1] : end]):
            continue
        for start, _ in near:
            kind = _kind_before_colon(text[start:end]) if _may_begin(text, start) else None
            if kind and not re.search(r"[:;|\t•!?]|\. |\)\s[-–—]", text[start : near[-1][1]]):
                return _Label(kind, start, colon.end(), said)
        if not hint:
            break
    return None


def _may_begin(text: str, start: int) -> bool:
    """Whether a label can begin here: at the start of a line, else with a capital."""
    return not text[:start].strip(" \t#*-–—•“\"'(") or text[start].isupper()


def _words(text: str) -> list[tuple[int, int]]:
    """Where words begin and end; what is glued together falls apart where a capital follows a small letter."""
    found: list[tuple[int, int]] = []
    for run in re.finditer(r"[^\W\d_]+", text):
        start = run.start()
        for at in range(run.start() + 1, run.end()):
            if text[at].isupper() and text[at - 1].islower():
                found.append((start, at))
                start = at
        found.append((start, run.end()))
    return found


def _without_mark(line: NoticeLine, text: str) -> Iterator[Pair]:
    """Pairs with nothing between label and value, or a space: taken where the value can be nothing else."""
    rest = text
    while label := _label_at_start(rest):
        value = rest[label.end :].lstrip(" -–—.")
        if label.kind in _DATES:
            length = date_at_start(value)
            if not length:
                return
            # What follows the day may be its time and zone, or the next pair.
            following = _next_label(value, length)
            yield Pair(label.kind, value[:following].strip(), line, label.hint)
            rest = value[following:].strip()
            continue
        if _speaks_for_itself(label, value, glued=not rest[label.end : label.end + 1].isspace()):
            yield Pair(label.kind, value, line, label.hint)
        return


def _next_label(text: str, start: int) -> int:
    """Where behind a date the next label begins; else the end."""
    for word in _words(text[: start + 120]):
        if (
            word[0] >= start
            and (label := _label_at_start(text[word[0] :]))
            and date_at_start(text[word[0] + label.end :].strip())
        ):
            return word[0]
    return len(text)


def _label_at_start(text: str) -> _Label | None:
    """The longest label with which a text begins."""
    if not text or not text[0].isupper():
        return None
    words = _words(text[:120])[:MOST_WORDS]
    for _, end in reversed(words):
        if kind := _kind(text[:end]):
            hint = re.match(r"(?:\(s\))?\s*(?:\(([^()]{1,60})\))?[ .#]*", text[end:])
            assert hint
            return _Label(
                kind, 0, end + hint.end() - (hint[0].endswith(" ") and not hint[1]), hint[1] or "", text[:end]
            )
    return None


def _speaks_for_itself(label: _Label, value: str, *, glued: bool) -> bool:
    """Whether a value without any mark before it is one of its label's kind."""
    if not value or len(value) > 120:
        return False
    if label.kind in ("grade", "category") and is_grade(value):
        return True
    if label.kind == "grade":
        return False
    if label.kind in ("station", "city", "country"):
        return all(map(is_place, re.split(r" [|/] ", value))) or (glued and label.end > 10 and value[0].isupper())
    several_words = label.end > 12
    if label.kind == "organisation" and not glued and employer_named(value, {}):
        return True
    if not glued and label.name.isupper() and len(label.name) > 5:
        # A label in capitals ends where the capitals do.
        return (
            label.kind in ("title", "organisation", "contract", "duration", "category", "grade")
            and not value.split()[0].isupper()
        )
    return glued and several_words and value[0].isupper() and value[-1] not in ".;"
