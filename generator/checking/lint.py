"""What in a posting may mislead a reader although its form is right: the defects that real notices have."""

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from types import MappingProxyType
from typing import NamedTuple
from urllib.parse import urlsplit

from ..importing.twins import Known, Trait, plain_title
from ..model.model import When
from ..model.problems import Place, Problem, shown
from ..model.schema import Posting
from ..model.vocabulary import Vocabulary, term_meant
from ..reading.documents import Document
from ..reading.frontmatter import Location
from ..wording.dates import read_date

LINT_RULES = MappingProxyType(
    {
        "content": "Content of the digest",
        "empty-section": "A heading with nothing below it",
        "placeholder": "A placeholder that was never filled in",
        "numbering": "A list in which every item has the same number",
        "link-lost": "Words of a link without the link",
        "link-elsewhere": "A link whose words name another host than it leads to",
        "contradiction": "A summary that the text contradicts",
        "deadline-time": "A deadline without a time, although the text names one",
        "weekday": "A weekday that does not match its date",
        "relative-time": "A time that is only true on the day of writing",
        "salary": "A salary without a period or a source",
        "grade-spelling": "A grade spelled in two ways",
        "same-vacancy": "Two postings of the same vacancy",
        "deadline-moved": "A deadline that moved because of another rule or place",
        "git": "Nothing was compared with what was committed",
        "link": "An address for applications that does not answer",
    }
)
_HEADING = re.compile(r"(#{1,6})\s+(\S.*)")
_PLACEHOLDER = re.compile(
    r"(?<!\])\[(?!\d+\])"
    r"(?:[A-Z][^\]\n]{3,300}|(?:insert|name of|your|title of|number of)\b[^\]\n]{0,300}|XX{1,9}|TBD|TBC)\](?![(\[])"
)
# No part may run past the start of another: otherwise each bracket in a row would be read to the end.
_LINK = re.compile(r"\[[^\[\]]*\]\((?:[^()]|\([^()]*\))*\)")
_LINK_WORDS = re.compile(
    r"\b(?:(?:refer to|see|at|click(?: on)?|follow|visit|through|via|use) (?:this|the following|the above) link|"
    r"click here|link here)\b",
    re.IGNORECASE,
)
_COUNT = r"(?:\d+|two|three|a few|some)"
_RELATIVE = re.compile(
    rf"\b(?:in {_COUNT} (?:hours|days|weeks)|{_COUNT} (?:hours|days|weeks|months) ago|"
    r"tomorrow|yesterday|(?:next|last|this) (?:week|month))\b",
    re.IGNORECASE,
)
_WEEKDAY_AND_DATE = re.compile(
    r"\b(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day,? (?:the )?"
    r"(?:\d{1,2}(?:st|nd|rd|th)? \w+,? \d{4}|\w+ \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{4}-\d{2}-\d{2})"
)
_TIME_OF_DEADLINE = re.compile(
    r"\b(?:deadline|clos(?:es|ing)|applications?|removed)\b[^.\n]{0,200}?\b"
    r"(?P<time>\d{1,2}[:.]\d{2}(?:\s?[ap]\.?m\.?)?[^.,;\n]{0,30}?\b(?:time|UTC|GMT|CET|CEST|EST|EDT)\b)",
    re.IGNORECASE,
)
_GRADE = re.compile(r"\b(?:P|G|GS|D|FS|NO|ASG|USG)[- ]?[A-E1-7]\b")

_MOST_WARNINGS = 20  # of one kind for one posting; a posting with more is corrected in rounds


class Text(NamedTuple):
    """A posting with its text: the body, and the line of the file on which it starts."""

    document: Document[Posting]
    body: str
    first_line: int
    words: Vocabulary | None

    @property
    def posting(self) -> Posting:
        """The posting as a value. Only well-formed postings are looked at."""
        assert self.document.value, "only well-formed postings are looked at more closely"
        return self.document.value

    def in_body(self, rule: str, line: int, column: int, message: str) -> Problem:
        """A warning at a line of the body, counted from 0, and a column of it."""
        return Problem(
            self.document.path, Place(self.first_line + line, column + 1), "body", message, "warning", rule=rule
        )

    def at_key(self, rule: str, location: Location, message: str) -> Problem:
        """A warning at a key of the front matter."""
        found = self.document.problem(location, message)
        return Problem(found.path, found.place, found.key, message, "warning", rule=rule)

    def lines(self) -> Iterator[tuple[int, str]]:
        """The lines of the body that are not code."""
        fenced = False
        for number, line in enumerate(self.body.split("\n")):
            if re.match(r"\s*(```|~~~)", line):
                fenced = not fenced
            elif not fenced:
                yield number, re.sub(r"`[^`]*`", lambda match: " " * len(match[0]), line)


def empty_section(text: Text) -> Iterator[Problem]:
    """Warns of headings with nothing below them."""
    waiting: tuple[int, int, str] | None = None
    for number, line in text.lines():
        heading = _HEADING.match(line)
        if heading and waiting and len(heading[1]) <= waiting[1]:
            yield _empty(text, waiting)
        if heading:
            waiting = number, len(heading[1]), heading[2].rstrip().rstrip("#").rstrip()
        elif line.strip():
            waiting = None
    if waiting:
        yield _empty(text, waiting)


def _empty(text: Text, heading: tuple[int, int, str]) -> Problem:
    line, level, words = heading
    return text.in_body(
        "empty-section", line, level + 1, f"there is no text under {shown(words)}, write it or delete the heading"
    )


def placeholder(text: Text) -> Iterator[Problem]:
    """Warns of placeholders that were never filled in."""
    for number, line in text.lines():
        for match in _PLACEHOLDER.finditer(line.replace("\\[", " [").replace("\\]", "] ") if "\\[" in line else line):
            yield text.in_body(
                "placeholder", number, match.start(), f"{shown(match[0])} looks like a placeholder, fill it in"
            )


def numbering(text: Text) -> Iterator[Problem]:
    """Warns of lists in which every item has the number 1."""
    ones: list[int] = []
    for number, line in [*text.lines(), (-1, "x")]:
        if re.match(r"1[.)] ", line):
            ones.append(number)
        elif line.strip() and not line.startswith(" "):
            if len(ones) > 1:
                yield text.in_body("numbering", ones[1], 0, "every item of this list has the number 1, write 1, 2, 3")
            ones = []


def link_lost(text: Text) -> Iterator[Problem]:
    """Warns of words such as “click here” that are not part of a link."""
    for number, line in text.lines():
        bare = _LINK.sub(lambda match: "x" * len(match[0]), line)
        for match in _LINK_WORDS.finditer(bare):
            message = f"{shown(match[0])} has no link, write the address or say where it leads"
            yield text.in_body("link-lost", number, match.start(), message)


_WORDED_LINK = re.compile(r"\[([^\[\]]{1,200})\]\(<?([^\s()<>]{1,2000})")
_NAMED_HOST = re.compile(
    r"(?:mailto:)?[^\s@/:]{1,64}@(?P<mail>[\w.-]+)|(?P<address>https?://)?(?P<host>(?:[\w-]+\.)+[a-z]{2,})(?:[/?#:]\S*)?",
    re.IGNORECASE,
)


def link_elsewhere(text: Text) -> Iterator[Problem]:
    """Warns of a link whose words are an address or a host, and whose target is on another one."""
    for number, line in text.lines():
        for match in _WORDED_LINK.finditer(line):
            named = _NAMED_HOST.fullmatch(match[1].strip(" *_`"))
            wanted = (named["mail"] or named["host"]).lower().removeprefix("www.") if named else ""
            target = match[2].lower().partition("?")[0]
            host = target.partition("@")[2] if target.startswith("mailto:") else urlsplit(target).netloc
            if wanted and host != wanted and not host.endswith(f".{wanted}"):
                message = f"{shown(match[1])} leads to {shown(host)}, write that host or other words"
                yield text.in_body("link-elsewhere", number, match.start(1), message)


def contradiction(text: Text) -> Iterator[Problem]:
    """Warns of a text that invites external candidates where the summary or `open_to` excludes them."""
    said = text.posting.summary or ""
    only_internal = text.posting.open_to == ("internal",) or re.search(
        r"\b(?:only internal|internal(?:ly)?[\w -]* only)\b", said, re.I
    )
    if not only_internal:
        return
    if match := re.search(r"\bexternal candidates?\b(?! (?:are not|may not|cannot))", text.body, re.IGNORECASE):
        key = ("open_to",) if text.posting.open_to == ("internal",) else ("summary",)
        yield text.at_key(
            "contradiction",
            key,
            f"says internal candidates only, but the text mentions {shown(match[0])}, correct one",
        )


def deadline_without_time(text: Text) -> Iterator[Problem]:
    """Warns of a deadline without a time where the text names one."""
    closes = text.posting.closes
    if isinstance(closes, When) and closes.instant is None and (match := _TIME_OF_DEADLINE.search(text.body)):
        named = " ".join(match["time"].split())
        meant = read_date(f"{closes.text} {named}")
        instead = meant.text if meant and "T" in meant.text else "day and time with the offset"
        message = f"has no time, but the text names {shown(named)}, write {instead}"
        yield text.at_key("deadline-time", ("closes",), message)


def weekday_and_date(text: Text) -> Iterator[Problem]:
    """Warns of weekdays that do not match their dates."""
    for number, line in text.lines():
        for match in _WEEKDAY_AND_DATE.finditer(line):
            found = read_date(match[0])
            if found and found.doubt:
                yield text.in_body("weekday", number, match.start(), f"{found.doubt}, correct one of the two")


def relative_time(text: Text) -> Iterator[Problem]:
    """Warns of times such as “next week”, which are true only on the day of writing."""
    said = text.posting.summary or ""
    if match := _RELATIVE.search(said):
        yield text.at_key("relative-time", ("summary",), f"{shown(match[0])} is only true for a day, write the date")
    for number, line in text.lines():
        for match in _RELATIVE.finditer(line):
            yield text.in_body(
                "relative-time", number, match.start(), f"{shown(match[0])} is only true for a day, write the date"
            )


def salary(text: Text) -> Iterator[Problem]:
    """Warns of a salary without a period, and of an estimate without a source."""
    found = text.posting.salary
    if found is None:
        return
    if found.period is None:
        yield text.at_key("salary", ("salary",), "has no period, write period: year, month, week, day or hour")
    if found.basis == "estimated" and not found.source:
        message = "is an estimate without a source, write source: with where it comes from"
        yield text.at_key("salary", ("salary", "basis"), message)


def grade_spelling(text: Text) -> Iterator[Problem]:
    """Warns of grades that are spelled in two ways."""
    first: dict[str, str] = {}
    known: dict[str, str | None] = {}
    if text.words is None:
        return
    for number, line in text.lines():
        for match in _GRADE.finditer(line):
            if match[0] not in known:
                known[match[0]] = term_meant(match[0], text.words.grades)
            meant = known[match[0]]
            if meant and first.setdefault(meant, match[0]) != match[0]:
                message = f"{match[0]} is spelled {first[meant]} above, write {meant} for both"
                yield text.in_body("grade-spelling", number, match.start(), message)


_LOOKS: tuple[Callable[[Text], Iterator[Problem]], ...] = (
    *(empty_section, placeholder, numbering, link_lost, link_elsewhere, contradiction),
    *(deadline_without_time, weekday_and_date, relative_time, salary, grade_spelling),
)


def looked_at(text: Text) -> Iterator[Problem]:
    """Every warning about one posting, but no more than `_MOST_WARNINGS` of one kind."""
    for look in _LOOKS:
        yield from islice(look(text), _MOST_WARNINGS)


def same_vacancy(traits: Iterable[Trait], title_of: Callable[[str], Place]) -> Iterator[Problem]:
    """Postings of the same vacancy that are not over; `title_of` gives the place of a file's title.

    With two of them, one would lead its readers to the wrong page.
    """
    open_ones = sorted((one for one in traits if not one.over), key=lambda one: one.path)
    first: dict[tuple[str, ...], Trait] = {}
    known = Known()
    for one in open_ones:
        keys: list[tuple[str, ...]] = [("url", one.url)] if one.url else []
        if one.reference:
            keys.append(("reference", one.organisation, plain_title(one.reference)))
        keys.append(("facts", one.organisation, plain_title(one.title), one.place, one.closes[:10]))
        twin = next((first[key] for key in keys if key in first), None)
        twin = twin or next((other for other, _ in known.alike(one, _ALIKE)), None)
        if twin:
            message = f"is for the same vacancy as {twin.path}, keep one of the two"
            yield Problem(one.path, title_of(one.path), "title", message, "warning", rule="same-vacancy")
        for key in keys:
            first.setdefault(key, one)
        known.add(one)


_ALIKE = 0.85  # compare all words: the postings of a role at two duty stations share a text, but name different places
