"""Which postings tell of the same vacancy: by reference, by source, by what they state, by their words."""

import re
import unicodedata
from array import array
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from zlib import crc32

_SHINGLE = 4  # words
ALIKE = 0.7  # the share of shingles in common from which on two texts are one
_FEWEST = 40  # shingles; shorter texts are alike by chance
_MOST_SHINGLES = 1024  # of a text that are compared; few notices have more
_FIRST, _MOST_COMPARED = 8, 4  # the shingles by which a text is found, and the texts that are compared for each of them


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


@lru_cache(8)
def _shingles(text: str) -> "array[int]":
    """A text as the hashes of its runs of words, so that texts can be compared: all of them, or the smallest.

    The smallest of two texts stand for the texts, for which of all runs they are is chance (Broder, 1997).
    """
    words = _plain(text).split()
    runs = {crc32(" ".join(words[at : at + _SHINGLE]).encode()) for at in range(len(words) - _SHINGLE + 1)}
    return array("I", nsmallest(_MOST_SHINGLES, runs))


@lru_cache(1 << 14)
def plain(text: str) -> str:
    """A title or a reference in lower case without accents and marks."""
    return _plain(text)


def _plain(text: str) -> str:
    """Words in lower case without accents and marks."""
    letters = text.lower()
    if not letters.isascii():
        letters = "".join(char for char in unicodedata.normalize("NFKD", letters) if not unicodedata.combining(char))
    return " ".join(re.findall(r"[^\W_]+", letters))


def _share(one: "array[int]", other: "array[int]") -> float:
    """The share that two texts have in common; 0 where one is too short to tell."""
    if min(len(one), len(other)) < _FEWEST:
        return 0.0
    both = set(one) & set(other)
    every = sorted({*one, *other})[: _MOST_SHINGLES if _MOST_SHINGLES in (len(one), len(other)) else None]
    return sum(run in both for run in every) / len(every)


class Alike:
    """Postings by their words, to be asked which of them tells what a new one tells.

    An answer takes the same time however many postings have one title: texts that share most of their runs of words
    share one of the first few, and few of those that do are compared.
    """

    def __init__(self, share: float) -> None:
        self._least = share
        self._waiting: dict[str, list[Trait]] = {}  # by title; most titles are never asked about
        self._known: dict[str, dict[int, list[tuple[Trait, array[int]]]]] = {}

    def add(self, one: Trait) -> None:
        self._waiting.setdefault(plain(one.title), []).append(one)

    def twin_of(self, new: Trait) -> tuple[Trait | None, float]:
        """A posting of the same title whose text is the same for the most part, and the share that is."""
        title = plain(new.title)
        known = self._known.setdefault(title, {})
        for one in self._waiting.pop(title, ()):
            runs = _shingles(one.text)
            for run in runs[:_FIRST]:
                if len(held := known.setdefault(run, [])) < _MOST_COMPARED:
                    held.append((one, runs))
        if not known:
            return None, 0.0
        own = _shingles(new.text)
        likely = {one.path: (one, runs) for run in own[:_FIRST] for one, runs in known.get(run, ())}
        shares = ((one, _share(own, runs)) for one, runs in likely.values())
        return next((found for found in shares if found[1] >= self._least), (None, 0.0))


def twin_of(new: Trait, known: Iterable[Trait], by_words: Alike) -> tuple[Trait, str] | None:
    """A posting that tells of the same vacancy, and what shows it. `by_words` holds the known ones too."""
    for old in known:
        same_employer = not new.organisation or not old.organisation or new.organisation == old.organisation
        if new.url and new.url == old.url:
            return old, "same address at its source"
        if new.reference and same_employer and plain(new.reference) == plain(old.reference):
            return old, f"same reference {new.reference}"
        if same_employer and _states_the_same(new, old):
            return old, "same title, place and deadline"
    twin, share = by_words.twin_of(new)
    return (twin, f"{share:.0%} of the text is the same") if twin else None


def _states_the_same(new: Trait, old: Trait) -> bool:
    # A day and an instant of that day are the same deadline.
    return (plain(new.title), new.place, new.closes[:10]) == (plain(old.title), old.place, old.closes[:10])


def advertised_again(new: Trait, old: Trait) -> bool:
    """Whether a twin is the same vacancy opened anew: the old one is over, and the deadline another."""
    return old.over and bool(new.closes) and new.closes[:10] != old.closes[:10]
