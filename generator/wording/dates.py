"""Days and instants as notices write them, in English, French and Spanish. What can mean two things is not read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import NamedTuple

from .clocks import clock_in, zone_behind
from .phrases import without_accents

_MONTHS = (
    ("january", "janvier", "enero"),
    ("february", "fevrier", "febrero"),
    ("march", "mars", "marzo"),
    ("april", "avril", "abril"),
    ("may", "mai", "mayo"),
    ("june", "juin", "junio"),
    ("july", "juillet", "julio"),
    ("august", "aout", "agosto"),
    ("september", "septembre", "septiembre", "setiembre"),
    ("october", "octobre", "octubre"),
    ("november", "novembre", "noviembre"),
    ("december", "decembre", "diciembre"),
)
_MONTH = {
    name[:length]: number
    for number, names in enumerate(_MONTHS, 1)
    for name in names
    for length in range(3, len(name) + 1)
    # `jui` begins two months, and `mar` and `mai` are words as well as months: all of them are the month beside a day.
    if name[:length] != "jui"
}
_DAYS = (
    ("monday", "lundi", "lunes"),
    ("tuesday", "mardi", "martes"),
    ("wednesday", "mercredi", "miercoles"),
    ("thursday", "jeudi", "jueves"),
    ("friday", "vendredi", "viernes"),
    ("saturday", "samedi", "sabado"),
    ("sunday", "dimanche", "domingo"),
)
_ENGLISH_DAYS = [names[0].capitalize() for names in _DAYS]
_SHORT_DAYS = ("mon", "tues", "tue", "wed", "thurs", "thur", "thu", "fri", "sat", "sun")
_WEEKDAY = re.compile(rf"\b(?P<name>{'|'.join(name for names in _DAYS for name in names)}|{'|'.join(_SHORT_DAYS)})\b")
_WORD = r"(?P<month>[a-z]{3,10})\.?"
_NUMBER = r"(?P<day>\d{1,2})(?:st|nd|rd|th|er|ro|º|°)?"
_FORMS = (
    re.compile(
        rf"(?<![\d/.]){_NUMBER},?(?: of| de| del)?[ -]{{1,2}}{_WORD},?(?: of| de|"
        rf" del)?[ -]{{1,2}}(?P<year>\d{{4}})(?!\d)"
    ),
    re.compile(rf"(?<![\d/.]){_NUMBER}-{_WORD}-(?P<short>\d{{2}})(?![\d])"),
    re.compile(rf"(?<![a-z]){_WORD} {_NUMBER}(?:,? |, ?)(?P<year>\d{{4}})(?!\d)"),
    re.compile(rf"(?<![a-z]){_WORD} (?P<day>\d{{1,2}}) \d\d:\d\d:\d\d [a-z]{{3,4}} (?P<year>\d{{4}})(?!\d)"),
    re.compile(r"(?<!\d)(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})(?!\d)"),
    re.compile(
        r"(?<![\d/.-])(?P<first>\d{1,2})(?: / |[/.-])(?P<second>\d{1,2})(?: / |"
        r"[/.-])(?P<year>\d{4})(?![\d/])"
    ),
    re.compile(r"(?<![\d/.-])(?P<first>\d{1,2})/(?P<second>\d{1,2})/(?P<short>\d{2})(?![\d/])"),
)
_ORDERS = re.compile(r"\b(?:(?P<month>mm/dd/(?:yy){1,2})|(?P<day>(?:dd|jj)/mm/(?:yy|aa){1,2}))\b")
_BEFORE = re.compile(r"(?:[a-z]+,? |on |by |le |el |the |from |du |del |until |au |:|-|\s)*")
_BEHIND = 90  # characters, in which the time of a day stands


class Order(Enum):
    """Which of day and month stands first where both are figures."""

    DAY = "day"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A day or an instant as front matter writes it; `doubt` says what about it a person must look at."""

    text: str
    day: date
    doubt: str = ""
    instant: datetime | None = None
    start: int = 0  # where it stands in its text


class _Found(NamedTuple):
    day: date
    start: int
    end: int


def read_date(text: str, order: Order | None = None) -> ReadDate | None:
    """The first day that a text names, with its time where that has a zone; None where it names none for certain.

    `order` is that of the figures, where something else has settled it.
    """
    return next(dates_in(text, order), None)


def dates_in(text: str, order: Order | None = None) -> Iterator[ReadDate]:
    """Every day that a text names for certain."""
    plain = _even(text)
    found = list(_days_in(plain, _order_said(plain) or order))
    ends = [*(one.start for one in found[1:]), len(plain)][: len(found)]
    starts = [0, *(one.end for one in found)][: len(found)]
    for one, start, end in zip(found, starts, ends, strict=True):
        yield replace(
            _dated(one.day, plain[start : one.start], plain[one.end : min(end, one.end + _BEHIND)]), start=one.start
        )


def _dated(day: date, before: str, behind: str) -> ReadDate:
    doubt = _wrong_weekday(before[-30:] + " " + behind[:25], day)
    clock = clock_in(behind, day) or (clock_in(before[-70:], day) if before else None)
    if clock is None:
        return ReadDate(day.isoformat(), day, doubt)
    if clock.zone is None and (zone := zone_behind(behind, day)):
        clock = clock._replace(zone=zone, doubt="")
    if clock.zone is None:
        return ReadDate(day.isoformat(), day, doubt or clock.doubt)
    instant = datetime.combine(day, clock.time, clock.zone)
    return ReadDate(written(instant), day, doubt or clock.doubt, instant)


def written(instant: datetime) -> str:
    """An instant as front matter writes it."""
    text = instant.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if instant.utcoffset() == timedelta() else text


def order_of(text: str) -> Order | None:
    """The order of day and month on a page, where one of its dates settles it and none contradicts."""
    plain = _even(text)
    if said := _order_said(plain):
        return said
    orders = set()
    for form in _FORMS[-2:]:
        for match in form.finditer(plain):
            first, second = int(match["first"]), int(match["second"])
            if min(first, second) <= 12 < max(first, second) <= 31:
                orders.add(Order.DAY if first > 12 else Order.MONTH)
    return orders.pop() if len(orders) == 1 else None


def date_at_start(text: str) -> int:
    """Where the date ends with which a text begins, whatever its order; 0 where it begins with none."""
    plain = _even(text[:60])
    before = _BEFORE.match(plain[:30])
    for found in sorted(_days_in(plain, Order.DAY)):
        return found.end if before and found.start <= before.end() else 0
    for found in sorted(_days_in(plain, Order.MONTH)):
        return found.end if before and found.start <= before.end() else 0
    return 0


def _even(text: str) -> str:
    """A text in small letters without accents, of the same length: one character stays one."""
    if text.isascii():
        return text.lower()
    return "".join(
        (without_accents(char) or char)[0] if ord(char) > 127 and char.isalpha() else char for char in text.lower()
    )


def _order_said(plain: str) -> Order | None:
    match = _ORDERS.search(plain)
    return match and (Order.MONTH if match["month"] else Order.DAY)


def _days_in(plain: str, order: Order | None) -> Iterator[_Found]:
    matches = [match for form in _FORMS for match in form.finditer(plain)]
    end = -1
    for match in sorted(matches, key=lambda one: (one.start(), -one.end())):
        if match.start() >= end and (day := _day_of(match.groupdict(), order)):
            end = match.end()
            yield _Found(day, match.start(), match.end())


def _day_of(parts: dict[str, str | None], order: Order | None) -> date | None:
    year = int(parts.get("year") or 2000 + int(parts.get("short") or 0))
    if parts.get("first"):
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        # 03/04 is a day in March to some and one in April to others.
        if min(first, second) <= 12 < max(first, second):
            day, month = (first, second) if first > 12 else (second, first)
        elif first == second:
            day = month = first
        elif order:
            day, month = (first, second) if order is Order.DAY else (second, first)
        else:
            return None
    else:
        written_month = parts["month"] or ""
        month = int(written_month) if written_month.isdigit() else _MONTH.get(written_month, 0)
        day = int(parts["day"] or 0)
    try:
        return date(year, month, day) if 1945 <= year < 2200 else None
    except ValueError:
        return None


def _wrong_weekday(text: str, day: date) -> str:
    match = _WEEKDAY.search(text)
    names = _DAYS[day.weekday()]
    if not match or any(name.startswith(match["name"][:3]) for name in names[:1]) or match["name"] in names:
        return ""
    return f"it names a {match['name'].capitalize()}, and {day.isoformat()} is a {_ENGLISH_DAYS[day.weekday()]}"
