"""The words of the field: grades, categories, contract types, countries and their zones, languages, currencies.

Data with sources: `data/*.yaml`, CLDR through Babel, the `tzdata` package. Zones come from that package and never from
the host, so that every machine agrees on every deadline.
"""

import re
import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources
from types import MappingProxyType
from typing import Any

import yaml
from babel import Locale
from babel.numbers import list_currencies

from .problems import Misspelt, did_you_mean, shown

zoneinfo.reset_tzpath(())

NOT_STATED = "not-stated"
OPEN_TO: Mapping[str, str] = MappingProxyType(
    {
        "internationals": "International candidates",
        "nationals": "Nationals of the country",
        "internal": "Internal candidates",
        "roster": "Roster members",
    }
)
EARLIEST_ZONE = "Etc/GMT-14"  # UTC+14, where every day ends first


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the vocabulary: how it is shown, its meaning and the source of that."""

    key: str
    label: str
    explanation: str = ""
    source: str = ""
    order: int = 0


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The grades, categories and contract types that a digest knows, by key."""

    grades: Mapping[str, Term]
    categories: Mapping[str, Term]
    contracts: Mapping[str, Term]


def slug_of(key: str) -> str:
    """A vocabulary key as part of an address: `P-3` becomes `p-3`, `Individual contractor` `individual-contractor`."""
    return key.lower().replace(" ", "-")


def known_term(text: str, terms: Mapping[str, Term], what: str) -> str:
    """The text, if it is a key of the vocabulary. Raises ValueError with what to write instead."""
    if text in terms:
        return text
    if match := term_meant(text, terms):
        raise Misspelt(f"{shown(text)} is not how this {what} is spelled, write {match}", match)
    raise ValueError(f"{shown(text)} is not a known {what}, {did_you_mean(text, terms)}")


def term_meant(text: str, terms: Mapping[str, Term]) -> str | None:
    """The key that a text spells in another way: GS-6, G6 and g-6 mean G-6. The digest requires one spelling, so that
    filters and feeds agree.
    """
    loose = {_loose(key): key for key in terms}
    return loose.get(_loose(text)) or loose.get(re.sub(r"^GS", "G", _loose(text)))


def _loose(text: str) -> str:
    return re.sub(r"[^A-Z0-9]", "", text.upper())


def _data(name: str) -> dict[str, dict[str, str]]:
    """One of our own data files, as text."""
    text = resources.files("generator").joinpath("data", name).read_text("utf-8")
    return dict(yaml.load(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader)))


def _tab(name: str) -> list[list[str]]:
    """The rows of one of tzdata's tables."""
    text = resources.files("tzdata").joinpath("zoneinfo", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


@cache
def built_in_vocabulary_text() -> str:
    """The vocabulary of the United Nations system, as YAML in the format of `content/vocabulary.yaml`."""
    return resources.files("generator").joinpath("data", "vocabulary.yaml").read_text("utf-8")


@cache
def countries() -> Mapping[str, str]:
    """ISO 3166-1 alpha-2 codes and `XK`, with names in United Nations usage (English)."""
    cldr = Locale("en").territories
    codes = [row[0] for row in _tab("iso3166.tab")] + ["XK"]
    written_out = {code: re.sub(r"\bSt\. ", "Saint ", cldr[code].replace(" & ", " and ")) for code in codes}
    return MappingProxyType(written_out | _data("countries.yaml")["names"])


# Two countries are called so. The United Nations write the smaller one as `Congo (the)`.
NAMES_OF_SEVERAL = re.compile(r"(?:the )?congo", re.IGNORECASE)


@cache
def country_notes() -> Mapping[str, str]:
    """A sentence to show on the page of a country or territory, by country code."""
    return MappingProxyType(_data("countries.yaml")["notes"])


@cache
def zones_of(country: str) -> tuple[str, ...]:
    """The IANA zones of a country, from tzdata's zone.tab and our corrections; empty for places without a zone."""
    corrected = _data("countries.yaml")["zones"]
    if country in corrected:
        return tuple(corrected[country])
    return tuple(row[2] for row in _tab("zone.tab") if row[0] == country)


@cache
def zones() -> frozenset[str]:
    """Every IANA zone of the tzdata package."""
    return frozenset(zoneinfo.available_timezones())


@cache
def languages() -> Mapping[str, str]:
    """ISO 639 codes of two or three letters, with English names."""
    names = Locale("en").languages
    return MappingProxyType({code: name for code, name in names.items() if re.fullmatch("[a-z]{2,3}", code)})


@cache
def currencies() -> frozenset[str]:
    """ISO 4217 codes."""
    return frozenset(list_currencies())


@cache
def notice_words() -> Mapping[str, Any]:
    """The words of our data file `notices.yaml`, as they stand there."""
    return MappingProxyType(_data("notices.yaml"))


@cache
def cities() -> Mapping[str, Any]:
    """Cities that notices name, by country, from our data file `cities.yaml`; the other names of a city below it."""
    return MappingProxyType(_data("cities.yaml"))


@cache
def employers() -> Mapping[str, Any]:
    """The names of well-known employers by their short ones, from our data file `employers.yaml`."""
    return MappingProxyType(_data("employers.yaml"))


def city_of_zone(zone: str) -> str:
    """The place that a zone is named after, as people call it: `Africa/Kinshasa` is Kinshasa, `Etc/GMT-14` UTC+14."""
    if zone == EARLIEST_ZONE:
        return "UTC+14"
    if zone in {"UTC", "Etc/UTC"}:
        return "UTC"
    return zone.rsplit("/", 1)[-1].replace("_", " ")


@cache
def letters() -> Mapping[int, str]:
    """Replacements for letters that Unicode does not decompose, for `str.translate`."""
    return MappingProxyType({ord(letter): plain for plain, found in _data("letters.yaml").items() for letter in found})
