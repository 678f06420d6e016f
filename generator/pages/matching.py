"""What a notice states about who may apply, as data that the page's script compares with a reader's answers."""

import re
from collections.abc import Mapping
from types import MappingProxyType

from ..edition import wording
from ..model.schema import Posting
from ..model.vocabulary import languages

# Degrees in rising order, by the words that notices use. The first one in a text counts: a "high school diploma" is
# not a diploma, and "first-level degree in lieu of an advanced degree" asks for the first.
LEVELS: Mapping[str, int] = MappingProxyType(
    {"Secondary school": 1, "Diploma or certificate": 2, "Bachelor's degree": 3, "Master's degree": 4, "Doctorate": 5}
)
_WORDS = (
    (1, r"secondary|high[- ]school|baccalaur[eé]at"),
    (3, r"bachelor|first[- ](level|university)|undergraduate"),
    (4, r"master|advanced (university )?degree|postgraduate"),
    (5, r"doctor|ph\.?\s?d"),
    (2, r"diploma|certificate|vocational|associate"),
    (3, r"university degree|degree"),
)


def degree_level(text: str) -> int | None:
    """The number of the degree that a text asks for, one of `LEVELS`; None if it names no degree that we know."""
    found = [(match.start(), level) for level, words in _WORDS if (match := re.search(words, text, re.IGNORECASE))]
    return min(found)[1] if found else None


def notice_of(posting: Posting) -> dict[str, object]:
    """The notice's rules as data for the script."""
    return {
        "open_to": list(posting.open_to),
        "stations": [station.country for station in posting.duty_stations if station.country],
        "tiers": [{"tier": one.tier, "who": one.who, "countries": list(one.countries)} for one in posting.tiers],
        "education": [
            {"level": degree_level(one.education), "years": one.years, "text": wording.alternative_text(one)}
            for one in posting.education_experience
        ],
        "languages": [[code, languages()[code]] for code in (posting.languages.required if posting.languages else ())],
    }
