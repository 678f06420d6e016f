"""Times with their zones, as notices write them beside a date: `23:59 (New York time)`, `midnight Geneva time`."""

import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from ..model.vocabulary import cities, city_of_zone, zones, zones_of
from .phrases import without_accents

_CLOCK = re.compile(
    r"(?<![\d:/.])(?P<hour>\d{1,2})(?:(?P<mark>[:.h])(?P<minute>\d{2})(?::\d{2}(?:[.,]\d{1,9})?)?|"
    r"(?=\s?[ap]\.?\s?m\b)"
    r"|(?P<french>\s?h)(?=[^\w]|$))(?!\d)\s*(?:h(?:rs|ours)?\b)?\s*(?P<half>[ap]\.?\s?m\b\.?)?"
)
_MIDNIGHT = re.compile(r"\b(?:midnight|minuit|medianoche)\b")
_NOON = re.compile(r"\b(?:noon|midday|midi|mediodia)\b")
_CLOSE_OF_BUSINESS = re.compile(r"\b(?:cob|close of business|end of business|cop)\b")
_OFFSET = re.compile(r"(?:\b(?:utc|gmt)\s*)?(?P<sign>[+−-])(?P<hours>\d{1,2})(?::?(?P<minutes>\d{2}))?\b")
# ISO 8601's letter for UTC, directly behind a time: `z. B.` is German.
_ZULU = re.compile(r"\s?z\b(?!\.\s?\w|\s\w)")
_UNIVERSAL = re.compile(r"\b(?:utc|gmt)\b")
_ZONE_OF_PLACE = re.compile(r"\b(?P<place>[a-z'.-]+(?: [a-z'.-]+){0,3}?)(?:,? (?:local|standard|summer))? time\b")
_HOUR_OF_PLACE = re.compile(
    r"\b(?:heure|heures|hora|horas) (?:locale |local )?(?:de |d'|a )?(?P<place>[a-z'-]+(?: [a-z'-]+){0,2})"
)
_NIGHT_OF_PLACE = re.compile(r"\b(?:midnight|noon|minuit|midi)[ ,]+(?:in |at )?(?P<place>[a-z'-]+(?: [a-z'-]+)?)")
_WRITTEN = re.compile(r"\b(?:africa|america|asia|atlantic|australia|europe|indian|pacific)/[a-z_]+(?:/[a-z_]+)?")
_SHORT = re.compile(r"\b(?P<name>cest|cet|eat|cat|wat|est|edt)\b")
# Zones of one offset all year, and zones whose letters say which half of the year they mean.
_OFFSETS = {"eat": 3, "cat": 2, "wat": 1, "cet": 1, "cest": 2, "est": -5, "edt": -4}
_PLACES = {"cet": "Europe/Brussels", "cest": "Europe/Brussels", "est": "America/New_York", "edt": "America/New_York"}
_NAMED = {
    "eastern": "America/New_York",
    "us eastern": "America/New_York",
    "pacific": "America/Los_Angeles",
    "central european": "Europe/Brussels",
    "east africa": "Africa/Nairobi",
    "central africa": "Africa/Maputo",
    "west africa": "Africa/Lagos",
    "greenwich mean": "UTC",
    "uk": "Europe/London",
}
_LAST_MINUTE = time(23, 59)


class ReadClock(NamedTuple):
    """A time of day; without a zone `doubt` says what is missing."""

    time: time
    zone: tzinfo | None
    doubt: str = ""


def clock_in(plain: str, day: date) -> ReadClock | None:
    """The time of day that stands beside a date, in small letters without accents; None where none does."""
    clock = _CLOCK.search(plain)
    if clock and (found := _time_of(clock)):
        # Offsets stand behind the time; names of zones stand before it too.
        zone, doubt = _zone(plain[clock.end() :][:60], day)
        if zone is None and not doubt:
            zone, doubt = _zone_named(plain[: clock.start()][-40:], day)
        return ReadClock(
            found, zone, doubt or ("" if zone else f"it names {found:%H:%M}, and no zone that is known here")
        )
    if _CLOSE_OF_BUSINESS.search(plain):
        return ReadClock(_LAST_MINUTE, None, "it names the close of business, and not when that is")
    if _MIDNIGHT.search(plain) or _NOON.search(plain):
        at_noon = not _MIDNIGHT.search(plain)
        zone, doubt = _zone_named(plain, day)
        name = "noon" if at_noon else "midnight"
        said = "" if at_noon else "it says midnight, which was taken for the end of that day"
        return ReadClock(
            time(12) if at_noon else _LAST_MINUTE,
            zone,
            doubt or (said if zone else f"it names {name}, and no zone that is known here"),
        )
    return None


def zone_behind(plain: str, day: date) -> tzinfo | None:
    """The zone that stands behind a day, whose time stands before it: `11:55pm, 10th June 2026 GMT`."""
    return _zone(plain[:25], day)[0]


def _time_of(match: re.Match[str]) -> time | None:
    hour, minute = int(match["hour"]), int(match["minute"] or 0)
    if match["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if match["half"][0] == "p" else 0)
    return time(hour, minute) if hour <= 23 and minute <= 59 else None


def _zone(plain: str, day: date) -> tuple[tzinfo | None, str]:
    """The zone that the text behind a time names: UTC, GMT or Z, an offset, a city, or letters that name one."""
    if _ZULU.match(plain):
        return UTC, ""
    if match := _OFFSET.search(plain):
        hours, minutes = int(match["hours"]), int(match["minutes"] or 0)
        if hours > 14 or minutes > 59:
            return None, ""
        distance = timedelta(hours=hours, minutes=minutes)
        return timezone(distance if match["sign"] == "+" else -distance), ""
    return _zone_named(plain, day)


def _zone_named(plain: str, day: date) -> tuple[tzinfo | None, str]:
    if _UNIVERSAL.search(plain):
        return UTC, ""
    if (written := _WRITTEN.search(plain)) and (zone := _zones_by_name().get(written[0])):
        return ZoneInfo(zone), ""
    for pattern in (_ZONE_OF_PLACE, _HOUR_OF_PLACE, _NIGHT_OF_PLACE):
        for named in pattern.finditer(plain):
            first = named["place"].split()[0] if pattern is _NIGHT_OF_PLACE else ""
            if zone := _zone_of_place(named["place"]) or _zone_of_place(first):
                return ZoneInfo(zone), ""
    if match := _SHORT.search(plain):
        return _zone_of_letters(match["name"], day)
    return None, ""


def _zone_of_letters(name: str, day: date) -> tuple[tzinfo | None, str]:
    """The zone of letters such as CET, which many write in summer too and mean the clock on the wall."""
    offset = timedelta(hours=_OFFSETS[name])
    wall = _PLACES.get(name)
    if wall and datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(wall)).utcoffset() != offset:
        return None, f"it names {name.upper()}, which no clock shows on {day.isoformat()}"
    return timezone(offset), ""


def _zone_of_place(place: str) -> str | None:
    """The zone of a place, by its last words: `before midnight geneva` names Geneva."""
    words = place.split()
    for count in range(min(3, len(words)), 0, -1):
        if zone := _zones_by_place().get(" ".join(words[-count:])):
            return zone
    return None


@cache
def _zones_by_name() -> dict[str, str]:
    return {zone.lower(): zone for zone in zones()}


@cache
def _zones_by_place() -> dict[str, str]:
    """Zones by the cities that they are named after, by other cities that notices name, and by names of their own."""
    found: dict[str, str] = {}
    for zone in sorted(zones()):
        if zone.split("/")[0] in {"Africa", "America", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific"}:
            found[without_accents(city_of_zone(zone))] = zone
    for country, named in cities()["cities"].items():
        for city in named:
            zone_of_city = cities()["zones"].get(city) or (zones_of(country)[0] if len(zones_of(country)) == 1 else "")
            if zone_of_city:
                for name in (city, *cities()["names"].get(city, ())):
                    found.setdefault(without_accents(name), zone_of_city)
    return found | _NAMED
