"""Places as notices name them: countries by their many names, and cities before them."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from functools import cache

from babel import Locale

from ..editing.edits import Written
from ..model.vocabulary import countries

# Names in use that neither the United Nations nor Unicode's tables have as the name of the country.
_ALSO = {
    "bolivia": "BO",
    "brunei": "BN",
    "cape verde": "CV",
    "czech republic": "CZ",
    "democratic republic of congo": "CD",
    "dr congo": "CD",
    "drc": "CD",
    "ivory coast": "CI",
    "iran": "IR",
    "laos": "LA",
    "macedonia": "MK",
    "micronesia": "FM",
    "moldova": "MD",
    "north korea": "KP",
    "occupied palestinian territory": "PS",
    "palestine": "PS",
    "republic of congo": "CG",
    "republic of the congo": "CG",
    "russia": "RU",
    "south korea": "KR",
    "swaziland": "SZ",
    "syria": "SY",
    "tanzania": "TZ",
    "turkey": "TR",
    "uk": "GB",
    "united states": "US",
    "usa": "US",
    "u.s.a.": "US",
    "venezuela": "VE",
    "vietnam": "VN",
}
_LONGEST_NAME, _LONGEST_PLACE = 80, 200  # characters
# Two countries are called so. The United Nations write the smaller one as `Congo (the)`.
_SEVERAL = re.compile(r"(?:the )?congo", re.IGNORECASE)
_REMOTE = re.compile(r"\b(home[- ]based|remote|roving|telework\w*)\b", re.IGNORECASE)


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
def _by_name() -> dict[str, str]:
    territories = Locale("en").territories
    found = {_plain(territories[code]): code for code in countries() if code in territories}
    found |= {_plain(name): code for code, name in countries().items()}
    return found | _ALSO


def country_named(text: str) -> str | None:
    """The code of the country that a text is the name of."""
    if len(text) > _LONGEST_NAME:
        return None
    name = _plain(text)
    if _SEVERAL.fullmatch(text.strip(" .")):
        return None
    return _by_name().get(name) or (text.strip() if text.strip() in countries() else None)


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


def stations(text: str) -> tuple[list[dict[str, Written]], bool]:
    """Duty stations as a label gives them, one or several, and whether the role is home-based."""
    found: list[dict[str, Written]] = []
    for piece in re.split(r"[;/|]|\s+or\s+", text):
        if _REMOTE.search(piece):
            continue
        if station := _station(piece.strip(" .,")):
            found.append(station)
    return found, bool(_REMOTE.search(text))


def unclear_countries(text: str) -> list[str]:
    """The names in a list of places that more than one country has."""
    return [name for part in re.split(r"[;/|,]|\s+or\s+", text) if _SEVERAL.fullmatch(name := part.strip(" ."))]


def _station(text: str) -> dict[str, Written]:
    if code := country_named(text):
        return {"country": code}
    # The name of a country may hold a comma itself.
    parts = [part.strip() for part in text.split(",")]
    for cut in range(1, len(parts) if len(text) <= _LONGEST_PLACE else 1):
        if code := country_named(", ".join(parts[cut:])):
            return {"city": parts[0], "country": code}
    city = parts[0]
    return (
        {"city": city}
        if city and len(city) <= 60 and not re.search(r"\d|not specified|n/a|multiple|various", city, re.I)
        else {}
    )


def place_line(text: str) -> dict[str, Written] | None:
    """A line that is a city and its country and nothing else."""
    match = re.fullmatch(r"[A-Z][\w'’. -]{1,40}, [A-Z][\w'’(). ,-]{2,60}", text.strip())
    station = _station(text.strip()) if match else {}
    return station if set(station) == {"city", "country"} else None


def countries_spoken_of(text: str) -> Counter[str]:
    """How often a text speaks of something in a country, by the country's code."""
    return Counter(code for code, _ in _mentions(text))


def _mentions(text: str) -> Iterator[tuple[str, int]]:
    for match in re.finditer(
        r"\b(?:in|within|throughout|IOM) ((?:the )?[A-Z][\w'’-]+(?: (?:of|and|the|[A-Z][\w'’-]+)){0,5})", text
    ):
        words = match[1].split()
        for count in range(len(words), 0, -1):
            if code := country_named(" ".join(words[:count])):
                yield code, match.start()
                break
