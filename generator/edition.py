"""The digest at one instant: every role with its state and deadline, what happened, and how roles are grouped."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property

from . import clock
from .content import Content, PostingFile
from .deadlines import local_deadline
from .history import History, history_of, state_at
from .model import Deadline, Dimension, Event, Kind, State
from .schema import Posting, Settings
from .vocabulary import NOT_STATED, OPEN_TO, Term, Vocabulary, countries, languages, slug_of

LISTED = frozenset({State.OPEN, State.CLOSING})
ENDED = frozenset({State.CLOSED, State.WITHDRAWN, State.FILLED, State.UNCONFIRMED})


@dataclass(frozen=True, slots=True)
class Role:
    """A posting as it stands at the edition's instant."""

    file: PostingFile
    history: History
    state: State
    since: datetime
    deadline: Deadline | None
    events: tuple[Event, ...]  # those that have happened

    @property
    def posting(self) -> Posting:
        return self.file.posting

    @property
    def slug(self) -> str:
        return self.file.slug

    @property
    def listed(self) -> bool:
        """Whether the role takes applications and stands in the lists of open roles."""
        return self.state in LISTED

    @property
    def expired(self) -> bool:
        """Whether the role was seen to be over before its deadline, or without a known one."""
        end = self.history.end
        if self.state is not State.CLOSED or end is None or self.since != end.instant:
            return False
        return self.deadline is None or self.deadline.instant > end.instant

    @property
    def title(self) -> str:
        return "Posting taken down" if self.posting.takedown else self.posting.title

    @property
    def urgency(self) -> tuple[bool, datetime, datetime, str]:
        """Sorts open roles: the nearest deadline first, those without one last, newest first among these."""
        if self.deadline:
            return False, self.deadline.instant, self.history.opened, self.slug
        newest_first = datetime.max.replace(tzinfo=self.history.opened.tzinfo) - self.history.opened
        return (
            True,
            datetime.min.replace(tzinfo=self.history.opened.tzinfo) + newest_first,
            self.history.opened,
            self.slug,
        )


@dataclass(frozen=True, slots=True)
class Collection:
    """The roles and events that share one value of a dimension; the whole site is the collection without dimension."""

    dimension: Dimension | None
    key: str
    name: str
    roles: tuple[Role, ...]
    events: tuple[Event, ...]  # newest first

    @property
    def open_roles(self) -> tuple[Role, ...]:
        return tuple(sorted((role for role in self.roles if role.listed), key=lambda role: role.urgency))

    @property
    def ended_roles(self) -> tuple[Role, ...]:
        ended = (role for role in self.roles if role.state in ENDED and not role.posting.takedown)
        return tuple(sorted(ended, key=lambda role: (role.since, role.slug), reverse=True))


class Edition:
    """What a build publishes; a pure function of the content and one instant."""

    def __init__(self, content: Content, now: datetime) -> None:
        self.content, self.now = content, now

    @property
    def settings(self) -> Settings:
        return self.content.settings

    @property
    def vocabulary(self) -> Vocabulary:
        return self.content.vocabulary

    @cached_property
    def histories(self) -> tuple[tuple[PostingFile, History], ...]:
        """Every posting that is not a draft, scheduled ones included, with all that happens to it."""
        return tuple((file, history_of(file, self.content)) for file in self.content.postings)

    @cached_property
    def roles(self) -> tuple[Role, ...]:
        """Every role that readers may know of, by slug."""
        roles = (self._role(file, history) for file, history in self.histories)
        return tuple(role for role in roles if role.state is not State.SCHEDULED)

    def _role(self, file: PostingFile, history: History) -> Role:
        state, since = state_at(history, self.settings, self.now)
        happened = tuple(event for event in history.events if event.instant <= self.now)
        return Role(file, history, state, since, history.standing_at(self.now).deadline, happened)

    @cached_property
    def role_by_id(self) -> Mapping[str, Role]:
        return {role.file.id: role for role in self.roles}

    @cached_property
    def site(self) -> Collection:
        return self._collection(None, "", self.settings.title, self.roles)

    @cached_property
    def collections(self) -> Mapping[Dimension, Mapping[str, Collection]]:
        """Every dimension's collections, in the order in which they are shown."""
        return {dimension: self._collections(dimension) for dimension in Dimension}

    def _collections(self, dimension: Dimension) -> dict[str, Collection]:
        members: dict[str, list[Role]] = {}
        if dimension is Dimension.ORGANISATIONS:
            members = {key: [] for key in self.content.organisations}
        for role in self.roles:
            for key in keys_of(role.posting, dimension):
                members.setdefault(key, []).append(role)
        found = [
            self._collection(dimension, key, self.name_of(dimension, key), roles) for key, roles in members.items()
        ]
        return {collection.key: collection for collection in sorted(found, key=self._shown_order)}

    def _collection(self, dimension: Dimension | None, key: str, name: str, roles: Iterable[Role]) -> Collection:
        members = tuple(roles)
        events = (event for role in members for event in role.events)
        newest_first = sorted(sorted(events, key=lambda event: event.id), key=lambda event: event.instant, reverse=True)
        return Collection(dimension, key, name, members, tuple(newest_first))

    def _shown_order(self, collection: Collection) -> tuple[bool, int, str]:
        term = self.term(collection.dimension, collection.key) if collection.dimension else None
        return collection.key == NOT_STATED, term.order if term else 0, collection.name.casefold()

    def term(self, dimension: Dimension, key: str) -> Term | None:
        """The vocabulary's word for a collection, where its dimension has words."""
        words: Mapping[str, Term] = {}
        match dimension:
            case Dimension.GRADES:
                words = self.vocabulary.grades
            case Dimension.CATEGORIES:
                words = self.vocabulary.categories
            case Dimension.CONTRACTS:
                words = self.vocabulary.contracts
        return next((term for term in words.values() if slug_of(term.key) == key), None)

    def name_of(self, dimension: Dimension, key: str) -> str:
        """A collection's name as readers see it."""
        if key == NOT_STATED:
            return "Not stated"
        match dimension:
            case Dimension.COUNTRIES:
                return countries()[key.upper()]
            case Dimension.ORGANISATIONS:
                return self.content.organisations[key].organisation.name
            case Dimension.LANGUAGES:
                return languages()[key]
            case Dimension.OPEN_TO:
                return OPEN_TO[key]
        term = self.term(dimension, key)
        return key if term is None else term.key if dimension is Dimension.GRADES else term.label

    @cached_property
    def open_by_slug(self) -> Mapping[str, Role]:
        return {role.slug: role for role in self.roles if role.listed}

    @cached_property
    def open_by_value(self) -> Mapping[tuple[Dimension, str], tuple[str, ...]]:
        """The slugs of the open roles of each collection."""
        return {
            (dimension, key): tuple(role.slug for role in collection.roles if role.listed)
            for dimension, found in self.collections.items()
            for key, collection in found.items()
        }

    @cached_property
    def weeks(self) -> dict[tuple[int, int], list[Event]]:
        """What happened, by ISO year and week in the site's zone, newest week first."""
        found: dict[tuple[int, int], list[Event]] = {}
        for event in self.site.events:
            found.setdefault(clock.week_of(event.instant, self.settings.timezone), []).append(event)
        return found

    @cached_property
    def months(self) -> dict[tuple[int, int], list[Role]]:
        """The roles that ended, by the year and month of that day, newest first."""
        found: dict[tuple[int, int], list[Role]] = {}
        for role in sorted(self.roles, key=lambda role: (role.since, role.slug), reverse=True):
            if role.state in ENDED - {State.UNCONFIRMED}:
                day = self.ended_day(role)
                found.setdefault((day.year, day.month), []).append(role)
        return dict(sorted(found.items(), reverse=True))

    def ended(self, role: Role) -> datetime:
        """When a role that is over ended; one that was over before the digest knew it ended at its deadline."""
        by_deadline = role.state is State.CLOSED and not role.expired
        return role.deadline.instant if role.deadline and by_deadline else role.since

    def ended_day(self, role: Role) -> date:
        """The day on which a role that is over ended: its deadline's own day, else the day in the site's zone."""
        if role.deadline and role.state is State.CLOSED and not role.expired:
            return local_deadline(role.deadline).date()
        return clock.local(role.since, self.settings.timezone).date()

    def next_changes(self) -> list[tuple[datetime, str, str]]:
        """What the passing of time alone will change: instant, what happens, and to which posting or week."""
        zone = self.settings.timezone
        events = [(event, file.slug) for file, history in self.histories for event in history.events]
        changes = [(event.instant, event.kind.value, slug) for event, slug in events]
        for year, week in {clock.week_of(event.instant, zone) for event, _ in events}:
            changes.append((clock.week_ends(year, week, zone), "week-over", f"{year:04}-W{week:02}"))
        patience = timedelta(days=self.settings.unconfirmed_days)
        for role in self.roles:
            if role.listed and role.deadline is None:
                changes.append((role.history.confirmed + patience, State.UNCONFIRMED.value, role.slug))
        return sorted(change for change in changes if change[0] > self.now)


def keys_of(posting: Posting, dimension: Dimension) -> tuple[str, ...]:
    """The collections of a dimension that a posting belongs to; `not-stated` where the notice says nothing."""
    found: list[str] = []
    match dimension:
        case Dimension.COUNTRIES:
            found = [station.country.lower() for station in posting.duty_stations if station.country]
        case Dimension.ORGANISATIONS:
            found = [posting.organisation]
        case Dimension.GRADES:
            found = [slug_of(posting.grade)] if posting.grade else []
        case Dimension.CATEGORIES:
            found = [posting.category] if posting.category else []
        case Dimension.CONTRACTS:
            found = [posting.contract.type] if posting.contract and posting.contract.type else []
        case Dimension.LANGUAGES:
            found = [*posting.languages.required, *posting.languages.desirable] if posting.languages else []
        case Dimension.OPEN_TO:
            found = list(posting.open_to)
    return tuple(dict.fromkeys(found)) or (NOT_STATED,)


def kinds(events: Iterable[Event], *wanted: Kind) -> tuple[Event, ...]:
    """The events of some kinds, in the order they came."""
    return tuple(event for event in events if event.kind in wanted)
