"""A folder of content as values, or every problem in it at once."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from ..model import schema
from ..model.content import Content, OrganisationFile, PageFile, StaticFile
from ..model.fields import SLUG
from ..model.model import Dimension
from ..model.problems import Problem, did_you_mean, shown
from ..model.prose import Prose
from ..model.vocabulary import Term, Vocabulary, built_in_vocabulary_text, countries
from ..work.means import NO_MEANS, Means
from . import copies, crosscheck
from .documents import Document, Reading
from .files import MAX_LOGO_BYTES, FoundFile, Unread, content_files
from .intake import Early, Intake, Rules, take_in
from .sources import read_sources

# The site's own pages at the top level, by name.
SECTIONS = frozenset({*map(str, Dimension), "closing", "opened", "archive", "weeks", "feeds"})
_DEVICES = frozenset(
    {"aux", "con", "nul", "prn"} | {f"{port}{number}" for port in ("com", "lpt") for number in range(1, 10)}
)
# Names that would take the place of one of the site's own paths, or that some systems cannot store.
RESERVED = SECTIONS | _DEVICES | {"postings", "data", "assets", "search", "index", "404", "not-stated"}
_FOLDERS = ("postings", "organisations", "countries", "pages", "static")
_FILES = ("site.yaml", "vocabulary.yaml", "sources.yaml", "sources.lock.yaml")
_LOGOS = MappingProxyType({".png": b"\x89PNG\r\n", ".jpg": b"\xff\xd8\xff", ".webp": b"RIFF"})


_Form = TypeVar("_Form", schema.Organisation, schema.FreePage)


class NoSite(Exception):
    """The folder contains no site: there is no `content/site.yaml`."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a folder contains: content of its valid files (None without settings), every problem, and every note."""

    content: Content | None
    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]
    intake: Intake


def settings_of(root: Path) -> Path:
    """The file of a site's settings. Raises NoSite if there is none."""
    file = root / "content" / "site.yaml"
    if not os.path.lexists(file):
        raise NoSite(f"{file.parent} contains no site.yaml, name the folder that contains content/ with --root")
    return file


def load(root: Path, means: Means = NO_MEANS, early: Early | None = None) -> Loaded:
    """Reads `root/content`. Raises NoSite if there is none; every other mistake is among the problems.

    With a memory, postings that have not changed are not read again. `early` makes pages while files are read.
    """
    folder = settings_of(root).parent
    reading = Reading(root)
    files = _files_by_folder(reading)
    paths = {name: [file.path for file in found] for name, found in files.items() if name != "postings"}
    settings = reading.yaml(schema.Settings, paths["site.yaml"][0]) if paths["site.yaml"] else None
    words = _vocabulary(reading, paths["vocabulary.yaml"])
    files_of_organisations = [path for path in paths["organisations"] if path.suffix not in _LOGOS]
    organisations = _by_name(reading, schema.Organisation, files_of_organisations)
    named = frozenset(path.stem for path in paths["organisations"] if path.suffix == ".md")
    reading.problems += crosscheck.organisations(organisations, named)
    for path in paths["sources.yaml"]:
        read_sources(reading, path, words, named)
    pages = _by_name(reading, schema.FreePage, paths["pages"])
    if settings:
        reading.problems += crosscheck.navigation(settings, pages, SECTIONS)
    kept = _organisation_files(organisations, _logos(reading, organisations))
    notes = _country_notes(reading, paths["countries"])
    static = _static(reading, settings, folder / "static", files["static"])
    content = None
    if settings and settings.value and words:
        own_pages = tuple(PageFile(slug, page.value, page.prose) for slug, page in sorted(pages.items()) if page.value)
        content = Content(settings.value, words, (), kept, notes, own_pages, static)
    wanted = [file for file in files["postings"] if is_named(file.name) or reading.named(file.path, reserved_name)]
    intake = take_in(wanted, Rules(root, content, words, kept, named, RESERVED), means, early)
    return _loaded(content, reading, intake)


def _loaded(content: Content | None, reading: Reading, intake: Intake) -> Loaded:
    problems = tuple(sorted({*reading.problems, *intake.problems}))
    bad = {problem.path for problem in problems}
    good = sorted((one for one in intake.listings if one.path not in bad), key=lambda one: one.slug)
    if content:
        content = replace(content, postings=tuple(good))
    warnings = crosscheck.too_many_redirects(sum(len(one.aliases) for one in good))
    return Loaded(content, problems, tuple(sorted({*reading.notes, *intake.notes, *warnings})), intake)


def _files_by_folder(reading: Reading) -> dict[str, list[FoundFile]]:
    """The files of `content/` by their folder; a file outside these folders is a problem."""
    found: dict[str, list[FoundFile]] = {name: [] for name in (*_FOLDERS, *_FILES)}
    strange: set[str] = set()
    for file in content_files(reading.root):
        if file.problem:
            reading.problems.append(file.problem)
            continue
        _, name, *inner = file.name.split("/")
        if name in found and (name in _FILES) == (not inner):
            found[name].append(file)
        elif name not in strange:
            strange.add(name)
            instead = f"has no meaning in content/, {did_you_mean(name, (*_FOLDERS, *_FILES))}"
            if name in found:
                instead = "is a file, make it a folder" if name in _FOLDERS else "is a folder, make it a file"
            reading.add(reading.root / "content" / name, "file name", f"{shown(name)} {instead}")
    return found


def _vocabulary(reading: Reading, paths: list[Path]) -> Vocabulary | None:
    """The built-in words, each of the three parts replaced if the site has its own."""
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


def built_in_words() -> Vocabulary:
    """The vocabulary of a site that does not have its own."""
    words = _vocabulary(Reading(Path("/")), [])
    assert words, "the built-in vocabulary is good"
    return words


def _terms(words: Mapping[str, schema.Word]) -> Mapping[str, Term]:
    terms = [Term(key, word.label, word.explanation, word.source, word.order) for key, word in words.items()]
    return {term.key: term for term in sorted(terms, key=lambda term: (term.order, term.key))}


def is_named(path: str) -> bool:
    """Whether the name of a posting's file can be part of an address: a quick check."""
    stem, _, suffix = path.rpartition("/")[2].rpartition(".")
    return suffix == "md" and SLUG.fullmatch(stem) is not None and stem not in RESERVED


def reserved_name(name: str) -> str | None:
    """What is wrong with a name that is reserved for the site's own pages."""
    return f"{name} is reserved for the site's own pages, rename the file" if name in RESERVED else None


def _by_name(reading: Reading, form: type[_Form], paths: list[Path]) -> dict[str, Document[_Form]]:
    """The Markdown files of a folder, each of whose names becomes part of an address."""
    documents: dict[str, Document[_Form]] = {}
    for path in paths:
        if reading.named(path, reserved_name) and (document := reading.document(form, path)):
            if document.name in documents:
                reading.add(path, "file name", f"{document.name} exists twice, rename one of the two")
            documents[document.name] = document
    return documents


def _organisation_files(
    documents: Mapping[str, Document[schema.Organisation]], logos: Mapping[str, StaticFile]
) -> dict[str, OrganisationFile]:
    return {
        key: OrganisationFile(key, found.value, found.prose, logos.get(key), found.path)
        for key, found in sorted(documents.items())
        if found.value
    }


def _logos(reading: Reading, organisations: Mapping[str, Document[schema.Organisation]]) -> dict[str, StaticFile]:
    """The logos that organisations name, each a picture next to its file."""
    logos = {}
    for key, document in organisations.items():
        name = document.written.value.get("logo")
        if not isinstance(name, str) or not name:
            continue
        path = (reading.root / document.path).parent / name
        if "/" in name or path.suffix not in _LOGOS:
            reading.problems.append(
                document.problem(("logo",), f"{shown(name)} is not a .png, .jpg or .webp file next to this one")
            )
            continue
        if not os.path.lexists(path):
            reading.problems.append(
                document.problem(("logo",), f"{shown(name)} does not exist, put it next to this file")
            )
            continue
        unread = f"{shown(name)} is not a {path.suffix[1:]} picture of up to {MAX_LOGO_BYTES // 1024} KiB"
        try:
            logo = copies.measured(reading.root, path, f"{key}{path.suffix}", MAX_LOGO_BYTES)
        except Unread:
            reading.problems.append(document.problem(("logo",), unread))
            continue
        if logo.start.startswith(_LOGOS[path.suffix]):
            logos[key] = logo
        else:
            reading.problems.append(document.problem(("logo",), unread))
    return logos


def _country_notes(reading: Reading, paths: list[Path]) -> dict[str, Prose]:
    """An editor's note for each country's page, by ISO code."""
    notes: dict[str, Prose] = {}
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
                reading.add(path, "file name", f"{code} exists twice, rename one of the two")
            notes[code] = document.prose
    return notes


def _static(
    reading: Reading, settings: Document[schema.Settings] | None, folder: Path, files: list[FoundFile]
) -> tuple[StaticFile, ...]:
    if settings and settings.value:
        reading.problems += copies.not_allowed(settings.value, folder, files)
    if problem := copies.too_much(files):
        reading.problems.append(problem)
        return ()
    found = []
    for file in files:
        try:
            found.append(copies.measured(reading.root, file.path, file.path.relative_to(folder).as_posix()))
        except Unread as error:
            reading.problems.append(error.problem)
    return tuple(found)
