"""A folder of content as values, or every problem in it at once."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import MappingProxyType

from . import crosscheck, schema
from .documents import Document, Reading
from .files import MAX_STATIC_BYTES, read_bytes, walk
from .model import Dimension
from .problems import Problem, did_you_mean, shown
from .progress import Track, silent
from .vocabulary import Term, Vocabulary, built_in_vocabulary_text, countries

# The site's own pages at the top level, by name.
SECTIONS = frozenset({*map(str, Dimension), "closing", "opened", "archive", "weeks", "feeds"})
_DEVICES = frozenset(
    {"aux", "con", "nul", "prn"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)
# Names that would take the place of one of the site's own paths, or that some systems cannot store.
RESERVED = SECTIONS | _DEVICES | {"postings", "data", "assets", "index", "404", "not-stated"}
_FOLDERS = ("postings", "organisations", "countries", "pages", "static")
_FILES = ("site.yaml", "vocabulary.yaml")
_LOGOS = MappingProxyType({".png": b"\x89PNG\r\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"})


class NoSite(Exception):
    """The folder holds no site: there is no `content/site.yaml`."""


@dataclass(frozen=True, slots=True)
class PostingFile:
    """A posting and where it came from. `path` is relative to the root."""

    slug: str
    path: str
    posting: schema.Posting
    body: str

    @property
    def id(self) -> str:
        return self.posting.id or self.slug


@dataclass(frozen=True, slots=True)
class StaticFile:
    """A file that is copied as it is; `path` is relative to the folder it came from."""

    path: str
    content: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class OrganisationFile:
    key: str
    organisation: schema.Organisation
    body: str
    logo: StaticFile | None = None


@dataclass(frozen=True, slots=True)
class PageFile:
    slug: str
    page: schema.FreePage
    body: str


@dataclass(frozen=True, slots=True)
class Content:
    """Everything that an edition is made from, in a fixed order that does not depend on the file system."""

    settings: schema.Settings
    vocabulary: Vocabulary
    postings: tuple[PostingFile, ...] = ()
    organisations: Mapping[str, OrganisationFile] = field(default_factory=dict)
    countries: Mapping[str, str] = field(default_factory=dict)
    pages: tuple[PageFile, ...] = ()
    static: tuple[StaticFile, ...] = ()

    def at(self, base_url: str) -> "Content":
        """The same content under another address; the ids of its events do not change."""
        return replace(self, settings=self.settings.model_copy(update={"base_url": base_url}))


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder gave: content of its good files (None without settings), every problem, and notes on drafts."""

    content: Content | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...] = ()


def load(root: Path, track: Track = silent) -> Loaded:
    """Reads `root/content`. Raises NoSite when there is none; every other mistake is among the problems."""
    folder = root / "content"
    if not (folder / "site.yaml").exists():
        raise NoSite(f"{folder} holds no site.yaml, name the folder that holds content/ with --root")
    reading = Reading(root)
    files = _files_by_folder(reading, folder)
    settings = reading.yaml(schema.Settings, files["site.yaml"][0]) if files["site.yaml"] else None
    words = _vocabulary(reading, files["vocabulary.yaml"])
    postings = _postings(reading, track(files["postings"], len(files["postings"]), "Reading"), words)
    organisations = _organisations(reading, files["organisations"])
    logos = _logos(reading, organisations)
    country_notes = _country_notes(reading, files["countries"])
    pages = _pages(reading, files["pages"])
    static = _static(reading, folder / "static", files["static"])
    named = {path.stem for path in files["organisations"] if path.suffix == ".md"}
    reading.problems += crosscheck.organisations(organisations, named)
    reading.problems += crosscheck.names(postings, RESERVED)
    reading.problems += crosscheck.postings(postings, organisations, named)
    if settings:
        reading.problems += crosscheck.navigation(settings, pages, SECTIONS)
    problems, notes = tuple(sorted(set(reading.problems))), tuple(sorted(set(reading.notes)))
    if settings is None or settings.value is None or words is None:
        return Loaded(None, problems, notes)
    bad = {problem.path for problem in problems}
    content = Content(
        settings=settings.value,
        vocabulary=words,
        postings=tuple(_published(postings, bad)),
        organisations={
            key: OrganisationFile(key, found.value, found.body, logos.get(key))
            for key, found in sorted(organisations.items())
            if found.value
        },
        countries=country_notes,
        pages=tuple(PageFile(slug, page.value, page.body) for slug, page in sorted(pages.items()) if page.value),
        static=static,
    )
    return Loaded(content, problems, notes)


def _files_by_folder(reading: Reading, folder: Path) -> dict[str, list[Path]]:
    """The files of `content/` by the folder they stand in; what belongs to none of them is a problem."""
    found: dict[str, list[Path]] = {name: [] for name in (*_FOLDERS, *_FILES)}
    strange: set[str] = set()
    for path, problem in walk(reading.root, folder):
        name = path.relative_to(folder).parts[0]
        if problem:
            reading.problems.append(problem)
        elif name in found and (name in _FILES) == (path.parent == folder):
            found[name].append(path)
        elif name not in strange:
            strange.add(name)
            instead = f"has no meaning in content/, {did_you_mean(name, (*_FOLDERS, *_FILES))}"
            if name in found:
                instead = "is a file, make it a folder" if name in _FOLDERS else "is a folder, make it a file"
            reading.add(folder / name, "file name", f"{shown(name)} {instead}")
    return found


def _vocabulary(reading: Reading, paths: list[Path]) -> Vocabulary | None:
    """The built-in words, each of the three parts replaced where the site has its own."""
    own = Reading(Path("/"))
    built_in = own.mapping(schema.VocabularyFile, Path("/vocabulary.yaml"), built_in_vocabulary_text(), first_line=1)
    if built_in is None or built_in.value is None:
        raise RuntimeError(f"the built-in vocabulary is damaged: {own.problems}")
    parts = {name: _terms(getattr(built_in.value, name)) for name in schema.VocabularyFile.model_fields}
    for path in paths:
        document = reading.yaml(schema.VocabularyFile, path)
        if document is None or document.value is None:
            return None
        reading.problems += crosscheck.vocabulary(document, RESERVED)
        parts |= {name: _terms(words) for name in parts if (words := getattr(document.value, name))}
    return Vocabulary(**parts)


def _terms(words: Mapping[str, schema.Word]) -> Mapping[str, Term]:
    terms = [Term(key, word.label, word.explanation, word.source, word.order) for key, word in words.items()]
    return {term.key: term for term in sorted(terms, key=lambda term: (term.order, term.key))}


def _postings(reading: Reading, paths: Iterable[Path], words: Vocabulary | None) -> dict[str, Document[schema.Posting]]:
    """The postings by path; without a vocabulary their grades, categories and contract types are not judged."""
    documents = {}
    for path in paths:
        if reading.named(path, _reserved) and (document := reading.document(schema.Posting, path, words)):
            documents[document.path] = document
    return documents


def _reserved(name: str) -> str | None:
    return f"{name} is kept for the site's own pages, rename the file" if name in RESERVED else None


def _published(postings: Mapping[str, Document[schema.Posting]], bad: set[str]) -> Iterator[PostingFile]:
    """The postings without a problem, drafts left out, by slug."""
    for document in sorted(postings.values(), key=lambda document: document.name):
        if document.value and not document.value.draft and document.path not in bad:
            yield PostingFile(document.name, document.path, document.value, document.body)


def _organisations(reading: Reading, paths: list[Path]) -> dict[str, Document[schema.Organisation]]:
    documents = {}
    for path in paths:
        if path.suffix in _LOGOS:
            continue
        if reading.named(path, _reserved) and (document := reading.document(schema.Organisation, path)):
            if document.name in documents:
                reading.add(path, "file name", f"{document.name} is there a second time, rename one of the two")
            documents[document.name] = document
    return documents


def _logos(reading: Reading, organisations: Mapping[str, Document[schema.Organisation]]) -> dict[str, StaticFile]:
    """The logos that organisations name, each a picture beside its file."""
    logos = {}
    for key, document in organisations.items():
        name = document.written.value.get("logo")
        if not isinstance(name, str) or not name:
            continue
        path = (reading.root / document.path).parent / name
        if "/" in name or path.suffix not in _LOGOS:
            reading.problems.append(
                document.problem(("logo",), f"{shown(name)} is not a .png, .jpg or .webp file beside this one")
            )
            continue
        if not path.exists():
            reading.problems.append(document.problem(("logo",), f"{shown(name)} is not there, put it beside this file"))
            continue
        content, problems = read_bytes(reading.root, path, MAX_STATIC_BYTES)
        if problems or not content.startswith(_LOGOS[path.suffix]):
            reading.problems.append(
                document.problem(("logo",), f"{shown(name)} is not a {path.suffix[1:]} picture that can be read")
            )
            continue
        logos[key] = StaticFile(f"{key}{path.suffix}", content)
    return logos


def _country_notes(reading: Reading, paths: list[Path]) -> dict[str, str]:
    """An editor's note for each country's page, by ISO code."""
    notes = {}
    for path in paths:
        code = path.stem.upper()
        if path.suffix != ".md" or code not in countries():
            reading.add(
                path,
                "file name",
                f"{shown(path.name)} is not named after a country code, rename it, for example to CD.md",
            )
        elif document := reading.document(schema.CountryNote, path):
            if code in notes:
                reading.add(path, "file name", f"{code} is there a second time, rename one of the two")
            notes[code] = document.body
    return notes


def _pages(reading: Reading, paths: list[Path]) -> dict[str, Document[schema.FreePage]]:
    documents = {}
    for path in paths:
        if reading.named(path, _reserved) and (document := reading.document(schema.FreePage, path)):
            if document.name in documents:
                reading.add(path, "file name", f"{document.name} is there a second time, rename one of the two")
            documents[document.name] = document
    return documents


def _static(reading: Reading, folder: Path, paths: list[Path]) -> tuple[StaticFile, ...]:
    files = []
    for path in paths:
        content, problems = read_bytes(reading.root, path, MAX_STATIC_BYTES)
        reading.problems += problems
        files.append(StaticFile(path.relative_to(folder).as_posix(), content))
    return tuple(files)
