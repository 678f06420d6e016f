"""What a notice states behind labels: `Closing date: 10 June 2026`, or the value on the line below."""

import re
from collections.abc import Callable, Mapping
from functools import cache
from typing import NamedTuple

from ..model.content import OrganisationFile
from ..model.problems import shown
from ..model.vocabulary import currencies, notice_words, term_meant
from .dates import read_date
from .drafting import NoticeLine, Reader, plain_key, unknown
from .places import stations, unclear_countries

_LABEL = re.compile(r"^[\s\W]*(?P<label>[A-Za-z][^:\n]{1,80}?)\s*(?::|\s-\s|\s–\s|\t)\s*(?P<value>\S.*)$")
_LONGEST_NAME = 200  # characters
# Figures that can be read in one way alone: of 85.000 nobody can tell what the dot means.
_FIGURE = (
    r"(?:\d{1,3}(?:,\d{3})+(?:\.\d{1,2})?|\d{1,3}(?: \d{3})+(?:[.,]\d{1,2})?|\d{1,3}(?:\.\d{3})+,\d{1,2}"
    r"|\d{1,3}(?:\.\d{3}){2,}|\d{1,12}(?:\.\d{1,2})?)"
)
_TIMES = (
    r"k|m|mn|mln|mio|mill?ions?|thousands?|tsd|tausend|mille|bn|billions?|mrd|hundred|lakhs?|lacs?|crores?|cr|triệu|tr"
    r"|nghìn|tỷ|juta|jt|ribu|rb|万|萬|만|億|億|千"
)
# Nothing stands behind a figure that makes it another, such as `85k`, `1.5 million` or a word for more of it.
_END = rf"(?![^\W_]|[.,'’+%]\d|[%+]|[ ]\d|\s?(?:{_TIMES})(?![^\W_]))"


@cache
def _salary_patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Where an amount begins, and a salary that can be read."""
    codes = "|".join(sorted(currencies()))
    currency = rf"(?<![^\W_])(?:US\$|\$|€|£|(?-i:{codes})(?![A-Za-z]))"
    more = rf"\s*(?:-|–|—|\bto\b)\s*(?:{currency})?\s?"
    amount = re.compile(rf"{currency}\s?\d", re.IGNORECASE)
    return amount, re.compile(
        rf"(?<!\d)(?<!\d\s)(?P<currency>{currency})\s?(?P<min>{_FIGURE}){_END}"
        # A second figure that cannot be read makes the first one another: it is no lower end.
        rf"(?:{more}(?P<max>{_FIGURE}){_END}|(?!{more}\d|\s*(?:and|or)\s*(?:{currency})?\s?\d))"
        r"(?:\s*(?:/|\bper|\ban?)\s*(?P<period>year|annum|month|week|day|hour)\b)?",
        re.IGNORECASE,
    )


_BOUND = re.compile(r"\b(?:up to|max(?:imum)?\.?|at most|less than|below|under)(?: of)?\s*$", re.IGNORECASE)
_CURRENCIES = {"US$": "USD", "€": "EUR", "£": "GBP"}


class ReadSalary(NamedTuple):
    """A salary as a text has it; `currency` is a code or `$`, and of one figure `most` is empty."""

    currency: str
    least: str
    most: str
    period: str


def salary_in(text: str) -> ReadSalary | None:
    """The salary that a text states; None where it states none that can be read in one way alone."""
    amount, salary = _salary_patterns()
    first = amount.search(text)
    match = first and salary.match(text, first.start())
    if not match or _BOUND.search(text[: match.start()]):
        return None
    least, most = _figure(match["min"]), _figure(match["max"] or "")
    if most and float(most) < float(least):
        return None
    period = (match["period"] or "").lower().replace("annum", "year")
    written = match["currency"].upper()
    return ReadSalary(_CURRENCIES.get(written, written), least, most, period)


def _figure(text: str) -> str:
    """A figure as front matter writes it."""
    if re.search(r"[., ].*,\d{1,2}$", text) or text.count(".") > 1:
        text = text.replace(".", "").replace(",", ".") if text.count(",") < 2 else text
    return re.sub(r"[, ]", "", text)


_NOTHING = re.compile(
    r"(?:not (?:specified|stated|available|applicable|provided)|n/?a|none|unknown|-+|–|unspecified)\.?", re.I
)


def take_labels(reader: Reader, lines: list[NoticeLine]) -> list[NoticeLine]:
    """Takes in what labels state; the other lines stay."""
    rest: list[NoticeLine] = []
    waiting: tuple[str, NoticeLine] | None = None
    for line in lines:
        text = line.text.strip()
        if waiting and text:
            kind, label = waiting
            waiting = None
            is_value = (
                not _LABEL.match(text) and plain_key(text) not in notice_words().sections and not _label_alone(text)
            )
            if len(text) <= 120 and is_value:
                if not _NOTHING.fullmatch(text):
                    _TAKERS[kind](reader, text, NoticeLine(line.number, f"{label.text.strip()} {text}"))
                continue
            rest.append(label)
        if alone := _label_alone(text):
            waiting = alone, line
        elif not _row_of_labels(reader, line, text) and not _labelled(reader, line, text):
            rest.append(line)
    return rest + ([waiting[1]] if waiting else [])


def _label_alone(text: str) -> str | None:
    """What a label states whose value stands on the next line."""
    key = plain_key(text)
    bare = re.fullmatch(r"[\W]*[A-Za-z][A-Za-z ./()-]*:?", text)
    return notice_words().labels.get(key) if bare and (key not in notice_words().sections) and len(text) > 3 else None


_IN_ROW = re.compile(r"(?P<label>[A-Z][a-z]+(?: [a-z]+)?):?\s+(?P<value>\S.*)")


def _row_of_labels(reader: Reader, line: NoticeLine, text: str) -> bool:
    """Several labels on one line, as in `Added 7 hours ago - Source: iom.int`: all parts have one, or none is taken."""
    parts = [_IN_ROW.fullmatch(part) for part in re.split(r"\s+[-–|·]\s+", text)]
    kinds = [notice_words().labels.get(plain_key(part["label"])) for part in parts if part]
    if len(parts) < 2 or len(kinds) < len(parts) or not all(kinds):
        return False
    for kind, part in zip(kinds, parts, strict=True):
        if kind and part and not _NOTHING.fullmatch(part["value"]):
            _TAKERS[kind](reader, part["value"], NoticeLine(line.number, part[0]))
    return True


def _labelled(reader: Reader, line: NoticeLine, text: str) -> bool:
    match = _LABEL.match(text)
    if not match:
        return False
    label = re.sub(r"\b(?:in|within) (?:\d+|a|an|one) \w+$", "", match["label"].lower())
    kind = notice_words().labels.get(plain_key(label))
    # A label that is a heading too has text behind it, not a value.
    if kind is None or (plain_key(label) in notice_words().sections and len(match["value"]) > 120):
        return False
    value = match["value"].strip()
    if not _NOTHING.fullmatch(value):
        _TAKERS[kind](reader, value, line)
    return True


def _closes(reader: Reader, value: str, line: NoticeLine) -> None:
    found = read_date(value)
    if found is None:
        if re.search(r"until filled|open until|rolling|ongoing", value, re.IGNORECASE):
            reader.draft.state("closes", "until-filled", line.origin)
        else:
            reader.draft.leave(f"the deadline {shown(value)} names no day for certain, so it was left out", "closes")
        return
    reader.draft.state("closes", found.text, line.origin)
    if found.doubt:
        reader.draft.leave(f"deadline: {found.doubt}")


def _opens(reader: Reader, value: str, line: NoticeLine) -> None:
    if found := read_date(value):
        reader.draft.state("opens", found.text, line.origin)


def _source_day(key: str) -> "Taker":
    def take(reader: Reader, value: str, line: NoticeLine) -> None:
        # "7 hours ago" is no day: only who saved the page knows when that was.
        if found := read_date(value):
            reader.source.setdefault(key, found.text)
        else:
            reader.draft.leave(f"{shown(value)} under {shown(line.text.strip())} is no day, so it was left out")

    return take


def _set_apart(key: str) -> "Taker":
    def take(reader: Reader, value: str, line: NoticeLine) -> None:
        reader.apart.setdefault(key, (value, line.origin))

    return take


def _station(reader: Reader, value: str, line: NoticeLine) -> None:
    found, remote = stations(value)
    if found:
        reader.draft.state("duty_stations", list(found), line.origin)
    for name in unclear_countries(value):
        reader.draft.leave(
            f"{shown(name)} is the name of two countries, CD and CG, so it was left out", "duty_stations"
        )
    if remote:
        reader.draft.state("remote", True, line.origin)


def _contract(reader: Reader, value: str, line: NoticeLine) -> None:
    name, _, rest = value.partition("(")
    kind = term_meant(name.strip(), reader.words.contracts) or term_meant(
        re.sub(r"\s*(appointment|contract)$", "", name.strip(), flags=re.IGNORECASE), reader.words.contracts
    )
    category = notice_words().categories.get(plain_key(name))
    if kind:
        reader.contract.setdefault("type", kind)
        reader.draft.origins.setdefault("contract", line.origin)
    elif category:
        reader.draft.state("category", category, line.origin)
        reader.draft.leave(f"{shown(name.strip())} stands as contract and is a category, so it was taken as that")
    else:
        reader.draft.leave(unknown("contract", name.strip()))
    _duration(reader, rest.rstrip(") "), line)


_COUNT = r"(?:\d{1,4}|one|two|three|six|nine|twelve)(?:\s*\(\d{1,4}\))?"
# With the words and figures that make of it a bound or a range.
_DURATION = re.compile(
    r"(?:\b(?:up to|at most|at least|less than|more than|over|max(?:imum)?\.?|min(?:imum)?\.?|about|approximately)"
    rf" (?:an? )?(?:period )?(?:of )?)?(?<!\w)(?:{_COUNT}\s?(?:-|–|to|or)\s?)?{_COUNT}[ -](?:day|week|month|year)s?\b",
    re.IGNORECASE,
)


def _duration(reader: Reader, value: str, line: NoticeLine) -> None:
    match = _DURATION.search(value)
    if match:
        reader.contract.setdefault("duration", match[0])
        reader.draft.origins.setdefault("contract", line.origin)
    if re.search(r"\b(?:extension|extendable|extendible|renewal|renewable)\b", value, re.IGNORECASE):
        refused = re.search(r"\b(?:no|not|without|non)\b", value, re.IGNORECASE)
        reader.contract.setdefault("extendable", not refused)


def _grade(reader: Reader, value: str, line: NoticeLine) -> None:
    word = re.split(r"[\s(,;]", value.strip(), maxsplit=1)[0]
    grade = term_meant(value.strip(), reader.words.grades) or term_meant(word, reader.words.grades)
    if grade:
        reader.draft.state("grade", grade, line.origin)
    else:
        reader.draft.leave(unknown("grade", value), "grade")


def _category(reader: Reader, value: str, line: NoticeLine) -> None:
    if category := notice_words().categories.get(plain_key(value)) or term_meant(value, reader.words.categories):
        reader.draft.state("category", category, line.origin)
    else:
        reader.draft.leave(unknown("category", value))


def _open_to(reader: Reader, value: str, line: NoticeLine) -> None:
    kinds = (
        ("internationals", r"international"),
        ("nationals", r"\bnational"),
        ("internal", r"\binternal\b"),
        ("roster", r"roster"),
    )
    if found := [kind for kind, words in kinds if re.search(words, value, re.IGNORECASE)]:
        reader.draft.state("open_to", found, line.origin)


def _organisation(reader: Reader, value: str, line: NoticeLine) -> None:
    key = organisation_named(value, reader.organisations)
    if key:
        reader.draft.state("organisation", key, line.origin)
    elif not reader.draft.organisation_text:
        reader.draft.organisation_text = value
        reader.draft.leave(
            f"the organisation {shown(value)} has no file in content/organisations/, write one", "organisation"
        )


def _line_of(key: str) -> "Taker":
    def take(reader: Reader, value: str, line: NoticeLine) -> None:
        if 1 <= len(value) <= 300:
            reader.draft.state(key, value, line.origin)

    return take


def _title(reader: Reader, value: str, line: NoticeLine) -> None:
    if 3 <= len(value) <= 150 and re.search(r"[^\W\d_]", value):
        reader.draft.state("title", value, line.origin)


def _salary(reader: Reader, value: str, line: NoticeLine) -> None:
    reader.apart.setdefault("salary", (value, line.origin))


def _emergency(reader: Reader, value: str, line: NoticeLine) -> None:
    level = re.search(r"\bL([123])\b", line.text)
    if level and re.match(r"(?:yes|no)\b", value, re.IGNORECASE):
        supports = value.lower().startswith("yes")
        reader.draft.state("emergency", {"level": f"L{level[1]}", "supports": supports}, line.origin)


def _source(reader: Reader, value: str, _line: NoticeLine) -> None:
    if value.startswith("https://"):
        reader.source.setdefault("url", value.split()[0])
    else:
        reader.source.setdefault("name", value[:300])


def _apply(reader: Reader, value: str, line: NoticeLine) -> None:
    if match := re.search(r"https://\S+", value):
        reader.draft.state("apply", match[0].rstrip(".,;)"), line.origin)


def take(kind: str, reader: Reader, value: str, line: NoticeLine) -> None:
    """Takes in a value as if a label of this kind had stood before it."""
    _TAKERS[kind](reader, value, line)


Taker = Callable[[Reader, str, NoticeLine], None]
_TAKERS: dict[str, Taker] = {
    "closes": _closes,
    "opens": _opens,
    "added": _source_day("added"),
    "updated": _source_day("updated"),
    "checked": _source_day("checked"),
    "country": _set_apart("country"),
    "city": _set_apart("city"),
    "station": _station,
    "contract": _contract,
    "duration": _duration,
    "grade": _grade,
    "category": _category,
    "open_to": _open_to,
    "org_type": _line_of("org_type"),
    "vacancy_type": _line_of("vacancy_type"),
    "organisation": _organisation,
    "title": _title,
    "reference": _line_of("reference"),
    "salary": _salary,
    "emergency": _emergency,
    "source": _source,
    "url": _source,
    "apply": _apply,
}


def organisation_named(text: str, organisations: Mapping[str, OrganisationFile]) -> str | None:
    """The key of the organisation that a text names, in short or in full."""
    if len(text) > _LONGEST_NAME:
        return None
    wanted = {
        plain_key(text),
        plain_key(re.sub(r"\s*\(.*?\)\s*$", "", text)),
        *map(plain_key, re.findall(r"\(([^)]+)\)", text)),
    }
    # Some sites write UN before the name of whatever belongs to it.
    wanted |= {plain_key(re.split(r"\s[-–|]\s", text)[0]), plain_key(re.sub(r"^UN (?=[A-Z][a-z])", "", text))}
    for key, file in organisations.items():
        names = {plain_key(key), plain_key(file.organisation.name), plain_key(file.organisation.full_name or "")} - {""}
        if names & wanted:
            return key
    return None
