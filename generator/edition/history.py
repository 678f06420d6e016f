"""What happens to a posting over time: a pure function of its content, including its recorded history.

The list of events up to an instant only ever grows, so a build that was skipped loses nothing.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from urllib.parse import quote

from ..model import clock
from ..model.content import Content, PostingFile
from ..model.model import UNTIL_FILLED, Closes, Deadline, End, Event, History, Kind, Standing, State, When
from ..model.schema import Settings
from .deadlines import end_of, resolve, start_of


def tag_uri(settings: Settings, specific: str) -> str:
    """A tag URI of the digest (RFC 4151), which stays the same whatever its address becomes."""
    return f"tag:{settings.tag_authority.domain},{settings.tag_authority.date}:{specific}"


def event_id(settings: Settings, posting: str, kind: Kind, *key: str) -> str:
    """The id of an event: a tag URI (RFC 4151). In each part, all but letters, digits, `-._~:` is percent-encoded."""
    return tag_uri(settings, "/".join(map(_quoted, ("posting", posting, kind.value, *key))))


@lru_cache(4096)
def _quoted(part: str) -> str:
    return quote(part, safe=":")


def history_of(file: PostingFile, content: Content) -> History:
    """The whole history of a posting."""
    return _Historian(file, content).history()


@dataclass(frozen=True, slots=True)
class _Change:
    """A deadline moved: its event, when the new deadline came into force, and until when the old one could come due.

    If neither deadline names a day, nothing has moved for readers, and there is no event.
    """

    event: Event | None
    since: datetime
    cut: datetime
    closes: Closes


class _Historian:
    """Works out one posting's history. `inexact` collects the instants of which only the day was written."""

    def __init__(self, file: PostingFile, content: Content) -> None:
        self.file, self.posting = file, file.posting
        self.content, self.settings = content, content.settings
        self.inexact: set[datetime] = set()

    def history(self) -> History:
        opened = self.opened()
        changes = list(self.changes())
        standings = self.standings(opened, changes)
        end = self.end(opened)
        events = self.events(opened, changes, standings, end)
        return History(opened, standings, end, tuple(sorted(events, key=_time_order)), self.confirmed(opened))

    def event(self, kind: Kind, instant: datetime, *key: str) -> Event:
        identity = event_id(self.settings, self.file.id, kind, *key)
        return Event(identity, self.file.id, kind, instant, "/".join(key), instant not in self.inexact)

    def spread(self, when: When, kind: Kind, *key: str) -> datetime:
        instant = clock.spread(when, self.settings.timezone, event_id(self.settings, self.file.id, kind, *key))
        if when.instant is None:
            self.inexact.add(instant)
        return instant

    def opened(self) -> datetime:
        """When the role opened for the digest's readers: `opens` or `added`, whichever is later."""
        return max(self.spread(when, Kind.OPENED) for when in (self.posting.opens, self.posting.added) if when)

    def confirmed(self, opened: datetime) -> datetime:
        """When the digest last saw the role: when it took it in, or at its last check."""
        checked = self.posting.source.checked if self.posting.source else None
        if checked is None:
            return opened
        return max(opened, start_of(checked, self.settings))

    def deadline(self, closes: Closes) -> Deadline | None:
        if not isinstance(closes, When):
            return None
        return resolve(closes, self.posting, self.content.organisations, self.settings)

    def changes(self) -> Iterator[_Change]:
        """Each recorded change of the deadline, in order."""
        written = [*(change.from_ for change in self.posting.deadline_changes), self.posting.closes]
        for change, (before, after) in zip(self.posting.deadline_changes, pairwise(written), strict=True):
            old, new = self.deadline(before), self.deadline(after)
            # A day alone does not say when on that day: a deadline on it had already come due, a later one had not.
            cut = end_of(change.on, self.settings)
            kind = _kind_of_change(old, new, cut)
            key = (change.on.text, _as_written(after))
            since = self.spread(change.on, kind, *key)
            instant = max(since, old.instant) if kind is Kind.REOPENED and old else since
            yield _Change(self.event(kind, instant, *key) if old or new else None, since, cut, after)

    def standings(self, opened: datetime, changes: list[_Change]) -> tuple[Standing, ...]:
        """The deadlines one after another; those replaced before the role opened are not part of its history."""
        written = self.posting.deadline_changes
        found = [self.standing(opened, written[0].from_ if written else self.posting.closes)]
        for change in changes:
            if change.since <= opened:
                found = [self.standing(opened, change.closes)]
                continue
            before = found[-1]
            found[-1] = Standing(before.since, before.deadline, change.cut, before.until_filled)
            found.append(self.standing(change.since, change.closes))
        return tuple(found)

    def standing(self, since: datetime, closes: Closes) -> Standing:
        return Standing(since, self.deadline(closes), until_filled=closes == UNTIL_FILLED)

    def end(self, opened: datetime) -> End | None:
        """The first of withdrawn, filled and expired; a role that was over when taken in ended at that moment."""
        posting = self.posting
        written = (
            (posting.withdrawn, Kind.WITHDRAWN, State.WITHDRAWN),
            (posting.filled, Kind.FILLED, State.FILLED),
            (posting.expired, Kind.CLOSED, State.CLOSED),
        )
        ends = [End(self.end_instant(when, kind, opened), state) for when, kind, state in written if when]
        return min(ends, key=lambda end: end.instant, default=None)

    def end_instant(self, when: When, kind: Kind, opened: datetime) -> datetime:
        # A role that was found expired on the day it was taken in was over before that.
        if kind is Kind.CLOSED and when.instant is None and when.day <= self.day_of(opened):
            return opened
        return max(opened, self.spread(when, kind))

    def over_at_intake(self, opened: datetime) -> bool:
        """Whether an editor, and not the deadline, had already ended the role when the digest took it in."""
        posting = self.posting
        ended = (posting.withdrawn, posting.filled)
        if any(when and (when.instant <= opened if when.instant else when.day < self.day_of(opened)) for when in ended):
            return True
        expired = posting.expired
        return expired is not None and self.end_instant(expired, Kind.CLOSED, opened) == opened

    def day_of(self, instant: datetime) -> date:
        return clock.local(instant, self.settings.timezone).date()

    def events(
        self, opened: datetime, changes: list[_Change], standings: tuple[Standing, ...], end: End | None
    ) -> list[Event]:
        if self.over_at_intake(opened):
            return []
        happened = [change.event for change in changes if change.event and change.since > opened]
        first = standings[0].deadline
        if first and first.instant <= opened:
            # Its deadline passed before the digest took it in: it counts from the moment it reopens, if it ever does.
            if not any(event.kind is Kind.REOPENED for event in happened):
                return []
            standings = standings[1:]
        else:
            happened.append(self.event(Kind.OPENED, opened))
        for standing in standings:
            happened += self.events_of(standing)
        if end is None:
            return happened
        kept = [event for event in happened if event.instant < end.instant or event.kind is Kind.OPENED]
        return kept + self.last_event(end, kept)

    def events_of(self, standing: Standing) -> Iterator[Event]:
        """A deadline's own events, if it was still in force when they came due."""
        deadline = standing.deadline
        if deadline is None:
            return
        window = timedelta(days=self.settings.closing_window_days)
        closing = max(deadline.instant - window, standing.since)
        if closing < deadline.instant and (standing.until is None or closing < standing.until):
            yield self.event(Kind.CLOSING, closing, deadline.written)
        if standing.until is None or deadline.instant < standing.until:
            yield self.event(Kind.CLOSED, max(deadline.instant, standing.since), deadline.written)

    def last_event(self, end: End, kept: list[Event]) -> list[Event]:
        match end.state:
            case State.WITHDRAWN:
                return [self.event(Kind.WITHDRAWN, end.instant)]
            case State.FILLED:
                return [self.event(Kind.FILLED, end.instant)]
        closes = self.posting.closes
        closed = self.event(Kind.CLOSED, end.instant, *([closes.text] if isinstance(closes, When) else []))
        return [] if any(event.id == closed.id for event in kept) else [closed]


def _time_order(event: Event) -> tuple[datetime, str]:
    return event.instant, event.id


def _kind_of_change(old: Deadline | None, new: Deadline | None, cut: datetime) -> Kind:
    """A role without a stated deadline, or open until it is filled, counts as closing later than any deadline."""
    if old and (new is None or new.instant > old.instant):
        return Kind.REOPENED if old.instant < cut else Kind.EXTENDED
    return Kind.SHORTENED


def _as_written(closes: Closes) -> str:
    return closes.text if isinstance(closes, When) else closes or UNTIL_FILLED


def state_at(history: History, settings: Settings, now: datetime) -> tuple[State, datetime]:
    """A role's state at an instant, and when that state began; at the instant of a change the new state applies."""
    if now < history.opened:
        return State.SCHEDULED, history.opened
    if history.end and history.end.instant <= now:
        return history.end.state, history.end.instant
    standing = history.standing_at(now)
    deadline = standing.deadline
    if deadline is None:
        stale = history.confirmed + timedelta(days=settings.unconfirmed_days)
        return (State.UNCONFIRMED, stale) if stale <= now else (State.OPEN, history.opened)
    if deadline.instant <= now:
        return State.CLOSED, max(deadline.instant, standing.since)
    closing = deadline.instant - timedelta(days=settings.closing_window_days)
    return (State.CLOSING, max(closing, standing.since)) if closing <= now else (State.OPEN, standing.since)


LATEST_DAYS = 7  # how long after it happened a change may be recorded
