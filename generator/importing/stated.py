"""Facts and texts as other programs state them: JobPosting, ReliefWeb's API, items of feeds."""

import re
from collections.abc import Iterator, Mapping
from html import unescape
from typing import Any

from ..wording.dates import read_date
from ..wording.places import countries_named, known_city
from .notices import StatedField
from .webpages import markup_text

_EMPLOYMENT = {"TEMPORARY": "temporary", "INTERN": "internship", "VOLUNTEER": "volunteer"}
_RELIEFWEB = {"Consultancy": "consultancy", "Internship": "internship", "Volunteer": "volunteer"}
_PERIODS = {"YEAR", "MONTH", "WEEK", "DAY", "HOUR"}

FoundNotice = tuple[str, list[StatedField], str]  # text, facts, the source's name


def from_posting(posting: Mapping[str, Any], source: str) -> FoundNotice:
    """schema.org's JobPosting."""
    text = markup_text(text_of(posting.get("description")))
    places = [one for one in map(_address, list_of(posting.get("jobLocation"))) if one]
    facts = [
        # Plain text, which many sites escape as if it were HTML.
        fact("title", unescape(text_only(posting.get("title")) or text_only(posting.get("name"))), "title"),
        fact("organisation", _name(posting.get("hiringOrganization")), "hiringOrganization"),
        fact(_kind_of_places(places, text), "; ".join(places), "jobLocation"),
        fact("opens", day_of(posting.get("datePosted")), "datePosted"),
        fact("closes", _spaced(posting.get("validThrough")), "validThrough"),
        fact("reference", _value(posting.get("identifier")), "identifier"),
        fact(
            "contract",
            next(filter(None, (_EMPLOYMENT.get(text_of(one)) for one in list_of(posting.get("employmentType")))), ""),
            "employmentType",
        ),
        fact("salary", _salary(posting.get("baseSalary")), "baseSalary"),
        fact("url", posting.get("url"), "url"),
    ]
    if posting.get("jobLocationType") == "TELECOMMUTE":
        facts.append(fact("station", "remote", "jobLocationType"))
    return text, [one for one in facts if one.value], source


def _kind_of_places(places: list[str], text: str) -> str:
    """`town` where data names cities alone and the text does not name their countries; else `station`."""
    cities = [city for place in places if "," not in place and (city := known_city(place))]
    named = countries_named(text) if cities else set()
    return "town" if any(country not in named for _, country in cities) else "station"


def from_reliefweb(fields: Mapping[str, Any], source: str) -> FoundNotice:
    """A job of ReliefWeb's API. Its closing date is midnight UTC and means through that day."""
    written = fields.get("date")
    dates = written if isinstance(written, dict) else {}
    cities, lands = (([_name(one) for one in list_of(fields.get(key))]) for key in ("city", "country"))
    places = (
        [", ".join(filter(None, pair)) for pair in zip(cities, lands, strict=False)]
        if len(cities) == len(lands) == 1
        else lands
    )
    markup = text_of(fields.get("how_to_apply-html"))
    apply = markup_text(markup) or text_of(fields.get("how_to_apply"))
    address = re.search(r"https://[^\s<>\"')\]]+", f"{markup} {apply}")
    sources = [one for one in list_of(fields.get("source")) if isinstance(one, dict)]
    organisation = sources[0] if sources else {}
    name, short = text_of(organisation.get("name")), text_of(organisation.get("shortname"))
    facts = [
        fact("title", text_only(fields.get("title")), "title"),
        fact("organisation", f"{name} ({short})" if short else name, "source"),
        fact("station", "; ".join(places), "country, city"),
        fact("closes", text_of(dates.get("closing"))[:10], "date.closing"),
        fact("added", text_of(dates.get("created"))[:10], "date.created"),
        fact(
            "contract",
            next((_RELIEFWEB[kind] for one in list_of(fields.get("type")) if (kind := _name(one)) in _RELIEFWEB), ""),
            "type",
        ),
        fact("apply", address[0].rstrip(".,;") if address else "", "how_to_apply"),
        fact("source", "ReliefWeb", "ReliefWeb"),
        fact("url", fields.get("url_alias") or fields.get("url"), "url"),
    ]
    body = markup_text(text_of(fields.get("body-html"))) or without_marks(text_of(fields.get("body")))
    return body + (f"\n\nHow to apply\n\n{apply}" if apply else ""), [one for one in facts if one.value], source


def from_json_feed(value: Mapping[str, Any], source: str) -> Iterator[FoundNotice]:
    """The items of a JSON Feed."""
    items = [item for item in list_of(value.get("items")) if isinstance(item, dict)]
    for number, item in enumerate(items, 1):
        text = markup_text(text_of(item.get("content_html")))
        text = text or text_of(item.get("content_text")) or text_of(item.get("summary"))
        name = name_of_item(source, number, len(items))
        yield from_item((item.get("title"), item.get("url"), item.get("date_published")), text, name)


def from_item(said: tuple[Any, Any, Any], text: str, source: str) -> FoundNotice:
    """An item of a feed, from its title, its link and its date, and its text."""
    title, link, when = said
    facts = [
        fact("title", text_only(title), "title"),
        fact("url", link, "link"),
        fact("added", day_of(when), "published"),
    ]
    return text, [one for one in facts if one.value], source


def name_of_item(source: str, number: int, of: int) -> str:
    """The name of one of several vacancies of a source."""
    return f"{source}, item {number}" if of > 1 else source


def fact(kind: str, value: Any, origin: str) -> StatedField:
    """A fact on one line, with where it stands."""
    lines = (" ".join(line.split()) for line in text_of(value).splitlines())
    # No fact of ours has several lines; of places each has one.
    text = ("; " if kind in ("station", "town", "country") else " ").join(filter(None, lines))
    return StatedField(kind, text, f"{origin}: {text}")


def text_of(value: Any) -> str:
    """What can be the text of a fact: nothing is made of lists and mappings where a text should be."""
    if not isinstance(value, str):
        return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""
    # JSON can hold half of a character, which is none.
    return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def text_only(value: Any) -> str:
    """A text; nothing is made of a number where words should be, as in a title."""
    return text_of(value) if isinstance(value, str) else ""


def list_of(value: Any) -> list[Any]:
    """A value that may stand alone or in a list, as a list."""
    return value if isinstance(value, list) else [] if value is None else [value]


def _name(value: Any) -> str:
    return text_of(value.get("name") if isinstance(value, dict) else value)


def _value(value: Any) -> str:
    return text_of(value.get("value") if isinstance(value, dict) else value)


def _address(place: Any) -> str:
    address = place.get("address") if isinstance(place, dict) else None
    if not isinstance(address, dict):
        return text_of(address)
    return ", ".join(filter(None, (_name(address.get("addressLocality")), _name(address.get("addressCountry")))))


def _salary(value: Any) -> str:
    if not isinstance(value, dict):
        return ""
    amount, currency = value.get("value"), text_of(value.get("currency")).strip().upper()
    if not isinstance(amount, dict):
        return f"{currency} {text_of(amount)}" if text_of(amount) else ""
    low, high = text_of(amount.get("minValue", amount.get("value"))), text_of(amount.get("maxValue"))
    period = text_of(amount.get("unitText"))
    figures = (
        f"{currency} {low} - {high}" if low and high else f"{currency} {low}" if low else f"up to {currency} {high}"
    )
    return figures + (f" per {period.lower()}" if period in _PERIODS else "")


def day_of(value: Any) -> str:
    """The day of an instant that a program wrote."""
    text = text_of(value)
    found = read_date(text[:10]) or read_date(text)
    return found.day.isoformat() if found else ""


def _spaced(value: Any) -> str:
    """An instant as words have it: `2026-06-05T20:55:00Z` becomes `2026-06-05 20:55 UTC`."""
    text = text_of(value)
    match = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2})(?::\d{2}(?:\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?", text)
    if not match:
        return text
    zone = {"Z": " UTC", None: ""}.get(match[3], f" UTC{match[3]}")
    return f"{match[1]} {match[2]}{zone}"


def without_marks(text: str) -> str:
    """Markdown as plain lines: headings keep their mark, emphasis loses it, links keep their words."""
    # Nothing runs over what begins another mark: of a row of them each would be read to its end.
    text = re.sub(r"^[ \t]*\*\*([^*\n]{2,80})\*\*:?[ \t]*$", r"## \1", text, flags=re.MULTILINE)
    text = re.sub(r"\[([^\[\]]+)\]\((?:[^()]++|\([^()]*\))*+\)", r"\1", text)
    return re.sub(r"(\*\*|__)(?=\S)((?:(?!\1).)+)(?<=\S)\1", r"\2", text)
