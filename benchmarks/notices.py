"""Invented notices that resemble real ones: long, half boilerplate, and spread over two years.

A notice depends only on its number and on the total number of notices, not on the day or the machine.
"""

import os
import re
import unicodedata
from bisect import bisect
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from functools import cache
from itertools import accumulate
from random import Random
from typing import TypeVar
from zoneinfo import ZoneInfo

from . import words
from .places import PLACES, Place
from .words import BODIES, Body

NOW = datetime.fromisoformat(os.environ.get("BENCHMARK_NOW", "2026-05-30T12:00:00+00:00"))
PERIOD = timedelta(days=730)
_SMALLEST, _LARGEST = 6_300, 13_600  # the length of a body, in characters
_WIDTHS = (0, 0, 72, 80, 96, 120)  # 0: each paragraph is one line
_Item = TypeVar("_Item")


@dataclass(frozen=True, slots=True)
class Change:
    """A change of the deadline."""

    on: str
    before: str
    reason: str


@dataclass(frozen=True, slots=True)
class Notice:
    """One vacancy. Dates are as its text writes them; `opened` and `deadline` are the instants they mean."""

    slug: str
    title: str
    organisation: Body
    reference: str
    stations: tuple[Place, ...]
    grade: str
    category: str
    contract: str
    duration: str
    extendable: bool
    open_to: tuple[str, ...]
    requirements: tuple[tuple[str, str], ...]  # text, need
    education: tuple[tuple[str, int], ...]  # degree, years
    required: tuple[str, ...]
    desirable: tuple[str, ...]
    opens: str
    added: str
    closes: str
    changes: tuple[Change, ...]
    ended: tuple[str, str]  # withdrawn, filled or expired, and when; empty strings if none of these happened
    source: str
    source_url: str
    apply: str
    summary: str
    tags: tuple[str, ...]
    body: str
    opened: datetime
    deadline: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it is open at the benchmark's instant and still open a day later."""
        return self.deadline is not None and self.deadline > NOW + timedelta(days=2) and not self.ended[0]


def notices(count: int) -> Iterator[Notice]:
    """The given number of notices, oldest first."""
    return (notice_at(number, count) for number in range(count))


def notice_at(number: int, count: int) -> Notice:
    """The notice with this number, out of the given total."""
    draw = _Draw(number + 1)
    body = draw.one(BODIES)
    grade, category, years = _grade(draw)
    stations = _stations(draw)
    title = _title(draw, category)
    names = _names(body) | {"city": stations[0].city if stations else "the field", "role": title}
    opened, opens, added = _opening(draw, (number + draw.share()) / count)
    closes, deadline, changes = _closing(draw, opened, body, stations)
    required, desirable = _languages(draw)
    reference = f"{body.key.upper()}/{opened.year}/{number + 1:06}"
    source, source_host = draw.one(words.SOURCES)
    return Notice(
        slug=f"{_slug(title)[:60]}-{_slug(names['city'])}-{number + 1}".replace("--", "-"),
        title=title,
        organisation=body,
        reference=reference,
        stations=stations,
        grade=grade,
        category=category,
        contract=draw.one(words.CONTRACTS[category]),
        duration=draw.one(words.DURATIONS),
        extendable=draw.chance(0.6),
        open_to=draw.one(words.OPEN_TO[category]),
        requirements=_requirements(draw, names),
        education=tuple(
            (fill(text, draw, names), years + 2 * place)
            for place, text in enumerate(words.EDUCATION[: draw.count(1, 3)])
        ),
        required=required,
        desirable=desirable,
        opens=opens,
        added=added,
        closes=closes,
        changes=changes,
        ended=_ended(draw, opened, deadline),
        source=source,
        source_url=f"https://{source_host}/{opened.year}/{number + 1}",
        apply=f"https://jobs.{_host(body)}/vacancies/{number + 1}" if draw.chance(0.9) else "",
        summary=fill(draw.one(words.SUMMARIES), draw, names),
        tags=draw.some(words.TAGS, draw.count(1, 3)),
        body=_body(draw, body, names),
        opened=opened,
        deadline=deadline,
    )


class _Draw:
    """Random choices from a seed, using only operations that give the same result in every Python."""

    def __init__(self, seed: int) -> None:
        self.share = Random(seed * 7_919).random

    def chance(self, share: float) -> bool:
        return self.share() < share

    def count(self, least: int, most: int) -> int:
        return least + int(self.share() * (most - least + 1))

    def one(self, items: Sequence[_Item]) -> _Item:
        return items[int(self.share() * len(items))]

    def some(self, items: Sequence[_Item], count: int) -> tuple[_Item, ...]:
        """At most this many different items."""
        return tuple(dict.fromkeys(self.one(items) for _ in range(count)))

    def weighted(self, items: Sequence[_Item], sums: Sequence[float]) -> _Item:
        """An item, chosen by cumulative weights from `accumulate`."""
        return items[bisect(sums, self.share() * sums[-1])]


# Values.


_GRADE_SUMS = tuple(accumulate(weight for *_, weight in words.GRADES))
_PLACE_SUMS = tuple(accumulate(1 / (rank + 4) for rank in range(len(PLACES))))
_TONGUES = tuple(words.LANGUAGES)
_TONGUE_SUMS = tuple(accumulate(1 / (rank + 1) for rank in range(len(_TONGUES))))


def _grade(draw: _Draw) -> tuple[str, str, int]:
    grade, category, years, _ = draw.weighted(words.GRADES, _GRADE_SUMS)
    return ("" if draw.chance(0.04) else grade), category, years


def _stations(draw: _Draw) -> tuple[Place, ...]:
    """Usually one place, sometimes two or none."""
    lot = draw.share()
    if lot < 0.03:
        return ()
    found = [draw.weighted(PLACES, _PLACE_SUMS) for _ in range(2 if lot < 0.08 else 1)]
    return tuple({place.country: place for place in found}.values())


def _title(draw: _Draw, category: str) -> str:
    function, focus = draw.one(words.FUNCTIONS), draw.one(words.FOCUS)
    if category == "internship":
        return f"Intern, {function} and {focus}"
    post = "Consultant" if category == "consultancy" else draw.one(words.POSTS)
    level = f"{draw.one(words.LEVELS)} " if draw.chance(0.3) else ""
    return level + draw.one((f"{function} {post}", f"{function} {post}, {focus}", f"{function} {post} ({focus})"))


def _slug(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain).strip("-")


def _languages(draw: _Draw) -> tuple[tuple[str, ...], tuple[str, ...]]:
    required = ["en"] if draw.chance(0.93) else ["fr"]
    if draw.chance(0.3):
        required.append(draw.weighted(_TONGUES, _TONGUE_SUMS))
    desirable = [draw.weighted(_TONGUES, _TONGUE_SUMS) for _ in range(draw.count(0, 2))]
    required = list(dict.fromkeys(required))
    return tuple(required), tuple(dict.fromkeys(code for code in desirable if code not in required))


def _requirements(draw: _Draw, names: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    texts = (fill(draw.one(words.REQUIREMENTS), draw, names) for _ in range(draw.count(4, 8)))
    return tuple((text, "required" if draw.chance(0.65) else "desirable") for text in texts)


def _opening(draw: _Draw, share: float) -> tuple[datetime, str, str]:
    """When it opened, what its text says about that, and when the digest added it."""
    opened = (NOW - PERIOD + PERIOD * share).replace(second=0, microsecond=0)
    added = opened.date() + timedelta(days=draw.chance(0.3))
    if added >= NOW.date():
        added = opened.date()
    if draw.chance(0.25):
        return opened, _instant_text(opened), _instant_text(opened)
    return datetime.combine(opened, time(), UTC), opened.date().isoformat(), added.isoformat()


def _closing(
    draw: _Draw, opened: datetime, body: Body, stations: tuple[Place, ...]
) -> tuple[str, datetime | None, tuple[Change, ...]]:
    """The current deadline, as text and as an instant, and the changes that led to it."""
    lot = draw.share()
    if lot < 0.03:
        return ("until-filled" if lot < 0.01 else ""), None, ()
    zone: tzinfo = ZoneInfo(stations[0].zone) if stations else UTC
    day = opened.date() + timedelta(days=draw.count(14, 45))
    changes = []
    for _ in range(2 if lot > 0.99 else lot > 0.94):
        on = datetime.combine(day - timedelta(days=draw.count(1, 4)), time(draw.count(7, 16)), UTC)
        if on < NOW:
            changes.append(Change(_instant_text(on), day.isoformat(), draw.one(words.REASONS)))
            day += timedelta(days=draw.count(6, 14))
    if draw.chance(0.6):
        return day.isoformat(), _by_rule(day, body, zone), tuple(changes)
    deadline = datetime.combine(day, time(draw.count(12, 23), draw.one((0, 30, 55, 59))), zone)
    return deadline.isoformat(), deadline.astimezone(UTC), tuple(changes)


def _by_rule(day: date, body: Body, station: tzinfo) -> datetime:
    """The deadline that a day means, by the organisation's rule or its parent's."""
    rule = body if body.zone else _BY_KEY[body.parent]
    zone = station if rule.zone == "duty-station" else ZoneInfo(rule.zone)
    return datetime.combine(day, time.fromisoformat(rule.time), zone).astimezone(UTC)


def _ended(draw: _Draw, opened: datetime, deadline: datetime | None) -> tuple[str, str]:
    lot, after = draw.share(), timedelta(days=draw.count(5, 13), hours=draw.count(8, 17))
    word = "withdrawn" if lot < 0.02 else "filled" if lot < 0.05 else ""
    if deadline is None and lot > 0.4:
        word, after = "expired", after * 4
    instant = opened.replace(hour=0, minute=0) + after
    return (word, _instant_text(instant)) if word and instant < NOW else ("", "")


def _instant_text(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")


# Texts.


_BY_KEY = {body.key: body for body in BODIES}


def _host(body: Body) -> str:
    return f"{body.parent or body.key}.example.org"


def _names(body: Body) -> dict[str, str]:
    return {"org": body.name, "host": _host(body), "mail": f"recruitment@{_host(body)}"}


@cache
def _pieces(template: str) -> tuple[tuple[str, str], ...]:
    """A template as pieces of text, each with the gap that follows it."""
    parts = re.split(r"\{(\w+)\}", template)
    return tuple(zip(parts[::2], [*parts[1::2], ""], strict=True))


def fill(template: str, draw: _Draw, names: Mapping[str, str]) -> str:
    """Fills the gaps of a sentence with the names given, and otherwise with random words, none used twice."""
    out: list[str] = []
    for text, gap in _pieces(template):
        out.append(text)
        if choices := words.GAPS.get(gap):
            word = draw.one(choices)
            while word in out:
                word = draw.one(choices)
            out.append(word)
        elif gap:
            out.append(names[gap])
    return "".join(out)


def wrapped(text: str, width: int, indent: str = "") -> str:
    """A paragraph wrapped to the given width, with an indent on every line after the first; 0 leaves it on one line."""
    if not width:
        return text
    lines, start = [], 0
    while len(text) - start > width:
        end = text.rfind(" ", start, start + width)
        if end <= start:
            break
        lines.append(text[start:end])
        start = end + 1
    return f"\n{indent}".join([*lines, text[start:]])


@dataclass(frozen=True, slots=True)
class _House:
    """What one organisation says in all its notices, ready for use: headings and blocks of Markdown."""

    width: int
    headings: Mapping[str, str]
    blocks: Mapping[str, tuple[str, ...]]


_SHARED = {
    "about": words.ABOUT,
    "culture": words.CULTURE,
    "languages": words.LANGUAGE_RULES,
    "selection": words.SELECTION,
    "applying": words.APPLYING,
    "terms": words.TERMS,
    "common": words.COMMON,
}


@cache
def _house(body: Body) -> _House:
    draw = _Draw(1_000_000_000 + BODIES.index(body))
    width, names = draw.one(_WIDTHS), _names(body)
    blocks = {
        part: tuple(wrapped(fill(text, draw, names), width) for text in templates)
        for part, templates in _SHARED.items()
    }
    values = "\n".join(f"- {wrapped(fill(text, draw, names), width, '  ')}" for text in words.VALUES)
    headings = {part: fill(draw.one(choices), draw, names) for part, choices in words.SHARED_HEADINGS.items()}
    return _House(width, headings, blocks | {"values": (values,)})


def house_text(body: Body) -> str:
    """What an organisation says about itself."""
    return "\n\n".join(_house(body).blocks["about"]) + "\n"


_SHARED_ORDER = ("languages", "values", "selection", "terms", "applying", "common")
_DROPPED_FIRST = ("terms", "culture", "values", "selection", "common", "applying")


def _body(draw: _Draw, body: Body, names: Mapping[str, str]) -> str:
    """The text of a notice: half of it is shared by the organisation's notices, half is its own."""
    house, size = _house(body), draw.count(_SMALLEST, _LARGEST)
    shared = _shared_parts(draw, house, size // 2)
    rest = size - sum(len(block) for blocks in shared.values() for block in blocks)
    own = _own_parts(draw, names, house.width, rest)
    out: list[str] = []
    for part in ("about", "culture"):
        out += [f"## {house.headings['about']}"] * (part == "about") + list(shared.get(part, ()))
    for part, blocks in own.items():
        out += [f"## {draw.one(words.UNIQUE_HEADINGS[part])}", *blocks]
    for part in _SHARED_ORDER:
        if part in shared:
            out += [f"## {house.headings[part]}", *shared[part]]
    return "\n\n".join(out) + "\n"


def _shared_parts(draw: _Draw, house: _House, size: int) -> dict[str, tuple[str, ...]]:
    """Parts of the organisation's text, about this long in total; whole paragraphs are left out to fit."""
    parts = dict(house.blocks)
    too_much = sum(len(block) for blocks in parts.values() for block in blocks) - size
    start = draw.count(0, len(_DROPPED_FIRST) - 2)
    for part in (*_DROPPED_FIRST[start:], *_DROPPED_FIRST[:start]):
        while parts[part] and too_much > len(parts[part][-1]) / 2:
            *left, dropped = parts[part]
            parts[part] = tuple(left)
            too_much -= len(dropped)
    return {part: blocks for part, blocks in parts.items() if blocks}


def _own_parts(draw: _Draw, names: Mapping[str, str], width: int, size: int) -> dict[str, list[str]]:
    """The part of a notice that no other notice has, about this long."""

    def paragraphs(templates: Sequence[str], length: int) -> list[str]:
        found = []
        while length > 0:
            sentences = (fill(text, draw, names) for text in draw.some(templates, draw.count(2, 5)))
            found.append(wrapped(" ".join(sentences), width))
            length -= len(found[-1])
        return found

    def points(templates: Sequence[str], length: int) -> str:
        found = []
        while length > 0:
            found.append(f"- {wrapped(fill(draw.one(templates), draw, names), width, '  ')}")
            length -= len(found[-1])
        return "\n".join(found)

    parts = {
        "context": paragraphs(words.CONTEXT, size * 25 // 100),
        "duties": [fill(words.CONTEXT[0], draw, names), points(words.DUTIES, size * 35 // 100)],
    }
    if draw.chance(0.5):
        parts["results"] = [points(words.DUTIES, size * 15 // 100)]
    parts["profile"] = [points(words.QUALITIES, size * (15 if "results" in parts else 30) // 100)]
    return parts
