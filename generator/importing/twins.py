"""Which postings tell of the same vacancy: by reference, by source, by what they state, by their words."""

import re
import unicodedata
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from heapq import nsmallest
from zlib import crc32

_SHINGLE = 4  # words
_ALIKE = 0.7  # the share of shingles in common from which on two texts may be one
_SAME = 0.9  # and from which on they are; boards and employers use some text in every notice
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
def plain_title(text: str) -> str:
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


class Known:
    """Postings that are known, to be asked which of them tells what a new one tells.

    By words, an answer takes the same time however many postings have one title: texts that share most of their runs
    of words share one of the first few, and few of those that do are compared.
    """

    def __init__(self, traits: Iterable[Trait] = ()) -> None:
        self._traits: list[Trait] = []
        self._waiting: dict[str, list[Trait]] = {}  # by title; most titles are never asked about
        self._by_runs: dict[str, dict[int, list[tuple[Trait, array[int]]]]] = {}
        for one in traits:
            self.add(one)

    def __iter__(self) -> Iterator[Trait]:
        return iter(self._traits)

    def add(self, one: Trait) -> None:
        """Takes in a posting."""
        self._traits.append(one)
        self._waiting.setdefault(plain_title(one.title), []).append(one)

    def alike(self, new: Trait, share: float) -> Iterator[tuple[Trait, float]]:
        """Postings of the same title of whose text at least a share is the same, and what share that is."""
        title = plain_title(new.title)
        known = self._by_runs.setdefault(title, {})
        for one in self._waiting.pop(title, ()):
            runs = _shingles(one.text)
            for run in runs[:_FIRST]:
                if len(held := known.setdefault(run, [])) < _MOST_COMPARED:
                    held.append((one, runs))
        if not known:
            return
        own = _shingles(new.text)
        likely = {one.path: (one, runs) for run in own[:_FIRST] for one, runs in known.get(run, ())}
        shares = ((one, _share(own, runs)) for one, runs in likely.values())
        yield from (found for found in shares if found[1] >= share)


def twin_of(new: Trait, known: Known) -> tuple[Trait, str] | None:
    """The first posting that is certain to tell of the same vacancy, and what shows it.

    Something that identifies a vacancy must say so, and nothing that both state may speak against it.
    """
    for old in known:
        if not _differ(new, old) and (why := _identified(new, old)):
            return old, why
    for old, share in known.alike(new, _SAME):
        if not _differ(new, old) and not _another_day(new, old):
            return old, f"{share:.0%} of the text is the same"
    return None


def _identified(new: Trait, old: Trait) -> str:
    """What shows that two postings are of one vacancy; empty where nothing does."""
    # A posting that an editor has finished has another title; the deadline may have moved.
    same_title = plain_title(new.title) == plain_title(old.title)
    another = _another_day(new, old) and not same_title
    same_employer = bool(new.organisation) and new.organisation == old.organisation
    if _is_of_one_notice(new.url) and new.url == old.url and not another:
        return "same address at its source"
    if _same_reference(new, old) and (same_title or (same_employer and not another)):
        return f"same reference {new.reference}"
    # A day and an instant of that day are the same deadline.
    stated = all((new.title, new.place, new.closes)) and new.place == old.place and new.closes[:10] == old.closes[:10]
    if same_employer and same_title and stated:
        return "same title, place and deadline"
    return ""


def like_of(new: Trait, known: Known) -> tuple[Trait, str] | None:
    """The first posting that may be of the same vacancy, though nothing shows that it is, and what is alike."""
    for old, share in known.alike(new, _ALIKE):
        return old, f"{share:.0%} of the text is the same"
    for old in known:
        same_title = plain_title(new.title) == plain_title(old.title)
        if new.url and new.url == old.url:
            return old, "same address at its source"
        if _same_reference(new, old):
            return old, f"same reference {new.reference}"
        days = (new.closes[:10], old.closes[:10])
        if same_title and not _differ(new, old) and (days[0] == days[1] or not all(days)):
            return old, "same title, and nothing that distinguishes them"
    return None


def _another_day(new: Trait, old: Trait) -> bool:
    """Whether both state a deadline, and not the same; a day and an instant of that day are the same."""
    return bool(new.closes and old.closes) and new.closes[:10] != old.closes[:10]


def _differ(new: Trait, old: Trait) -> bool:
    """Whether both state an employer, a reference or a place, and not the same."""
    pairs = (
        (new.organisation, old.organisation),
        (plain_title(new.reference), plain_title(old.reference)),
        (new.place, old.place),
    )
    return any(one and other and one != other for one, other in pairs)


def _same_reference(new: Trait, old: Trait) -> bool:
    """Whether both have a reference that can stand for one vacancy: `***` and `N/A` stand for none."""
    reference = plain_title(new.reference)
    return any(char.isdigit() for char in reference) and reference == plain_title(old.reference)


def _is_of_one_notice(url: str) -> bool:
    """Whether an address may be that of a single notice: the front page of a site is not."""
    return bool(re.sub(r"https?://[^/?#]*", "", url).strip("/?#"))


def addresses_of_many(traits: Iterable[Trait]) -> frozenset[str]:
    """The addresses under which several notices stand, such as an employer's list: they identify none of them."""
    titles: dict[str, set[str]] = {}
    for one in traits:
        titles.setdefault(one.url, set()).add(plain_title(one.title))
    return frozenset(url for url, several in titles.items() if len(several) > 1)


def advertised_again(new: Trait, old: Trait) -> bool:
    """Whether a twin is the same vacancy opened again: the old one is over, and the deadline another."""
    return old.over and bool(new.closes) and new.closes[:10] != old.closes[:10]
