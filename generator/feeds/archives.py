"""A feed's events by months, for readers that come seldom (RFC 5005): what is over stays as it is.

A month is that of an event's own instant, in UTC. It is over when its feed has told an event of so long after its
end that nobody may record any more what happened in it. As with the window of a feed, nothing depends on when the site
is built.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from ..model.model import Event


@dataclass(frozen=True, slots=True)
class Month:
    """What a feed told in a month, newest first; `over` where nothing comes to it any more."""

    year: int
    month: int
    events: tuple[Event, ...]
    over: bool

    @property
    def begins(self) -> datetime:
        """The instant at which the month begins, in UTC."""
        return _begins(_number(self.year, self.month))


def months_of(events: Sequence[Event], settled: timedelta) -> list[Month]:
    """Of events newest first, the months from the newest one's to the oldest one's, with those that had no event.

    So the month that follows one is known before anything has happened in it. A silence is told for a year at most.
    A month is over when an event has come so long after it as `settled` says.
    """
    told = {month: tuple(some) for month, some in groupby(events, key=_month_of)}
    shown = {later for month in told for later in range(month, month + 12) if later <= max(told)}
    return [
        Month(number // 12, number % 12 + 1, told.get(number, ()), _begins(number + 1) + settled <= events[0].instant)
        for number in sorted(shown, reverse=True)
    ]


def _number(year: int, month: int) -> int:
    return year * 12 + month - 1


def _month_of(event: Event) -> int:
    instant = event.instant.astimezone(UTC)
    return _number(instant.year, instant.month)


def _begins(number: int) -> datetime:
    return datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC)
