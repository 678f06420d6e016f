"""What an edit would publish: two editions at one instant, and the differences between their sites."""

import filecmp
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from ..building.build import Options, build
from ..checking.moves import Move, move_of
from ..checking.past import laid_out
from ..edition.edition import Edition, Role
from ..model.content import Listing
from ..model.model import Event
from ..model.problems import ContentError, Problem
from ..publishing.standing import MANIFEST

_FOLLOWED = (".xml", ".ics", ".json")


class NeverPublished(Exception):
    """The content of the earlier revision has problems, so there is no site to compare with."""


@dataclass(frozen=True, slots=True)
class RoleEvent:
    """An event, and the present state of the role that it happened to."""

    event: Event
    slug: str
    title: str


@dataclass(frozen=True, slots=True)
class Changes:
    """`told` is what followers would receive, `taken_back` what they have received and would no longer find.

    `scheduled` are roles that would open later, `moved` deadlines that move because of another rule or place; the rest
    are paths of files.
    """

    told: tuple[RoleEvent, ...]
    taken_back: tuple[RoleEvent, ...]
    scheduled: tuple[Listing, ...]
    moved: tuple[Move, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]

    @property
    def pages(self) -> list[str]:
        """Pages that are new or change, those of postings first."""
        found = [path for path in (*self.new, *self.changed) if path.endswith(".html")]
        return sorted(found, key=lambda path: (not path.startswith("postings/"), path))

    @property
    def followed(self) -> list[str]:
        """Feeds and calendars that change."""
        return [path for path in (*self.new, *self.changed) if path.endswith(_FOLLOWED) and path != "sitemap.xml"]


def changes_since(root: Path, revision: str, now: datetime) -> Changes:
    """Raises ContentError with the problems of today, NeverPublished, and repository.NoSuchRevision."""
    with TemporaryDirectory(prefix="vacancy-digest-") as name:
        folder = Path(name)
        if problems := laid_out(root, revision, folder / "earlier"):
            raise _never(revision, problems)
        options = Options(remember=False, search=False)
        new = build(root, folder / "new", now, options).edition
        try:
            old = build(folder / "earlier", folder / "old", now, options).edition
        except ContentError as error:
            raise _never(revision, error.problems) from None
        return Changes(
            *_events(old, new), _scheduled(old, new), _moved(old, new), *_files(folder / "old", folder / "new")
        )


def _never(revision: str, problems: Sequence[Problem]) -> NeverPublished:
    many = f"{len(problems)} problem{'s' * (len(problems) != 1)}"
    return NeverPublished(f"{revision} has {many}, so it has no site: {min(problems)}")


def _events(old: Edition, new: Edition) -> tuple[tuple[RoleEvent, ...], tuple[RoleEvent, ...]]:
    before, after = _told(old), _told(new)
    return tuple(after[one] for one in after if one not in before), tuple(
        before[one] for one in before if one not in after
    )


def _told(edition: Edition) -> dict[str, RoleEvent]:
    """What followers have received up to the edition's instant, by the id of the event, oldest first."""
    found = [(event, role) for role in edition.roles for event in role.history.events if event.instant <= edition.now]
    return {event.id: _named(event, role) for event, role in sorted(found, key=lambda one: (one[0].instant, one[0].id))}


def _named(event: Event, role: Role) -> RoleEvent:
    return RoleEvent(event, role.slug, role.title)


def _scheduled(old: Edition, new: Edition) -> tuple[Listing, ...]:
    before = {one.id for one in old.scheduled}
    return tuple(one for one in new.scheduled if one.id not in before)


def _moved(old: Edition, new: Edition) -> tuple[Move, ...]:
    moves = (move_of(before.history, role.listing) for role in new.roles if (before := old.role_by_id.get(role.id)))
    return tuple(sorted((move for move in moves if move), key=lambda move: (move.after, move.listing.slug)))


def _files(old: Path, new: Path) -> tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]:
    before, after = set(_paths(old)), set(_paths(new))
    changed = (path for path in before & after if not filecmp.cmp(old / path, new / path, shallow=False))
    return tuple(sorted(after - before)), tuple(sorted(changed)), tuple(sorted(before - after))


def _paths(folder: Path) -> Iterator[str]:
    for place, _, names in os.walk(folder):
        for name in names:
            path = (Path(place) / name).relative_to(folder).as_posix()
            if path != MANIFEST:
                yield path
