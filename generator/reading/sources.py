"""`content/sources.yaml`: where vacancies come from, read and judged as every file of content is."""

from collections.abc import Iterator, Mapping, Set
from pathlib import Path

from ..model.problems import Problem, did_you_mean, shown
from ..model.schema import SourcesFile, VacancySource
from ..model.sourcing import COMMON, KIND_NEEDS
from ..model.vocabulary import Vocabulary
from .documents import Document, Reading
from .frontmatter import Location

SOURCES = "content/sources.yaml"


def read_sources(reading: Reading, path: Path, words: Vocabulary | None, organisations: Set[str]) -> None:
    """Judges the file of a site's sources; what is wrong is among the problems."""
    document = reading.yaml(SourcesFile, path, words)
    if document:
        reading.problems += _judged(document, organisations)


def sources_of(root: Path, words: Vocabulary) -> Mapping[str, VacancySource]:
    """The sources of a site whose content was judged already, by name; none where there is no such file."""
    document = Reading(root).yaml(SourcesFile, root / SOURCES, words) if (root / SOURCES).exists() else None
    return document.value.sources if document and document.value else {}


def _judged(document: Document[SourcesFile], organisations: Set[str]) -> Iterator[Problem]:
    """What the schema cannot say: which keys a kind needs, and whether the organisation is there."""
    written = document.written.value.get("sources")
    for name, source in written.items() if isinstance(written, dict) else ():
        if not isinstance(source, dict):
            continue
        place: Location = ("sources", name)
        organisation = source.get("organisation")
        if isinstance(organisation, str) and organisation not in organisations:
            instead = did_you_mean(organisation, organisations) if organisations else "write its file first"
            told = f"{shown(organisation)} is not a file in content/organisations, {instead}"
            yield document.problem((*place, "organisation"), told)
        if not isinstance(kind := source.get("kind"), str) or (needs := KIND_NEEDS.get(kind)) is None:
            continue
        for key in needs.required:
            if key not in source:
                yield document.problem((*place, key), f"is missing, a source of kind {kind} needs it")
        known = (*COMMON, *needs.required, *needs.optional, *(("parameters",) if needs.parameters else ()))
        for key in source.keys() & (VacancySource.model_fields.keys() - set(known)):
            told = f"means nothing for a source of kind {kind}, delete it"
            yield document.problem((*place, key), told, of_key=True)
        given = source.get("parameters")
        for key in given if isinstance(given, dict) and needs.parameters else ():
            if key not in needs.parameters:
                told = f"is not known for kind {kind}, {did_you_mean(key, needs.parameters)}"
                yield document.problem((*place, "parameters", key), told, of_key=True)
