"""The phrases of notices, from `notices.yaml`: what labels state, headings, the frame of a page, words of roles."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from itertools import product

from ..model.vocabulary import notice_words

MOST_WORDS = 20  # of a label


@lru_cache(1 << 14)
def plain_key(text: str) -> str:
    """A label, heading or name in lower case without accents: letters and spaces alone."""
    return " ".join(re.findall(r"[^\W\d_]+", without_accents(text)))


def without_accents(text: str) -> str:
    """A text in lower case without accents."""
    lowered = text.lower()
    if lowered.isascii():
        return lowered
    return "".join(char for char in unicodedata.normalize("NFKD", lowered) if not unicodedata.combining(char))


def _expanded(pattern: str) -> Iterator[str]:
    """Every phrase that a pattern of `notices.yaml` stands for: `{closing|end} date` for two."""
    parts = [part.split("|") for part in re.split(r"[{}]", pattern)]
    # Alternatives stand at each second place; a bar outside of braces would be a mistake in our file.
    for chosen in product(*(part if number % 2 else ["|".join(part)] for number, part in enumerate(parts))):
        yield "".join(chosen)


def _phrases(patterns: Iterable[str]) -> Iterator[str]:
    for pattern in patterns:
        yield from map(plain_key, _expanded(pattern))


def _by_language(part: str) -> Iterator[str]:
    for patterns in notice_words()[part].values():
        yield from patterns


@cache
def labels() -> Mapping[str, str]:
    """What a label states, by the label. Of two that state a thing each, the one that is no fact of ours goes last."""
    found: dict[str, str] = {}
    for kind, languages in notice_words()["labels"].items():
        patterns = [languages] if isinstance(languages, list) else languages.values()
        for phrase in _phrases(pattern for some in patterns for pattern in some):
            found.setdefault(phrase, kind)
    return found


@cache
def sections() -> frozenset[str]:
    """The headings of a notice."""
    return frozenset(_phrases(_by_language("sections")))


@cache
def others() -> frozenset[str]:
    """The headings of what a page has besides its notice."""
    return frozenset(_phrases(_by_language("others")))


@cache
def _frames() -> tuple[frozenset[str], tuple[str, ...]]:
    lines = list(_by_language("frame"))
    starts = tuple(f"{plain_key(line)} " for line in lines if line.endswith("*"))
    return frozenset(map(plain_key, lines)), starts


def is_frame(text: str) -> bool:
    """Whether a line belongs to the page and not to the notice: a button, a menu, words on cookies."""
    if len(text) > 400:
        return False
    whole, starts = _frames()
    # The parts of a menu stand on one line, with bars between them.
    return all((key := plain_key(part)) in whole or key.startswith(starts) for part in text.split("|")) and any(
        map(str.isalpha, text)
    )


@cache
def _roles() -> frozenset[str]:
    words = list(_phrases(_by_language("roles")))
    return frozenset(words) | {f"{word}s" for word in words}


def role_words(text: str) -> int:
    """How many words of a text name a role."""
    return sum(word in _roles() for word in plain_key(text).split())


_OF_ROLES = re.compile(
    r"(?:[^aeiou]er|[^aeiou]or|[aeiou]tor|ist|ician|wright|smith|man|woman|person|keeper|maker|eur|euse|"
    r"trice|ista|ero|era)s?$"
)


def sounds_like_role(text: str) -> bool:
    """Whether a few words end as names of roles do, and are no word of a menu that ends so too."""
    words = plain_key(text).split()
    return 0 < len(words) <= 6 and bool(_OF_ROLES.search(words[-1])) and words[-1] not in _no_roles()


def is_no_city(text: str) -> bool:
    """Whether a place has a word with which it is no city: `Worldwide`, `Country office`."""
    single, several = _no_cities()
    key = plain_key(text)
    return bool(single.intersection(key.split())) or any(phrase in f" {key} " for phrase in several)


@cache
def _no_cities() -> tuple[frozenset[str], tuple[str, ...]]:
    return _words_of("no_cities")


def _words_of(part: str) -> tuple[frozenset[str], tuple[str, ...]]:
    """The words of a part of our file, and its phrases of several words with a space around each."""
    words = list(_phrases(notice_words()[part]))
    return frozenset(word for word in words if " " not in word), tuple(f" {word} " for word in words if " " in word)


@cache
def _no_roles() -> frozenset[str]:
    return frozenset(map(plain_key, notice_words()["no_roles"]))


@cache
def _employer_words() -> tuple[frozenset[str], tuple[str, ...]]:
    return _words_of("employers")


def sounds_like_employer(text: str) -> bool:
    """Whether a name has a word that names of employers have."""
    words, phrases = _employer_words()
    key = plain_key(text)
    return bool(words.intersection(key.split())) or any(phrase in f" {key} " for phrase in phrases)


@cache
def _terms(part: str) -> Mapping[str, str]:
    return {phrase: key for key, patterns in notice_words()[part].items() for phrase in _phrases(patterns)}


def category_meant(text: str) -> str | None:
    """The key of the category of staff that a text is a name of."""
    return _terms("categories").get(plain_key(text))


def contract_meant(text: str) -> str | None:
    """The key of the contract type that a text is a name of."""
    return _terms("contracts").get(plain_key(text))
