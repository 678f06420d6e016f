"""`python -m benchmarks.recall FOLDER`: what `import` finds in notices whose facts a person has noted.

A folder holds `NAME.txt` (or `.html`, `.xml`, `.csv`) with a notice, and `NAME.json` with what a careful reader takes
from it; beside a notice in JSON, `NAME.gold.json`. A fact is wrong where the draft states another; one that the draft
leaves to its editor is missed, and no more than that.
"""

import argparse
import json
import re
import sys
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from generator.importing.drafting import Draft
from generator.importing.interchange import drafts_in
from generator.importing.notices import Bench
from generator.model.content import Content
from generator.reading.folder import load
from generator.wording.places import country_named, stations

KEYS = ("title", "organisation", "place", "deadline", "grade", "contract")
MARKED = KEYS[:5]  # for which the project has set itself marks
NOW = datetime(2026, 5, 29, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Noted:
    """A notice, and what a person noted of it; `kind` says what sort of page it is."""

    name: str
    text: str
    gold: Mapping[str, Any]

    @property
    def kind(self) -> str:
        return f"{self.gold.get('form', 'page')}, {self.gold.get('language', 'en')}"


@dataclass(slots=True)
class Score:
    """Counts of facts: noted, found, stated and right, stated and wrong; notices refused, and pages taken for one."""

    noted: Counter[str] = field(default_factory=Counter)
    found: Counter[str] = field(default_factory=Counter)
    right: Counter[str] = field(default_factory=Counter)
    wrong: Counter[str] = field(default_factory=Counter)
    refused: list[str] = field(default_factory=list)
    taken: list[str] = field(default_factory=list)

    def line(self, name: str, keys: Sequence[str]) -> str:
        """A row of a table: recall and precision over some keys."""
        noted, found, right, wrong = (
            sum(counts[key] for key in keys) for counts in (self.noted, self.found, self.right, self.wrong)
        )
        return f"| {name} | {noted} | {_share(found, noted)} | {right + wrong} | {_share(right, right + wrong)} |"


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.2f}" if whole else "–"


def notices_of(folder: Path) -> Iterator[Noted]:
    """The notices of a folder that have gold beside them."""
    for path in sorted(folder.iterdir()):
        gold = path.with_suffix(".gold.json") if path.suffix == ".json" else path.with_suffix(".json")
        if path.name.endswith(".gold.json") or gold == path or not gold.exists():
            continue
        yield Noted(path.name, path.read_text("utf-8"), json.loads(gold.read_text("utf-8")))


def judged(one: Noted, draft: Draft, content: Content) -> Iterator[tuple[str, str, str, str]]:
    """For each key its verdict (`right`, `partly`, `wrong`, `missed` or `open`), what was stated, and what was noted.

    A country alone is right, and yet no find where a person noted the city.
    """
    for key in KEYS:
        noted = one.gold.get(key)
        accepted = [noted, *one.gold.get("accept", {}).get(key, [])]
        stated = list(_STATED[key](draft, content))
        if not stated:
            silent = not noted or None in accepted or [] in accepted
            yield key, "open" if silent else "missed", "", str(noted)
        else:
            right = any(_same(key, stated, value) for value in accepted if value)
            partly = key == "place" and all(_is_country(one, accepted) for one in stated)
            yield key, "right" if right else "partly" if partly else "wrong", " / ".join(map(str, stated)), str(noted)


def _plain(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.casefold())
    return " ".join(re.findall(r"[^\W_]+", "".join(char for char in letters if not unicodedata.combining(char))))


def _same(key: str, stated: Sequence[str], noted: Any) -> bool:
    if key == "place":
        return _same_places(stated, noted)
    if key == "deadline":
        # A day alone is right where a person noted the time as well.
        return bool(stated[0][:10] == noted[:10]) and (
            len(min(stated[0], noted, key=len)) == 10 or stated[0][:16] == noted
        )
    if key == "grade":
        return _plain(stated[0]).replace(" ", "") == _plain(noted).replace(" ", "")
    if key == "contract":
        return any(_plain(noted) in _plain(words) or _plain(words) in _plain(noted) for words in stated)
    return any(_plain(words) == _plain(noted) for words in stated)


def _same_places(stated: Sequence[str], noted: Sequence[str]) -> bool:
    """Whether every place stated is one of those noted, and each noted one is there; a country may be left out."""
    return all(any(_is_place(one, each) for each in noted) for one in stated) and all(
        any(_is_place(one, each) for one in stated) for each in noted
    )


def _is_country(stated: str, accepted: Sequence[Any]) -> bool:
    """Whether a country is stated, and the places that were noted are in it."""
    return stated.startswith(", ") and any(place.endswith(stated) for places in accepted if places for place in places)


def _is_place(stated: str, noted: str) -> bool:
    if stated == "Remote":
        return stations(noted)[1]
    city, _, country = stated.rpartition(", ") if ", " in stated else (stated, "", "")
    name, _, code = noted.rpartition(", ") if ", " in noted else (noted, "", "")
    if not city:  # a country alone
        return country == (country_named(name) or "") or (country == code and not name)
    return _plain(city.split(", ")[0]) == _plain(name.split(", ")[0]) and (not country or not code or country == code)


def _titles(draft: Draft, _: Content) -> Iterator[str]:
    if title := draft.facts.get("title") or draft.named.get("title"):
        yield str(title)


def _organisations(draft: Draft, content: Content) -> Iterator[str]:
    if key := draft.facts.get("organisation"):
        organisation = content.organisations[str(key)].organisation
        yield from filter(
            None, (organisation.name, organisation.full_name, f"{organisation.name} {organisation.full_name}")
        )
    elif name := draft.named.get("organisation"):
        yield name
        yield re.sub(r"\s*\(.*?\)\s*", " ", name)
        yield from re.split(r" [-–] ", name)


def _places(draft: Draft, _: Content) -> Iterator[str]:
    stations = draft.facts.get("duty_stations")
    for one in stations if isinstance(stations, list) else []:
        assert isinstance(one, dict)
        country = str(one.get("country") or "")
        yield f"{one.get('city') or ''}{', ' if country else ''}{country}"
    if draft.facts.get("remote") and not stations:
        yield "Remote"


def _deadlines(draft: Draft, _: Content) -> Iterator[str]:
    if (closes := str(draft.facts.get("closes") or "")) not in ("", "until-filled"):
        yield closes


def _grades(draft: Draft, _: Content) -> Iterator[str]:
    if grade := draft.facts.get("grade") or draft.named.get("grade"):
        yield str(grade)


def _contracts(draft: Draft, content: Content) -> Iterator[str]:
    contract = draft.facts.get("contract")
    if isinstance(contract, dict) and (kind := contract.get("type")):
        # Right is what was read from the words that were noted, whatever the digest calls it.
        yield from (content.vocabulary.contracts[str(kind)].label, draft.origins.get("contract", ""))
    elif name := draft.named.get("contract"):
        yield name


_STATED = {
    "title": _titles,
    "organisation": _organisations,
    "place": _places,
    "deadline": _deadlines,
    "grade": _grades,
    "contract": _contracts,
}


def scored(notices: Iterable[Noted], content: Content, tell: list[str]) -> dict[str, Score]:
    """The score of all notices and of each kind of page; `tell` takes a line for each fact that is not right."""
    scores = {"all": Score()}
    bench = Bench(content.organisations, content.vocabulary, NOW)
    for one in notices:
        both = (scores["all"], scores.setdefault(one.kind, Score()))
        drafts = [found for found in drafts_in(one.text, one.name, bench, {}) if isinstance(found, Draft)]
        if one.gold.get("negative"):
            for score in both if drafts else ():
                score.taken.append(one.name)
            continue
        for key in KEYS if not drafts else ():
            if one.gold.get(key):
                for score in both:
                    score.noted[key] += 1
        for score in both if not drafts else ():
            score.refused.append(one.name)
        for key, verdict, stated, noted in judged(one, drafts[0], content) if drafts else ():
            _count(both, key, verdict, bool(one.gold.get(key)))
            if verdict in ("wrong", "missed", "partly"):
                tell.append(f"{verdict} {one.name} {key}: {stated!r} where {noted!r} was noted")
    return scores


def _count(scores: Iterable[Score], key: str, verdict: str, noted: bool) -> None:
    for score in scores:
        score.noted[key] += noted and verdict != "open"
        score.found[key] += noted and verdict == "right"
        score.right[key] += verdict in ("right", "partly")
        score.wrong[key] += verdict == "wrong"


def report(scores: Mapping[str, Score]) -> Iterator[str]:
    """The tables in Markdown: by key, and by kind of page over the keys that have marks."""
    total = scores["all"]
    yield "| key | noted | recall | stated | precision |\n| --- | --- | --- | --- | --- |"
    yield from (total.line(key, [key]) for key in KEYS)
    yield total.line("the first five", MARKED)
    yield "\n| kind of page | noted | recall | stated | precision |\n| --- | --- | --- | --- | --- |"
    yield from (score.line(kind, MARKED) for kind, score in sorted(scores.items()) if kind != "all")
    refused, taken = (", ".join(names) or "none" for names in (total.refused, total.taken))
    yield f"\nRefused: {refused}. No notice, and drafted: {taken}."


def main(arguments: Sequence[str] | None = None) -> int:
    """Scores and prints."""
    parser = argparse.ArgumentParser("python -m benchmarks.recall", description=__doc__)
    parser.add_argument("folder", type=Path, help="notices and what was noted of them")
    parser.add_argument("--root", type=Path, default=Path(), metavar="DIR", help="the digest whose words are used")
    parser.add_argument("--facts", action="store_true", help="name each fact that is wrong or missed")
    options = parser.parse_args(arguments)
    content = load(options.root).content
    if content is None:
        parser.error(f"{options.root} is no digest without problems")
    told: list[str] = []
    lines = list(report(scored(notices_of(options.folder), content, told)))
    print("\n".join([*sorted(told if options.facts else []), *lines]))
    return 0


if __name__ == "__main__":
    sys.exit(main())
