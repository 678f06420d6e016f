"""Writes the same notices as source files for each generator."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from . import words
from .notices import Notice, house_text, notices
from .places import COUNTRY_NAMES
from .words import BODIES

TITLE = "Invented Vacancies"
DESCRIPTION = "Invented vacancies of invented organisations, to measure how long a digest of many takes to build."
ADDRESS = "https://vacancies.example.org/"
NOT_STATED = "not-stated"
_OPEN_TO = {
    "internationals": "International candidates",
    "nationals": "Nationals of the country",
    "internal": "Internal candidates",
    "roster": "Roster members",
}

# YAML.

_PLAIN = re.compile(r"[^\W_][^:#\n]*")
_READ_OTHERWISE = re.compile(r"(?i:y|n|yes|no|on|off|true|false|null)|[0-9][0-9_.,eE+-]*")


def _scalar(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str) and (not _PLAIN.fullmatch(value) or _READ_OTHERWISE.fullmatch(value)):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    return str(value)


class Moment(str):
    """A day or an instant, which YAML writes without quotes."""


def yaml_lines(values: Mapping[str, Any], indent: str = "") -> Iterable[str]:
    """A mapping as YAML; empty values are left out."""
    for key, value in values.items():
        if value in ("", None, (), {}):
            continue
        if isinstance(value, Moment):
            yield f"{indent}{key}: {value}"
        elif isinstance(value, Mapping):
            yield f"{indent}{key}:"
            yield from yaml_lines(value, indent + "  ")
        elif isinstance(value, tuple) and isinstance(value[0], Mapping):
            yield f"{indent}{key}:"
            for item in value:
                first, *rest = yaml_lines(item, indent + "    ")
                yield f"{indent}  - {first.lstrip()}"
                yield from rest
        elif isinstance(value, tuple):
            yield f"{indent}{key}: [{', '.join(map(_scalar, value))}]"
        else:
            yield f"{indent}{key}: {_scalar(value)}"


def _document(values: Mapping[str, Any], body: str) -> str:
    return "\n".join(("---", *yaml_lines(values), "---", "", body))


def _moment(text: str) -> str:
    return Moment(text) if text[:1].isdigit() else text


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8", newline="\n")


def _facts(notice: Notice) -> dict[str, Any]:
    """What a notice states, as front matter for this project; the other generators get the same facts."""
    ended, when = notice.ended
    return {
        "title": notice.title,
        "organisation": notice.organisation.key,
        "reference": notice.reference,
        "duty_stations": tuple(
            {"city": place.city, "country": place.country, "zone": place.zone} for place in notice.stations
        ),
        "remote": not notice.stations or "",
        "grade": notice.grade,
        "category": notice.category,
        "contract": {"type": notice.contract, "duration": notice.duration, "extendable": notice.extendable},
        "open_to": notice.open_to,
        "requirements": tuple({"text": text, "need": need} for text, need in notice.requirements),
        "education_experience": tuple({"education": degree, "years": years} for degree, years in notice.education),
        "languages": {"required": notice.required, "desirable": notice.desirable},
        "opens": _moment(notice.opens),
        "added": _moment(notice.added),
        "closes": _moment(notice.closes),
        "deadline_changes": tuple(
            {"on": Moment(one.on), "from": Moment(one.before), "reason": one.reason} for one in notice.changes
        ),
        **({ended: Moment(when)} if ended else {}),
        "apply": notice.apply,
        "source": {"name": notice.source, "url": notice.source_url, "added": _moment(notice.added)},
        "summary": notice.summary,
        "tags": notice.tags,
    }


def collections_of(notice: Notice) -> dict[str, tuple[str, ...]]:
    """The collections that a notice belongs to, by dimension; `not-stated` if it says nothing."""
    found = {
        "countries": tuple(place.country.lower() for place in notice.stations),
        "organisations": (notice.organisation.key,),
        "grades": (notice.grade.lower().replace(" ", "-"),) if notice.grade else (),
        "categories": (notice.category,),
        "contracts": (notice.contract,),
        "languages": (*notice.required, *notice.desirable),
        "open-to": notice.open_to,
    }
    return {dimension: keys or (NOT_STATED,) for dimension, keys in found.items()}


def collection_names() -> dict[str, dict[str, str]]:
    """The names of collections, by dimension and key."""
    found = {
        "countries": {code.lower(): name for code, name in COUNTRY_NAMES.items()},
        "organisations": {body.key: body.name for body in BODIES},
        "grades": {grade.lower().replace(" ", "-"): grade for grade, *_ in words.GRADES},
        "categories": {key: key.replace("-", " ").capitalize() for _, key, *_ in words.GRADES},
        "contracts": {key: key.capitalize() for keys in words.CONTRACTS.values() for key in keys},
        "languages": {"en": "English", **words.LANGUAGES},
        "open-to": _OPEN_TO,
    }
    return {dimension: {**names, NOT_STATED: "Not stated"} for dimension, names in found.items()}


# This project.


def path_of(notice: Notice) -> str:
    """The path of a notice in each generator's folder."""
    return f"content/postings/{notice.opened.year}/{notice.slug}.md"


def ours_text(notice: Notice) -> str:
    """A notice as a file of this project."""
    return _document(_facts(notice), notice.body)


def write_ours(folder: Path, count: int, among: int = 0) -> None:
    """Writes `count` notices as this project's `content/`; with `among`, the first open ones of that many notices."""
    settings = {
        "title": TITLE,
        "description": DESCRIPTION,
        "base_url": ADDRESS,
        "editor": {"name": "The editors", "email": "editor@vacancies.example.org"},
        "tag_authority": {"domain": "vacancies.example.org", "date": Moment("2024-01-01")},
        "disclaimer": "Nothing here is real.",
    }
    _write(folder / "content/site.yaml", "\n".join(yaml_lines(settings)) + "\n")
    for body in BODIES:
        host = f"{body.key}.example.org"
        facts = {
            "name": body.name,
            "full_name": body.full_name,
            "website": f"https://{host}/" if not body.parent else "",
            "apply_hosts": (host,) if not body.parent else (),
            "deadline": {"time": body.time, "zone": body.zone} if body.zone else {},
            "country": body.country,
            "parent": body.parent,
        }
        _write(folder / f"content/organisations/{body.key}.md", _document(facts, house_text(body)))
    for notice in islice((one for one in notices(among) if one.is_open), count) if among else notices(count):
        _write(folder / path_of(notice), ours_text(notice))


def _write_all(folder: Path, count: int, text: Callable[[Notice], str]) -> None:
    for notice in notices(count):
        _write(folder / path_of(notice), text(notice))


# Hugo.


def hugo_text(notice: Notice) -> str:
    """A notice as a Hugo page: the same facts, with its collections as taxonomies and its instants computed."""
    return _document(_peer_facts(notice), notice.body)


def _peer_facts(notice: Notice) -> dict[str, Any]:
    facts = _facts(notice)
    facts["stated_languages"] = facts.pop("languages")
    facts["terms_of_contract"] = facts.pop("contract")
    del facts["open_to"]
    instants = {
        "date": Moment(notice.opened.isoformat()),
        "deadline": Moment(notice.deadline.isoformat()) if notice.deadline else "",
    }
    return facts | instants | collections_of(notice)


def write_hugo(folder: Path, count: int) -> None:
    """Writes the given number of notices as a Hugo site, in which a file for each collection gives its name."""
    used: dict[tuple[str, str], None] = {}
    for notice in notices(count):
        used |= dict.fromkeys((dimension, key) for dimension, keys in collections_of(notice).items() for key in keys)
        _write(folder / path_of(notice), hugo_text(notice))
    names, about = collection_names(), {body.key: house_text(body) for body in BODIES}
    for dimension, key in used:
        text = about[key] if dimension == "organisations" else ""
        _write(folder / f"content/{dimension}/{key}/_index.md", _document({"title": names[dimension][key]}, text))


# Pelican.


def pelican_text(notice: Notice) -> str:
    """A notice as a Pelican article. Its front matter is lines of text, so nested facts are JSON on one line."""
    facts = {key: value for key, value in _peer_facts(notice).items() if value not in ("", (), {})}
    collections = collections_of(notice)
    (category,) = collections.pop("categories")
    lines = {
        "Title": notice.title,
        "Date": notice.opened.isoformat(),
        "Slug": notice.slug,
        "Category": category,
        "Tags": ", ".join(f"{dimension}/{key}" for dimension, keys in collections.items() for key in keys),
        "Summary": notice.summary,
        "Deadline": notice.deadline.isoformat() if notice.deadline else "",
        "Facts": json.dumps(facts, ensure_ascii=False),
    }
    return "".join(f"{key}: {value}\n" for key, value in lines.items()) + f"\n{notice.body}"


def write_pelican(folder: Path, count: int) -> None:
    """Writes the given number of notices as a Pelican site."""
    _write(folder / "names.json", json.dumps(collection_names(), ensure_ascii=False))
    _write_all(folder, count, pelican_text)


# Eleventy.


def eleventy_text(notice: Notice) -> str:
    """A notice as an Eleventy page. It does not use `tags`, which would create collections of its own."""
    facts = _peer_facts(notice)
    facts["keywords"] = facts.pop("tags")
    return _document(facts, notice.body)


def write_eleventy(folder: Path, count: int) -> None:
    """Writes the given number of notices as an Eleventy site."""
    _write(folder / "names.json", json.dumps(collection_names(), ensure_ascii=False))
    _write_all(folder, count, eleventy_text)
