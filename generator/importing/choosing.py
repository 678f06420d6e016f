"""Which of several candidates for a fact a draft takes: the one with the best evidence; none where two contradict."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import IntEnum

from ..editing.edits import Written
from ..model.problems import shown
from ..wording.dates import ReadDate

# A deadline may be told in another zone, and so be a day earlier or later there.
_SAME_MOMENT = timedelta(hours=38)


class Evidence(IntEnum):
    """What a fact was read from, the weakest first."""

    SENTENCE = 1
    HEADLINE = 2
    LABEL = 3
    DATA = 4


@dataclass(frozen=True, slots=True)
class Candidate:
    """What one place of a source says of a fact.

    `value` is what front matter would have, None where the digest has no word for it; `words` are the source's own.
    """

    key: str
    value: Written | None
    words: str
    origin: str
    evidence: Evidence
    doubt: str = ""
    date: ReadDate | None = None


@dataclass(slots=True)
class Choice:
    """What was chosen for a fact, and what is left to a person; `clash` where sources contradict one another."""

    candidate: Candidate | None = None
    left: list[str] = field(default_factory=list)
    clash: bool = False


_NAMES = {"closes": "deadlines", "grade": "grades", "duty_stations": "duty stations"}


def chosen(key: str, candidates: Iterable[Candidate]) -> Choice:
    """The candidate for a fact that a careful reader would take."""
    # What stands first goes before what stands below, where one is as good as the other.
    ranked = sorted((one for one in candidates if one.key == key), key=lambda one: -one.evidence)
    if not ranked:
        return Choice()
    if key == "closes":
        return _deadline(ranked)
    if key == "grade":
        return _grade(ranked)
    if key == "duty_stations":
        return _stations(ranked)
    if key == "organisation":
        best = [one for one in ranked if one.evidence is ranked[0].evidence]
        return _taken(next((one for one in best if one.value is not None), best[0]))
    return _taken(ranked[0])


def _taken(candidate: Candidate) -> Choice:
    return Choice(candidate, [candidate.doubt] if candidate.doubt else [])


def _clash(key: str, candidates: Sequence[Candidate]) -> Choice:
    both = " and ".join(shown(words) for words in dict.fromkeys(one.words for one in candidates))
    return Choice(None, [f"the source names different {_NAMES[key]}, so none was taken: {both}"], clash=True)


def _deadline(ranked: Sequence[Candidate]) -> Choice:
    """The deadline with the most said of it, where all that are named are one."""
    dated = [one for one in ranked if one.date]
    if not dated:
        return _taken(ranked[0])
    different = list(_different(dated))
    if len(different) > 1:
        return _clash("closes", different)
    return _taken(max(dated, key=lambda one: bool(one.date and one.date.instant)))


def _different(dated: Sequence[Candidate]) -> Iterator[Candidate]:
    """The deadlines that are not the first one in other words."""
    first = dated[0]
    yield first
    for one in dated[1:]:
        if not _same_deadline(first.date, one.date):
            yield one


def _same_deadline(one: ReadDate | None, other: ReadDate | None) -> bool:
    if not one or not other or one.day == other.day:
        return True
    if one.instant and other.instant:
        return abs(one.instant - other.instant) < timedelta(minutes=2)
    # A day ends, somewhere, up to half a day before or after it does in UTC.
    instant, day = (one.instant, other.day) if one.instant else (other.instant, one.day)
    return (
        bool(instant)
        and abs((instant.date() if instant else day) - day) <= timedelta(days=1)
        and bool(instant and not 6 <= instant.hour < 18)
    )


def _grade(ranked: Sequence[Candidate]) -> Choice:
    """The digest's own word for the grade before another ladder's; two of one ladder contradict each other."""
    known = [one for one in ranked if one.value is not None]
    if len({str(one.value) for one in known if one.evidence >= Evidence.HEADLINE}) > 1:
        return _clash("grade", known)
    return _taken(known[0] if known else ranked[0])


_Places = list[Mapping[str, Written]]


def _stations(ranked: Sequence[Candidate]) -> Choice:
    """The places of the best candidate, with what others say more of them; two of one evidence may contradict."""
    best, *others = ranked
    places = _places(best.value)
    for one in others:
        merged = _merged(places, _places(one.value))
        if merged is not None:
            places = merged
        elif one.evidence is best.evidence:
            return _clash("duty_stations", [best, one])
    return _taken(replace(best, value=places))


def _merged(one: _Places, other: _Places) -> _Places | None:
    """Two lists of places as one, where either leaves open what the other says; None where they contradict."""
    if len(one) == len(other) == 1:
        both = {**other[0], **one[0]}
        agree = all(one[0][key] == other[0][key] for key in one[0].keys() & other[0].keys())
        return [{key: both[key] for key in ("city", "country") if key in both}] if agree else None
    if all(place in one or _holds(one, place) for place in other):
        return one
    return other if all(place in other or _holds(other, place) for place in one) else None


def _holds(places: _Places, country: Mapping[str, Written]) -> bool:
    """Whether a place is a country alone, and each of some places is in it."""
    return "city" not in country and all(place.get("country") == country["country"] for place in places)


def _places(value: Written | None) -> _Places:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []
