"""The rules between the keys of a posting. They read the text as written, so that one wrong key hides no other."""

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from itertools import pairwise
from typing import NamedTuple

from ..model.fields import read_when
from ..model.model import When
from ..model.problems import cut
from ..model.vocabulary import NOT_STATED
from .frontmatter import Location, Value

Raw = dict[str, Value]


class Broken(NamedTuple):
    """A rule that the front matter breaks.

    `missing` marks what a draft may still lack, `of_key` what to correct in the key and not in its value, `instead` is
    the value to write if that is certain.
    """

    location: Location
    message: str
    missing: bool = False
    of_key: bool = False
    instead: str = ""


def opens_or_added(raw: Raw) -> Iterator[Broken]:
    """A posting says when it opened, or at least when the digest took it in."""
    if "opens" not in raw and "added" not in raw:
        yield Broken(("opens",), "is missing, write opens: or added: with a date such as 2026-03-31", missing=True)


def takedown_with_withdrawn(raw: Raw) -> Iterator[Broken]:
    """Only a withdrawn posting can be taken down."""
    if raw.get("takedown") == "true" and "withdrawn" not in raw:
        yield Broken(("takedown",), "needs withdrawn, write withdrawn: with the date as well")


def closes_after_opens(raw: Raw) -> Iterator[Broken]:
    """A role closes after it opens."""
    opens, closes = _when(raw.get("opens")), _when(raw.get("closes"))
    if opens and closes and _before(closes, opens):
        yield Broken(("closes",), f"{closes.text} is before opens ({opens.text}), correct one of the two")


def changes_in_order(raw: Raw) -> Iterator[Broken]:
    """Deadline changes are in the order in which they happened."""
    moments = [_when(change.get("on")) for change in _mappings(raw.get("deadline_changes"))]
    for number, (earlier, later) in enumerate(pairwise(moments), start=1):
        if earlier and later and _before(later, earlier):
            location = ("deadline_changes", number, "on")
            yield Broken(location, f"{later.text} is before the change above it, put the changes in order")


def no_return_to_a_deadline(raw: Raw) -> Iterator[Broken]:
    """No deadline comes back: its events have already been published."""
    changes = _mappings(raw.get("deadline_changes"))
    if not changes:
        return
    written = [change.get("from") for change in changes] + [raw.get("closes")]
    before: set[str] = set()
    for number, text in enumerate(written):
        # A change to no stated deadline is published as such each time, so it may occur again.
        if isinstance(text, str) and text != NOT_STATED and text in before:
            location = ("closes",) if number == len(changes) else ("deadline_changes", number, "from")
            yield Broken(
                location, f"{cut(text)} was the deadline before, write another one; a role cannot return to it"
            )
        elif isinstance(text, str):
            before.add(text)


def a_deadline_follows_none(raw: Raw) -> Iterator[Broken]:
    """`from: not-stated` is followed by a deadline; otherwise nothing was moved."""
    changes = _mappings(raw.get("deadline_changes"))
    written = [*(change.get("from") for change in changes), raw.get("closes", NOT_STATED)]
    for number, (before, after) in enumerate(pairwise(written)):
        if before == after == NOT_STATED:
            message = "is not-stated like the deadline after it, write the new deadline or delete this change"
            yield Broken(("deadline_changes", number, "from"), message)


def station_names_a_place(raw: Raw) -> Iterator[Broken]:
    """A duty station has a city or a country."""
    for number, station in enumerate(_mappings(raw.get("duty_stations"))):
        if station and "city" not in station and "country" not in station:
            yield Broken(("duty_stations", number), "names no place, write city, country or both")


def salary_has_figures(raw: Raw) -> Iterator[Broken]:
    """A salary has a figure, and its larger one is max."""
    salary = raw.get("salary")
    if not isinstance(salary, dict):
        return
    if "min" not in salary and "max" not in salary:
        yield Broken(("salary",), "has no figure, write min, max or both", of_key=True)
    low, high = _amount(salary.get("min")), _amount(salary.get("max"))
    if low is not None and high is not None and high < low:
        yield Broken(("salary", "max"), f"{high} is less than min ({low}), write the larger figure here")


def language_once(raw: Raw) -> Iterator[Broken]:
    """A language is required or desirable, not both."""
    languages = raw.get("languages")
    if not isinstance(languages, dict):
        return
    required, desirable = languages.get("required"), languages.get("desirable")
    if isinstance(required, list) and isinstance(desirable, list):
        known = {code for code in required if isinstance(code, str)}
        for number, code in enumerate(desirable):
            if isinstance(code, str) and code in known:
                yield Broken(("languages", "desirable", number), f"{cut(code)} is already required, delete it here")


POSTING_RULES: tuple[Callable[[Raw], Iterator[Broken]], ...] = (
    opens_or_added,
    takedown_with_withdrawn,
    closes_after_opens,
    changes_in_order,
    no_return_to_a_deadline,
    a_deadline_follows_none,
    station_names_a_place,
    salary_has_figures,
    language_once,
)


def _when(value: Value | None) -> When | None:
    try:
        return read_when(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None


def _amount(value: Value | None) -> Decimal | None:
    return Decimal(value) if isinstance(value, str) and re.fullmatch(r"[0-9]{1,12}(?:[.][0-9]{1,2})?", value) else None


def _mappings(value: Value | None) -> list[Raw]:
    """The items of a list of mappings; items of other kinds become empty ones, so that numbers stay the same."""
    return [item if isinstance(item, dict) else {} for item in value] if isinstance(value, list) else []


def _before(first: When, second: When) -> bool:
    if first.instant and second.instant:
        return first.instant < second.instant
    return first.day < second.day
