"""Names of employers as notices write them: those of the digest, well-known ones, and both in short and in full."""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import NamedTuple

from ..model.content import OrganisationFile
from ..model.vocabulary import employers
from .phrases import plain_key, role_words
from .places import country_named

_LONGEST_NAME = 200  # characters
_FEWEST_LETTERS = 3  # of a name that a text may speak of in passing


class Employer(NamedTuple):
    """An employer: the key of its file in the digest, or none; and its name as the text has it."""

    key: str | None
    name: str


def employer_named(text: str, organisations: Mapping[str, OrganisationFile]) -> Employer | None:
    """The employer that a text is a name of, in short, in full or both."""
    if len(text) > _LONGEST_NAME:
        return None
    names = list(dict.fromkeys(filter(None, _names_in(text))))
    for name in names:
        if key := _keys(organisations).get(name):
            return Employer(key, text)
    known = {short for name in names if (short := _well_known().get(name))}
    if len(known) == 1:
        # The digest may have an employer under a name that the text does not use.
        (short,) = known
        key = next((key for name in _other_names()[short] if (key := _keys(organisations).get(name))), None)
        return Employer(key, text)
    return None


def _names_in(text: str) -> Iterator[str]:
    """The names that a text may be: as it stands, without its brackets, what is in them, and before a dash."""
    plain = re.sub(r"^(?:the|le|la|les|l['’]|el) ?(?=[A-ZÉ])", "", text.strip(), flags=re.IGNORECASE)
    yield plain_key(text)
    yield plain_key(plain)
    without = re.sub(r"\s*\([^()]*\)\s*$", "", plain)
    yield plain_key(without)
    # In brackets stands the short name, unless before them stands more than a name.
    if not role_words(without) and len(without.split()) <= 12:
        yield from map(plain_key, re.findall(r"\(([^)]+)\)", plain))
    # An office in a country belongs to the whole.
    for words in (1, 2):
        name, country = " ".join(without.split()[:-words]), " ".join(without.split()[-words:])
        if name and country_named(country):
            yield plain_key(name)
    yield plain_key(re.split(r"\s[-–|]\s", plain)[0])
    # Some sites write UN before the name of whatever belongs to it.
    yield plain_key(re.sub(r"^UN (?=[A-Z][a-z])", "", plain))


def _keys(organisations: Mapping[str, OrganisationFile]) -> Mapping[str, str]:
    return _keys_of(
        tuple((key, file.organisation.name, file.organisation.full_name or "") for key, file in organisations.items())
    )


@cache
def _keys_of(names: tuple[tuple[str, str, str], ...]) -> Mapping[str, str]:
    found: dict[str, str] = {}
    for key, name, full_name in names:
        for one in map(plain_key, (key, name, full_name)):
            if one:
                found.setdefault(one, key)
    return found


@cache
def _well_known() -> Mapping[str, str]:
    return {plain_key(name): short for short, names in _all().items() for name in (short, *names)}


@cache
def _other_names() -> Mapping[str, tuple[str, ...]]:
    return {short: tuple(map(plain_key, (short, *names))) for short, names in _all().items()}


def _all() -> Mapping[str, list[str]]:
    found: dict[str, list[str]] = employers()["common"] | employers()["own_grades"]
    return found


def has_own_grades(name: str) -> bool:
    """Whether an employer is known for grades of its own, which look like those of the United Nations."""
    known = {_well_known().get(one) for one in _names_in(name)}
    return bool(known & employers()["own_grades"].keys())


_RUN = re.compile(
    r"\b[A-ZÉ][\w'’&.-]*(?: (?:of|for|and|the|on|in|de|des|du|d'|la|le|les|pour|et|para|y|el|(?:[A-ZÉ][\w'’&.-]*)))*"
)


def employers_in(text: str, organisations: Mapping[str, OrganisationFile]) -> Iterator[tuple[Employer, int]]:
    """The well-known employers that a sentence names, each with where it stands."""
    for run in _RUN.finditer(text[:600]):
        words = run[0].split()
        for first in range(min(3, len(words))):
            for last in range(min(len(words), first + 14), first, -1):
                name = " ".join(words[first:last]).strip(".,")
                if len(name) >= _FEWEST_LETTERS and (found := employer_named(name, organisations)):
                    yield found._replace(name=name), run.start() + run[0].index(words[first])
                    break
            else:
                continue
            break
