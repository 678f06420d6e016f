"""A feed's events by month, for readers that poll rarely (RFC 5005). Months that are over do not change.

An event belongs to the month of its own instant, in UTC. A month is over once its feed has an event so long after its
end that nobody may still record what happened in it. As with the window of a feed, nothing depends on when the site is
built.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import groupby

from ..model.model import Event


@dataclass(frozen=True, slots=True)
class Month:
    """The events of a feed in a month, newest first; `over` if no more can be added."""

    year: int
    month: int
    events: tuple[Event, ...]
    over: bool

    @property
    def begins(self) -> datetime:
        """The instant at which the month begins, in UTC."""
        return _begins(_number(self.year, self.month))


def months_of(events: Sequence[Event], settled: timedelta) -> list[Month]:
    """The months of events, which come newest first: from the newest month to the oldest, including empty months.

    So the month after each one is known before anything has happened in it. There are empty months for at most a year
    without events. A month is over once there is an event that is later than its end by at least `settled`.
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
