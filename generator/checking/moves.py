"""Deadlines that move although nobody moved them, because the rule or the place is another one."""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from ..model.content import Content, Listing
from ..model.model import History
from ..model.schema import DeadlineRule


class Move(NamedTuple):
    """A posting whose deadline is written as before but has become another instant."""

    listing: Listing
    written: str
    before: datetime
    after: datetime

    def __str__(self) -> str:
        after, before = (f"{one.astimezone(UTC).isoformat()[:16]}Z" for one in (self.after, self.before))
        return f"{self.written} is now {after} and was {before}, {how_much(self.after - self.before)}"

    def matters(self, now: datetime) -> bool:
        """Whether one of the two deadlines is still to come."""
        end = self.listing.history.end
        return max(self.before, self.after) > now and not (end and end.instant <= now)


def move_of(old: History, listing: Listing) -> Move | None:
    """How a posting's deadline moved, if it did. A deadline never comes back, so the same words mean the same one."""
    before, after = old.standings[-1].deadline, listing.history.standings[-1].deadline
    if before is None or after is None or before.written != after.written or before.instant == after.instant:
        return None
    return Move(listing, after.written, before.instant, after.instant)


def ruled_otherwise(before: Content | None, after: Content) -> bool:
    """Whether a day without a time may mean another instant than before, apart from the places of postings."""
    return before is not None and _rules(before) != _rules(after)


def _rules(content: Content) -> tuple[DeadlineRule, dict[str, tuple[DeadlineRule | None, str | None]]]:
    of = {key: (file.organisation.deadline, file.organisation.parent) for key, file in content.organisations.items()}
    return content.settings.deadline, of


def how_much(by: timedelta) -> str:
    """A difference in words: `1 day 2 hours earlier`."""
    minutes = abs(by) // timedelta(minutes=1)
    parts = ((minutes // 1440, "day"), (minutes // 60 % 24, "hour"), (minutes % 60, "minute"))
    told = " ".join(f"{count} {word}{'s' * (count != 1)}" for count, word in parts if count)
    return f"{told or 'less than a minute'} {'later' if by > timedelta() else 'earlier'}"
