"""Open roles as pictures: a map of the world, a map for each country, and a strip of the days on which they close.

`data/outlines.json` holds Natural Earth's outlines, made by `tools/outlines.py`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from msgspec import Struct, json

from ..edition import wording
from ..edition.deadlines import local_deadline
from ..edition.edition import Collection, Role
from ..edition.routes import CollectionPage, Page
from ..model import clock
from ..model.model import Dimension, Standing
from ..model.vocabulary import NOT_STATED

_AROUND = 360  # SVG units: how wide a piece of the world a country's own map shows, wider for the largest
_SMALL = 24  # SVG units: a country that is smaller than this in both directions has a ring on its own map
STRIP_WEEKS = 6  # starting on a Monday: the next thirty days are always among them
_STEPS = (1, 2, 4, 8, 16)  # the numbers of roles from which a place or a day is shown in the next stronger tone


class _Outlines(Struct, frozen=True):
    width: int
    height: int
    shapes: dict[str, str]
    dots: dict[str, tuple[int, int]]


@cache
def _outlines() -> _Outlines:
    text = resources.files("generator").joinpath("data", "outlines.json").read_bytes()
    return json.decode(text, type=_Outlines)


@dataclass(frozen=True, slots=True)
class Country:
    """A country with open roles: an SVG path, a dot if it is too small for a path, or in the table only.

    `next_deadline` is the deadline of the role that closes first.
    """

    name: str
    page: Page
    count: int
    tone: int
    path: str
    dot: tuple[int, int] | None
    next_deadline: str


@dataclass(frozen=True, slots=True)
class WorldMap:
    """The map, in SVG units; `land` is the path of all countries without open roles."""

    width: int
    height: int
    land: str
    countries: tuple[Country, ...]


def world_map(countries: Mapping[str, Collection]) -> WorldMap | None:
    """The countries that have open roles, by name; None if there are none."""
    outlines = _outlines()
    shown = tuple(
        _country(key, found, outlines) for key, found in countries.items() if found.open_roles and key != NOT_STATED
    )
    if not shown:
        return None
    with_roles = {key.upper() for key, found in countries.items() if found.open_roles}
    land = "".join(path for code, path in outlines.shapes.items() if code not in with_roles)
    return WorldMap(outlines.width, outlines.height, land, shown)


def _country(key: str, collection: Collection, outlines: _Outlines) -> Country:
    code, count = key.upper(), len(collection.open_roles)
    return Country(
        name=collection.name,
        page=CollectionPage(Dimension.COUNTRIES, key),
        count=count,
        tone=_tone(count),
        path=outlines.shapes.get(code, ""),
        dot=outlines.dots.get(code),
        next_deadline=_first_deadline(collection.open_roles[0].standing),
    )


def _first_deadline(standing: Standing) -> str:
    if standing.deadline:
        return wording.short_date(local_deadline(standing.deadline).date())
    return wording.standing_text(standing)


@dataclass(frozen=True, slots=True)
class Locator:
    """Where a country is, in SVG units: a piece of the world, its own path or dot, a ring around a small country."""

    left: int
    top: int
    width: int
    height: int
    land: str
    path: str
    dot: tuple[int, int] | None
    ring: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class _Box:
    left: int
    top: int
    right: int
    bottom: int

    def meets(self, other: "_Box") -> bool:
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


@cache
def _boxes() -> dict[str, _Box]:
    """The smallest boxes around the shapes."""
    return {code: _box(path) for code, path in _outlines().shapes.items()}


def _box(path: str) -> _Box:
    """The box around a path of outlines.json: rings that start at a point (M) and continue in steps (l)."""
    points = []
    for ring in path.split("M")[1:]:
        x = y = 0
        numbers = list(map(int, re.findall(r"-?\d+", ring)))
        for dx, dy in zip(numbers[::2], numbers[1::2], strict=True):
            x, y = x + dx, y + dy
            points.append((x, y))
    across, down = zip(*points, strict=True)
    return _Box(min(across), min(down), max(across), max(down))


def locator(key: str) -> Locator | None:
    """Where a country is, by its key; None if the outlines do not have it."""
    outlines, code = _outlines(), key.upper()
    dot = outlines.dots.get(code)
    box = _Box(*dot, *dot) if dot else _boxes().get(code)
    if box is None:
        return None
    x, y = (box.left + box.right) // 2, (box.top + box.bottom) // 2
    width = min(max(_AROUND, 2 * (box.right - box.left), 4 * (box.bottom - box.top)), outlines.width)
    height = min(width // 2, outlines.height)
    left = min(max(x - width // 2, 0), outlines.width - width)
    top = min(max(y - height // 2, 0), outlines.height - height)
    window = _Box(left, top, left + width, top + height)
    near = (path for at, path in outlines.shapes.items() if at != code and _boxes()[at].meets(window))
    small = max(box.right - box.left, box.bottom - box.top) < _SMALL
    path = outlines.shapes.get(code, "")
    return Locator(left, top, width, height, "".join(near), path, dot, (x, y) if small else None)


def _tone(count: int) -> int:
    return sum(count >= step for step in _STEPS)


@dataclass(frozen=True, slots=True)
class StripDay:
    """A day of the strip; `anchor` leads to the same day in the list below, if a role closes on it."""

    iso: str
    text: str
    number: int
    month: str
    count: int
    tone: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The days of some weeks, starting on a Monday; `later` roles close after them, the others on an unknown day."""

    days: tuple[StripDay, ...]
    later: int
    until_filled: int
    unknown: int


def strip(roles: Iterable[Role], now: datetime, zone: str) -> Strip | None:
    """The days on which open roles close, each in its own time zone; None if no role is open."""
    found = list(roles)
    if not found:
        return None
    closing = Counter(local_deadline(role.deadline).date() for role in found if role.deadline)
    # Where a role closes it may still be Sunday when it is Monday here.
    earliest = min([date.fromisocalendar(*clock.week_of(now, zone), 1), *closing])
    first = earliest - timedelta(days=earliest.weekday())
    days = [first + timedelta(days=number) for number in range(STRIP_WEEKS * 7)]
    return Strip(
        days=tuple(_day(day, closing[day], day == first or day.day == 1) for day in days),
        later=sum(count for day, count in closing.items() if day > days[-1]),
        until_filled=sum(role.standing.until_filled for role in found),
        unknown=sum(not role.standing.written for role in found),
    )


def day_anchor(day: date) -> str:
    """The anchor of a day in a list of open roles."""
    return f"d-{day.isoformat()}"


def _day(day: date, count: int, names_month: bool) -> StripDay:
    return StripDay(
        iso=day.isoformat(),
        text=wording.short_date(day),
        number=day.day,
        month=wording.month_abbreviated(day) if names_month else "",
        count=count,
        tone=_tone(count),
        anchor=day_anchor(day) if count else "",
    )
