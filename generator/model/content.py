"""The content of a digest as values: what was read, whatever the instant of the build."""

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b

from msgspec import Struct

from . import schema
from .model import Dimension, History
from .prose import NOTHING, Prose
from .vocabulary import NOT_STATED, OPEN_TO, Term, Vocabulary, countries, languages, slug_of

MAX_LEVELS = 10  # of organisations, each the parent of the one before


@dataclass(frozen=True, slots=True)
class PostingFile:
    """A posting and where it came from. `path` is relative to the root."""

    slug: str
    path: str
    posting: schema.Posting
    prose: Prose = NOTHING

    @property
    def id(self) -> str:
        """The id that the posting states, otherwise its slug."""
        return self.posting.id or self.slug


class Listing(Struct, frozen=True):
    """What lists, feeds and other postings need to know of a posting; a build keeps this much of each in memory.

    `place` and `stations` say where it is, for readers and for calendars. `keys` are its collections, one tuple per
    dimension in the order of `Dimension`. `digest` identifies everything that its file says, `shown` everything that
    other pages than its own show of it.
    """

    slug: str
    path: str
    id: str
    title: str
    organisation: str
    grade: str | None
    place: str
    stations: str
    takedown: bool
    aliases: tuple[str, ...]
    keys: tuple[tuple[str, ...], ...]
    history: History
    digest: bytes
    shown: bytes
    file: str = ""  # the real path of its file, if `path` had to escape it

    def keys_of(self, dimension: Dimension) -> tuple[str, ...]:
        """Its collections in a dimension; `not-stated` if the notice says nothing."""
        return self.keys[_PLACES[dimension]]


_PLACES = {dimension: number for number, dimension in enumerate(Dimension)}


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that is copied unchanged: its path in the site's folder for such files, and its source from the root.

    `digest` identifies its content, and `start` is the beginning of it.
    """

    path: str
    source: str
    digest: bytes = field(repr=False)
    start: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrganisationFile:
    """An organisation; `path` is that of its file, relative to the root."""

    key: str
    organisation: schema.Organisation
    prose: Prose | None = None
    logo: StaticFile | None = None
    path: str = ""


def line_of(key: str, organisations: Mapping[str, OrganisationFile]) -> Iterator[OrganisationFile]:
    """An organisation and its parents, the nearest first, at most `MAX_LEVELS`: parents may form a circle."""
    for _ in range(MAX_LEVELS):
        if (found := organisations.get(key)) is None:
            return
        yield found
        key = found.organisation.parent or ""


@dataclass(frozen=True, slots=True)
class PageFile:
    """A free page of `content/pages/`."""

    slug: str
    page: schema.FreePage
    prose: Prose


@dataclass(frozen=True)
class Content:
    """Everything that an edition is made from, in a fixed order that does not depend on the file system."""

    settings: schema.Settings
    vocabulary: Vocabulary
    postings: tuple[Listing, ...] = ()
    organisations: Mapping[str, OrganisationFile] = field(default_factory=dict)
    countries: Mapping[str, Prose] = field(default_factory=dict)
    pages: tuple[PageFile, ...] = ()
    static: tuple[StaticFile, ...] = ()

    def at(self, base_url: str) -> "Content":
        """The same content at another address; the ids of its events do not change."""
        return replace(self, settings=self.settings.model_copy(update={"base_url": base_url}))

    def surroundings(self) -> "Content":
        """Everything except postings and copied files: what every single posting is shown with."""
        return replace(self, postings=(), static=())

    @cached_property
    def digest(self) -> bytes:
        """Identifies the surroundings."""
        seen = (self.settings, self.vocabulary, sorted(self.organisations.items()), sorted(self.countries.items()))
        return blake2b(repr((*seen, self.pages)).encode(), digest_size=16).digest()

    def term(self, dimension: Dimension, key: str) -> Term | None:
        """The vocabulary's term for a collection, if its dimension has terms."""
        return self._terms.get((dimension, key))

    @cached_property
    def _terms(self) -> Mapping[tuple[Dimension, str], Term]:
        words = {
            Dimension.GRADES: self.vocabulary.grades,
            Dimension.CATEGORIES: self.vocabulary.categories,
            Dimension.CONTRACTS: self.vocabulary.contracts,
        }
        return {(dimension, slug_of(one.key)): one for dimension, terms in words.items() for one in terms.values()}

    def shares_name(self, dimension: Dimension, key: str) -> bool:
        """Whether another collection of its dimension has the same name."""
        return (dimension, self.name_of(dimension, key)) in self._shared_names

    @cached_property
    def _shared_names(self) -> Set[tuple[Dimension, str]]:
        keys = [*((Dimension.ORGANISATIONS, key) for key in self.organisations), *self._terms]
        times = Counter((dimension, self.name_of(dimension, key)) for dimension, key in keys)
        return {name for name, count in times.items() if count > 1}

    def name_of(self, dimension: Dimension, key: str) -> str:
        """A collection's name as readers see it."""
        if key == NOT_STATED:
            return "Not stated"
        match dimension:
            case Dimension.COUNTRIES:
                return countries()[key.upper()]
            case Dimension.ORGANISATIONS:
                return self.organisations[key].organisation.name
            case Dimension.LANGUAGES:
                return languages()[key]
            case Dimension.OPEN_TO:
                return OPEN_TO[key]
        term = self.term(dimension, key)
        return key if term is None else term.key if dimension is Dimension.GRADES else term.label
