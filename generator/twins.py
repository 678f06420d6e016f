"""Which postings tell of the same vacancy: by reference, by source, by what they state, by their words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

_SHINGLE = 4  # words
_ALIKE = 0.7  # the share of shingles in common from which on two texts are one
_FEWEST = 40  # shingles; shorter texts are alike by chance


@dataclass(frozen=True, slots=True)
class Trait:
    """What a posting is known again by. `closes` is its deadline as written, `over` whether it has ended."""

    path: str
    title: str
    organisation: str
    reference: str
    url: str
    place: str
    closes: str
    over: bool
    text: str


@lru_cache(1024)
def _shingles(text: str) -> frozenset[int]:
    """A text as the hashes of its runs of words, so that texts can be compared."""
    words = plain(text).split()
    return frozenset(crc32(" ".join(words[at : at + _SHINGLE]).encode()) for at in range(len(words) - _SHINGLE + 1))


def plain(text: str) -> str:
    """Words in lower case without accents and marks."""
    letters = text.lower()
    if not letters.isascii():
        letters = "".join(char for char in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+", letters))


def alike(one: Trait, other: Trait) -> float:
    """The share that two postings' texts have in common; 0 where one is too short to tell."""
    first, second = _shingles(one.text), _shingles(other.text)
    if min(len(first), len(second)) < _FEWEST:
        return 0.0
    return len(first & second) / len(first | second)


def twin_of(new: Trait, known: Iterable[Trait]) -> tuple[Trait, str] | None:
    """The first posting that tells of the same vacancy, and what shows it."""
    for old in known:
        same_employer = not new.organisation or not old.organisation or new.organisation == old.organisation
        if new.url and new.url == old.url:
            return old, "same address at its source"
        if new.reference and same_employer and plain(new.reference) == plain(old.reference):
            return old, f"same reference {new.reference}"
        if same_employer and _states_the_same(new, old):
            return old, "same title, place and deadline"
        if plain(new.title) == plain(old.title) and (share := alike(new, old)) >= _ALIKE:
            return old, f"{share:.0%} of the text is the same"
    return None


def _states_the_same(new: Trait, old: Trait) -> bool:
    # A day and an instant of that day are the same deadline.
    return (plain(new.title), new.place, new.closes[:10]) == (plain(old.title), old.place, old.closes[:10])


def advertised_again(new: Trait, old: Trait) -> bool:
    """Whether a twin is the same vacancy opened anew: the old one is over, and the deadline another."""
    return old.over and bool(new.closes) and new.closes[:10] != old.closes[:10]
