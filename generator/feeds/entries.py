"""What a feed contains: entries made from events, the same in every format."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from itertools import islice, takewhile
from typing import NamedTuple, assert_never

from ..edition import wording
from ..edition.deadlines import local_deadline
from ..edition.edition import BEGINNING, Collection, Edition, Role, kinds, newest_first
from ..edition.history import LATEST_DAYS, tag_uri
from ..edition.routes import (
    ArchiveFile,
    FeedFile,
    FeedScope,
    FeedsPage,
    Format,
    HtmlPage,
    PostingPage,
    SectionPage,
    WeekPage,
    WeeksFeed,
    page_of,
)
from ..edition.stated import StatedFacts, read_stated
from ..edition.titles import name_apart, place_of
from ..edition.wording import utc_text, when_told
from ..model.content import Content
from ..model.fields import read_when
from ..model.model import Dimension, Event, Kind, Standing
from ..model.schema import Settings
from ..model.vocabulary import NOT_STATED
from .archives import Month, months_of


@dataclass(frozen=True, slots=True)
class FeedCategory:
    """A category of an entry; `scheme` is the page of its dimension."""

    scheme: HtmlPage
    term: str
    label: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as a subscriber reads it.

    `told` are sentences: what happened, and what has happened since. `lead` is the posting's own summary, `text` is the
    beginning of the notice, `lines` are (label, text) pairs, and `facts` are for machines; `summary` is all of it as
    one plain text. `changed` is the instant of the last event that changed any of it.
    """

    id: str
    title: str
    page: PostingPage | WeekPage
    instant: datetime
    changed: datetime
    told: tuple[str, ...] = ()
    lead: str = ""
    text: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    categories: tuple[FeedCategory, ...] = ()
    facts: tuple[tuple[str, object], ...] = ()
    external_url: str = ""

    @property
    def summary(self) -> str:
        """The entry as one line of plain text."""
        lines = (f"{label}: {text}" for label, text in self.lines)
        return " ".join(filter(None, (*self.told, self.lead or self.text, *lines)))


@dataclass(frozen=True, slots=True)
class Feed:
    """A whole feed, newest first, of events or of entries made only for this feed; `updated` is the instant of the
    newest.

    `related` are the RFC 5005 documents around it, by link relation; an `archive` document never changes.
    """

    page: FeedFile | ArchiveFile | WeeksFeed
    id: str
    title: str
    description: str
    about: HtmlPage
    updated: datetime
    events: tuple[Event, ...] = ()
    entries: tuple[Entry, ...] = ()
    related: tuple[tuple[str, FeedFile | ArchiveFile], ...] = ()
    archive: bool = False

    @property
    def format(self) -> Format:
        """The format of the feed."""
        return "rss" if isinstance(self.page, WeeksFeed) else self.page.format


FEEDS: tuple[tuple[FeedScope, Format], ...] = (
    ("all", "rss"),
    ("all", "atom"),
    ("all", "json"),
    ("opened", "rss"),
    ("opened", "atom"),
    ("closing", "rss"),
    ("closing", "atom"),
)
# What a feed is about, for its title and for its description.
_TOLD: dict[FeedScope, tuple[str, str]] = {
    "all": ("all events", "Everything that happens to roles"),
    "opened": ("newly opened roles", "Roles as they open or reopen"),
    "closing": ("roles that are closing", "Roles as their deadlines approach"),
}


def feeds_of(collection: Collection, edition: Edition) -> Iterator[Feed]:
    """Every feed of a collection. Only JSON Feed reports that a role has closed, unless the site's settings add it to
    the others.

    The site's feeds of opened and of closing roles have an archive by month.
    """
    settings = edition.settings
    whole = collection.dimension is None
    told = _sorted_out(edition.events, settings) if whole else _told(collection, settings)
    shown = {
        name: tuple(within_window(found, settings.feed_window_days, collection.least)) for name, found in told.items()
    }
    for name, format in FEEDS:
        page = FeedFile(place_of(collection), name, format)
        feed = _feed(page, collection, shown["json" if format == "json" else name], edition.content)
        if whole and name != "all":
            yield from _with_archive(feed, page, months_of(told[name], settled(settings)))
        else:
            yield feed


def settled(settings: Settings) -> timedelta:
    """How long after an event an earlier event can still become known.

    `check` accepts a change that is recorded up to seven days late. A deadline that is found so late brings its closing
    event, which is dated one window before the deadline. A day without a time begins a day before its end, and an edit
    is not always published on the day it was checked.
    """
    return timedelta(days=settings.closing_window_days + LATEST_DAYS + 3)


def _with_archive(feed: Feed, page: FeedFile, months: Sequence[Month]) -> Iterator[Feed]:
    """A feed with everything that is not archived yet, and its archive by month."""
    pages = [ArchiveFile(page, month.year, month.month) for month in months]
    over = [archive for archive, month in zip(pages, months, strict=True) if month.over]
    running = tuple(event for month in months if not month.over for event in month.events)
    previous = (("prev-archive", over[0]),) if over else ()
    yield replace(feed, events=max(feed.events, running, key=len), related=previous)
    for number, (archive, month) in enumerate(zip(pages, months, strict=True)):
        older = (("prev-archive", pages[number + 1]),) if number + 1 < len(pages) else ()
        newer = (("next-archive", pages[number - 1]),) if number else ()
        yield replace(
            feed,
            page=archive,
            title=f"{feed.title}, {wording.month_name(month.year, month.month)}",
            updated=month.events[0].instant if month.events else month.begins,
            events=month.events,
            related=(("current", page), *older, *newer),
            archive=month.over,
        )


def _told(collection: Collection, settings: Settings) -> Mapping[str, Sequence[Event]]:
    """The newest events for each kind of feed: everything within its window, and usually little more."""
    window = timedelta(days=settings.feed_window_days)
    since = collection.newest - 2 * window if collection.newest else BEGINNING
    found = _sorted_out(newest_first(collection.roles, since), settings)
    if all(len(events) >= collection.least and events[0].instant - window >= since for events in found.values()):
        return found
    return _sorted_out(collection.events, settings)


def _sorted_out(events: Sequence[Event], settings: Settings) -> Mapping[str, Sequence[Event]]:
    told = events if settings.closed_in_feeds else [event for event in events if event.kind is not Kind.CLOSED]
    return {
        "all": told,
        "opened": kinds(told, Kind.OPENED, Kind.REOPENED),
        "closing": kinds(told, Kind.CLOSING),
        "json": events,
    }


def _feed(page: FeedFile, collection: Collection, events: tuple[Event, ...], content: Content) -> Feed:
    settings, whole = content.settings, collection.dimension is None
    name = "" if whole else name_apart(collection, content)
    where = "" if collection.dimension is None else f"{collection.dimension.value}/{collection.key}/"
    title, about = _TOLD[page.scope]
    return Feed(
        page=page,
        id=tag_uri(settings, f"feed/{where}{page.scope}"),
        title=": ".join(filter(None, (settings.title, name, title))),
        description=f"{': '.join(filter(None, (about, name)))}. {settings.description}",
        about=page_of(page),
        updated=events[0].instant if events else feed_start(settings),
        events=events,
    )


def within_window(events: Sequence[Event], days: int, least: int) -> list[Event]:
    """The events in the days before the newest one, and at least the given number. Expects the newest first."""
    if not events:
        return []
    horizon = events[0].instant - timedelta(days=days)
    older = takewhile(lambda event: event.instant >= horizon, islice(events, least, None))
    return [*events[:least], *older]


def feed_start(settings: Settings) -> datetime:
    """The date of a feed that has no event."""
    day = read_when(settings.tag_authority.date).day
    return datetime.combine(day, time.min, UTC)


class EntrySubject(NamedTuple):
    """The values that make an entry, besides the settings; `stated` is what the posting states, serialised."""

    event: Event
    role: Role
    stated: bytes


def entry_of(subject: EntrySubject, content: Content) -> Entry:
    """The entry for an event."""
    event, role = subject.event, subject.role
    page, changed = PostingPage(role.slug), _changed(event, role)
    if role.takedown:
        return Entry(event.id, role.title, page, event.instant, changed, ("This posting was taken down.",))
    stated = read_stated(subject.stated)
    return Entry(
        id=event.id,
        title=f"{wording.event_word(event, role.history)}: {role_line(event, role, content)}",
        page=page,
        instant=event.instant,
        changed=changed,
        told=tuple(_told_of(event, role, content.settings)),
        lead=stated.summary,
        text=stated.text,
        lines=tuple(_lines(event, role, stated, content)),
        categories=tuple(_categories(event, role, content)),
        facts=tuple(_facts(event, role, stated)),
        external_url="" if role.ended_by else stated.apply,
    )


_CHANGES = frozenset({Kind.EXTENDED, Kind.SHORTENED, Kind.REOPENED})


def _changed(event: Event, role: Role) -> datetime:
    """When an entry last changed: through its own event, a moved deadline, or a recorded end of the role."""
    later = [one.instant for one in role.events if one.kind in _CHANGES or one == role.ended_by]
    return max([event.instant, *later])


def role_line(event: Event, role: Role, content: Content) -> str:
    """A role in one line: title, grade, organisation, place, and the deadline that the event is about."""
    if role.takedown:
        return role.title
    organisation = content.name_of(Dimension.ORGANISATIONS, role.listing.organisation)
    deadline = "" if role.ended_by or event.kind is Kind.CLOSED else _closes(role.told_by(event))
    return ", ".join(filter(None, (role.title, role.listing.grade, organisation, role.listing.place, deadline)))


def _closes(standing: Standing) -> str:
    if standing.deadline:
        return f"closes {wording.short_date(local_deadline(standing.deadline).date())}"
    return wording.standing_text(standing) if standing.written else ""


def _told_of(event: Event, role: Role, settings: Settings) -> Iterator[str]:
    """What happened, and what has happened since that a reader needs to know."""
    yield _sentence(event, role, settings)
    told = role.told_by(event)
    if role.ended_by:
        if role.ended_by != event:
            yield _sentence(role.ended_by, role, settings)
    elif told.written != role.standing.written:
        yield f"The deadline has moved since then. It is now: {wording.standing_text(role.standing)}."


def _sentence(event: Event, role: Role, settings: Settings) -> str:
    day, closes = when_told(event, settings), wording.standing_text(role.told_by(event))
    match event.kind:
        case Kind.OPENED | Kind.REOPENED:
            return f"{wording.KIND_WORDS[event.kind]} on {day}."
        case Kind.CLOSING:
            return f"Closes on {closes}."
        case Kind.EXTENDED:
            return f"Deadline extended on {day}."
        case Kind.SHORTENED:
            return f"Deadline brought forward on {day}."
        case Kind.WITHDRAWN:
            return f"Withdrawn on {day}. You can no longer apply."
        case Kind.FILLED:
            return f"Recorded as filled on {day}. You can no longer apply."
        case Kind.CLOSED:
            return f"No longer open when checked on {day}." if event == role.ended_by else f"Closed on {closes}."
    assert_never(event.kind)


def _lines(event: Event, role: Role, stated: StatedFacts, content: Content) -> Iterator[tuple[str, str]]:
    told = role.told_by(event)
    known = f" {wording.how_known(told.deadline)}" if told.deadline else ""
    yield "Deadline was" if role.ended_by else "Deadline", f"{_capital(wording.standing_text(told))}.{known}"
    if event.kind in _CHANGES:
        yield from _change(event, role, stated)
    place = role.listing.place
    yield "Duty station", f"{'Not stated' if place == wording.NO_PLACE else place}."
    yield "Grade", f"{role.listing.grade or 'Not stated'}."
    yield "Organisation", f"{content.name_of(Dimension.ORGANISATIONS, role.listing.organisation)}."


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _change(event: Event, role: Role, stated: StatedFacts) -> Iterator[tuple[str, str]]:
    """What a moved deadline was before, and why it moved."""
    for on, before, reason in stated.changes:
        if event.key.startswith(f"{on}/"):
            old = next((one for one in role.history.standings if one.written == before), None)
            yield "Previous deadline", f"{_capital(wording.standing_text(old)) if old else 'Not stated'}."
            if reason:
                yield "Reason", reason


def _categories(event: Event, role: Role, content: Content) -> Iterator[FeedCategory]:
    yield FeedCategory(FeedsPage(), event.kind.value, wording.KIND_WORDS[event.kind])
    for dimension in Dimension:
        for key in role.listing.keys_of(dimension):
            if key != NOT_STATED:
                yield FeedCategory(SectionPage(dimension), key, content.name_of(dimension, key))


def _facts(event: Event, role: Role, stated: StatedFacts) -> Iterator[tuple[str, object]]:
    """The posting for machines (JSON Feed's `_vacancy`); facts that the notice does not state are left out."""
    told = role.told_by(event)
    deadline = told.deadline
    yield "id", role.id
    yield "event", event.kind.value
    if told.written and not deadline:
        yield "closes_written", told.written
        yield "closes_stated", True
    if deadline:
        yield "closes", utc_text(deadline.instant)
        yield "closes_written", deadline.written
        yield "closes_stated", deadline.stated
        if deadline.zone:
            yield "closes_zone", deadline.zone
    if stated.countries:
        yield "country", stated.countries
    if stated.cities:
        yield "duty_station", stated.cities
    if stated.grade:
        yield "grade", stated.grade
    yield "organisation", role.listing.organisation
    if stated.category:
        yield "category", stated.category
