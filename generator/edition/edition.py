"""The digest at one instant: every role with its state and deadline, what happened, and how roles are grouped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cached_property
from struct import pack

from msgspec import Struct

from ..model import clock
from ..model.content import Content, Listing
from ..model.model import Deadline, Dimension, Event, History, Kind, Standing, State
from ..model.schema import Settings
from ..model.vocabulary import NOT_STATED
from .deadlines import local_deadline
from .history import state_at

LISTED = frozenset({State.OPEN, State.CLOSING})
_LAST = frozenset({Kind.WITHDRAWN, Kind.FILLED, Kind.CLOSED})
BEGINNING = datetime.min.replace(tzinfo=UTC)
SITE_AT_LEAST, COLLECTION_AT_LEAST = 50, 20  # events in a feed, if there are that many


class Role(Struct, frozen=True):
    """A posting as it is at the edition's instant."""

    listing: Listing
    state: State
    since: datetime
    standing: Standing  # the deadline in force
    events: tuple[Event, ...]  # those that have happened
    key: bytes  # identifies all of it: what other pages show of it, and what has become of it over time

    @property
    def slug(self) -> str:
        """The posting's slug, which is part of its address."""
        return self.listing.slug

    @property
    def id(self) -> str:
        """The posting's id, which is part of the ids of its events."""
        return self.listing.id

    @property
    def history(self) -> History:
        """Everything that happens to the posting, past and future."""
        return self.listing.history

    @property
    def deadline(self) -> Deadline | None:
        """The deadline at this instant, None if there is none."""
        return self.standing.deadline

    @property
    def opening(self) -> datetime:
        """When it last opened to readers: when it was taken in, or when it reopened."""
        again = (event.instant for event in reversed(self.events) if event.kind is Kind.REOPENED)
        return next(again, self.history.opened)

    @property
    def ended_by(self) -> Event | None:
        """The event by which an editor, and not the deadline, ended the role."""
        last = self.events[-1] if self.events else None
        by_editor = self.state in {State.WITHDRAWN, State.FILLED} or self.expired
        return last if last and by_editor and last.kind in _LAST else None

    def told_by(self, event: Event) -> Standing:
        """The deadline that an event of this role is about: the last part of its key, else the one in force."""
        written = event.key.rpartition("/")[2]
        named = (one for one in self.history.standings if written and one.written == written)
        return next(named, self.standing)

    @property
    def takedown(self) -> bool:
        """Whether the posting was taken down, so that none of it may be shown."""
        return self.listing.takedown

    @property
    def listed(self) -> bool:
        """Whether the role takes applications and is in the lists of open roles."""
        return self.state in LISTED

    @property
    def expired(self) -> bool:
        """Whether the role was found to be over before its deadline, or without a known one."""
        end = self.history.end
        if self.state is not State.CLOSED or end is None or self.since != end.instant:
            return False
        return self.deadline is None or self.deadline.instant > end.instant

    @property
    def title(self) -> str:
        """The title that readers see."""
        return "Posting taken down" if self.takedown else self.listing.title

    @property
    def urgency(self) -> tuple[bool, datetime, datetime, str]:
        """Sorts open roles: the nearest deadline first, those without one last and among themselves newest first."""
        opened = self.history.opened
        if self.deadline:
            return False, self.deadline.instant, opened, self.slug
        newest_first = datetime.max.replace(tzinfo=opened.tzinfo) - opened
        return True, datetime.min.replace(tzinfo=opened.tzinfo) + newest_first, opened, self.slug

    @property
    def passed(self) -> Deadline | None:
        """The deadline at which a role that is over ended, even if the digest knew of it later."""
        return self.deadline if self.state is State.CLOSED and not self.expired else None

    def ended(self) -> datetime:
        """When a role that is over ended."""
        return self.passed.instant if self.passed else self.since

    def ended_day(self, settings: Settings) -> date:
        """The day on which a role that is over ended: its deadline's own day, else the day in the site's zone."""
        return local_deadline(self.passed).date() if self.passed else clock.local(self.since, settings.timezone).date()


def role_at(listing: Listing, settings: Settings, now: datetime) -> Role:
    """A posting that has opened, as it is at an instant."""
    history = listing.history
    state, since = state_at(history, settings, now)
    happened = history.events
    if happened and happened[-1].instant > now:
        happened = tuple(event for event in happened if event.instant <= now)
    standing = history.standing_at(now)
    due = standing.deadline.instant.timestamp() if standing.deadline else float(standing.until_filled)
    key = listing.shown + pack("<ddI", since.timestamp(), due, len(happened)) + state[:3].encode()
    return Role(listing, state, since, standing, happened, key)


def ended_long_ago(role: Role, settings: Settings, now: datetime) -> bool:
    """Whether a role has been over for so long that feeds may leave it out: its page then names no other roles."""
    return not role.listed and role.since < now - timedelta(days=settings.feed_window_days)


@dataclass(frozen=True, slots=True)
class Collection:
    """The roles that share one value of a dimension; the whole site is the collection without a dimension.

    `open_roles` are in order of urgency, `over` in the order in which they ended; `ended` is `over` without those taken
    down.
    """

    dimension: Dimension | None
    key: str
    name: str
    open_roles: tuple[Role, ...]
    over: tuple[Role, ...]
    ended: tuple[Role, ...]

    @property
    def roles(self) -> tuple[Role, ...]:
        """All roles of the collection, open roles first."""
        return (*self.open_roles, *self.over)

    @property
    def least(self) -> int:
        """The least number of events in its feeds, if there are that many."""
        return SITE_AT_LEAST if self.dimension is None else COLLECTION_AT_LEAST

    @property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened, newest first."""
        return newest_first(self.roles)

    @property
    def newest(self) -> datetime | None:
        """The instant of the newest event."""
        return max((role.events[-1].instant for role in self.roles if role.events), default=None)


class Edition:
    """What a build publishes; a pure function of the content and one instant."""

    def __init__(self, content: Content, now: datetime) -> None:
        self.content, self.now = content, now

    @property
    def settings(self) -> Settings:
        """The settings of the site."""
        return self.content.settings

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """Every role that readers may know about, by slug."""
        known = (one for one in self.content.postings if one.history.opened <= self.now)
        return tuple(role_at(one, self.settings, self.now) for one in known)

    @property
    def scheduled(self) -> tuple[Listing, ...]:
        """Postings that readers may not know about yet."""
        return tuple(one for one in self.content.postings if one.history.opened > self.now)

    @cached_property
    def role_by_id(self) -> Mapping[str, Role]:
        """Every role by the id of its posting."""
        return {role.id: role for role in self.roles}

    @cached_property
    def events(self) -> tuple[Event, ...]:
        """Everything that happened, newest first."""
        return newest_first(self.roles)

    @property
    def changed(self) -> datetime:
        """The last instant at which anything changed because time passed; the edition's instant if nothing has."""
        return max((max(role.since, _last(role)) for role in self.roles), default=self.now)

    @property
    def site(self) -> Collection:
        """The collection of all roles."""
        return self._grouped[0]

    @property
    def collections(self) -> Mapping[Dimension, Mapping[str, Collection]]:
        """Every dimension's collections, in the order in which they are shown."""
        return self._grouped[1]

    @cached_property
    def _grouped(self) -> tuple[Collection, Mapping[Dimension, Mapping[str, Collection]]]:
        open_roles = tuple(sorted((role for role in self.roles if role.listed), key=lambda role: role.urgency))
        over = tuple(sorted((role for role in self.roles if not role.listed), key=lambda role: (role.since, role.slug)))
        ended = tuple(role for role in over if not role.takedown)
        site = Collection(None, "", self.settings.title, open_roles, over, ended)
        return site, {dimension: self._collections(dimension, open_roles, over) for dimension in Dimension}

    def _collections(
        self, dimension: Dimension, open_roles: Iterable[Role], over: Iterable[Role]
    ) -> dict[str, Collection]:
        keys = self.content.organisations if dimension is Dimension.ORGANISATIONS else ()
        members: dict[str, tuple[list[Role], list[Role]]] = {key: ([], []) for key in keys}
        for number, roles in enumerate((open_roles, over)):
            for role in roles:
                for key in role.listing.keys_of(dimension):
                    if key not in members:
                        members[key] = ([], [])
                    members[key][number].append(role)
        found = [
            Collection(
                dimension,
                key,
                self.content.name_of(dimension, key),
                tuple(still_open),
                tuple(over),
                tuple(role for role in over if not role.listing.takedown),
            )
            for key, (still_open, over) in members.items()
        ]
        return {collection.key: collection for collection in sorted(found, key=self._shown_order)}

    def _shown_order(self, collection: Collection) -> tuple[bool, int, str]:
        term = self.content.term(collection.dimension, collection.key) if collection.dimension else None
        return collection.key == NOT_STATED, term.order if term else 0, collection.name.casefold()

    @cached_property
    def weeks(self) -> dict[tuple[int, int], list[Event]]:
        """What happened, by ISO year and week in the site's zone, newest week first."""
        found: dict[tuple[int, int], list[Event]] = {}
        zone = self.settings.timezone
        events: list[Event] = []
        begins = None
        for event in self.events:
            if begins is None or event.instant < begins:
                year, week = clock.week_of(event.instant, zone)
                begins = clock.week_begins(year, week, zone)
                events = found.setdefault((year, week), [])
            events.append(event)
        return found

    @cached_property
    def months(self) -> dict[tuple[int, int], list[Role]]:
        """The roles that ended, by the year and month of that day, newest first."""
        found: dict[tuple[int, int], list[Role]] = {}
        for role in reversed(self.site.over):
            if role.state is not State.UNCONFIRMED:
                day = role.ended_day(self.settings)
                found.setdefault((day.year, day.month), []).append(role)
        return dict(sorted(found.items(), reverse=True))

    def next_changes(self) -> list[tuple[datetime, str, str]]:
        """What will change merely because time passes: the instant, what happens, and to which posting or week."""
        zone = self.settings.timezone
        events = [(event, one.slug) for one in self.content.postings for event in one.history.events]
        changes = [(event.instant, event.kind.value, slug) for event, slug in events]
        weeks = {clock.week_of(event.instant, zone) for event, _ in events}
        if self.site.open_roles:
            # The strip of days moves on.
            weeks.add(clock.week_of(self.now, zone))
        for year, week in weeks:
            changes.append((clock.week_ends(year, week, zone), "week-over", f"{year:04}-W{week:02}"))
        patience = timedelta(days=self.settings.unconfirmed_days)
        changes += [
            (role.history.confirmed + patience, State.UNCONFIRMED.value, role.slug)
            for role in self.roles
            if role.listed and role.deadline is None
        ]
        return sorted(change for change in changes if change[0] > self.now)


def _last(role: Role) -> datetime:
    return role.events[-1].instant if role.events else BEGINNING


def newest_first(roles: Iterable[Role], since: datetime = BEGINNING) -> tuple[Event, ...]:
    """Everything that happened to some roles since an instant, newest first."""
    found = (
        event
        for role in roles
        if role.events and role.events[-1].instant >= since
        for event in role.events
        if event.instant >= since
    )
    return tuple(sorted(found, key=lambda event: (-event.instant.timestamp(), event.id)))


def kinds(events: Iterable[Event], *wanted: Kind) -> tuple[Event, ...]:
    """The events of some kinds, in the given order."""
    return tuple(event for event in events if event.kind in wanted)
