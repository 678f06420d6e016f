"""Drafts written into a site, none twice."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from ..editing import desk
from ..edition.history import state_at
from ..model.content import Content
from ..model.model import State
from ..model.problems import ContentError, Problem
from ..reading.files import read_text
from ..reading.frontmatter import read_mapping, split
from .drafting import Draft
from .twins import Known, Trait, addresses_of_many, advertised_again, like_of, twin_of

_LONGEST_TRAIT = 300  # characters; nothing longer is a title or a reference


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one vacancy: the file that was written, or the posting that tells of it already, and why.

    With `problems` it is neither: the draft would not have been good content.
    """

    draft: Draft
    path: Path | None
    twin: str = ""
    why: str = ""
    problems: tuple[Problem, ...] = ()


def write_drafts(site: desk.Desk, drafts: Sequence[Draft], now: datetime) -> Iterable[Outcome]:
    """Writes each draft that tells of no known vacancy and would be read. Raises ChangedMeanwhile, Unwritable."""
    known = Known(known_traits(site, now))
    of_many = addresses_of_many(known) | addresses_of_many(map(_trait, drafts))
    for draft in drafts:
        trait = _trait(draft)
        judged = replace(trait, url="") if trait.url in of_many else trait
        found = twin_of(judged, known)
        if found and not advertised_again(trait, found[0]):
            yield Outcome(draft, None, found[0].path, found[1])
            continue
        if found:
            draft.leave(f"it may be {found[0].path} advertised again ({found[1]})")
        elif like := like_of(judged, known):
            same = f"it may tell of the same vacancy as {like[0].path} ({like[1]})"
            draft.leave(f"{same}, then keep one of the two")
        draft.facts |= {"added": desk.moment(now), "draft": True}
        try:
            path = site.create(desk.free_slug((trait.title, _city(draft.facts)), site.taken), draft.text())
        except ContentError as error:
            yield Outcome(draft, None, problems=error.problems)
            continue
        known.add(replace(trait, path=path.relative_to(site.root).as_posix()))
        yield Outcome(draft, path)


def known_traits(site: desk.Desk, now: datetime) -> list[Trait]:
    """What the postings of a site are known again by, drafts included."""
    content = site.loaded.content
    assert content
    over = over_at(content, now)
    found = []
    for path in site.postings():
        # What cannot be read is `check`'s to tell.
        parts = split(read_text(site.root, path)[0])
        if parts:
            name = path.relative_to(site.root).as_posix()
            fields = read_mapping(parts[0])[0].value
            found.append(known_trait(name, fields, parts[1], over=name in over))
    return found


def over_at(content: Content, now: datetime) -> set[str]:
    """The files of the roles that are no longer open at an instant."""
    running = (State.SCHEDULED, State.OPEN, State.CLOSING)
    return {one.path for one in content.postings if state_at(one.history, content.settings, now)[0] not in running}


def _trait(draft: Draft) -> Trait:
    trait = known_trait("", draft.facts, draft.body, over=False)
    return replace(trait, organisation=trait.organisation or draft.organisation_text)


def known_trait(path: str, fields: Mapping[str, object], body: str, *, over: bool) -> Trait:
    """What a posting is known again by, from its front matter as written and its text."""
    source = fields.get("source")
    url = source.get("url") if isinstance(source, Mapping) else None
    title, organisation, reference, closes = (
        str(fields.get(key) or "")[:_LONGEST_TRAIT] for key in ("title", "organisation", "reference", "closes")
    )
    return Trait(path, title, organisation, reference, str(url or ""), _place(fields), closes, over, body)


def _place(fields: Mapping[str, object]) -> str:
    stations = fields.get("duty_stations")
    named = [one for one in stations if isinstance(one, Mapping)] if isinstance(stations, list) else []
    return "; ".join(f"{one.get('city', '')}, {one.get('country', '')}" for one in named)


def _city(fields: Mapping[str, object]) -> str:
    stations = fields.get("duty_stations")
    first = stations[0] if isinstance(stations, list) and stations else {}
    return str(first.get("city") or "") if isinstance(first, Mapping) else ""
