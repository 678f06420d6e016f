"""What a notice asks of candidates: languages, and the tiers in which they are considered."""

import re
from collections.abc import Iterable, Iterator
from functools import cache

from ..editing.edits import Written
from ..model.problems import shown
from ..model.vocabulary import languages
from ..wording.layouts import BULLET, NUMBER, NoticeLine
from ..wording.places import countries_listed
from .drafting import Reader

_LONGEST_LIST = 60  # lines below a heading of a tier


def take_requirements(reader: Reader, lines: list[NoticeLine]) -> None:
    """Takes in what lines ask of candidates."""
    for line in lines:
        _languages(reader, line)
    _tiers(reader, lines)


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
    elif any(
        re.search(
            r"\b(?:first|second)(?: |"
            r"-)(?:and second-)?tier\b",
            line.text,
            re.IGNORECASE,
        )
        for line in lines
    ):
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
