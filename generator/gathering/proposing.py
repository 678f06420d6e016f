"""Proposals written into a site, as a careful person would: comments and order kept, nothing that would be wrong."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from pathlib import Path

from ..editing.desk import Desk, Unfit, expired, extended, moment
from ..editing.edits import FrontMatter, NotEditable, Written
from ..importing.drafting import Draft
from ..model.problems import ContentError
from ..model.schema import Posting
from .deciding import Proposal
from .observing import SourceStates

_LONGEST_SEEN = 200  # characters of the source's words in front matter


@dataclass(frozen=True, slots=True)
class Proposed:
    """What became of the proposals for one posting; `problem` says why they could not be written."""

    path: str
    proposals: tuple[Proposal, ...]
    problem: str = ""


def propose(desk: Desk, proposals: Iterable[Proposal], now: datetime) -> list[Proposed]:
    """Writes all proposals, each posting's at once. Raises ChangedMeanwhile, Unwritable."""
    found = []
    in_order = sorted(proposals, key=lambda one: (one.path, one.key == "checked", one.key))
    for path, some in groupby(in_order, key=lambda one: one.path):
        wanted = tuple(some)
        problem = _written(desk, path, wanted, now)
        checked = tuple(one for one in wanted if one.key == "checked")
        if problem and checked and len(wanted) > 1:
            # That a change cannot be written does not make the role less fresh.
            _written(desk, path, checked, now)
        found.append(Proposed(path, wanted, problem))
    return found


def _written(desk: Desk, path: str, proposals: Sequence[Proposal], now: datetime) -> str:
    def change(front: FrontMatter, posting: Posting) -> None:
        for one in proposals:
            _change_of(one, now)(front, posting)

    try:
        desk.change(Path(desk.root, path), change)
    except Unfit as error:
        return str(error)
    except ContentError as error:
        return "; ".join(problem.message for problem in error.problems[:3])
    return ""


def _change_of(proposal: Proposal, now: datetime) -> Callable[[FrontMatter, Posting], None]:
    def change(front: FrontMatter, posting: Posting) -> None:
        match proposal.key:
            case "closes":
                extended(proposal.after, now, f"The source names {proposal.after}.")(front, posting)
            case "expired":
                expired(now)(front, posting)
                return
            case "checked":
                front.put(("source", "checked"), proposal.after)
                return
            case "duty_stations":
                _move(front, posting, proposal.after)
            case key:
                front.set(key, proposal.after)
        front.put(("source", "facts", proposal.key), _seen_fact(proposal.after, proposal.words, now))

    return change


def _move(front: FrontMatter, posting: Posting, place: str) -> None:
    """Writes another place where there is one: of several nobody can tell which it stands for."""
    if len(posting.duty_stations) > 1 or "; " in place:
        raise Unfit(f"the source names {place}, and a list of several places is changed by hand")
    city, _, country = place.rpartition(", ")
    if not city and not (len(country) == 2 and country.isupper()):
        city, country = country, ""
    station: dict[str, Written] = {**({"city": city} if city else {}), **({"country": country} if country else {})}
    if not posting.duty_stations:
        front.add("duty_stations", [station])
        return
    before = posting.duty_stations[0]
    for key, value in station.items():
        if getattr(before, key) is None:
            raise NotEditable(f"duty_stations has no {key}")
        front.put_item("duty_stations", 0, key, str(value))


def _seen_fact(value: str, words: str, now: datetime) -> dict[str, Written]:
    found: dict[str, Written] = {"seen": moment(now), "value": value}
    return found | ({"words": words[:_LONGEST_SEEN]} if words else {})


def with_provenance(draft: Draft, states: SourceStates, now: datetime) -> None:
    """Writes into a draft when and in which words its source stated the deadline."""
    closes = states.facts.get("closes")
    source = draft.facts.get("source")
    if closes and isinstance(source, dict):
        seen = _seen_fact(closes, states.words.get("closes", ""), now)
        draft.facts["source"] = {**source, "checked": moment(now), "facts": {"closes": seen}}
