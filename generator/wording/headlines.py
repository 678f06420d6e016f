"""Headlines: `Title, Grade, Organisation, City. Open until 4 May 2020`, and the first lines of a notice."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from ..model.content import OrganisationFile
from ..model.vocabulary import Vocabulary
from .dates import Order, ReadDate, read_date
from .employers import Employer, employer_named
from .grades import ReadGrade, sure_grade
from .layouts import BULLET, NUMBER, NoticeLine
from .phrases import (
    category_meant,
    contract_meant,
    is_frame,
    others,
    plain_key,
    role_words,
    sections,
    sounds_like_employer,
    sounds_like_role,
)
from .places import Station, country_named, is_place, known_city, place_line, stations

_SHORTEST, _LONGEST = 3, 150  # characters of a title
_MOST_WORDS = 60
_CLOSES = re.compile(
    r"[.,;(|–—-]?\s*\b(?:open until|apply by|deadline|closing date|closes(?: on)?|closed on|date limite|"
    r"clôture le|fecha límite|"
    r"cierre)\b[ :]*(?P<date>[^()]{6,60})\)?\s*$",
    re.IGNORECASE,
)
# What stands before or behind a title and belongs to no role.
_BEFORE = re.compile(
    r"^(?:[A-Z]{2,8} (?=(?:internal |external )?vacancy:))?(?:re-?adverti[sz](?:ed|ement)|"
    r"(?:internal |external )?vacancy(?: announcement| notice)?|"
    r"job opening|job vacancy|job opportunity|job title|job|now hiring|hiring|"
    r"we are hiring|advert view|call for applications|"
    r"offre d['’]emploi|avis de recrutement|avis de vacance(?: de poste)?|"
    r"appel à candidatures?|recrutement|convocatoria|"
    r"oferta de empleo|batch recruitment of \d+ positions|extension|extended|urgent|"
    r"local recruitment)\s*(?:::|[:–—|-])\s*",
    re.IGNORECASE,
)
_NUMBERED = re.compile(
    r"^(?:(?:VN|SVN|VA|CFA|VAC|Ref)\.? ?(?:No\.? ?)?\d[\w/.-]*[ :–-]+|"
    r"\d[\w./]*\d ?[-–] ?(?=[A-Z]))"
)
_BEHIND = re.compile(
    r"\s*(?:\(\s*(?:job id |id )?\d{3,8}\s*\)|,?\s*#\s?\d{4,}(?: #\d{4,})*|,? post #? ?\d{3,}|,? ?\d+ views.*|"
    r"\s+job in .*|, ?req\d{3,}.*)\s*$",
    re.IGNORECASE,
)
_HIRES = re.compile(
    r"^(?:(?:le |la |l['’]|the )?(?P<who>[^,.:;]{2,80}?)\s+(?:recrute|recherche|is (?:hiring|recruiting|"
    r"looking for|seeking)|hires|seeks|busca))"
    r"\s+(?:des? |\d+ |a |an |une? |un\(e\) |un·e |un/e |un\.e |une?\(e\) |un/a |un |una )(?P<title>[^.]{3,140})$",
    re.IGNORECASE,
)
_NOTICE_OF = re.compile(
    r"^(?:avis de recrutement|avis de vacance|recrutement|offre d['’]emploi|poste|vacancy|"
    r"job opening)\s*:?\s+(?:d['’]une?(?:\(e\))?|de|for an?|for)\s+(?P<title>.{3,})$",
    re.IGNORECASE,
)
_AT = re.compile(
    r"^(?P<title>.{3,150}?),?(?: job| vacancy| position)?\s+(?:[Aa]t|@|with|chez)\s+(?P<who>(?:the |"
    r"The )?[A-ZÉ][^@]{1,110})$"
)
_OPPORTUNITY = re.compile(
    r"^(?:job|career|vacancy)?\s?(?:opportunity|opportunities|vacancy|vacancies|"
    r"jobs?) at (?P<who>[^-–—:]{2,60}?)\s*[-–—:]\s*(?P<title>.+)$",
    re.IGNORECASE,
)
_IN_PLACE = re.compile(r"^(?P<who>.{2,80}?) (?:in|à|en) (?P<place>[A-ZÉ].{2,60})$")
# A short name that nobody knows here, before a title; some are fields of work and no employers.
_SHORT_NAME = re.compile(r"(?P<who>[A-Z]{3,8})(?: [–—]|:) (?P<title>[A-ZÉ].{5,})$")
_FIELDS = frozenset(
    [
        *(
            "WASH",
            "MEAL",
            "MHPSS",
            "PSEA",
            "GBV",
            "SRH",
            "FSL",
            "ICT",
            "CCCM",
            "NFI",
            "SIG",
            "GIS",
            "TOR",
            "RRM",
            "DRR",
        ),
        *("CDD", "CDI", "CDDU", "URGENT", "STAGE", "POSTE", "JOB"),
    ]
)
_COMMA_PLACE = re.compile(r"^(?P<who>[^,]{2,80}), (?P<place>[A-ZÉ].{2,60})$")
_JOB_IN = re.compile(r"^(?:job|jobs|poste|emploi|work) (?:in|à|en|at) (?P<place>[A-ZÉ].{2,80})$", re.IGNORECASE)
_BASED = re.compile(
    r"^(?:hq )?(?:outposted to|based in|base in|basée? à|duty station:?|poste basé à|home[- ]based)\s*", re.IGNORECASE
)
_SPLIT = re.compile(
    r"(?P<mark>,\s+|(?<=[a-z)\d])\.\s+(?=[A-ZÉ])|\s+[-–—|/]\s+|\s*[-–—]\s+|;\s+|\s+[-–—](?=[A-Z]))(?![^()]*\))"
)
_LISTS = re.compile(
    r"\b(?:jobs|vacancies|careers|openings|opportunities|offres|emplois|empleos|ofertas|vacantes|positions)\b",
    re.IGNORECASE,
)
_NO_TITLE = re.compile(
    r"^(?:for\b|bases|anuncio|terms of reference|t[eé]rminos de referencia|convocatoria y|requirements|candidat|"
    r"internal|external|number of|duty stations?\b|(?:in|within|under|as|through) (?:the|an?)\b)"
    r"|\bconvocatoria para\b|\bcall for (?:applications|proposals)\b|\bsalary\b|[$€£] ?\d"
    r"|\b(?:required|requis(?:es)?|requeridos?|candidates?|following)\b|\b(?:of|the|and|for|in|de|des|du|la|"
    r"el|en|para|et|y|a|to)$",
    re.IGNORECASE,
)
# A kind of staff, which pages state beside a title.
_STAFF = re.compile(
    r"(?:(?:individual|international|national|local|professional|service|regular|permanent|temporary|"
    r"general) )*"
    r"(?:professionals?|staff(?: members?)?|contractors?|consultants?|employees?|personnel|interns?|volunteers?)",
    re.IGNORECASE,
)
_OFFICE = re.compile(r"\bOffice of (?:the )?\w+(?: \w+)?|\b(?:Section|Division|Unit|Department|Branch)$")
_SENTENCE = re.compile(
    r"\b(?:will|is|are|has|have|was|were|you|your|our|we|please|must|should|est|sont|vous|nous|sera|será|"
    r"usted|esta|este)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Headline:
    """What a headline says of a vacancy; a part that says nothing sure stays with the title."""

    title: str
    grade: ReadGrade | None = None
    employer: Employer | None = None
    places: tuple[Station, ...] = ()
    contract: str = ""
    closes: ReadDate | None = None


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What headlines are read with: the digest's employers and words, and the order of day and month on the page."""

    organisations: Mapping[str, OrganisationFile]
    words: Vocabulary
    order: Order | None = None


def read_headline(text: str, lexicon: Lexicon) -> Headline:
    """A headline taken apart."""
    plain = " ".join(text.split()).strip(" \"“”*'")
    # A grade in brackets amid a headline ends its title as one between commas does.
    plain = re.sub(r" \(([A-Z]{1,4}-?\d{1,2}|NO-?[A-E])\),?(?: [-–—])? (?=[A-Z])", r", \1, ", plain)
    closes = None
    if (match := _CLOSES.search(plain)) and (closes := read_date(match["date"], lexicon.order)):
        plain = plain[: match.start()].strip(" .,;–—-|")
    plain = _BEHIND.sub("", _NUMBERED.sub("", plain))
    employer, plain = _hiring(plain, lexicon)
    if not employer and (match := _AT.match(plain)):
        who, place = _apart_from_place(re.split(r"(?<=\w\w)\. | \| | [-–—] ", match["who"])[0])
        found = employer_named(who, lexicon.organisations) or (_name_of(who) if sounds_like_employer(who) else None)
        if found:
            employer, plain = found, match["title"] + place
    match = None if employer else re.match(r"(?P<who>[^:–—|]{2,110}?)(?::| [-–—|])\s+(?P<title>.+)$", plain)
    who = re.sub(r" (?:jobs?|vacancy|vacancies|careers?)$", "", match["who"], flags=re.IGNORECASE) if match else ""
    if match and (found := employer_named(who, lexicon.organisations)):
        employer, plain = found, match["title"]
    if (
        not employer
        and (match := _SHORT_NAME.match(plain))
        and match["who"] not in _FIELDS
        and role_words(match["title"])
    ):
        employer, plain = Employer(None, match["who"]), match["title"]
    if not employer and (match := _SHORT_BEHIND.search(plain)) and _is_short_for(match["short"], match["who"]):
        employer, plain = Employer(None, f"{match['who']} ({match['short']})"), plain[: match.start()]
    return replace(_in_parts(plain, lexicon, employer), closes=closes)


# A name and what it is called in short: `Irrigation Engineer – Seeds Without Fences (SWF)`.
_SHORT_BEHIND = re.compile(r"\s[-–—|]\s(?P<who>[A-ZÉ][^-–—|()]{5,80}) \((?P<short>[A-Z]{2,8})\)$")


def _is_short_for(short: str, name: str) -> bool:
    """Whether a few capitals are the initials of a name, perhaps without its small words."""
    words = re.findall(r"[^\W\d_]+", name)
    every, large = ("".join(word[0] for word in some) for some in (words, [one for one in words if one[0].isupper()]))
    return short in (every.upper(), large) and not role_words(name)


def _apart_from_place(text: str) -> tuple[str, str]:
    """A name, and the place behind it with its comma: `Lantern Institute, Lima, Peru`."""
    match = _COMMA_PLACE.match(text)
    return (match["who"], f", {match['place']}") if match and is_place(match["place"]) else (text, "")


def _hiring(text: str, lexicon: Lexicon) -> tuple[Employer | None, str]:
    """The employer in a headline such as `PLAY International recrute un animateur à Dakar`, and the rest of it."""
    if match := _OPPORTUNITY.match(text):
        return employer_named(match["who"], lexicon.organisations) or _name_of(match["who"]), match["title"]
    plain = _BEFORE.sub("", text)
    if (match := _HIRES.match(plain)) or (match := _NOTICE_OF.match(text)):
        # The place is said as sentences say it.
        title = re.sub(r" (?:à|en) (?=[A-ZÉ][\w'-]+(?: [A-ZÉ][\w'-]+)?$)", ", ", match["title"])
        who = match.groupdict().get("who") or ""
        return (employer_named(who, lexicon.organisations) or _name_of(who)) if who else None, title
    return None, plain


def _name_of(text: str) -> Employer | None:
    name = text.strip(' "“”«»')
    return Employer(None, name) if name[:1].isupper() and len(name.split()) <= 8 else None


def _in_parts(text: str, lexicon: Lexicon, employer: Employer | None) -> Headline:
    """A title with what stands behind it, between commas and dashes."""
    pieces = _SPLIT.split(text)
    parts, marks = pieces[::2], pieces[1::2]
    found = Headline(text, employer=employer)
    first = len(parts)
    position = 1
    while position < len(parts):
        taken, count = _fact_of(parts[position:], lexicon, found, far=first < len(parts))
        if count and role_words(", ".join(parts[position : position + count])) < 2:
            found, first = taken, min(first, position)
        position += max(count, 1)
    title = parts[0] + "".join(mark + part for mark, part in zip(marks[: first - 1], parts[1:first], strict=False))
    title = _BEHIND.sub("", title)
    if bracket := re.search(r"\s*\(([^()]{2,40})\)$", title):
        if is_place(bracket[1]) and not found.places:
            found, title = replace(found, places=tuple(stations(bracket[1])[0])), title[: bracket.start()]
        elif contract_meant(bracket[1]) and not role_words(bracket[1]):
            found, title = replace(found, contract=found.contract or bracket[1]), title[: bracket.start()]
        elif grade := sure_grade(bracket[1], lexicon.words.grades):
            found, title = replace(found, grade=found.grade or grade), title[: bracket.start()]
    last = re.search(r"[\s,]+(?:at )?([A-Z]{1,4}-?\d{1,2}|NO-?[A-E])$", title)
    grade = sure_grade(last[1], lexicon.words.grades) if last else None
    # One letter and a figure may be a part of a name, unless the digest knows them.
    if last and grade and (grade.key or re.match(r"[A-Z]{2}", last[1])):
        found, title = replace(found, grade=found.grade or grade), title[: last.start()]
    return replace(found, title=title.strip(" ,;–—-:"))


def _fact_of(parts: Sequence[str], lexicon: Lexicon, found: Headline, *, far: bool) -> tuple[Headline, int]:
    """What the first of some parts adds to a headline, and how many of them say it; 0 where it is no fact.

    `far` says that a fact stands before it, so that a name can be a place or an employer that nobody knows.
    """
    part = parts[0].strip(" .")
    if (grade := sure_grade(re.sub(r"\s*\(.*\)$", "", part), lexicon.words.grades)) and (grade.key or len(part) > 2):
        return replace(found, grade=found.grade or grade), 1
    if contract_meant(re.sub(r"\s*\(.*\)$", "", part)) and not role_words(part):
        return replace(found, contract=found.contract or part), 1
    if (
        not found.employer
        and (employer := employer_named(part, lexicon.organisations))
        and (far or employer.key or " " in part or is_place(", ".join(one.strip(" .") for one in parts[1:3])))
    ):
        return replace(found, employer=employer), 1
    # Between the title and a place stands nothing else that sounds like an employer.
    if not found.employer and len(parts) == 2 and _sure_place(parts[1].strip(" .")) and _is_name(part):
        return replace(found, employer=Employer(None, part)), 1
    based = _BASED.sub("", part)
    pair = f"{based}, {parts[1].strip(' .')}" if len(parts) > 1 else ""
    if not found.places and pair and (station := place_line(pair)) and not role_words(pair):
        return replace(found, places=(station,)), 2
    if len(based) > 3 and not role_words(based) and _sure_place(based):
        return replace(found, places=(*found.places, *stations(based)[0])), 1
    if (
        far
        and found.grade
        and not found.places
        and len(parts) == 1
        and re.fullmatch(r"[A-Z][\w'’-]+(?: [A-Z][\w'’-]+)?", part)
    ):
        if part.isupper() or role_words(part) or sounds_like_employer(part):
            return found, 0
        return replace(found, places=tuple(stations(part)[0])), 1
    return found, 0


def _is_name(text: str) -> bool:
    several = len(text.split()) > 1
    return several and text[0].isupper() and sounds_like_employer(text) and not role_words(text) and not is_place(text)


def _sure_place(text: str) -> bool:
    return bool(known_city(text) or (country_named(text) and country_named(text) != "GE" and len(text) > 3))


def first_lines(lines: Sequence[NoticeLine], labelled: Collection[NoticeLine]) -> list[NoticeLine]:
    """The lines at the top of a notice that can be headlines: without labels, lists, headings and paragraphs."""
    found: list[NoticeLine] = []
    for line in lines:
        text = line.text.strip()
        if plain_key(text) in others():
            break
        said = text and line not in labelled and len(text) < 320 and any(map(str.isalpha, text))
        if said and not (NUMBER.match(text) or BULLET.match(text) or is_frame(text)):
            found.append(line)
        if len(found) >= 16:
            break
    return found


def is_title(text: str, *, first: bool = False) -> bool:
    """Whether a line can be what a notice calls its role; the first line of all, where its words sound like one."""
    plain = text.strip(" \"“”«»'")
    if (
        not len(plain) >= _SHORTEST
        or "://" in plain
        or len(plain.split()) > _MOST_WORDS
        or plain[-1] in ";!?"
        or not _begins_well(plain)
    ):
        return False
    # What stands in brackets says for whom a role is, and an office is called after whoever leads it.
    bare = re.sub(r"\([^()]*\)", "", plain).strip(" ,")
    if re.search(r"\w{4}\. [A-ZÉ]", plain):
        return False
    if category_meant(plain) or _STAFF.fullmatch(plain):
        return False
    if plain_key(plain) in sections() or _LISTS.search(bare) or is_place(plain) or _NO_TITLE.search(bare):
        return False
    if plain[-1] in ".:" and (len(plain.split()) > 8 or plain[-1] == ":"):
        return False
    named = role_words(_OFFICE.sub("", bare) or plain) > 0 or (first and sounds_like_role(bare))
    return named and not is_sentence(plain)


def is_sentence(text: str) -> bool:
    """Whether a line has a verb, and so is no name of a role or an employer; few of them have one."""
    return bool(_SENTENCE.search(re.sub(r"\([^()]*\)", "", text)))


def _begins_well(text: str) -> bool:
    return text[0].isupper() or (text[0] in "(123456789" and any(map(str.isupper, text)))


def likeliest(lines: Sequence[NoticeLine]) -> Iterator[NoticeLine]:
    """Lines that may be the title, the likeliest first, for a person to choose from."""
    short = [line for line in lines if 3 <= len(line.text.strip()) <= _LONGEST and line.text.strip()[-1] not in ".:;"]
    kept = [line for line in short if plain_key(line.text) not in sections() and not is_place(line.text.strip())]
    yield from sorted(kept or short, key=lambda line: -min(role_words(line.text), 2))


def employer_line(text: str, lexicon: Lexicon) -> tuple[Employer | None, tuple[Station, ...]]:
    """The employer, and perhaps its place, that a line of a page's head is: `World Food Programme, Sierra Leone`."""
    plain = text.strip(" .|")
    if len(plain.split()) > 14:
        return None, ()
    for pattern in (_IN_PLACE, _COMMA_PLACE):
        match = pattern.match(plain)
        found = employer_named(match["who"], lexicon.organisations) if match and is_place(match["place"]) else None
        if match and found:
            return found, tuple(stations(match["place"])[0])
    match = _COMMA_PLACE.match(plain)
    if match and is_place(match["place"]) and sounds_like_employer(match["who"]) and not role_words(match["who"]):
        return Employer(None, match["who"]), tuple(stations(match["place"])[0])
    return employer_named(plain, lexicon.organisations), ()


def job_in(text: str) -> tuple[Station, ...]:
    """The places of a line such as `Job in Geneva, Switzerland`."""
    match = _JOB_IN.match(text.strip())
    return tuple(stations(match["place"])[0]) if match and stations(match["place"])[0] else ()
