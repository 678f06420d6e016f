"""What a notice states in its first lines and in sentences, by the few forms that leave no doubt."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..editing.edits import Written
from ..model.problems import shown
from ..model.vocabulary import languages, notice_words
from .drafting import BULLET, NUMBER, NoticeLine, Reader, plain_key
from .labels import organisation_named, salary_in, take
from .places import countries_listed, country_named, place_line

_FIRST_LINES = 15
# Currencies that are words too, where letters are capitals: ALL 12 - 15 DRIVERS.
_WORDS = frozenset({"ALL", "TOP", "TRY"})
_LONGEST_LIST = 60  # lines below a heading of a tier
_ROLE = (
    r"(?:Officer|Associate|Assistant|Specialist|Manager|Advis[eo]r|Coordinator|Consultant|Analyst|Head|Chief|Director|"
    r"Intern|Engineer|Driver|Expert|Clerk|Guard|Administrator|Technician|Nurse|Doctor|Lead|Representative|Secretary|"
    r"Supervisor|Planner|Delegate|Volunteer|Interpreter|Translator|Accountant|Auditor|Editor|Pilot)"
)
_TITLE_WORDS = rf"(?:[A-Z][\w&/’'-]*(?: (?:of|and|for|in|the|to|&))? ){{0,7}}{_ROLE}"
_ACTS = r"(?:will|reports?|shall|is responsible|is expected|works under|performs)"
_IN_PROSE = re.compile(
    rf"\b[Tt]he (?P<title>{_TITLE_WORDS})(?: \([A-Z]{{2,6}}\))?(?: at (?:the )?[A-Z]{{1,3}}-?\d level)?,? {_ACTS}\b|"
    rf"\b(?:seeks|needs|is (?:looking for|recruiting)) an? (?:[a-z]+ ){{0,3}}(?P<wanted>{_TITLE_WORDS})"
)
_JOB_AT = re.compile(r"^(?P<title>.{3,140}?),? (?:job|vacancy|position) (?:at|with) (?P<organisation>[^.]{2,100})$")
_LOCATED = re.compile(
    r"\blocated in (?:the )?(?P<name>[A-Z][\w ,'’&-]{1,150}?) \((?P<short>[A-Z][A-Za-z-]{1,11})\)"
    r"(?:,? (?:in )?(?P<city>[A-Z][a-z]\w+(?: [A-Z][a-z]\w+)?))?"
)
_OF_ORGANISATION = re.compile(r"(?:open positions at|logo of) (?P<name>\S.*)", re.IGNORECASE)
_BASED = re.compile(r"\b[Bb]ased in (?P<place>[A-Z][\w'’-]+(?:(?:, | )[A-Z][\w'’-]+){0,4}),? (?:the|this|you|and)\b")
_CONTRACT_GRADE = re.compile(r"^This is an? (?P<grade>[A-Z]{1,4}[- ]?\w{1,2}) (?:contract|position|post)\b")
_OVER = re.compile(
    r"\bexpired (?:\d+|a|an|one|two|three)\b.{0,40} ago|"
    r"\bthis (?:job|vacancy|position|notice) (?:has expired|is archived|is closed|has closed|is no longer)",
    re.IGNORECASE,
)


def take_first_lines(reader: Reader, lines: list[NoticeLine]) -> None:
    """What the first lines state without a label: title, organisation and salary."""
    first = [line for line in lines if line.text.strip()][:_FIRST_LINES]
    for line in first:
        text = line.text.strip()
        if match := _JOB_AT.match(text):
            take("title", reader, match["title"], line)
            take("organisation", reader, match["organisation"], line)
            reader.used.add(line.number)
        elif (salary := salary_in(text)) and salary.most and salary.currency not in _WORDS and len(text) < 100:
            take("salary", reader, text, line)
            reader.used.add(line.number)
        elif match := _OF_ORGANISATION.fullmatch(text):
            take("organisation", reader, match["name"], line)
            reader.used.add(line.number)
        elif len(text.split()) <= 12 and (key := organisation_named(text, reader.organisations)):
            reader.draft.state("organisation", key, line.origin)
            reader.used.add(line.number)
    if first and "title" not in reader.draft.facts and _is_title(first[0].text):
        take("title", reader, first[0].text.strip(), first[0])
        reader.used.add(first[0].number)


def _is_title(text: str) -> bool:
    """Whether a first line is what the notice calls the role."""
    plain = text.strip()
    if len(plain.split()) > 14 or plain[-1] in ".;:!?" or plain_key(plain) in notice_words().sections:
        return False
    return plain[0].isupper() and bool(re.search(_ROLE, plain, re.IGNORECASE))


def take_sentences(reader: Reader, lines: list[NoticeLine]) -> None:
    """What sentences state, by the few forms that leave no doubt."""
    draft = reader.draft
    if "title" not in draft.facts and (found := _most_often(_IN_PROSE, lines)):
        take("title", reader, *found)
    for line in lines:
        text = line.text.strip()
        if match := _LOCATED.search(text):
            said = NoticeLine(line.number, match[0])
            if key := organisation_named(f"{match['name']} ({match['short']})", reader.organisations):
                draft.state("organisation", key, said.origin)
            if match["city"] and not country_named(match["city"]):
                reader.apart.setdefault("city in prose", (match["city"], said.origin))
        if match := _BASED.search(text):
            reader.apart.setdefault("station in prose", (match["place"], NoticeLine(line.number, match[0]).origin))
        if match := _CONTRACT_GRADE.match(text):
            take("grade", reader, match["grade"], line)
        if (station := place_line(text)) and "duty_stations" not in draft.facts:
            draft.state("duty_stations", [station], line.origin)
            reader.used.add(line.number)
        if re.search(r"\bonly open to roster\b|\brecruit from roster\b", text, re.IGNORECASE):
            draft.state("open_to", ["roster"], line.origin)
        if _OVER.search(text) and len(text) < 120:
            reader.apart.setdefault("over", (text, line.origin))
            reader.used.add(line.number)
        _languages(reader, line)
    _tiers(reader, lines)
    if "organisation" not in draft.facts and not draft.organisation_text:
        _organisation_by_mention(reader, lines)


def _most_often(pattern: re.Pattern[str], lines: Iterable[NoticeLine]) -> tuple[str, NoticeLine] | None:
    found: dict[str, list[NoticeLine]] = {}
    for line in lines:
        for match in pattern.finditer(line.text):
            name = next(filter(None, match.groups()))
            found.setdefault(name, []).append(NoticeLine(line.number, match[0]))
    if not found:
        return None
    best = max(found, key=lambda name: len(found[name]))
    return best, found[best][0]


def _organisation_by_mention(reader: Reader, lines: list[NoticeLine]) -> None:
    """The one organisation of the digest that a text speaks of again and again."""
    counts: dict[str, list[NoticeLine]] = {}
    text = "\n".join(line.text for line in lines)
    for key, file in reader.organisations.items():
        names = [name for name in (file.organisation.name, file.organisation.full_name) if name and name in text]
        if names:  # of hundreds of organisations a notice names few
            pattern = re.compile(rf"\b(?:{'|'.join(map(re.escape, names))})\b")
            counts[key] = [line for line in lines for _ in pattern.finditer(line.text)]
    (most, key), (next_most, _) = sorted([(len(found), key) for key, found in counts.items()] + [(0, ""), (0, "")])[
        :-3:-1
    ]
    # Two mentions are enough where no other organisation of the digest is named at all.
    if (most >= 3 and most >= 2 * next_most) or (most == 2 and not next_most):
        reader.draft.state("organisation", key, counts[key][0].origin)


@cache
def _language_names() -> dict[str, str]:
    named = {name.lower(): code for code, name in languages().items() if len(code) == 2}
    return named | {"bengali": "bn", "farsi": "fa", "kirundi": "rn", "mandarin": "zh", "tagalog": "tl"}


_ABOUT_LANGUAGES = re.compile(
    r"\b(?:fluen|proficien|knowledge of|command of|languages?\b|spoken|written)", re.IGNORECASE
)
_SOFTER = re.compile(r"\b(?:advantage|desirable|asset|preferred|preferable|plus|beneficial)\b", re.IGNORECASE)
_ASKS = re.compile(r"\brequired|must\b|essential|mandatory|fluen", re.IGNORECASE)
_ASKS_NOTHING = re.compile(r"\bone of\b|working languages of|specifically evaluated", re.IGNORECASE)


def _languages(reader: Reader, line: NoticeLine) -> None:
    """Languages that a sentence asks for, by name; "one of …" and what an organisation works in ask for none."""
    about = False
    for sentence in re.split(r"(?<=[.;])\s+(?=[A-Z])", line.text):
        about = about or bool(_ABOUT_LANGUAGES.search(sentence))
        words = re.findall(r"\b[A-Z][a-z]+\b(?!-)", sentence)
        names = [code for word in words if (code := _language_names().get(word.lower()))]
        softer = _SOFTER.search(sentence)
        if about and names and not _ASKS_NOTHING.search(sentence) and (softer or _ASKS.search(sentence)):
            _add_languages(reader, "desirable" if softer else "required", names, NoticeLine(line.number, sentence))


def _add_languages(reader: Reader, need: str, codes: list[str], line: NoticeLine) -> None:
    held = reader.draft.facts.setdefault("languages", {})
    assert isinstance(held, dict)
    known = {code for listed in held.values() for code in listed}
    more = [code for code in dict.fromkeys(codes) if code not in known]
    if more:
        held[need] = [*held.get(need, []), *more]
        reader.draft.origins.setdefault("languages", line.origin)


_TIER = re.compile(
    r"\b(?P<which>first|second|third)[- ]tier candidates?\b(?P<before>(?: (?:include|are)\b[^:.\n]{0,60})?)\s*:|"
    r"^\W*tier (?P<number>[123])\s*:|following are considered (?P<late>first|second|third)[- ]tier candidates\s*:",
    re.IGNORECASE,
)
_TIER_IN_SENTENCE = re.compile(
    r"^(?P<first>first|second|third)[- ]tier candidates are (?P<those>[^.:]{5,400})\.?$|"
    r"\b(?:for (?:the purposes? of )?this (?:vacancy|notice|position), )(?!the following)(?P<who>[^.]{5,400}?)"
    r" are considered(?: as)? (?P<which>first|second|third)[- ]tier candidates",
    re.IGNORECASE,
)
_NUMBERS = {"first": 1, "second": 2, "third": 3}


def _tiers(reader: Reader, lines: list[NoticeLine]) -> None:
    """Tiers that a notice defines: a line that names one, with who belongs to it behind the colon, below or before."""
    found: dict[int, Written] = {}
    origin = ""
    for position, line in enumerate(lines):
        for number, who in _tiers_in(line.text.strip(), lines[position + 1 : position + 1 + _LONGEST_LIST]):
            if who and number not in found:
                origin = origin or line.origin
                found[number] = _tier(reader, number, who)
    if found:
        reader.draft.state("tiers", [found[number] for number in sorted(found)], origin)
    elif any(re.search(r"\b(?:first|second)(?: |-)(?:and second-)?tier\b", line.text, re.IGNORECASE) for line in lines):
        reader.draft.leave("the text speaks of tiers, and who belongs to which could not be read")


def _tiers_in(text: str, below: list[NoticeLine]) -> Iterator[tuple[int, str]]:
    named = list(_TIER.finditer(text))
    ends = [*(match.start() for match in named[1:]), len(text)]
    for match, end in zip(named, ends, strict=False):
        number = int(match["number"] or _NUMBERS[(match["which"] or match["late"] or "").lower()])
        yield number, text[match.end() : end].strip() or " ".join(_below(below))
    if not named and (said := _TIER_IN_SENTENCE.search(text)):
        who = said["who"] or said["those"]
        yield _NUMBERS[(said["which"] or said["first"]).lower()], who[:1].upper() + who[1:]


def _tier(reader: Reader, number: int, who: str) -> Written:
    codes, strange = countries_listed(who)
    if len(codes) < 2 or len(strange) > len(codes) // 4:
        return {"tier": number, "who": who[:1000]}
    for name in strange:
        reader.draft.leave(f"{shown(name)} among the countries of tier {number} is not known, look it up")
    return {"tier": number, "who": "Nationals of the countries that the notice lists", "countries": list(codes)}


def _below(lines: list[NoticeLine]) -> Iterable[str]:
    """The line below a heading of a tier, or all items of the list there."""
    first, *rest = [line.text.strip() for line in lines] or [""]
    item = BULLET.match(first) or NUMBER.match(first)
    if not item:
        return [first]
    texts = [item["text"].rstrip(" ;,.")]
    for text in rest:
        more = BULLET.match(text) or NUMBER.match(text)
        if not more:
            break
        texts.append(more["text"].rstrip(" ;,."))
    return ["; ".join(texts)]
