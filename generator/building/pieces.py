"""Pieces that occur in many files: the entries of feeds and the events of calendars, each made once and remembered."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from msgspec import msgpack

from ..edition.edition import Edition, Role
from ..feeds.calendars import DeadlineCalendar
from ..feeds.entries import EntrySubject, Feed
from ..model.model import Event
from ..work import tally
from ..work.memo import Memo
from ..work.shelf import Shelf
from ..work.workers import Workers
from .artifacts import Artifact
from .fingerprint import Fingerprint
from .tasks import Workshop, make_deadlines, make_entries

_Made = TypeVar("_Made", Event, Role)
_FORMATS = ("rss", "atom", "json")
_encode, _decode = msgpack.Encoder().encode, msgpack.Decoder(tuple[bytes, ...]).decode


class Pieces:
    """Entries by the ids of their events, one per format, and calendar events by the ids of their postings."""

    def __init__(self, entries: Shelf, deadlines: Shelf) -> None:
        self._entries, self._deadlines = entries, deadlines

    def of_feed(self, feed: Feed) -> Iterator[bytes]:
        """A feed's entries in its own format, newest first."""
        number = _FORMATS.index(feed.format)
        return (self._entries.part(event.id, number) for event in feed.events)

    def of_calendar(self, calendar: DeadlineCalendar) -> Iterator[bytes]:
        """A calendar's events, in its own order."""
        return (self._deadlines.part(role.id, 0) for role in calendar.roles)


@dataclass(frozen=True, slots=True)
class Maker:
    """Makes pieces, or remembers them. They wait on shelves in a folder: a large site has a gigabyte of them."""

    edition: Edition
    fingerprint: Fingerprint
    memo: Memo
    workers: Workers
    workshop: Workshop
    folder: Path

    def pieces(self, todo: Iterable[Artifact], everything: Iterable[Artifact] | None) -> Pieces:
        """What the files to do need. Forgets pieces without a posting, and unneeded ones if the whole plan is known."""
        events, roles = _needs(todo)
        if events or roles or everything:
            self.memo.forget_pieces(self.memo.pieces() - self._named(everything))
        return Pieces(self.made(events, _entry_name, self.entries), self.made(roles, _deadline_name, self.deadlines))

    def _named(self, everything: Iterable[Artifact] | None) -> set[str]:
        if everything is None:
            events: Iterable[Event] = (event for role in self.edition.roles for event in role.events)
            roles: Iterable[Role] = self.edition.roles
        else:
            needed = _needs(everything)
            events, roles = needed[0].values(), needed[1].values()
        return {*map(_entry_name, events), *map(_deadline_name, roles)}

    def entries(self, events: list[Event]) -> Iterator[list[tuple[bytes, ...]]]:
        """Entries for events, in every format, made by the workers."""
        roles = self.edition.role_by_id
        subjects = (
            EntrySubject(event, role := roles[event.posting], self.memo.stated(role.listing.path)) for event in events
        )
        return self.workers.run(make_entries, self.workshop, subjects, len(events))

    def deadlines(self, roles: list[Role]) -> Iterator[list[tuple[bytes, ...]]]:
        """Calendar events for roles, made by the workers."""
        return self.workers.run(make_deadlines, self.workshop, roles, len(roles))

    def made(
        self,
        needed: Mapping[str, _Made],
        name_of: Callable[[_Made], str],
        make: Callable[[list[_Made]], Iterator[list[tuple[bytes, ...]]]],
    ) -> Shelf:
        """A shelf with every piece that is needed; those that are not remembered are made, and then remembered."""
        shelf = Shelf(self.folder)
        missing: dict[str, _Made] = {}
        for identity, one in needed.items():
            known = self.memo.piece(name_of(one), self.fingerprint.of(one))
            if known is None:
                missing[identity] = one
            else:
                shelf.put(identity, _decode(known))
        tally.here.count("feeds", len(missing), len(needed) - len(missing))
        # By name, so that events of one posting are together.
        ordered = sorted(missing.items())
        values = (value for chunk in make([one for _, one in ordered]) for value in chunk)
        self.memo.remember_pieces(self._shelved(shelf, zip(ordered, values, strict=True), name_of))
        shelf.flush()
        return shelf

    def _shelved(
        self,
        shelf: Shelf,
        made: Iterable[tuple[tuple[str, _Made], tuple[bytes, ...]]],
        name_of: Callable[[_Made], str],
    ) -> Iterator[tuple[str, bytes, bytes]]:
        """Puts each piece on the shelf as it comes, and passes it on for the memory."""
        for (identity, one), value in made:
            shelf.put(identity, value)
            yield name_of(one), self.fingerprint.of(one), _encode(value)


def _needs(artifacts: Iterable[Artifact]) -> tuple[dict[str, Event], dict[str, Role]]:
    """The events in feeds and the roles in calendars, by their ids."""
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
