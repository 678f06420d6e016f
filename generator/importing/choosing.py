"""Which of several candidates for a fact a draft takes: the one with the best evidence, or none where two contradict."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
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
    value: Written
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
    return bool(instant) and abs((instant.date() if instant else day) - day) <= timedelta(days=1) and bool(
        instant and not 6 <= instant.hour < 18
    )


def _grade(ranked: Sequence[Candidate]) -> Choice:
    """The digest's own word for the grade before another ladder's; two of one ladder contradict each other."""
    known = [one for one in ranked if one.value is not None]
    if len({str(one.value) for one in known if one.evidence >= Evidence.HEADLINE}) > 1:
        return _clash("grade", known)
    return _taken(known[0] if known else ranked[0])


def _stations(ranked: Sequence[Candidate]) -> Choice:
    """The place that says most, where the others do not contradict it."""
    best = ranked[0]
    for one in ranked[1:]:
        if one.evidence < Evidence.HEADLINE and best.evidence > Evidence.HEADLINE:
            continue
        merged = _merged(best.value, one.value)
        if merged is None:
            if one.evidence is best.evidence:
                return _clash("duty_stations", [best, one])
        elif merged != best.value:
            best = one if merged == one.value else best
    return _taken(best)


def _merged(one: Written, other: Written) -> Written:
    """Two lists of places as one, where either says of the other's places what it leaves open; else None."""
    first, second = _places(one), _places(other)
    if first == second:
        return one
    if len(first) == len(second) == 1:
        (a,), (b,) = first, second
        if all(a[key] == b[key] for key in a.keys() & b.keys()) and a.keys() & b.keys():
            return other if len(b) > len(a) else one
        return None
    # Several places in a country, and the country alone.
    countries = [{place.get("country") for place in places if "country" in place} for places in (first, second)]
    if len(first) == 1 and "city" not in first[0] and countries[0] <= countries[1]:
        return other
    if len(second) == 1 and (("city" not in second[0] and countries[1] <= countries[0]) or second[0] in first):
        return one
    return other if len(first) == 1 and first[0] in second else None


def _places(value: Written) -> list[dict[str, str]]:
    return [dict(one) for one in value if isinstance(one, dict)] if isinstance(value, list) else []  # type: ignore[arg-type]
