"""Deadlines as a calendar (RFC 5545, RFC 7986): one event a role, which moves when its deadline does."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from icalendar import Calendar, vDuration, vText, vUri
from icalendar import Event as CalendarEvent

from . import wording
from .edition import Collection, Edition, Role
from .model import Deadline, Kind, State
from .routes import CalendarFile, Links, PostingPage
from .views import collection_title, place_of

_CHANGES = frozenset({Kind.EXTENDED, Kind.SHORTENED, Kind.REOPENED, Kind.WITHDRAWN, Kind.FILLED})


@dataclass(frozen=True, slots=True)
class DeadlineEntry:
    """One role in a calendar. `sequence` rises with each change, `stamp` is the instant of the last one."""

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
    page: CalendarFile
    title: str
    entries: tuple[DeadlineEntry, ...]


def calendar_of(collection: Collection, edition: Edition) -> DeadlineCalendar:
    """The deadlines of the open roles, and of those that ended within the feeds' window before the newest event."""
    horizon = None
    if collection.events:
        horizon = collection.events[0].instant - timedelta(days=edition.settings.feed_window_days)
    entries = []
    for role in sorted(collection.roles, key=lambda role: role.slug):
        recent = role.events and horizon is not None and edition.ended(role) >= horizon
        if role.deadline and (role.listed or recent):
            entries.append(_entry(role, role.deadline, edition))
    title = edition.settings.title if collection.dimension is None else collection_title(collection)
    return DeadlineCalendar(CalendarFile(place_of(collection)), f"Deadlines: {title}", tuple(entries))


def _entry(role: Role, deadline: Deadline, edition: Edition) -> DeadlineEntry:
    changes = [event.instant for event in role.events if event.kind in _CHANGES]
    # Seen to be over before its deadline: what stands in the reader's calendar is struck out.
    if role.expired:
        changes.append(role.since)
    organisation = edition.content.organisations[role.posting.organisation].organisation.name
    bare = role.posting.takedown
    what = role.title if bare else ", ".join(filter(None, (role.title, role.posting.grade, organisation)))
    assumed = "" if deadline.stated else " (assumed)"
    told = f"Closes {wording.deadline_text(deadline)}. {wording.how_known(deadline)}"
    return DeadlineEntry(
        uid=f"{role.file.id}@{edition.settings.tag_authority.domain}",
        page=PostingPage(role.slug),
        summary=what if bare else f"Deadline{assumed}: {what}",
        description="" if bare else told,
        location="" if bare else "; ".join(map(wording.station_text, role.posting.duty_stations)),
        deadline=deadline.instant,
        stamp=changes[-1] if changes else role.history.opened,
        sequence=len(changes),
        cancelled=role.state in {State.WITHDRAWN, State.FILLED} or role.expired,
    )


def ics(calendar: DeadlineCalendar, links: Links) -> bytes:
    """The calendar as bytes, folded and with CRLF as the RFC asks."""
    document = Calendar()
    document.add("prodid", "-//vacancy-digest//EN")
    document.add("version", "2.0")
    document.add("method", "PUBLISH")
    document.add("name", calendar.title)
    document.add("x-wr-calname", calendar.title)
    document.add("refresh-interval", vDuration(timedelta(hours=12)), parameters={"VALUE": "DURATION"})
    document.add("x-published-ttl", "PT12H")
    document.add("source", vUri(links.absolute(calendar.page)), parameters={"VALUE": "URI"})
    for entry in calendar.entries:
        document.add_component(_component(entry, links))
    return bytes(document.to_ical())


def _component(entry: DeadlineEntry, links: Links) -> CalendarEvent:
    event = CalendarEvent()
    address = links.absolute(entry.page)
    event.add("uid", entry.uid)
    event.add("dtstamp", entry.stamp)
    event.add("last-modified", entry.stamp)
    event.add("dtstart", entry.deadline)
    event.add("sequence", entry.sequence)
    event.add("summary", entry.summary)
    event.add("description", vText("\n".join(filter(None, (entry.description, address)))))
    if entry.location:
        event.add("location", entry.location)
    event.add("url", address)
    event.add("transp", "TRANSPARENT")
    event.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    return event
