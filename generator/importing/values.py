"""What the value behind a label states, by the label's kind: a candidate for a fact, or a note for the editor."""

import re
from collections.abc import Callable

from ..model.problems import shown
from ..model.vocabulary import term_meant
from ..wording.dates import ReadDate, dates_in, read_date
from ..wording.employers import employer_named, employers_in
from ..wording.grades import grade_in
from ..wording.headlines import Headline, is_sentence, read_headline
from ..wording.layouts import NoticeLine
from ..wording.phrases import category_meant, contract_meant, plain_key, role_words, sections
from ..wording.places import is_place, stations, unclear_countries
from .choosing import Candidate, Evidence
from .drafting import Reader, unknown

_LONGEST_TITLE = 150  # characters
_LONGEST_NAME = 200
_LONGEST_GRADE = 30
_LONGEST_VALUE = 2000  # nothing longer is a value
_NOTHING = re.compile(
    r"(?:not (?:specified|stated|available|applicable|provided|yet known|defined)|n/?a|n\.a\.?|none|unknown|"
    r"unspecified|tb[acd]|to be "
    r"(?:determined|confirmed|defined|advised|decided)|closed|see below|non précisée?|non spécifiée?|"
    r"à déterminer|à définir|no especificado|"
    r"por definir|level not specified.*|ninguno|néant|select.*|[\W_]+)\.?",
    re.IGNORECASE,
)
_OPEN_ENDED = re.compile(
    r"until filled|open until (?!\d)|rolling|ongoing|continuous|open[- ]ended|until the position is|"
    r"jusqu'à pourvoi|hasta cubrir|no deadline",
    re.IGNORECASE,
)
_HOURS = re.compile(
    r"(?:full|part)[- _]?time|temps (?:plein|partiel|complet)|tiempo completo|jornada|\d+ ?%|(?:employee|staff)$",
    re.IGNORECASE,
)


def take(kind: str, reader: Reader, value: str, line: NoticeLine, evidence: Evidence = Evidence.LABEL) -> None:
    """Takes in a value as if a label of this kind had stood before it; one that says that there is nothing, not."""
    text = value.strip()
    if 0 < len(text) <= _LONGEST_VALUE and not _NOTHING.fullmatch(text) and kind in _TAKERS:
        _TAKERS[kind](reader, text, line, evidence)


def _closes(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    found = read_date(value, reader.order)
    if found is None:
        if _OPEN_ENDED.search(value):
            reader.candidates.append(Candidate("closes", "until-filled", value, line.origin, evidence))
        elif re.search(r"\d", value):
            reader.draft.leave(f"the deadline {shown(value)} names no day for certain, so it was left out", "closes")
        return
    _offer_deadline(reader, found, value, line, evidence)


def _offer_deadline(reader: Reader, found: ReadDate, value: str, line: NoticeLine, evidence: Evidence) -> None:
    doubt = f"deadline: {found.doubt}" if found.doubt else ""
    reader.candidates.append(Candidate("closes", found.text, value, line.origin, evidence, doubt, found))


def _period(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """The days between which applications are taken."""
    days = list(dates_in(value, reader.order))
    if len(days) == 2 and days[0].day <= days[1].day:
        reader.candidates.append(Candidate("opens", days[0].text, value, line.origin, evidence))
        _offer_deadline(reader, days[1], value, line, evidence)
    elif days or re.search(r"\d", value):
        reader.draft.leave(f"the period {shown(value)} names no deadline for certain, so it was left out", "closes")


def _opens(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    if found := read_date(value, reader.order):
        reader.candidates.append(Candidate("opens", found.text, value, line.origin, evidence))


def _source_day(key: str) -> "Taker":
    def take_day(reader: Reader, value: str, line: NoticeLine, _: Evidence) -> None:
        # "7 hours ago" is no day: only the person who saved the page knows when that was.
        if found := read_date(value, reader.order):
            reader.source.setdefault(key, found.day.isoformat() if key == "added" else found.text)
        else:
            reader.draft.leave(f"{shown(value)} under {shown(line.text.strip())} is not a date, so it was left out")

    return take_day


def _set_apart(key: str) -> "Taker":
    def take_apart(reader: Reader, value: str, line: NoticeLine, _: Evidence) -> None:
        reader.apart.setdefault(key, (value, line.origin))

    return take_apart


def _station(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    found, remote = stations(_first_sentence(value))
    if found:
        reader.candidates.append(Candidate("duty_stations", list(found), value, line.origin, evidence))
    for name in unclear_countries(value):
        reader.draft.leave(
            f"{shown(name)} is the name of two countries, CD and CG, so it was left out", "duty_stations"
        )
    if remote:
        reader.candidates.append(Candidate("remote", True, value, line.origin, evidence))
    elif not found and evidence > Evidence.SENTENCE:
        reader.draft.leave(f"the place {shown(value)} was not understood, so it was left out", "duty_stations")


def _town(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """Cities of which data names no country: there is a Paris in Texas as well."""
    names = [name.strip() for name in value.split(";") if name.strip()]
    places = [one for name in names for one in (stations(name)[0] if "," in name else [{"city": name}])]
    if all(stations(name)[0] for name in names):
        reader.candidates.append(Candidate("duty_stations", list(places), value, line.origin, evidence))
    else:
        _station(reader, value, line, evidence)


def _first_sentence(value: str) -> str:
    """A value without the text that runs on behind it."""
    return re.split(r"(?<=\w{3})\.\.? (?=[A-Z])", value, maxsplit=1)[0] if len(value) > 60 or ". " in value else value


def _contract(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    ticked = re.findall(r"(?:\b[Xx]|☒|☑|✓|✔)\s+([^☐☒☑✓✔]{3,40}?)(?=\s*(?:☐|☒|☑|✓|✔|$))", value)
    name = ticked[0] if ticked else _first_part(value)
    kind = contract_meant(value) or contract_meant(name) or term_meant(name, reader.words.contracts)
    category = category_meant(name)
    if kind and kind in reader.words.contracts:
        reader.contract.setdefault("type", kind)
        reader.draft.origins.setdefault("contract", line.origin)
    elif category and category in reader.words.categories:
        reader.draft.state("category", category, line.origin)
        reader.draft.leave(f"{shown(name)} is given as the contract but is a category, so it was taken as one")
    elif not _HOURS.match(name) and len(value) <= _LONGEST_NAME and not role_words(name):
        reader.draft.named.setdefault("contract", value)
        reader.draft.leave(unknown("contract", value))
    _duration(reader, value[len(name) :], line, evidence)


_COUNT = (
    r"(?:\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|eighteen|un|deux|trois|"
    r"six|douze|uno|dos|tres|seis|doce)(?:\s*\(\d{1,4}\))?"
)
_UNIT = r"(?:day|week|month|year|jour|semaine|mois|an|année|día|mes|año)(?:e?s)?"
# With the words and figures that make of it a bound or a range.
_DURATION = re.compile(
    r"(?:\b(?:up to|at most|at least|less than|more than|over|max(?:imum)?\.?|min(?:imum)?\.?|about|"
    r"approximately|jusqu'à|hasta)"
    rf" (?:an? )?(?:period )?(?:of )?)?(?<!\w)(?:{_COUNT}\s?(?:-|–|to|or|à|a)\s?)?{_COUNT}[ -]"
    rf"(?:working |calendar )?{_UNIT}\b",
    re.IGNORECASE,
)


def _duration(reader: Reader, value: str, line: NoticeLine, _: Evidence) -> None:
    match = _DURATION.search(value[:300])
    if match:
        reader.contract.setdefault("duration", match[0])
        reader.draft.origins.setdefault("contract", line.origin)
    if re.search(
        r"\b(?:extension|extendable|extendible|renewal|renewable|renouvelable|prorrogable|renovable)\b",
        value,
        re.IGNORECASE,
    ):
        refused = re.search(r"\b(?:no|not|without|non)\b", value, re.IGNORECASE)
        reader.contract.setdefault("extendable", not refused)


def _grade(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    if found := grade_in(value, reader.words.grades):
        key = found.key
        doubt = "" if key else unknown("grade", found.text)
        reader.candidates.append(Candidate("grade", key, found.text, line.origin, evidence, doubt))
    elif not (contract_meant(_first_part(value)) or category_meant(value)):
        reader.draft.leave(unknown("grade", value), "grade")
    # Some name the kind of contract before the grade or in its place.
    kind = _first_part(value.replace(found.text, "") if found else value)
    if contract_meant(kind):
        _contract(reader, kind, line, evidence)


def _own_grade(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """A grade of a government's ladder, whatever looks like a word of the digest: `FS 4` is no Field Service."""
    if (found := grade_in(value, reader.words.grades)) and len(value) <= _LONGEST_GRADE:
        doubt = unknown("grade", value)
        reader.candidates.append(
            Candidate("grade", None, value if found.key else found.text, line.origin, evidence, doubt)
        )


def _level(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """A level, which may be one of schooling: a grade where the digest knows it as one."""
    if (found := grade_in(value, reader.words.grades)) and found.key:
        _grade(reader, value, line, evidence)


def _first_part(value: str) -> str:
    """A value up to its first comma, bracket or dash."""
    return re.split(r"\s*[(,;]|\s[-–—/]\s", value, maxsplit=1)[0].strip()


def _affiliate(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """How some organisations file a person: by a category of staff, or by the grade of a contract."""
    if category := category_meant(value):
        reader.draft.state("category", category, line.origin)
    elif re.search(r"\d", value) and (found := grade_in(re.sub(r"^UNOPS ", "", value), reader.words.grades)):
        reader.candidates.append(
            Candidate("grade", found.key, found.text, line.origin, evidence, unknown("grade", found.text))
        )


def _category(reader: Reader, value: str, line: NoticeLine, _evidence: Evidence) -> None:
    category = category_meant(value) or term_meant(value, reader.words.categories)
    if category and category in reader.words.categories:
        reader.draft.state("category", category, line.origin)
    elif (found := grade_in(value, reader.words.grades)) and found.key:
        _grade(reader, value, line, _evidence)


def _open_to(reader: Reader, value: str, line: NoticeLine, _: Evidence) -> None:
    kinds = (
        ("internationals", r"international"),
        ("nationals", r"\bnational"),
        ("internal", r"\binternal\b"),
        ("roster", r"roster"),
    )
    if found := [kind for kind, words in kinds if re.search(words, value, re.IGNORECASE)]:
        reader.draft.state("open_to", found, line.origin)


# What sites write behind the name of an employer.
_ENDS_NO_NAME = re.compile(r"(?:\s(?:staff|jobs?|recruitment|careers|vacancies))+(?: \d{4})?$", re.IGNORECASE)


# A heading over what an employer says of itself.
_HEADING = re.compile(
    r"\b(?:présentation (?:du|des?|d['’])|presentación del?|à propos d(?:e|u)|about (?:us|our|the)|qui sommes)\b",
    re.IGNORECASE,
)


def _organisation(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    if _HEADING.search(value):
        return
    value = _ENDS_NO_NAME.sub("", re.split(r"\s\|\s", value, maxsplit=1)[0])
    found = employer_named(value, reader.organisations)
    if not found and (len(value.split()) > 12 or re.search(r"\w{3}\. ", value) or is_sentence(value)):
        # What stands behind the label is a text on the employer, which names it.
        found = next((one for one, _ in employers_in(value, reader.organisations)), None)
        if not found:
            return
    key = found.key if found else None
    name = re.sub(r"^(?:[Ll]['’]|[Tt]he (?=[A-Z]{3}))", "", found.name if found else value.rstrip(" /,;"))
    doubt = "" if key else f"the organisation {shown(name)} has no file in content/organisations/, write one"
    reader.candidates.append(Candidate("organisation", key, name, line.origin, evidence, doubt))


def _department(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """A part of an organisation, which is an employer of its own where it is known as one."""
    if employer_named(value, reader.organisations):
        _organisation(reader, value, line, evidence)
    elif is_place(value.replace(" - ", ", ")):
        _station(reader, value, line, Evidence.HEADLINE)


def _line_of(key: str) -> "Taker":
    def take_line(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
        if 1 <= len(value) <= 300:
            reader.candidates.append(Candidate(key, value, value, line.origin, evidence))

    return take_line


def _vacancy_type(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """What a notice calls itself; some name the kind of contract so."""
    taker = _contract if contract_meant(_first_part(value)) else _line_of("vacancy_type")
    taker(reader, value, line, evidence)


def _title(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    text = value.strip(' "“”«»')
    if (
        not text
        or (text[0].isdigit() and not role_words(text))
        or plain_key(text) in sections()
        or not re.search(r"[^\W\d_]{3}", text)
    ):
        return
    if re.match(r"\d+ (?:postes?|positions?|posts?)$", text) or (text[-1] == "." and is_sentence(text)):
        return
    offer_headline(reader, read_headline(text, reader.lexicon), line, evidence)


def _role(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    """A label that some have before the title, and others before something else."""
    if role_words(value) and len(value.split()) <= 20 and not value.endswith("."):
        _title(reader, value, line, evidence)


# A title of few words that ends so has lost what it is about to the next line.
_FEW = 4
_CUT = re.compile(r"(?:\b(?:de|des|du|à|en|et|of|for|the|and|para|del|y)|\bd['’])$", re.IGNORECASE)


def offer_headline(reader: Reader, found: Headline, line: NoticeLine, evidence: Evidence) -> None:
    """Takes in what a headline says: the title with the evidence of its place, the rest as a headline's."""
    below = min(evidence, Evidence.HEADLINE)
    title = found.title
    if len(title.split()) <= _FEW and _CUT.search(title):
        doubt = f"the title {shown(title)} is cut off, so it was left out"
        reader.candidates.append(Candidate("title", None, title, line.origin, evidence, doubt))
    elif 3 <= len(title) <= _LONGEST_TITLE:
        reader.candidates.append(Candidate("title", title, title, line.origin, evidence))
    elif len(title) > _LONGEST_TITLE:
        doubt = f"the title has more than {_LONGEST_TITLE} characters, shorten it: {shown(title)}"
        reader.candidates.append(Candidate("title", None, title, line.origin, evidence, doubt))
    if found.grade:
        doubt = "" if found.grade.key else unknown("grade", found.grade.text)
        reader.candidates.append(Candidate("grade", found.grade.key, found.grade.text, line.origin, below, doubt))
    if found.employer:
        _organisation(reader, found.employer.name, line, below)
    if found.places:
        reader.candidates.append(Candidate("duty_stations", list(found.places), line.text.strip(), line.origin, below))
    if found.contract:
        _contract(reader, found.contract, line, below)
    if found.closes:
        _offer_deadline(reader, found.closes, line.text.strip(), line, below)


def _salary(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    reader.apart.setdefault("salary", (value, line.origin))
    # Universities name the grade beside the amount.
    grades = set(re.findall(r"\b(?:[Gg]rade|GRADE|Band) (?:\d{1,2}|[IVX]{1,4})\b", value))
    if len(grades) == 1:
        _grade(reader, grades.pop(), line, evidence)


def _emergency(reader: Reader, value: str, line: NoticeLine, _: Evidence) -> None:
    level = re.search(r"\bL([123])\b", line.text)
    if level and re.match(r"(?:yes|no)\b", value, re.IGNORECASE):
        supports = value.lower().startswith("yes")
        reader.draft.state("emergency", {"level": f"L{level[1]}", "supports": supports}, line.origin)


def _source(reader: Reader, value: str, _line: NoticeLine, _: Evidence) -> None:
    if value.startswith("https://"):
        reader.source.setdefault("url", value.split()[0])
    elif not value.startswith("http"):
        reader.source.setdefault("name", value[:300])


def _apply(reader: Reader, value: str, line: NoticeLine, evidence: Evidence) -> None:
    if match := re.search(r"https://[^\s<>\"')\]]+", value):
        reader.candidates.append(Candidate("apply", match[0].rstrip(".,;)"), value, line.origin, evidence))


Taker = Callable[[Reader, str, NoticeLine, Evidence], None]
_TAKERS: dict[str, Taker] = {
    "closes": _closes,
    "period": _period,
    "opens": _opens,
    "added": _source_day("added"),
    "updated": _source_day("updated"),
    "checked": _source_day("checked"),
    "country": _set_apart("country"),
    "city": _set_apart("city"),
    "heading": _set_apart("heading"),
    "station": _station,
    "town": _town,
    "contract": _contract,
    "duration": _duration,
    "grade": _grade,
    "own_grade": _own_grade,
    "level": _level,
    "affiliate": _affiliate,
    "category": _category,
    "open_to": _open_to,
    "org_type": _line_of("org_type"),
    "vacancy_type": _vacancy_type,
    "organisation": _organisation,
    "department": _department,
    "title": _title,
    "role": _role,
    "reference": _line_of("reference"),
    "salary": _salary,
    "emergency": _emergency,
    "source": _source,
    "url": _source,
    "apply": _apply,
}
