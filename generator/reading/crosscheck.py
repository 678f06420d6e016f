"""The rules between files. Each takes what was read and yields problems; none stops at the first."""

from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from ..model.content import MAX_LEVELS, OrganisationFile, line_of
from ..model.fields import SLUG, read_address
from ..model.problems import Place, Problem, cut, did_you_mean, shown
from ..model.schema import FreePage, Organisation, Posting, Settings, VocabularyFile
from ..model.vocabulary import slug_of
from .documents import Document
from .frontmatter import Location

_MOST_NAMED = 5  # hosts in a message
Organisations = Mapping[str, Document[Organisation]]


def organisations(documents: Organisations, named: Set[str]) -> Iterator[Problem]:
    """A parent is an organisation of the digest, and no organisation is above itself.

    `named` are the keys of all files, including those that cannot be read: fixing them comes first.
    """
    for key, document in documents.items():
        parent = _text(document, "parent")
        if not parent:
            continue
        if parent not in named:
            instead = _did_you_mean(parent, named - {key})
            yield document.problem(("parent",), f"{shown(parent)} is not an organisation here, {instead}")
        elif key in (above := _above(key, documents)):
            yield document.problem(("parent",), f"{parent} leads back to {key}, delete one of the parents")
        elif len(set(above)) == MAX_LEVELS:  # below a circle they repeat, and the circle is reported
            message = f"{parent} has {MAX_LEVELS - 1} or more organisations above it, name one nearer to the top"
            yield document.problem(("parent",), message)


def _above(key: str, documents: Organisations) -> list[str]:
    """The organisations above one, nearest first, at most `MAX_LEVELS`."""
    found: list[str] = []
    current = _text(documents[key], "parent")
    while current in documents and len(found) < MAX_LEVELS and key not in found:
        found.append(current)
        current = _text(documents[current], "parent")
    return found


class Claim(NamedTuple):
    """The names that a posting takes: its slug, and by the place in its front matter its id and aliases."""

    path: str
    slug: str
    others: tuple[tuple[Location, str], ...]

    @property
    def names(self) -> tuple[str, ...]:
        """Every name that the posting takes."""
        return self.slug, *(name for _, name in self.others)


def claim_of(document: Document[Posting]) -> Claim:
    """What a posting as written claims, even if it has mistakes. Only slugs can be claimed."""
    others: list[tuple[Location, str]] = []
    if SLUG.fullmatch(identity := _text(document, "id")):
        others.append((("id",), identity))
    aliases = document.written.value.get("aliases")
    for number, alias in enumerate(aliases if isinstance(aliases, list) else ()):
        if isinstance(alias, str) and SLUG.fullmatch(alias.strip()):
            others.append((("aliases", number), alias.strip()))
    return Claim(document.path, document.name, tuple(others))


def names(claims: Sequence[Claim]) -> Iterator[tuple[str, Location, str]]:
    """Slugs, ids and aliases share one namespace: each name belongs to one posting.

    Yields path, location and message; without a location, the file's own name is taken.
    """
    owners: dict[str, Claim] = {}
    for claim in claims:
        if (other := owners.setdefault(claim.slug, claim)) is not claim:
            for one, twin in ((claim, other), (other, claim)):
                yield one.path, (), f"{one.slug}.md is also the name of {twin.path}, rename one of the two"
    for claim in claims:
        for location, name in claim.others:
            if (other := owners.setdefault(name, claim)) is not claim:
                yield claim.path, location, f"{cut(name)} already belongs to {other.path}, write another one"


_MOST_REDIRECTS = 2_000  # that Cloudflare Pages reads
_RULES = 2  # in the file of redirects for each former address


def too_many_redirects(aliases: int) -> Iterator[Problem]:
    """One host ignores some of very many former addresses."""
    if aliases * _RULES > _MOST_REDIRECTS:
        reason = f"there are {aliases:,}, and Cloudflare Pages redirects only {_MOST_REDIRECTS // _RULES:,}"
        instead = "delete unused ones, or let the pages of the others redirect readers"
        yield Problem("content/postings", Place(), "aliases", f"{reason}, {instead}", "warning")


def _text(document: Document[Any], key: str) -> str:
    """A value as the schema reads it; empty if there is none."""
    value = document.written.value.get(key)
    return value.strip() if isinstance(value, str) else ""


def check_posting(
    document: Document[Posting], known: Mapping[str, OrganisationFile], named: Set[str], reserved: Set[str]
) -> Iterator[Problem]:
    """A posting's organisation is known here, applications go to one of its hosts, and its aliases are free."""
    key, apply = _text(document, "organisation"), _text(document, "apply")
    if key and key not in named:
        instead = _did_you_mean(key, named)
        yield document.problem(("organisation",), f"{shown(key)} is not an organisation here, {instead}")
    elif key in known and (hosts := _apply_hosts(key, known)) and not _leads_to(apply, hosts):
        where = " or ".join(hosts[:_MOST_NAMED]) + (" or others" if len(hosts) > _MOST_NAMED else "")
        message = f"{shown(apply)} does not lead to {where}, correct it, or add its host to {known[key].path}"
        yield document.problem(("apply",), message)
    for location, name in claim_of(document).others:
        if location[0] == "aliases" and name == document.name:
            yield document.problem(location, f"{name} is this posting's own name, delete it here")
        elif location[0] == "aliases" and name in reserved:
            yield document.problem(location, f"{name} is reserved for the site's own pages, write another one")


def _apply_hosts(key: str, known: Mapping[str, OrganisationFile]) -> list[str]:
    """The hosts of an organisation and of those above it."""
    return [host for file in line_of(key, known) for host in file.organisation.apply_hosts]


def _leads_to(address: str, hosts: list[str]) -> bool:
    try:
        host = urlsplit(read_address(address.strip())).hostname or ""
    except ValueError:
        return True  # an address that is not valid is reported separately
    return any(host == known or host.endswith("." + known) for known in hosts)


def _did_you_mean(key: str, known: Set[str]) -> str:
    if not known:
        return "write content/organisations/KEY.md first"
    # A few are all listed; sorting thousands for each mistake would take too long.
    return did_you_mean(key, sorted(known) if len(known) < 20 else known)


def navigation(
    settings: Document[Settings], pages: Mapping[str, Document[FreePage]], sections: frozenset[str]
) -> Iterator[Problem]:
    """A navigation entry leads to a page of this site or to an https address."""
    entries = settings.value.navigation if settings.value else ()
    known = {"/"} | {f"/{name}/" for name in (*pages, *sections)}
    for number, entry in enumerate(entries):
        location = ("navigation", number, "to")
        if entry.to.startswith("/"):
            if entry.to not in known:
                yield settings.problem(
                    location, f"{shown(entry.to)} is not a page of this site, {did_you_mean(entry.to, sorted(known))}"
                )
            continue
        try:
            read_address(entry.to)
        except ValueError as error:
            yield settings.problem(location, f"{error}, or as /about/ for a page of this site")


def vocabulary(document: Document[VocabularyFile], reserved: frozenset[str]) -> Iterator[Problem]:
    """A word of the vocabulary can be part of an address, and no two words share one."""
    for part in VocabularyFile.model_fields:
        words = document.written.value.get(part)
        addresses: dict[str, str] = {}
        for key in words if isinstance(words, dict) else ():
            address = slug_of(key)
            if not SLUG.fullmatch(address) or address in reserved:
                reason = "cannot be part of an address, write only letters, digits and -"
                if address in reserved:
                    reason = "is reserved for the site's own pages, write another word"
                yield document.problem((part, key), f"{shown(key)} {reason}", of_key=True)
            elif addresses.setdefault(address, key) != key:
                yield document.problem(
                    (part, key), f"{shown(key)} has the same address as {addresses[address]}, rename one", of_key=True
                )
