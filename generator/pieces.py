"""Pieces that stand in many files: the entries of feeds and the events of calendars, each made once and remembered."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from msgspec import msgpack

from . import tally
from .calendars import DeadlineCalendar
from .crew import Crew
from .edition import Edition, Role
from .entries import EntrySubject, Feed
from .fingerprint import Fingerprint
from .memo import Memo
from .model import Event
from .render import Artifact, Workshop, make_deadlines, make_entries
from .routes import FeedFile

_Made = TypeVar("_Made", Event, Role)
_FORMATS = ("rss", "atom", "json")
_encode, _decode = msgpack.Encoder().encode, msgpack.Decoder(tuple[bytes, ...]).decode


@dataclass(frozen=True, slots=True)
class Pieces:
    """Entries by the ids of their events, one a format, and calendar events by the ids of their postings."""

    entries: Mapping[str, Sequence[bytes]]
    deadlines: Mapping[str, Sequence[bytes]]

    def of_feed(self, feed: Feed) -> Iterator[bytes]:
        """A feed's entries in its own format, newest first."""
        number = _FORMATS.index(feed.page.format) if isinstance(feed.page, FeedFile) else 0
        return (self.entries[event.id][number] for event in feed.events)

    def of_calendar(self, calendar: DeadlineCalendar) -> Iterator[bytes]:
        return (self.deadlines[role.id][0] for role in calendar.roles)


class Maker:
    """Makes pieces, or remembers them."""

    def __init__(self, edition: Edition, fingerprint: Fingerprint, memo: Memo, crew: Crew, workshop: Workshop) -> None:
        self.edition, self.fingerprint = edition, fingerprint
        self.memo, self.crew, self.workshop = memo, crew, workshop

    def pieces(self, todo: Iterable[Artifact], artifacts: Iterable[Artifact]) -> Pieces:
        """What the files to do need; what none of all the artifacts needs any more is forgotten."""
        events, roles = _needs(todo)
        if not events and not roles:
            return Pieces({}, {})
        all_events, all_roles = _needs(artifacts)
        named = {*map(_entry_name, all_events.values()), *map(_deadline_name, all_roles.values())}
        self.memo.forget_pieces(self.memo.pieces() - named)
        return Pieces(self.made(events, _entry_name, self.entries), self.made(roles, _deadline_name, self.deadlines))

    def entries(self, events: list[Event]) -> Iterator[list[tuple[bytes, ...]]]:
        roles = self.edition.role_by_id
        subjects = (
            EntrySubject(event, role := roles[event.posting], self.memo.stated(role.listing.path)) for event in events
        )
        return self.crew.run(make_entries, self.workshop, subjects, len(events))

    def deadlines(self, roles: list[Role]) -> Iterator[list[tuple[bytes, ...]]]:
        return self.crew.run(make_deadlines, self.workshop, roles, len(roles))

    def made(
        self,
        needed: Mapping[str, _Made],
        name_of: Callable[[_Made], str],
        make: Callable[[list[_Made]], Iterator[list[tuple[bytes, ...]]]],
    ) -> dict[str, tuple[bytes, ...]]:
        found: dict[str, tuple[bytes, ...]] = {}
        missing: dict[str, _Made] = {}
        for identity, one in needed.items():
            known = self.memo.piece(name_of(one), self.fingerprint.of(one))
            if known is None:
                missing[identity] = one
            else:
                found[identity] = _decode(known)
        tally.here.count("feeds", len(missing), len(found))
        # By name, for events of one posting come together so.
        missing = dict(sorted(missing.items()))
        values = (value for chunk in make(list(missing.values())) for value in chunk)
        fresh = dict(zip(missing, values, strict=True))
        self.memo.remember_pieces(
            (name_of(one), self.fingerprint.of(one), _encode(fresh[identity])) for identity, one in missing.items()
        )
        return found | fresh


def _needs(artifacts: Iterable[Artifact]) -> tuple[dict[str, Event], dict[str, Role]]:
    """The events that feeds tell and the roles that calendars hold, by their ids."""
    events: dict[str, Event] = {}
    roles: dict[str, Role] = {}
    for artifact in artifacts:
        if isinstance(artifact.view, Feed):
            events.update((event.id, event) for event in artifact.view.events)
        elif isinstance(artifact.view, DeadlineCalendar):
            roles.update((role.id, role) for role in artifact.view.roles)
    return events, roles


def _entry_name(event: Event) -> str:
    return f"entry {event.id}"


def _deadline_name(role: Role) -> str:
    return f"deadline {role.id}"
