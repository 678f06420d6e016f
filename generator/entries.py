"""What a feed tells: entries made from events, the same whatever the format."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta

from . import clock, wording
from .edition import Collection, Edition, Role, keys_of
from .fields import read_when
from .model import Deadline, Dimension, Event, Kind, When
from .routes import FeedFile, FeedsPage, HtmlPage, PostingPage, SectionPage, Told, WeekPage, WeeksFeed, WeeksPage
from .views import collection_title, place_of, utc_text
from .vocabulary import NOT_STATED

SITE_AT_LEAST, COLLECTION_AT_LEAST = 50, 20


@dataclass(frozen=True, slots=True)
class Category:
    """A subject of an entry; `scheme` is the page of its dimension."""

    scheme: HtmlPage
    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a subscriber reads it.

    `lead` is the posting's own summary, `lines` are (label, text) pairs, `facts` are for machines; `summary` says all
    of it in one plain text.
    """

    id: str
    title: str
    page: PostingPage | WeekPage
    instant: datetime
    lead: str
    lines: tuple[tuple[str, str], ...]
    categories: tuple[Category, ...]
    facts: tuple[tuple[str, object], ...] = ()
    external_url: str = ""

    @property
    def summary(self) -> str:
        return " ".join(filter(None, (self.lead, *(f"{label}: {text}" for label, text in self.lines))))


@dataclass(frozen=True, slots=True)
class Feed:
    """A whole feed: entries newest first, `updated` the instant of the newest."""

    page: FeedFile | WeeksFeed
    id: str
    title: str
    description: str
    about: HtmlPage
    updated: datetime
    entries: tuple[Entry, ...]


_TOLD: dict[Told, tuple[str, tuple[Kind, ...]]] = {
    "all": ("all events", tuple(kind for kind in Kind if kind is not Kind.CLOSED)),
    "opened": ("newly opened roles", (Kind.OPENED,)),
    "closing": ("roles that are closing", (Kind.CLOSING,)),
}


def feed_of(page: FeedFile, collection: Collection, edition: Edition) -> Feed:
    """The feed of a collection in one format; only JSON tells that a role has closed, unless the site asks for more."""
    settings = edition.settings
    words, wanted = _TOLD[page.told]
    if page.told == "all" and (page.format == "json" or settings.closed_in_feeds):
        wanted = (*wanted, Kind.CLOSED)
    events = [event for event in collection.events if event.kind in wanted]
    least = SITE_AT_LEAST if collection.dimension is None else COLLECTION_AT_LEAST
    shown = within_window(events, settings.feed_window_days, least)
    name = "" if collection.dimension is None else f"{collection_title(collection)}: "
    where = "" if collection.dimension is None else f"{collection.dimension.value}/{collection.key}/"
    return Feed(
        page=page,
        id=_tag(edition, f"feed/{where}{page.told}"),
        title=f"{settings.title}: {name}{words}",
        description=settings.description,
        about=place_of(collection),
        updated=shown[0].instant if shown else beginning(edition),
        entries=tuple(_entry(event, edition) for event in shown),
    )


def within_window(events: Sequence[Event], days: int, least: int) -> list[Event]:
    """Of events newest first, those of the days before the newest one, and at least so many."""
    if not events:
        return []
    horizon = events[0].instant - timedelta(days=days)
    return [event for number, event in enumerate(events) if number < least or event.instant >= horizon]


def beginning(edition: Edition) -> datetime:
    """The date that a feed without any event carries."""
    day = read_when(edition.settings.tag_authority.date).day
    return datetime.combine(day, time.min, UTC)


def _tag(edition: Edition, specific: str) -> str:
    authority = edition.settings.tag_authority
    return f"tag:{authority.domain},{authority.date}:{specific}"


def _entry(event: Event, edition: Edition) -> Entry:
    role = edition.role_by_id[event.posting]
    word = wording.KIND_WORDS[event.kind]
    if role.posting.takedown:
        return Entry(
            event.id, role.title, PostingPage(role.slug), event.instant, "This posting was taken down.", (), ()
        )
    organisation = edition.name_of(Dimension.ORGANISATIONS, role.posting.organisation)
    lines = tuple(_lines(event, role, organisation))
    return Entry(
        id=event.id,
        title=f"{word}: {_title(role, edition)}",
        page=PostingPage(role.slug),
        instant=event.instant,
        lead=role.posting.summary or "",
        lines=lines,
        categories=tuple(_categories(event, role, edition)),
        facts=tuple(_facts(event, role)),
        external_url=role.posting.apply or "",
    )


def _title(role: Role, edition: Edition) -> str:
    """A role in one line: title, grade, organisation, place."""
    if role.posting.takedown:
        return role.title
    organisation = edition.name_of(Dimension.ORGANISATIONS, role.posting.organisation)
    return ", ".join(filter(None, (role.title, role.posting.grade, organisation, wording.place_text(role.posting))))


def _deadline_of(event: Event, role: Role) -> Deadline | None:
    """The deadline that an event is about: the last part of its key; for other events the one that stands."""
    written = event.key.rpartition("/")[2]
    told = (one.deadline for one in role.history.standings if one.deadline and one.deadline.written == written)
    return next(told, role.deadline)


def _lines(event: Event, role: Role, organisation: str) -> Iterator[tuple[str, str]]:
    deadline = _deadline_of(event, role)
    text = wording.deadline_text(deadline)
    yield "Deadline", f"{text}. {wording.how_known(deadline)}" if deadline else "Not stated."
    if event.kind in {Kind.EXTENDED, Kind.SHORTENED, Kind.REOPENED}:
        yield from _change(event, role)
    if deadline != role.deadline:
        yield "Moved since", f"The deadline is now: {wording.deadline_text(role.deadline)}."
    if role.history.end and event.instant < role.history.end.instant:
        for later in role.events:
            if later.kind in {Kind.WITHDRAWN, Kind.FILLED}:
                yield wording.KIND_WORDS[later.kind], f"{wording.instant_text(later.instant)}."
    yield "Duty station", f"{wording.place_text(role.posting)}."
    yield "Grade", f"{role.posting.grade or 'Not stated'}."
    yield "Organization", f"{organisation}."


def _change(event: Event, role: Role) -> Iterator[tuple[str, str]]:
    """What a moved deadline was before, and why it was moved."""
    for change in role.posting.deadline_changes:
        if event.key.startswith(f"{change.on.text}/"):
            before = change.from_.text if isinstance(change.from_, When) else change.from_
            yield "Deadline before", f"{before}."
            if change.reason:
                yield "Reason", change.reason


def _categories(event: Event, role: Role, edition: Edition) -> Iterator[Category]:
    yield Category(FeedsPage(), event.kind.value, wording.KIND_WORDS[event.kind])
    for dimension in Dimension:
        for key in keys_of(role.posting, dimension):
            if key != NOT_STATED:
                yield Category(SectionPage(dimension), key, edition.name_of(dimension, key))


def _facts(event: Event, role: Role) -> Iterator[tuple[str, object]]:
    """The posting for machines (JSON Feed's `_vacancy`); what the notice does not state is left out."""
    posting, deadline = role.posting, _deadline_of(event, role)
    yield "id", role.file.id
    yield "event", event.kind.value
    if deadline:
        yield "closes", utc_text(deadline.instant)
        yield "closes_written", deadline.written
        yield "closes_stated", deadline.stated
        if deadline.zone:
            yield "closes_zone", deadline.zone
    if countries := [station.country for station in posting.duty_stations if station.country]:
        yield "country", countries
    if cities := [station.city for station in posting.duty_stations if station.city]:
        yield "duty_station", cities
    if posting.grade:
        yield "grade", posting.grade
    yield "organisation", posting.organisation
    if posting.category:
        yield "category", posting.category


def weeks_feed(edition: Edition) -> Feed:
    """A feed of the weeks that are over, so that an entry says everything at once and never changes its date."""
    settings = edition.settings
    entries = []
    for (year, week), events in edition.weeks.items():
        over = clock.week_ends(year, week, settings.timezone)
        if over > edition.now:
            continue
        told = [
            (word, [_title(edition.role_by_id[event.posting], edition) for event in events if event.kind is kind])
            for kind, word in wording.KIND_WORDS.items()
        ]
        lines = tuple((word, "; ".join(titles) + ".") for word, titles in told if titles)
        entries.append(
            Entry(
                id=_tag(edition, f"week/{year:04}-W{week:02}"),
                title=f"Week {week} of {year}: {wording.span(*wording.week_days(year, week))}",
                page=WeekPage(year, week),
                instant=over,
                lead="",
                lines=lines,
                categories=(),
            )
        )
    return Feed(
        page=WeeksFeed(),
        id=_tag(edition, "feed/weeks"),
        title=f"{settings.title}: week by week",
        description=settings.description,
        about=WeeksPage(),
        updated=entries[0].instant if entries else beginning(edition),
        entries=tuple(entries[:SITE_AT_LEAST]),
    )
