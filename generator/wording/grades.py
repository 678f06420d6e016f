"""Grades as notices write them: `P-3`, `P3`, `GS6`, `NOB`, `Mid level - P-4`; and other ladders' as they stand."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from ..model.vocabulary import Term, term_meant

_FIGURE = r"[A-Z]{1,5}(?: ?[-–.] ?| )?\d{1,2}"
_CODE = re.compile(
    rf"(?<![\w-])(?:{_FIGURE}|NO-?[A-E]|N0-?\d|FG ?-?(?:IV|I{{1,3}})|(?i:band|"
    rf"scale|grade|level|tier) \d{{1,2}}[A-Da-d]?)(?![\w°]|-\d|\.\d)"
)
_RANGE = re.compile(rf"{_FIGURE}(?: ?[/&–-] ?(?:[A-Z]{{1,5}}[ -]?)?\d{{1,2}})?(?![\w°])")
_LETTERS = re.compile(r"[A-Z]{2,4}")
# Letters behind a label that are no grade, and letters before a figure that make it something else.
_NO_GRADES = frozenset(
    {"ASAP", "CV", "FT", "HQ", "N/A", "NA", "NGO", "PT", "TA", "TBC", "TBD", "TBA", "UN", "NIL", "NONE"}
)
_NO_LADDERS = frozenset(
    {
        "COVID",
        "DAY",
        "FY",
        "HIV",
        "ISO",
        "LEVEL",
        "MAY",
        "NO",
        "PAGE",
        "POST",
        "STEP",
        "TOP",
        "UNIT",
        "VN",
        "SDG",
        "USD",
        "EUR",
        "GBP",
    }
)


class ReadGrade(NamedTuple):
    """A grade: the digest's own word for it, or none and the words of the notice."""

    key: str | None
    text: str


def grade_in(text: str, grades: Mapping[str, Term]) -> ReadGrade | None:
    """The grade that the value of a label names; None where it names none, or several."""
    plain = " ".join(text.split())[:200].strip(" .;,")
    if re.fullmatch(r"[1-9]\d?|[A-H]", plain) or (_LETTERS.fullmatch(plain) and plain not in _NO_GRADES):
        return ReadGrade(_known(plain, grades), plain)
    codes = list(_codes(plain))
    if known := {key: code for code in codes if (key := _known(code, grades))}:
        return ReadGrade(*next(iter(known.items()))) if len(known) == 1 else None
    if (named := _RANGE.match(plain)) and codes:
        return ReadGrade(None, named[0])
    # Of another ladder nobody knows which words belong to it, unless the code stands between commas.
    alone = [part.strip() for part in re.split(r"[,;(]", plain) if is_grade(part)]
    return ReadGrade(None, alone[0] if alone else plain) if codes and (alone or len(plain) <= 40) else None


def _codes(text: str) -> Iterator[str]:
    for match in _CODE.finditer(text):
        letters = re.match(r"[A-Za-z]+", match[0])
        if letters and (letters[0] not in _NO_LADDERS or re.fullmatch(r"NO-?[A-E1-5]", match[0])):
            yield match[0]


def _known(code: str, grades: Mapping[str, Term]) -> str | None:
    """The digest's word for a code. P04 is P-4; G-05 and GS-12 are of ladders that it does not know."""
    code = re.sub(r"^P ?-?0(?=[1-5]$)", "P", code)
    return None if re.search(r"(?<!\d)0\d", code) else term_meant(code, grades)


def is_grade(text: str) -> bool:
    """Whether a text is the code of a grade, or a range of them, and nothing else."""
    plain = text.strip(" ()[].")
    return bool(_RANGE.fullmatch(plain) or _CODE.fullmatch(plain)) and bool(list(_codes(plain)))


def sure_grade(text: str, grades: Mapping[str, Term]) -> ReadGrade | None:
    """The grade that a part of a headline is, where it can be nothing else."""
    plain = text.strip(" ()[]")
    # Before it the kind of the contract may stand: `FT-NOB`.
    plain = re.sub(r"^(?:FT|TA|Grade|Level)[ :-]\s?", "", plain)
    return grade_in(plain, grades) if is_grade(plain) else None
