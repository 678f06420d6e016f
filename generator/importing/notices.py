"""The text of a vacancy as some site shows it, pasted or saved: read by its labels, dates and sections.

Only what the text states is taken. Where sites differ is in the labels, in what they put around the notice, and in what
copying breaks; the rules know these and no site.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from ..editing.edits import Written
from ..model.content import OrganisationFile
from ..model.problems import shown
from ..model.vocabulary import Vocabulary
from ..wording.amounts import salary_in
from ..wording.dates import order_of
from ..wording.employers import has_own_grades
from ..wording.headlines import Lexicon, first_lines, likeliest
from ..wording.layouts import NoticeLine, Pair, pairs_of
from ..wording.phrases import is_frame, others, plain_key, sections
from ..wording.places import countries_named, countries_spoken_of, country_named, known_city, stations
from .choosing import Candidate, Evidence, chosen
from .drafting import Draft, Items, NoticeSection, Reader, Unreadable, body_of, cleaned, left_out, told_left, unknown
from .requirements import take_requirements
from .sections import sections_of, texts_of, unwrapped
from .sentences import take_first_lines, take_sentences
from .values import take

_LONGEST_TEXT, _LONGEST_LINE = 300_000, 20_000  # characters; a saved page says much around its notice
_REMARKS = re.compile(
    r"\bPro members can see the explanation\.|^At \w+ we do our best to provide .*|"
    r"^Before applying, please make sure that you have read .*"
)
_MISSING = {
    "organisation": "organisation",
    "duty_stations": "duty station",
    "grade": "grade",
    "closes": "deadline",
    "apply": "address for applications",
    "summary": "a summary in one sentence",
}


class StatedField(NamedTuple):
    """A fact that a field of data states: what a label of this kind would, with where it stands."""

    kind: str
    value: str
    origin: str


@dataclass(frozen=True, slots=True)
class Bench:
    """What a notice is read with: the site's organisations and words, and the present."""

    organisations: Mapping[str, OrganisationFile]
    words: Vocabulary
    now: datetime


def read_notice(text: str, source: str, bench: Bench, stated: Iterable[StatedField] = ()) -> Draft:
    """A draft from the text of a notice, and from what data beside it states, which goes before the text.

    Raises Unreadable where they hold no vacancy.
    """
    if len(text) > _LONGEST_TEXT:
        raise Unreadable(f"{source} has more than {_LONGEST_TEXT} characters, so it is not a notice")
    plain = cleaned(text)
    lines = [NoticeLine(number, line) for number, line in enumerate(plain.split("\n"), 1)]
    if max(len(line.text) for line in lines) > _LONGEST_LINE:
        raise Unreadable(f"{source} has a line of more than {_LONGEST_LINE} characters, so it is not a notice")
    facts = list(stated)
    if facts and max(len(fact.value) for fact in facts) > _LONGEST_LINE:
        raise Unreadable(f"{source} states a value of more than {_LONGEST_LINE} characters, so it is not a notice")
    reader = Reader(Draft(source), Lexicon(bench.organisations, bench.words, order_of(plain)), bench.now)
    _take_stated(reader, facts)
    if names := left_out([text, *(part for fact in facts for part in (fact.value, fact.origin))]):
        reader.draft.leave(f"characters that nobody sees or can read were left out: {names}")
    own = _without_others(lines)
    rest = unwrapped(_take_labels(reader, own), reader.labelled)
    take_first_lines(reader, rest)
    spoken = [line for line in rest if line.text.strip()]
    take_sentences(reader, spoken)
    take_requirements(reader, spoken)
    _offer_city(reader)
    _choose(reader)
    _tell_deadline(reader, rest)
    _compose(reader)
    found = sections_of(reader, [line for line in rest if not _is_before(reader, line)])
    _judge(reader, found, spoken, any(fact.kind != "heading" for fact in facts))
    _tell_title(reader, own)
    reader.draft.body = body_of(found)
    told_left(reader.draft, _MISSING)
    return reader.draft


def _take_stated(reader: Reader, facts: Iterable[StatedField]) -> None:
    """Takes in what data beside a text states."""
    for fact in facts:
        value = " ".join(cleaned(fact.value).split())
        if "\n" in fact.value.strip():
            reader.draft.leave(f"a value of several lines was written on one: {shown(cleaned(fact.value).strip())}")
        take(fact.kind, reader, value, NoticeLine(0, cleaned(fact.origin)), Evidence.DATA)


def _take_labels(reader: Reader, lines: list[NoticeLine]) -> list[NoticeLine]:
    """Takes in what labels state; the lines that state facts of ours and nothing else go, the others stay."""
    rest: list[NoticeLine] = []
    for pairs, where in pairs_of(lines):
        for pair in pairs:
            value = f"{pair.value} ({pair.hint})" if pair.hint and pair.kind in ("closes", "period") else pair.value
            take(pair.kind, reader, value, pair.line)
        said = any(pair.value for pair in pairs)
        # A heading may be called as a label is, and behind a label of ours may stand more than its value.
        stays = any(pair.kind == "none" or len(pair.value) > 200 or _is_text(pair) for pair in pairs)
        if said and stays and len(where) == 2:
            rest.append(NoticeLine(where[0].number, f"{where[0].text.strip().rstrip(':')}: {pairs[0].value}"))
            reader.labelled |= {*where, rest[-1]}
            continue
        if said:
            reader.labelled |= set(where)
        if not pairs or (said and stays) or (not said and plain_key(where[0].text) in sections()):
            rest += where
    return rest


def _is_before(reader: Reader, line: NoticeLine) -> bool:
    """Whether a short line stands before the title of a page: its menus do."""
    text = line.text.strip()
    return line.number < reader.head and line not in reader.labelled and len(text.split()) <= 14 and text[-1:] != "."


def _is_text(pair: Pair) -> bool:
    """Whether a value is more than the fact that is taken from it: an address amid the words on how to apply."""
    return pair.kind == "apply" and " " in pair.value


def _as_named(grade: Candidate) -> Candidate:
    """A grade of an employer with a ladder of its own: what looks like a word of the digest is another."""
    return replace(grade, value=None, doubt=unknown("grade", grade.words))


def _choose(reader: Reader) -> None:
    """Takes for each fact the candidate that a careful reader would take, and tells what is left to a person."""
    draft = reader.draft
    employers = {one.words for one in reader.candidates if one.key == "organisation"}
    if any(map(has_own_grades, employers)):
        reader.candidates = [_as_named(one) if one.key == "grade" else one for one in reader.candidates]
    for key in dict.fromkeys(one.key for one in reader.candidates):
        choice = chosen(key, reader.candidates)
        for note in choice.left:
            draft.leave(note)
        if choice.clash:
            draft.doubtful.add(key)
        elif choice.candidate and choice.candidate.value is not None:
            draft.state(key, choice.candidate.value, choice.candidate.origin)
        elif choice.candidate:
            draft.named[key] = choice.candidate.words
            draft.doubtful.add(key)


_DEADLINE = re.compile(
    r"\b(?:dead-?line|closing (?:date|day|time)|clos(?:es|ing|e) on|posting period|end date)\b"
    r"|\bapply (?:by|before|until|no later)\b|\bapplications?\b.{0,80}\b(?:by|before|until|not? later than)\b",
    re.IGNORECASE,
)
_MONTH = r"(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_DAY = re.compile(
    rf"[^.?!]*?(?:\b\d{{1,2}}(?:st|nd|rd|th)\b|\b\d{{1,2}}[ -](?:of )?{_MONTH}|\b{_MONTH} \d"
    r"|\b\d{1,2}[./]\d{1,2}\b|\b\d{4}-\d\d)",
    re.IGNORECASE,
)
_CLOSE_BEHIND = 80  # characters


def _tell_deadline(reader: Reader, lines: Iterable[NoticeLine]) -> None:
    """Tells of a deadline that no rule has understood, so that nobody is told that there is none.

    A day stands close behind in the same sentence, for many sentences speak of deadlines and name none.
    """
    if "closes" in reader.draft.facts or "closes" in reader.draft.doubtful:
        return
    for line in lines:
        for spoken in _DEADLINE.finditer(line.text):
            if day := _DAY.match(line.text, spoken.end(), spoken.end() + _CLOSE_BEHIND):
                said = line.text[spoken.start() : day.end()]
                reader.draft.leave(f"the deadline was not understood, so it was left out: {shown(said)}", "closes")
                return


def _without_others(lines: Iterable[NoticeLine]) -> list[NoticeLine]:
    """The lines that speak of this vacancy; what the site says around it goes."""
    kept: list[NoticeLine] = []
    skipping = False
    for line in lines:
        text = _REMARKS.sub("", line.text).rstrip()
        key = plain_key(text)
        if key in others():
            skipping = True
        elif skipping and key in sections() and ":" not in text:
            skipping = False
        # The name of an organisation may stand in the frame alone.
        if not skipping and (not is_frame(text.strip()) or key.startswith(("logo of ", "open positions at "))):
            kept.append(NoticeLine(line.number, text))
    return kept


def _compose(reader: Reader) -> None:
    """Puts together what several lines state: the duty station, the contract, the salary, the source."""
    draft, places = reader.draft, reader.apart
    _compose_station(reader)
    if reader.contract:
        draft.facts["contract"] = dict(reader.contract)
    if "salary" in places:
        _compose_salary(reader, *places["salary"])
    if "over" in places:
        text, origin = places["over"]
        draft.leave(f"the text says that the vacancy is over: {shown(text)}")
        if "closes" not in draft.facts and "closes" not in draft.doubtful:
            draft.state("expired", reader.now.date().isoformat(), origin)
    if reader.source:
        draft.facts["source"] = {
            key: reader.source[key] for key in ("name", "url", "added", "updated", "checked") if key in reader.source
        }


def _offer_city(reader: Reader) -> None:
    """Puts the city of one label and the country of another together."""
    country, origin = reader.apart.get("country", ("", ""))
    city, city_origin = reader.apart.get("city", ("", ""))
    code = country_named(country)
    found = stations(f"{city}, {country}" if city and code else city or country)[0]
    if country and not code and not found:
        reader.draft.leave(unknown("country", country), "duty_stations")
    places: list[Written] = [*found] or ([{"country": code}] if code else [])
    if city and code and len(found) == 1:
        places = [found[0] | {"country": code}]
    if places:
        words = ", ".join(filter(None, (city, country)))
        offered = Candidate("duty_stations", places, words, city_origin or origin, Evidence.LABEL)
        reader.candidates.append(offered)


def _compose_station(reader: Reader) -> None:
    if "duty_stations" not in reader.draft.facts and "duty_stations" not in reader.draft.doubtful:
        _station_in_prose(reader)


def _station_in_prose(reader: Reader) -> None:
    """The city in which a text says that the post is, or where it is based."""
    city, origin = reader.apart.get("city in prose", ("", ""))
    place, place_origin = reader.apart.get("station in prose", ("", ""))
    if city:
        known = known_city(city)
        station: dict[str, Written] = {"city": known[0], "country": known[1]} if known else {"city": city}
        reader.draft.state("duty_stations", [station], origin)
    elif place and (found := stations(place)[0]):
        reader.draft.state("duty_stations", list(found), place_origin)


def _compose_salary(reader: Reader, text: str, origin: str) -> None:
    found = salary_in(text)
    if found is None:
        reader.draft.leave(f"the salary {shown(text)} was not understood, so it was left out", "salary")
        return
    held = reader.draft.facts.get("duty_stations")
    in_states = isinstance(held, list) and any(isinstance(one, dict) and one.get("country") == "US" for one in held)
    currency = "USD" if found.currency == "$" and in_states else found.currency
    if currency == "$":
        reader.draft.leave(f"the salary {shown(text)} names no currency for certain, so it was left out", "salary")
        return
    salary: dict[str, Written] = {
        "min": found.least,
        **({"max": found.most} if found.most else {}),
        "currency": currency,
        **({"period": found.period} if found.period else {}),
        "basis": "unknown",
    }
    reader.draft.state("salary", salary, origin)


# Words that notices of vacancies have and few other pages, and words that other pages about work have as well.
_SIGNS = re.compile(
    r"\b(?:vacanc(?:y|ies)|job description|job opening|duty station|incumbent|terms of reference|"
    r"avis de recrutement|appel à candidatures?|"
    r"termes de référence|t[eé]rminos de referencia|convocatoria|vacante|consultor[ií]a|concurso)\b",
    re.IGNORECASE,
)
_WEAK_SIGNS = re.compile(
    r"\b(?:applicants?|candidates?|duties|responsibilities|recruit\w*|appointment|candidatures?|recrut\w*|"
    r"poste|candidat\w*|puesto|contratación)\b",
    re.IGNORECASE,
)
# How an article begins that tells of notices, applications or a site.
_ARTICLE = re.compile(
    r"(?:how|what|why|tips|guide|decoding|understanding|faqs?|frequently|foire aux questions|"
    r"preguntas frecuentes|cookies?|comment|cómo|"
    r"qu'est|types of)\b",
    re.IGNORECASE,
)
_ENOUGH = 2  # signs that a text is a notice


def _judge(reader: Reader, found: list[NoticeSection], lines: list[NoticeLine], has_data: bool) -> None:
    """Raises Unreadable for a text with no sign of a vacancy; tells what the notice itself leaves open."""
    facts, draft = reader.draft.facts, reader.draft
    stated = {key for key in (*facts, *draft.named, *draft.doubtful) if key in _FACTS}
    headings = sum(plain_key(section.heading) in sections() for section in found)
    words, weak = (
        {plain_key(word) for line in lines for word in signs.findall(line.text)} for signs in (_SIGNS, _WEAK_SIGNS)
    )
    signs = 2 * (len(stated) + len(words)) + headings + len(weak) + bool(reader.labelled)
    first = next((line.text.strip() for line in lines if not is_frame(line.text.strip())), "")
    enough = signs >= _ENOUGH or (has_data and stated)
    if not enough or (_ARTICLE.match(first) and not stated):
        raise Unreadable(f"{draft.source} holds no vacancy that can be read: nothing of what notices have was found")
    for section in found:
        for one in section.blocks:
            for text in one.texts if isinstance(one, Items) else (one,):
                if match := re.search(r"\[(?!email\b)[A-Za-z][^\]\d]{12,300}\]", text):
                    draft.leave(f"a placeholder was never filled in: {shown(match[0])}")
    text = " ".join(texts_of(found))
    spoken = countries_spoken_of(text)
    if "duty_stations" not in facts and "duty_stations" not in draft.doubtful and len(spoken) == 1:
        ((code, times),) = spoken.items()
        if times >= 2 and countries_named(text) == {code}:
            draft.state("duty_stations", [{"country": code}], f"the text, {times} times")
            draft.leave(f"the country {code} is the only one that the text places work in, check it")


_FACTS = frozenset({"title", "organisation", "closes", "grade", "duty_stations", "contract", "reference"})
_MOST_LIKELY = 3


def _tell_title(reader: Reader, lines: list[NoticeLine]) -> None:
    """Names the lines that are likeliest to be the title, where none was found."""
    if "title" in reader.draft.facts or "title" in reader.draft.doubtful:
        return
    first = first_lines(lines, reader.labelled) or [line for line in lines if line.text.strip()][:_MOST_LIKELY]
    likely = [shown(line.text.strip()) for line in likeliest(first)][:_MOST_LIKELY]
    reader.draft.leave(
        f"no title of a role was found, write it{'; it may be one of: ' if likely else ''}{'; '.join(likely)}", "title"
    )
    reader.draft.origins["title"] = f"write it; likely {'; '.join(likely)}" if likely else "write it"
