"""Which postings tell of the same vacancy: by reference, by source, by what they state, by their words."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

_SHINGLE = 4  # words
_ALIKE = 0.7  # the share of shingles in common from which on two texts may be one
_SAME = 0.9  # and from which on they are; boards and employers use some text in every notice
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
    """The first posting that is certain to tell of the same vacancy, and what shows it.

    Something that identifies a vacancy must say so, and nothing that both state may speak against it.
    """
    for old in known:
        if not _differ(new, old) and (why := _identified(new, old)):
            return old, why
    return None


def _identified(new: Trait, old: Trait) -> str:
    """What shows that two postings are of one vacancy; empty where nothing does."""
    # A posting that an editor has finished has another title; the deadline may have moved.
    same_title = plain(new.title) == plain(old.title)
    another_day = bool(new.closes and old.closes) and new.closes[:10] != old.closes[:10]
    another = another_day and not same_title
    same_employer = bool(new.organisation) and new.organisation == old.organisation
    if _is_of_one_notice(new.url) and new.url == old.url and not another:
        return "same address at its source"
    if _same_reference(new, old) and (same_title or (same_employer and not another)):
        return f"same reference {new.reference}"
    # A day and an instant of that day are the same deadline.
    stated = all((new.title, new.place, new.closes)) and new.place == old.place and new.closes[:10] == old.closes[:10]
    if same_employer and same_title and stated:
        return "same title, place and deadline"
    if same_title and not another_day and (share := alike(new, old)) >= _SAME:
        return f"{share:.0%} of the text is the same"
    return ""


def like_of(new: Trait, known: Iterable[Trait]) -> tuple[Trait, str] | None:
    """The first posting that may be of the same vacancy, though nothing shows that it is, and what is alike."""
    for old in known:
        same_title = plain(new.title) == plain(old.title)
        if new.url and new.url == old.url:
            return old, "same address at its source"
        if _same_reference(new, old):
            return old, f"same reference {new.reference}"
        if same_title and (share := alike(new, old)) >= _ALIKE:
            return old, f"{share:.0%} of the text is the same"
        days = (new.closes[:10], old.closes[:10])
        if same_title and not _differ(new, old) and (days[0] == days[1] or not all(days)):
            return old, "same title, and nothing that tells them apart"
    return None


def _differ(new: Trait, old: Trait) -> bool:
    """Whether both state an employer, a reference or a place, and not the same."""
    pairs = (
        (new.organisation, old.organisation),
        (plain(new.reference), plain(old.reference)),
        (new.place, old.place),
    )
    return any(one and other and one != other for one, other in pairs)


def _same_reference(new: Trait, old: Trait) -> bool:
    """Whether both have a reference that can stand for one vacancy: `***` and `N/A` stand for none."""
    reference = plain(new.reference)
    return any(char.isdigit() for char in reference) and reference == plain(old.reference)


def _is_of_one_notice(url: str) -> bool:
    """Whether an address may be that of a single notice: the front page of a site is not."""
    return bool(re.sub(r"https?://[^/?#]*", "", url).strip("/?#"))


def addresses_of_many(traits: Iterable[Trait]) -> frozenset[str]:
    """The addresses under which several notices stand, such as an employer's list: they identify none of them."""
    titles: dict[str, set[str]] = {}
    for one in traits:
        titles.setdefault(one.url, set()).add(plain(one.title))
    return frozenset(url for url, several in titles.items() if len(several) > 1)


def advertised_again(new: Trait, old: Trait) -> bool:
    """Whether a twin is the same vacancy opened anew: the old one is over, and the deadline another."""
    return old.over and bool(new.closes) and new.closes[:10] != old.closes[:10]
