"""Roles and events as lines of a list, and roles grouped by the day of their deadline."""

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from ..edition import wording
from ..edition.deadlines import local_deadline
from ..edition.edition import Role
from ..edition.routes import CollectionPage, PostingPage
from ..edition.wording import utc_text, when_told
from ..model.content import Content
from ..model.model import Deadline, Dimension, Event, State
from ..model.schema import Settings
from ..model.vocabulary import slug_of
from .pictures import day_anchor
from .views import DeadlineView, Group, Happening, Link, Row


def row_of(role: Role, content: Content) -> Row:
    """A role as a row of a list."""
    listing = role.listing
    bare, grade = listing.takedown, listing.grade
    name = content.name_of(Dimension.ORGANISATIONS, listing.organisation)
    return Row(
        page=PostingPage(role.slug),
        title=role.title,
        state=role.state,
        state_word=wording.STATE_WORDS[role.state],
        place="" if bare else listing.place,
        organisation=None if bare else Link(name, CollectionPage(Dimension.ORGANISATIONS, listing.organisation)),
        grade=Link(grade, CollectionPage(Dimension.GRADES, slug_of(grade))) if grade and not bare else None,
        deadline=DeadlineView(role.deadline) if role.deadline and not bare else None,
        until_filled=role.standing.until_filled and not bare,
        since=wording.short_date(role.ended_day(content.settings)),
    )


def happening_of(event: Event, role: Role, settings: Settings, *, elsewhere: bool = False) -> Happening:
    """An event as a line of a list; `elsewhere` than on the role's own page the line leads there."""
    word = wording.event_word(event, role.history)
    listed = (role, deadline_told(event, role, settings)) if elsewhere else (None, "")
    return Happening(utc_text(event.instant), when_told(event, settings), word, *listed)


def deadline_told(event: Event, role: Role, settings: Settings) -> str:
    """The deadline that an event is about, and whether it still counts: in a sentence without its end."""
    if role.takedown:
        return ""
    told = role.told_by(event)
    assumed = " (assumed)" if told.deadline and not told.deadline.stated else ""
    text, label = wording.standing_text(told), "Deadline was" if role.ended_by else "Deadline"
    parts = [f"{label}: {text}{assumed}" if told.deadline or not told.written else text[:1].upper() + text[1:]]
    if told.written != role.standing.written:
        parts.append(f"moved since, now: {wording.standing_text(role.standing)}")
    if not role.listed and (event != role.events[-1] or role.state is State.UNCONFIRMED):
        day = wording.short_date(role.ended_day(settings))
        parts.append(f"not confirmed since {day}" if role.state is State.UNCONFIRMED else f"{role.state} {day}")
    return "; ".join(parts)


def by_day(roles: Iterable[Role]) -> tuple[Group, ...]:
    """Open roles grouped by the day of their deadline, in the order given."""
    groups: dict[date | str, list[Role]] = {}
    for role in roles:
        groups.setdefault(_day_of(role), []).append(role)
    return tuple(_group(day, tuple(found)) for day, found in groups.items())


def _day_of(role: Role) -> date | str:
    """The day of a role's deadline, or what to say instead."""
    if role.deadline:
        return _deadline_day(role.deadline)
    return "Open until filled" if role.standing.until_filled else "Deadline not stated"


@lru_cache(4096)
def _deadline_day(deadline: Deadline) -> date:
    return local_deadline(deadline).date()


def _group(day: date | str, roles: tuple[Role, ...]) -> Group:
    if isinstance(day, str):
        return Group(day, roles)
    return Group(wording.long_date(day), roles, day_anchor(day))
