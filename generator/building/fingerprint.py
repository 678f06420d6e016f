"""The key of a view: a hash of everything in it, so that a page is made again when any of it changes."""

from collections.abc import Iterable, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from hashlib import blake2b
from typing import Any

from ..edition.edition import Edition, Role
from ..model.model import Event
from ..pages.pages import PostingSubject
from ..work.stamps import digest_of


class Fingerprint:
    """Hashes views of one edition; roles and events are represented by keys that are already known."""

    def __init__(self, edition: Edition, surroundings: bytes) -> None:
        self._keys = {role.id: role.key for role in edition.roles}
        self._events: dict[str, bytes] = {}
        self._last: tuple[Sequence[Event], bytes] = (), b""
        self._salted = blake2b(surroundings, digest_size=16)

    def of(self, view: object) -> bytes:
        """The key of a view: the same for equal views, another for any other."""
        parts: list[bytes] = []
        if isinstance(view, PostingSubject):
            parts += (b"p", view.role.key, view.role.listing.digest)
            for other, reason in view.others:
                parts += (other.key, reason.encode(), b";")
        else:
            self._add(view, parts)
        found = self._salted.copy()
        found.update(b"".join(parts))
        return found.digest()

    def of_roles(self, *texts: str, roles: Iterable[Sequence[Role]]) -> bytes:
        """The key of anything made only from some texts and roles."""
        found = self._salted.copy()
        found.update(repr(texts).encode())
        for some in roles:
            found.update(b"%d:" % len(some) + b"".join([role.key for role in some]))
        return found.digest()

    def of_files(self, *texts: str, whole: Sequence[Role], roles: Sequence[Role]) -> bytes:
        """The key of what is made from the whole files of some roles, and from others."""
        files = digest_of(*(role.listing.digest for role in whole))
        return self.of_roles(*texts, files.hex(), roles=(whole, roles))

    def _add(self, value: Any, parts: list[bytes]) -> None:
        """Adds the encoding of a value. Each piece says its kind and its length, so that no two values look alike."""
        kind = type(value)
        if kind is Role:
            parts.append(b"r" + value.key)
        elif kind is Event:
            parts.append(self._event(value))
        elif kind is str:
            text = value.encode("utf-8", "surrogatepass")
            parts.append(b"s%d:%b" % (len(text), text))
        elif isinstance(value, (tuple, list)):
            self._add_all(value, parts)
        elif names := _names(kind):  # type: ignore[arg-type]
            parts.append(b"d" + kind.__name__.encode() + b":")
            for name in names:
                self._add(getattr(value, name), parts)
        else:
            data = value if isinstance(value, bytes) else repr(value).encode()
            parts.append(b"v%d:%b" % (len(data), data))

    def _add_all(self, values: Any, parts: list[bytes]) -> None:
        parts.append(b"(%d:" % len(values))
        # Lists of one kind are what views mostly hold.
        kinds = set(map(type, values))
        if kinds == {Role}:
            parts += [one.key for one in values]
        elif kinds == {Event}:
            parts.append(self._all_events(values))
        elif kinds == {Event, Role} and len(values) == 2:
            parts.append(self._event(values[0]))
        else:
            for one in values:
                self._add(one, parts)

    def _all_events(self, events: Sequence[Event]) -> bytes:
        """The same events occur in a feed's formats one after another."""
        if self._last[0] is not events:
            known, key = self._events, self._event
            self._last = events, b"".join([known.get(one.id) or key(one) for one in events])
        return self._last[1]

    def _event(self, event: Event) -> bytes:
        """An event is published with its role as it is now."""
        found = b"e%d:%b%b" % (len(event.id), event.id.encode(), self._keys[event.posting])
        self._events[event.id] = found
        return found


@cache
def _names(kind: Any) -> tuple[str, ...]:
    """The fields of a dataclass; nothing for any other kind of value."""
    return tuple(field.name for field in fields(kind)) if is_dataclass(kind) else ()
