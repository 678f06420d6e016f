"""What the C library's clock shows in a zone: a second implementation, besides Python's zoneinfo, that reads the same
tables.
"""

import os
import time
from calendar import timegm
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from importlib import resources

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
# No zone is farther than this from UTC, and in this century every offset is a whole number of minutes.
_AHEAD, _BEHIND, _STEP = 14 * 3600, 12 * 3600, 60


@dataclass(frozen=True, slots=True)
class Day:
    """A time on a day in a zone: the instant when it is due, and the instants when its day and its week begin."""

    due: datetime
    begins: datetime
    week_begins: datetime


@contextmanager
def _zone(name: str) -> Iterator[None]:
    """Sets this process's time zone within a block, from the tables of the tzdata package."""
    before = {key: os.environ.get(key) for key in ("TZ", "TZDIR")}
    os.environ |= {"TZ": name, "TZDIR": str(resources.files("tzdata") / "zoneinfo")}
    time.tzset()
    try:
        yield
    finally:
        for key, value in before.items():
            os.environ.pop(key) if value is None else os.environ.update({key: value})
        time.tzset()


def day_in(zone: str, day: date, at: str) -> Day:
    """What the contract says about a time (HH:MM) on a day, found by checking the clock minute by minute."""
    midnight = timegm(day.timetuple())
    hour, minute = map(int, at.split(":"))
    with _zone(zone):
        due = _due(midnight + hour * 3600 + minute * 60)
        begins, week_begins = (_reaches(start) for start in (midnight, midnight - day.weekday() * 86400))
    return Day(*(_EPOCH + timedelta(seconds=seconds) for seconds in (due, begins, week_begins)))


def changes(zone: str, years: range) -> Iterator[date]:
    """The days on which the clocks of a zone change."""
    with _zone(zone):
        start, end = (timegm((year, 1, 1, 0, 0, 0)) for year in (years.start, years.stop))
        before = _shown(start) - start
        for instant in range(start, end, 6 * 3600):
            if (offset := _shown(instant) - instant) != before:
                before = offset
                yield date(*time.gmtime(_shown(instant))[:3])


def _shown(instant: int) -> int:
    """What the clock shows, converted as if it were UTC."""
    return timegm(time.localtime(instant))


def _near(wall: int) -> range:
    return range(wall - _AHEAD, wall + _BEHIND + 1, _STEP)


def _due(wall: int) -> int:
    """When the clock first shows a time; if the clock skips it, the time is due as if the clock had already changed."""
    if (found := next((instant for instant in _near(wall) if _shown(instant) == wall), None)) is not None:
        return found
    jump = _reaches(wall)
    return jump - (_shown(jump) - wall)


def _reaches(wall: int) -> int:
    """When the clock first shows this time or a later one."""
    return next(instant for instant in _near(wall) if _shown(instant) >= wall)
