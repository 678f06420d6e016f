"""Places as notices name them: countries by their names in several languages, cities, and both on one line."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from functools import cache

from babel import Locale

from ..model.vocabulary import NAMES_OF_SEVERAL, cities, countries
from .phrases import is_no_city, sounds_like_employer

_LANGUAGES = ("fr", "es", "de", "it", "pt")
_LONGEST_NAME, _LONGEST_PLACE, _LONGEST_CITY = 80, 200, 60  # characters
# A country, and a state of another one.
_STATES_TOO = frozenset({"GE"})
# States of the United States. Some of their letters are a country's as well: behind a city CA is California.
_STATES = frozenset(
    [
        "AL",
        "AK",
        "AZ",
        "AR",
        "CA",
        "CO",
        "CT",
        "DE",
        "FL",
        "GA",
        "HI",
        "ID",
        "IL",
        "IN",
        "IA",
        "KS",
        "KY",
        "LA",
        "ME",
        "MD",
        "MA",
        "MI",
        "MN",
        "MS",
        "MO",
        "MT",
        "NE",
        "NV",
        "NH",
        "NJ",
        "NM",
        "NY",
        "NC",
        "ND",
        "OH",
        "OK",
        "OR",
        "PA",
        "RI",
        "SC",
        "SD",
        "TN",
        "TX",
        "UT",
        "VT",
        "VA",
        "WA",
        "WV",
        "WI",
        "WY",
    ]
)
_REMOTE = re.compile(
    r"\b(home[- ]?based|remote(?:ly)?|roving|telework\w*|work from home|wfh|à distance|a distance|"
    r"télétravail|teletrabajo|remoto)\b",
    re.IGNORECASE,
)
# With it, a form asks which of the two it is.
_ON_SITE = re.compile(r"\b(?:on-?site|presencial|présentiel|in person)\b", re.IGNORECASE)
# What stands in brackets is a country, or says more than a place has: `Pemba (Mozambique)`, `Kapoeta (North, South)`.
_BRACKETS = re.compile(r"\s*\(([^()]{1,120})\)?")
_OFFICE = re.compile(r"\b(?:unit|division|section|department|programme|branch)\b", re.IGNORECASE)
_BEFORE_PLACE = re.compile(
    r"^(?:(?:[A-Z]{1,5}-?\d{1,2}\b[ ,]*)?(?i:position |based |basée? |poste |le poste est |located |job |primarily )*"
    r"(?i:in |at |à |en |au |aux )?(?i:(?:city|town) of |ville de |ciudad de (?!méxico|guatemala|panamá))?)"
)
_BEHIND_PLACE = re.compile(
    r",? (?:with |avec |con |and (?:travel|other)|including |subject to|field |travel|as well as)|"
    r"(?<=\w{3})[.] |, ?(?:with|including) ",
    re.IGNORECASE,
)


def _plain(name: str) -> str:
    name = re.sub(r"\(the\)|^the ", "", name.strip(), flags=re.IGNORECASE)
    name = re.sub(r"^(.+), (.+ of)$|^(.+) \((.+ of)\)$", r"\2\4 \1\3", name.strip())
    name = "".join(char for char in unicodedata.normalize("NFKD", name) if not unicodedata.combining(char))
    name = re.sub(
        r"\bthe |(?P<saint>\bst\.? )",
        lambda match: "saint " if match["saint"] else "",
        name.replace("’", "'").replace("&", "and").lower(),
    )
    return re.sub(r"\s+", " ", name).strip(" .")


@cache
def _by_name() -> Mapping[str, str]:
    found: dict[str, str] = {}
    for language in ("en", *_LANGUAGES):
        territories = Locale(language).territories
        for code in countries():
            if code in territories:
                found.setdefault(_plain(territories[code]), code)
    also: dict[str, str] = cities()["countries"]
    return found | {_plain(name): code for code, name in countries().items()} | also


@cache
def _cities() -> Mapping[str, tuple[str, str]]:
    """Cities that are in one country alone, as far as anyone would mean another: name and country by plain name."""
    found: dict[str, tuple[str, str]] = {}
    for code, names in cities()["cities"].items():
        for name in names:
            for other in (name, *cities()["names"].get(name, ())):
                found[_plain(other)] = (name.removesuffix(" City") if name not in _WITH_CITY else name, code)
    return found


_WITH_CITY = frozenset(
    {"Belize City", "Guatemala City", "Kuwait City", "Mexico City", "Panama City", "Quezon City", "Ho Chi Minh City"}
)


def country_named(text: str) -> str | None:
    """The code of the country that a text is the name of."""
    if len(text) > _LONGEST_NAME:
        return None
    name = _plain(text)
    if NAMES_OF_SEVERAL.fullmatch(text.strip(" .")):
        return None
    return _by_name().get(name) or (text.strip() if text.strip() in countries() else None)


def known_city(text: str) -> tuple[str, str] | None:
    """The city that a text is the name of, with its country, where no other city is called so."""
    return _cities().get(_plain(text)) if len(text) <= _LONGEST_CITY else None


def countries_listed(text: str) -> tuple[list[str], list[str]]:
    """A list of countries in words: their codes, and the names that are not known."""
    codes: list[str] = []
    strange: list[str] = []
    pieces = re.split(
        r"[,;•\n]|\band\b(?! (?:Nevis|Principe|Príncipe|the Grenadines|Tobago|Barbuda|Herzegovina|McDonald))", text
    )
    for piece in pieces:
        name = piece.strip(" .:*-")
        if not name:
            continue
        code = country_named(name)
        if code and code not in codes:
            codes.append(code)
        elif not code:
            strange.append(name)
    return codes, strange


Station = dict[str, str]


def stations(text: str) -> tuple[list[Station], bool]:
    """Duty stations as a label gives them, one or several, and whether the role is home-based."""
    found: list[Station] = []
    if codes := _countries_alone(text):
        return [{"country": code} for code in codes], False
    text = _BRACKETS.sub(lambda match: f", {match[1]}" if country_named(match[1]) else "", text[: _LONGEST_PLACE * 4])
    pieces = _pieces(text)
    # The name of a part of an organisation has slashes too.
    for piece in pieces if len(pieces) < 2 or not any(map(_OFFICE.search, pieces)) else []:
        if _REMOTE.search(piece):
            continue
        if (station := _station_in(piece)) and station not in found:
            found.append(station)
    # Where one names the country and others its cities, the country says no more.
    with_city = {one.get("country") for one in found if "city" in one}
    return [one for one in found if "city" in one or one["country"] not in with_city], bool(
        _REMOTE.search(text)
    ) and not _ON_SITE.search(text)


def _countries_alone(text: str) -> list[str]:
    """The countries of a list that names nothing else: `Albania, Greece`."""
    if not 3 < len(text) <= _LONGEST_PLACE or country_named(text):
        return []
    codes, strange = countries_listed(re.sub(r"[;/|]|\bet\b|\by\b", ",", text))
    return (
        codes if len(codes) > 1 and not strange and min(map(len, re.split(r"[,;/|] ?", text.strip(" .")))) > 3 else []
    )


def _station_in(piece: str) -> Station:
    """The place that a piece of text names; where a country stands before a dash, its city may stand behind."""
    # Some systems write a place from the large to the small: `Austria-Vienna-Vienna-IAEA Headquarters`.
    large, dash, small = piece.strip().partition("-")
    if dash and not country_named(piece) and (code := country_named(large)) and small[:1].isupper():
        return _in_country([small.split("-")[0].strip()], code, large)
    first, *rest = [_station(_tidy(part)) for part in re.split(r" [-–—] ", piece)[:3]]
    if set(first) != {"city"} and "city" in first:
        return first
    for other in rest:
        if "city" in first and set(other) == {"country"}:
            return first | other
        if "city" in other and "country" in other and first in ({}, {"country": other["country"]}):
            return other
    return first


def _pieces(text: str) -> list[str]:
    text = re.sub(r"[\U0001f1e6-\U0001f1ff\U0001f300-\U0001faff]", "", text)
    return re.split(r"[;|]|\s+or\s+|\s+ou\s+|\s*/\s*|\s*•\s*|\s+et\s+(?=[A-Z])|\s+&\s+(?=[A-Z])", text)


def _tidy(piece: str) -> str:
    """A place without what notices put around its name."""
    text = piece.strip(" .,:-–—Â\u00a0")
    text = _BEFORE_PLACE.sub("", text)
    return _BEHIND_PLACE.split(text, maxsplit=1)[0].strip(" .,()")


def unclear_countries(text: str) -> list[str]:
    """The names in a list of places that more than one country has."""
    return [name for part in re.split(r"[;/|,]|\s+or\s+", text) if NAMES_OF_SEVERAL.fullmatch(name := part.strip(" ."))]


def _station(text: str) -> Station:
    if not text or len(text) > _LONGEST_PLACE:
        return {}
    if city := known_city(text):
        return _as_written(text, city)
    if code := country_named(text):
        return {} if code in _STATES_TOO or (len(text) == 2 and text in _STATES) else {"country": code}
    # The name of a country may hold a comma itself.
    parts = [part.strip() for part in text.split(",") if part.strip()]
    for cut in range(1, len(parts)):
        if code := country_named(", ".join(parts[cut:])):
            return _in_country(parts[:cut], code, ", ".join(parts[cut:]))
    if len(parts) > 1 and (code := country_named(parts[0])) and len(parts) == 2 and code not in _STATES_TOO:
        return _in_country(parts[1:], code, parts[0])
    return _city_alone(parts)


def _as_written(text: str, city: tuple[str, str]) -> Station:
    """A known city: by its name here, unless the notice writes the same one in its own way."""
    same = _plain(text) == _plain(city[0]) and not text.isupper() and not text.islower()
    return {"city": text if same else city[0], "country": city[1]}


def _in_country(before: list[str], code: str, written: str) -> Station:
    """A city before the name of its country; a state between the two is no part of either."""
    city = (
        known_city(", ".join(before)) or known_city(before[0]) or (known_city(before[-1]) if len(before) > 1 else None)
    )
    if city and (city[1] == code or _is_state(written)):
        return _as_written(before[0], city)
    name = before[0]
    if _is_state(written) or code in _STATES_TOO:
        states = written.strip() in _STATES and written.strip() not in countries()
        return _city(name) | ({"country": "US"} if states else {})
    return _city(name) | {"country": code}


def _is_state(text: str) -> bool:
    return text.strip() in _STATES


def _city_alone(parts: list[str]) -> Station:
    """A city whose country nothing names; before it an office may stand: `FAO Headquarters, Rome`."""
    if len(parts) > 1 and _is_state(parts[-1]):
        return _in_country(parts[:-1], parts[-1], parts[-1])
    for part in (", ".join(parts), *(parts if is_no_city(parts[0]) else parts[:1])):
        if city := known_city(part):
            return _as_written(part, city)
    return _city(parts[0]) if len(parts) <= 3 else {}


def _city(name: str) -> Station:
    """The name of a city, where it can be one."""
    if (
        not 3 <= len(name) <= _LONGEST_CITY
        or is_no_city(name)
        or re.search(r"\d", name)
        or len(name.split()) > 5
        or not name[0].isupper()
    ):
        return {}
    # A few capitals are letters for something: EMEA, LAC.
    if (
        (name.isupper() and len(name) < 5)
        or sounds_like_employer(name)
        or re.search(r"[:()]", name)
        or NAMES_OF_SEVERAL.fullmatch(name)
        or not re.search(r"[^\W\d_]{3}", name)
    ):
        return {}
    return {"city": name.title() if name.isupper() and len(name) > 3 else name}


def is_place(text: str) -> bool:
    """Whether a text is a known city, a country, or a city with its country, and nothing else."""
    plain = text.strip(" .,()")
    if len(plain) > _LONGEST_NAME or not plain:
        return False
    return bool(known_city(plain) or (len(plain) > 2 and country_named(plain)) or place_line(plain))


# Names of cities nobody knows here are short, and have no other small words.
_NAME = re.compile(r"[A-ZÀ-Ý][\w'’.-]*(?: (?:de|la|le|el|al|du|des|del|sur|[A-ZÀ-Ý][\w'’.-]*)){0,3}")


def place_line(text: str) -> Station | None:
    """A line that is a city and its country and nothing else."""
    plain = re.sub(r"\s*[\U0001f1e6-\U0001f1ff]+$", "", text.strip())
    city, comma, country = plain.partition(", ")
    named = len(plain) < _LONGEST_NAME and (known_city(city) or _NAME.fullmatch(city))
    if not comma or not named or not re.fullmatch(r"[A-ZÀ-Ý][\w'’(). ,-]{1,60}", country):
        return None
    station = _station(plain)
    return station if set(station) == {"city", "country"} and _names_country(plain) else None


def _names_country(text: str) -> bool:
    """Whether each part of a line belongs to the place: `Logistics, Geneva` has more than one."""
    city, _, rest = text.partition(", ")
    country = rest.rpartition(", ")[2]
    if len(rest) == 2 and not known_city(city):
        return False
    return bool(country_named(rest) or country_named(country)) and not country_named(city)


def countries_spoken_of(text: str) -> Counter[str]:
    """How often a text speaks of something in a country, by the country's code."""
    return Counter(code for code, _ in _mentions(text))


def countries_named(text: str) -> set[str]:
    """The codes of all countries whose names stand in a text, whatever it says of them."""
    found = set()
    for run in re.finditer(r"\b[A-Z][\w'’-]+(?: (?:of|and|the|[A-Z][\w'’-]+)){0,5}", text):
        words = run[0].split()
        for start in range(len(words)):
            names = (" ".join(words[start:end]) for end in range(len(words), start, -1))
            if code := next(filter(None, (country_named(name) for name in names if len(name) > 3)), None):
                found.add(code)
    return found


def _mentions(text: str) -> Iterator[tuple[str, int]]:
    for match in re.finditer(
        r"\b(?:in|within|throughout|IOM) ((?:the )?[A-Z][\w'’-]+(?: (?:of|and|the|[A-Z][\w'’-]+)){0,5})", text
    ):
        words = match[1].split()
        for count in range(len(words), 0, -1):
            if code := country_named(" ".join(words[:count])):
                yield code, match.start()
                break
