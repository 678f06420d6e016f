"""What is wrong with the input, as values. One error carries every problem of a run."""

from bisect import bisect
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from functools import lru_cache
from typing import Literal, NamedTuple

from .telling import visible

_LONGEST_WORD = 100  # characters of a word that is compared with the known ones
_MOST_COMPARED = 128  # known words


class Place(NamedTuple):
    """A position in a text file; line and column count from 1, columns in characters."""

    line: int = 1
    column: int = 1


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake of an editor: where it is, what is there, and what to write instead.

    `path` is relative to the root. A `note` stops nothing: it says what a draft still lacks. A `warning` says what may
    mislead a reader. `instead` is the value to write if that is certain, `rule` names the rule that was broken.
    """

    path: str
    place: Place
    key: str
    message: str
    level: Literal["error", "warning", "note"] = "error"
    instead: str = field(default="", compare=False)
    rule: str = field(default="content", compare=False)

    def __str__(self) -> str:
        level = "" if self.level == "error" else f"{self.level}: "
        return visible(f"{self.path}:{self.place.line}:{self.place.column}: {level}{self.key}: {self.message}")

    def as_note(self) -> "Problem":
        """The same as a note, which stops nothing."""
        return replace(self, level="note")


class ContentError(Exception):
    """The content cannot be published; `problems` holds every reason at once."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = tuple(sorted(set(problems)))
        super().__init__("\n".join(map(str, self.problems)))

    def __reduce__(self) -> tuple[type["ContentError"], tuple[tuple[Problem, ...]]]:
        # An exception is sent between processes by the arguments it was made from.
        return ContentError, (self.problems,)


class Misspelt(ValueError):
    """A value that certainly means `instead`, but is written in another way."""

    def __init__(self, message: str, instead: str) -> None:
        super().__init__(message)
        self.instead = instead


def shown(text: object, limit: int = 60) -> str:
    """The text as a message quotes it: on one line, in quotes, invisible characters escaped, cut at `limit`."""
    return repr(cut(str(text), limit))


def cut(text: str, limit: int = 60) -> str:
    """The text, or its start followed by an ellipsis: messages stay short however long the text is."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def nearest(word: str, known: Iterable[str]) -> str | None:
    """The known word that the editor probably meant, if there is one.

    If there are very many known words, it is compared only with its neighbours in the alphabet.
    """
    if len(word) > _LONGEST_WORD:
        return None
    by_lower, in_order = _lowered(tuple(known))
    meant = word.lower()
    start = max(0, min(bisect(in_order, meant) - _MOST_COMPARED // 2, len(in_order) - _MOST_COMPARED))
    found = get_close_matches(meant, in_order[start : start + _MOST_COMPARED], n=1, cutoff=0.6)
    return by_lower[found[0]] if found else None


@lru_cache(64)
def _lowered(known: tuple[str, ...]) -> tuple[dict[str, str], list[str]]:
    """The known words by their lower-case forms, and these forms in alphabetical order."""
    by_lower = {choice.lower(): choice for choice in known}
    return by_lower, sorted(by_lower)


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """What to write instead of an unknown word: the nearest known one, or all of them when they are few."""
    choices = list(known)
    if match := nearest(word, choices):
        return f"did you mean {match}?"
    if len(choices) <= 12:
        return "write one of " + ", ".join(choices)
    return "see docs/content.md for the allowed values"
