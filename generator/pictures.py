"""Open roles as pictures: a map of the world, and a strip of the days on which they close.

`data/outlines.json` holds Natural Earth's outlines, made by `tools/outlines.py`.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from importlib import resources

from msgspec import Struct, json

from . import clock, wording
from .deadlines import local_deadline
from .edition import Collection, Role
from .model import Dimension
from .routes import CollectionPage, Page
from .vocabulary import NOT_STATED

STRIP_WEEKS = 6  # from Monday on: thirty days ahead are always among them
_STEPS = (1, 2, 4, 8, 16)  # roles from which on a place or a day is shown in the next stronger tone


class _Outlines(Struct, frozen=True):
    width: int
    height: int
    shapes: dict[str, str]
    dots: dict[str, tuple[int, int]]


@cache
def _outlines() -> _Outlines:
    text = resources.files(__package__).joinpath("data", "outlines.json").read_bytes()
    return json.decode(text, type=_Outlines)


@dataclass(frozen=True, slots=True)
class Country:
    """A country with open roles: as an SVG path, or as a dot where it is too small for one, or in the table alone.

    `next_deadline` is that of the role that closes first.
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
    """The countries that have open roles, by name; no map without any."""
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
    first = collection.open_roles[0].deadline
    return Country(
        name=collection.name,
        page=CollectionPage(Dimension.COUNTRIES, key),
        count=count,
        tone=_tone(count),
        path=outlines.shapes.get(code, ""),
        dot=outlines.dots.get(code),
        next_deadline=wording.short_date(local_deadline(first).date()) if first else "not stated",
    )


def _tone(count: int) -> int:
    return sum(count >= step for step in _STEPS)


@dataclass(frozen=True, slots=True)
class Day:
    """A day of the strip; `anchor` is that of the day in the list below, where a role closes on it."""

    iso: str
    text: str
    number: int
    month: str
    count: int
    tone: int
    anchor: str


@dataclass(frozen=True, slots=True)
class Strip:
    """The days of some weeks, from a Monday on; `later` roles close after them, of `unknown` the deadline is."""

    days: tuple[Day, ...]
    later: int
    unknown: int


def strip(roles: Iterable[Role], now: datetime, zone: str) -> Strip | None:
    """On which days open roles close, each told where it closes; nothing where no role is open."""
    found = list(roles)
    if not found:
        return None
    closing = Counter(local_deadline(role.deadline).date() for role in found if role.deadline)
    # Where a role closes it may be Sunday still, when here it is Monday.
    earliest = min([date.fromisocalendar(*clock.week_of(now, zone), 1), *closing])
    first = earliest - timedelta(days=earliest.weekday())
    days = [first + timedelta(days=number) for number in range(STRIP_WEEKS * 7)]
    return Strip(
        days=tuple(_day(day, closing[day], day == first or day.day == 1) for day in days),
        later=sum(count for day, count in closing.items() if day > days[-1]),
        unknown=sum(role.deadline is None for role in found),
    )


def day_anchor(day: date) -> str:
    """Where a day's roles stand in a list of open ones."""
    return f"d-{day.isoformat()}"


def _day(day: date, count: int, names_month: bool) -> Day:
    return Day(
        iso=day.isoformat(),
        text=wording.short_date(day),
        number=day.day,
        month=wording.month_abbreviated(day) if names_month else "",
        count=count,
        tone=_tone(count),
        anchor=day_anchor(day) if count else "",
    )
