"""Days and instants. Only `read_now` reads the clock; everything else is given its instant.

Zones come from the tzdata package: importing `vocabulary` ensures that.
"""

import os
import re
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from hashlib import blake2b
from zoneinfo import ZoneInfo

from .fields import read_when
from .model import When


def read_now(text: str | None) -> datetime:
    """The build's one instant, in UTC: the text given, else SOURCE_DATE_EPOCH, else the clock. Raises ValueError."""
    if text is None:
        epoch = os.environ.get("SOURCE_DATE_EPOCH")
        if epoch is None:
            return datetime.now(UTC).replace(microsecond=0)
        if not re.fullmatch(r"\d{1,10}", epoch):
            raise ValueError(f"SOURCE_DATE_EPOCH: {epoch!r} is not a number of seconds since 1970")
        return datetime.fromtimestamp(int(epoch), UTC)
    try:
        instant = read_when(text).instant
    except ValueError:
        instant = None
    if instant is None:
        raise ValueError(f"{text!r} is not an instant, write it as 2026-05-30T12:00:00Z")
    return instant


# zoneinfo itself keeps only eight zones in memory, and reads the others again each time.
_zone = cache(ZoneInfo)


def local(instant: datetime, zone: str) -> datetime:
    """An instant as the local time of a zone."""
    return instant.astimezone(_zone(zone))


def day_starts(day: date, zone: str) -> datetime:
    """The instant at which a day begins in a zone, in UTC: its first midnight, or the clock change that skips it."""
    return datetime.combine(day, time.min, _zone(zone)).astimezone(UTC)


def week_of(instant: datetime, zone: str) -> tuple[int, int]:
    """The ISO year and week of an instant in a zone."""
    year, week, _ = local(instant, zone).isocalendar()
    return year, week


def week_begins(year: int, week: int, zone: str) -> datetime:
    """The instant at which an ISO week begins in a zone, in UTC."""
    return day_starts(date.fromisocalendar(year, week, 1), zone)


def week_ends(year: int, week: int, zone: str) -> datetime:
    """The instant at which an ISO week ends in a zone, in UTC."""
    return day_starts(date.fromisocalendar(year, week, 1) + timedelta(days=7), zone)


def ends_earliest(day: date, at: str, zones: tuple[str, ...]) -> tuple[datetime, str]:
    """The earliest instant (UTC) at which it is `at` (HH:MM) on that day in one of the zones, and that zone."""
    moment = datetime.combine(day, time.fromisoformat(at))
    return min((_earliest(moment, zone), zone) for zone in zones)


def _earliest(moment: datetime, zone: str) -> datetime:
    # A time occurs twice when clocks go back, and not at all when they go forward: the earlier reading is safe.
    return min(moment.replace(tzinfo=_zone(zone), fold=fold).astimezone(UTC) for fold in (0, 1))


def spread(when: When, zone: str, event_id: str) -> datetime:
    """The instant of a written date that is not a deadline.

    A day without a time means an instant in its first hour, chosen by the event's id: events of one day must not share
    an instant, or feed readers would take them for one batch.
    """
    if when.instant:
        return when.instant
    seconds = int.from_bytes(blake2b(event_id.encode(), digest_size=8).digest()) % 3600
    return day_starts(when.day, zone) + timedelta(seconds=seconds)
