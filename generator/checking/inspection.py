"""A closer look at well-formed postings: each by itself, and all together."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ..importing.importing import known_trait, over_at
from ..importing.twins import Trait
from ..model.content import Content
from ..model.problems import Problem
from ..model.schema import Posting
from ..model.vocabulary import Vocabulary
from ..reading.documents import Document, Reading
from ..reading.files import posting_files, read_text
from ..reading.frontmatter import WrittenFields, split
from .lint import Text, looked_at, same_vacancy


def inspected(root: Path, content: Content | None, now: datetime) -> list[Problem]:
    """Every warning about the postings of a site, including drafts; `content` is None if settings cannot be read."""
    over = over_at(content, now) if content else set()
    found: list[Problem] = []
    traits: list[Trait] = []
    written: dict[str, WrittenFields] = {}
    for text in _texts(root, content.vocabulary if content else None):
        path = text.document.path
        # A posting cannot mislead anyone once its role is over.
        if path not in over:
            found += looked_at(text)
        traits.append(known_trait(path, text.document.written.value, text.body, over=path in over))
        written[path] = text.document.written
    return found + list(same_vacancy(traits, lambda path: written[path].place_of(("title",))))


def _texts(root: Path, words: Vocabulary | None) -> Iterator[Text]:
    for path in posting_files(root):
        text, problems = read_text(root, path)
        parts = split(text)
        if problems or parts is None:
            continue
        document: Document[Posting] | None = Reading(root).mapping(Posting, path, parts[0], first_line=2, words=words)
        if document and document.value:
            yield Text(document, parts[1], parts[2], words)
