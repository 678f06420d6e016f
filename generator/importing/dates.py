"""Days and instants as notices write them, in words. What can mean two things is not read."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from zoneinfo import ZoneInfo

from ..model.vocabulary import city_of_zone, zones

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
_MONTH = {name[:length]: number for number, name in enumerate(_MONTHS, 1) for length in range(3, len(name) + 1)}
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTH_WORD = r"(?P<month>[A-Za-z]{3,9})\.?"
_FORMS = (
    re.compile(rf"(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)?[ -]+{_MONTH_WORD},?[ -]+(?P<year>\d{{4}})"),
    re.compile(rf"{_MONTH_WORD} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}})"),
    re.compile(r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"),
    re.compile(r"(?P<first>\d{1,2})[/.-](?P<second>\d{1,2})[/.-](?P<year>\d{4})"),
)
_WEEKDAY = re.compile(rf"\b(?P<name>{'|'.join(_DAYS)}|mon|tues?|wed|thurs?|thu|fri|sat|sun)\b", re.IGNORECASE)
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>\d{1,2})[:.h](?P<minute>\d{2})(?::\d{2}(?:[.,]\d{1,9})?)?\s*(?P<half>[ap]\.?\s?m\b\.?)?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"(?:\b(?:UTC|GMT)\s*)?(?P<sign>[+−-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\b")
# ISO 8601's letter for UTC, directly behind a time: `z. B.` is German.
_ZULU = re.compile(r"\s?Z\b|z(?![\w.])")
_ZONE_OF_PLACE = re.compile(r"\(?\b(?P<place>[A-Z][A-Za-z]+(?: [A-Z][A-Za-z]+){0,2})(?: local)? time\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class ReadDate:
    """A day or an instant as front matter writes it; `doubt` says what about it a person must look at."""

    text: str
    day: date
    doubt: str = ""


def read_date(text: str) -> ReadDate | None:
    """The first day that a text names, with its time where that has a zone; None where it names none for certain."""
    found = _day_in(text)
    if found is None:
        return None
    day, end = found
    doubt = _wrong_weekday(text, day)
    clock, zone = _clock_in(text[end:])
    if clock is None:
        return ReadDate(day.isoformat(), day, doubt)
    if zone is None:
        return ReadDate(day.isoformat(), day, doubt or f"it names {clock:%H:%M}, and no zone that is known here")
    instant = datetime.combine(day, clock, zone)
    return ReadDate(written(instant), day, doubt)


def written(instant: datetime) -> str:
    """An instant as front matter writes it."""
    text = instant.isoformat(timespec="seconds")
    return text.removesuffix("+00:00") + "Z" if instant.utcoffset() == timedelta() else text


def _day_in(text: str) -> tuple[date, int] | None:
    """The day that stands first, and where it ends."""
    found = [(match.start(), match) for form in _FORMS for match in form.finditer(text)]
    for _, match in sorted(found, key=lambda one: one[0]):
        if (day := _day_of(match.groupdict())) is not None:
            return day, match.end()
    return None


def _day_of(parts: dict[str, str | None]) -> date | None:
    year = int(parts["year"] or 0)
    if parts.get("first"):
        first, second = int(parts["first"] or 0), int(parts["second"] or 0)
        # 03/04 is a day in March to some and one in April to others.
        if min(first, second) <= 12 < max(first, second):
            day, month = (first, second) if first > 12 else (second, first)
        elif first == second:
            day = month = first
        else:
            return None
    else:
        written_month = parts["month"] or ""
        month = int(written_month) if written_month.isdigit() else _MONTH.get(written_month.lower(), 0)
        day = int(parts["day"] or 0)
    try:
        return date(year, month, day) if 1945 <= year < 2200 else None
    except ValueError:
        return None


def _wrong_weekday(text: str, day: date) -> str:
    match = _WEEKDAY.search(text)
    if not match or _DAYS[day.weekday()].startswith(match["name"].lower()[:3]):
        return ""
    return f"it names a {match['name'].capitalize()}, and {day.isoformat()} is a {_DAYS[day.weekday()].capitalize()}"


def _clock_in(text: str) -> tuple[time | None, tzinfo | None]:
    """The time of day in what follows a date, and its zone."""
    match = _CLOCK.search(text[:80])
    if not match:
        return None, None
    hour, minute = int(match["hour"]), int(match["minute"])
    if match["half"]:
        if not 1 <= hour <= 12:
            return None, None
        hour = hour % 12 + (12 if match["half"][0] in "pP" else 0)
    if hour > 23 or minute > 59:
        return None, None
    return time(hour, minute), zone_in(text[match.end() :][:60])


def zone_in(text: str) -> tzinfo | None:
    """The zone that the text behind a time names: UTC, GMT or Z, an offset, or a city that has a zone of its own."""
    if _ZULU.match(text):
        return UTC
    if match := _OFFSET.search(text):
        hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
        if hours > 14 or minutes > 59:
            return None
        distance = timedelta(hours=hours, minutes=minutes)
        return timezone(distance if match["sign"] == "+" else -distance)
    if re.search(r"\b(UTC|GMT)\b", text):
        return UTC
    if match := _ZONE_OF_PLACE.search(text):
        zone = _zones_by_city().get(match["place"].lower())
        return ZoneInfo(zone) if zone else None
    return None


@cache
def _zones_by_city() -> dict[str, str]:
    """Zones by the city that they are named after, where no other zone is."""
    found: dict[str, str] = {}
    for zone in sorted(zones()):
        if zone.split("/")[0] in {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}:
            found[city_of_zone(zone).lower()] = zone
    return found
