"""Deadlines as a calendar (RFC 5545, RFC 7986): one event for each role, which moves when its deadline does."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import takewhile
from typing import TYPE_CHECKING

from ..edition import wording
from ..edition.deadlines import start_of
from ..edition.edition import Collection, Edition, Role
from ..edition.routes import CalendarFile, Links, PostingPage, RoleCalendar
from ..edition.titles import name_apart, place_of
from ..model.content import Content
from ..model.model import Dimension, Kind, State

if TYPE_CHECKING:
    # Importing it takes a tenth of a second, and a build that changes no calendar does not need it.
    import icalendar
    from icalendar import Component, vText

# RFC 5545 requires a component in each calendar. A calendar without any role yet has a time zone, which nobody sees, so
# that its address works from the start.
_NO_EVENT = b"""\
BEGIN:VTIMEZONE
TZID:Etc/UTC
BEGIN:STANDARD
DTSTART:19700101T000000
TZOFFSETFROM:+0000
TZOFFSETTO:+0000
TZNAME:UTC
END:STANDARD
END:VTIMEZONE
""".replace(b"\n", b"\r\n")
_OVER = {state: wording.STATE_WORDS[state] for state in (State.WITHDRAWN, State.FILLED)}
_CHANGES = frozenset({Kind.EXTENDED, Kind.SHORTENED, Kind.REOPENED, Kind.WITHDRAWN, Kind.FILLED})


@dataclass(frozen=True, slots=True)
class DeadlineEntry:
    """One role in a calendar. `sequence` rises with each change, `stamp` is the instant of the last change.

    RFC 5546, 2.1.4: of two revisions a calendar keeps the one with the higher `sequence`, then the later `stamp`.
    """

    uid: str
    page: PostingPage
    summary: str
    description: str
    location: str
    deadline: datetime
    stamp: datetime
    sequence: int
    cancelled: bool


@dataclass(frozen=True, slots=True)
class DeadlineCalendar:
    """The deadlines of some roles."""

    page: CalendarFile | RoleCalendar
    title: str
    roles: tuple[Role, ...]


def calendar_of(collection: Collection, edition: Edition) -> DeadlineCalendar:
    """The deadlines of the open roles, and of those that ended within the feeds' window before the newest event."""
    title = name_apart(collection, edition.content)
    roles = sorted(_held(collection, edition), key=lambda role: role.slug)
    return DeadlineCalendar(CalendarFile(place_of(collection)), f"Deadlines: {title}", tuple(roles))


def _held(collection: Collection, edition: Edition) -> Iterator[Role]:
    newest = collection.newest
    yield from (role for role in collection.open_roles if role.deadline)
    if newest is not None:
        horizon = newest - timedelta(days=edition.settings.feed_window_days)
        # A role ended no later than its last state began, so after the first one that is too early all are too early.
        recent = takewhile(lambda role: role.since >= horizon, reversed(collection.over))
        yield from (role for role in recent if role.deadline and role.events and role.ended() >= horizon)


def calendars_of_roles(edition: Edition) -> Iterator[DeadlineCalendar]:
    """The deadline of each role that is in a calendar of its collections, so that a subscriber learns how it ended."""
    collections = (edition.site, *(one for found in edition.collections.values() for one in found.values()))
    held = {role.slug: role for collection in collections for role in _held(collection, edition)}
    return (calendar_of_role(role) for _, role in sorted(held.items()))


def calendar_of_role(role: Role) -> DeadlineCalendar:
    """The deadline of one role."""
    return DeadlineCalendar(RoleCalendar(role.slug), f"Deadline: {role.title}", (role,))


def _entry(role: Role, content: Content) -> DeadlineEntry:
    deadline, listing = role.deadline, role.listing
    assert deadline is not None, "a calendar has only roles with a deadline"
    changes = [event.instant for event in role.events if event.kind in _CHANGES]
    # It was seen to be over before its deadline: the reader's calendar then strikes it out.
    if role.expired:
        changes.append(role.since)
    if not deadline.stated:
        # A changed rule moved it, or may have: a calendar takes another instant only from a later revision.
        moved = (start_of(when, content.settings) for when in content.settings.deadlines_moved)
        changes += [instant for instant in moved if instant > role.history.opened]
    organisation = content.name_of(Dimension.ORGANISATIONS, listing.organisation)
    bare = role.takedown
    what = role.title if bare else ", ".join(filter(None, (role.title, listing.grade, organisation)))
    word = "Deadline" if deadline.stated else "Deadline (assumed)"
    told = f"Closes {wording.deadline_text(deadline)}. {wording.how_known(deadline)}"
    if over := "Expired" if role.expired else _OVER.get(role.state):
        word = over
        day = wording.short_date(role.ended_day(content.settings))
        told = f"Recorded as {over.lower()} on {day}. The deadline was {wording.deadline_text(deadline)}."
    return DeadlineEntry(
        uid=f"{role.id}@{content.settings.tag_authority.domain}",
        page=PostingPage(role.slug),
        summary=what if bare else f"{word}: {what}",
        description="" if bare else told,
        location="" if bare else listing.stations,
        deadline=deadline.instant,
        stamp=max(changes, default=role.history.opened),
        sequence=len(changes),
        cancelled=over is not None,
    )


def event_of(role: Role, content: Content, links: Links) -> bytes:
    """A role's deadline as an event of a calendar."""
    return _written(_component(_entry(role, content), links))


def ics(calendar: DeadlineCalendar, events: Iterable[bytes], links: Links) -> bytes:
    """The calendar around its events as bytes, folded and with CRLF as the RFC requires."""
    from icalendar import Calendar, vDuration, vUri

    document = Calendar()
    document.add("prodid", "-//vacancy-digest//EN")
    document.add("version", "2.0")
    document.add("name", _text(calendar.title))
    document.add("x-wr-calname", _text(calendar.title))
    document.add("refresh-interval", vDuration(timedelta(hours=12)), parameters={"VALUE": "DURATION"})
    document.add("x-published-ttl", "PT12H")
    document.add("source", vUri(links.absolute(calendar.page)), parameters={"VALUE": "URI"})
    before, end, _ = _written(document).rpartition(b"END:VCALENDAR\r\n")
    assert end, "icalendar no longer ends its calendars as it did"
    return b"".join((before, *(list(events) or [_NO_EVENT]), end))


def _component(entry: DeadlineEntry, links: Links) -> "icalendar.Event":
    import icalendar

    event = icalendar.Event()
    address = links.absolute(entry.page)
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp)
    event.add("last-modified", entry.stamp)
    event.add("dtstart", entry.deadline)
    event.add("sequence", entry.sequence)
    event.add("summary", _text(entry.summary))
    event.add("description", _text("\n".join(filter(None, (entry.description, address)))))
    if entry.location:
        event.add("location", _text(entry.location))
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event


# icalendar takes a backslash and an N that somebody wrote for the end of a line. So a character that none of our texts
# has separates them until they are written.
_APART = "\0"


def _text(text: str) -> "vText":
    from icalendar import vText

    return vText(text.replace(r"\N", rf"\{_APART}N"))


def _written(component: "Component") -> bytes:
    return bytes(component.to_ical()).replace(_APART.encode(), b"")
