"""One file with front matter, read and judged by itself."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Generic, TypeVar

from ..model.fields import SLUG, Fields
from ..model.problems import Place, Problem, shown
from ..model.prose import NOTHING, Prose
from ..model.schema import SourcesFile
from ..model.vocabulary import Vocabulary
from ..text import markup
from ..work import tally
from ..work.tally import timed
from .files import MAX_TEXT_BYTES, problem_at, read_text
from .frontmatter import MAX_FRONT_MATTER_BYTES, Location, WrittenFields, key_text, read_mapping, split
from .judging import read_fields

_Form = TypeVar("_Form", bound=Fields)


@dataclass(frozen=True, slots=True)
class Document(Generic[_Form]):
    """A file as its editor wrote it; `value` is None if the front matter has problems."""

    path: str
    name: str
    written: WrittenFields
    value: _Form | None
    prose: Prose = NOTHING

    @property
    def draft(self) -> bool:
        """Whether the editor marked the file as a draft."""
        return self.written.value.get("draft") == "true"

    def problem(self, location: Location, message: str, *, of_key: bool = False) -> Problem:
        """A problem of a value in this file (or of its key), at its place."""
        return Problem(self.path, self.written.place_of(location, of_key=of_key), key_text(location), message)


@dataclass(slots=True)
class Reading:
    """What one load has found so far. `notes` say what drafts still lack."""

    root: Path
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def add(self, path: Path, key: str, message: str, place: Place | None = None) -> None:
        """Notes a problem of a file."""
        self.problems.append(problem_at(self.root, path, key, message, place))

    def text(self, path: Path) -> str | None:
        """A text file, or None with the reason among the problems."""
        text, problems = read_text(self.root, path)
        self.problems += problems
        return None if problems else text

    def document(self, form: type[_Form], path: Path, words: Vocabulary | None = None) -> Document[_Form] | None:
        """A Markdown file with front matter; None if it cannot be split into front matter and text."""
        text = self.text(path)
        return None if text is None else self.parsed(form, path, text, words)

    def parsed(
        self, form: type[_Form], path: Path, text: str, words: Vocabulary | None = None
    ) -> Document[_Form] | None:
        """The text of such a file."""
        parts = split(text)
        if parts is None:
            self.add(path, "front matter", "is not between two lines of ---, put one above and one below it")
            return None
        front, body, first_line = parts
        with timed(tally.here, "Markdown"):
            problems, prose = markup.read(body, first_line)
        for place, message in problems:
            self.add(path, "body", message, place)
        with timed(tally.here, "schema"):
            document = self.mapping(form, path, front, first_line=2, words=words)
        return replace(document, prose=prose) if document else None

    def yaml(self, form: type[_Form], path: Path, words: Vocabulary | None = None) -> Document[_Form] | None:
        """A file that is entirely YAML."""
        text = self.text(path)
        return None if text is None else self.mapping(form, path, text, first_line=1, words=words)

    def mapping(
        self, form: type[_Form], path: Path, text: str, *, first_line: int, words: Vocabulary | None = None
    ) -> Document[_Form] | None:
        """Front matter, or a file of YAML, judged by its form. Its text begins on `first_line` of the file."""
        most = MAX_TEXT_BYTES if form is SourcesFile else MAX_FRONT_MATTER_BYTES  # a digest may have many sources
        written, form_findings = read_mapping(text, first_line, most)
        for place, key, message in form_findings:
            self.add(path, key, message, place)
        if not written.judged:
            return None
        value, findings = read_fields(form, written, words)
        document = Document(problem_at(self.root, path, "", "").path, path.stem, written, value)
        for finding in findings:
            place, key, message = finding.place, finding.key, finding.message
            problem = Problem(document.path, place, key, message, instead=finding.instead)
            if document.draft and finding.missing:
                self.notes.append(problem.as_note())
            else:
                self.problems.append(problem)
        return document

    def named(self, path: Path, judge: Callable[[str], str | None] = lambda _name: None) -> bool:
        """Whether a Markdown file's name can be part of an address; if not, the reason is among the problems."""
        if path.suffix != ".md":
            self.add(path, "file name", f"{shown(path.name)} does not end in .md, rename or move the file")
        elif not SLUG.fullmatch(path.stem):
            message = f"{shown(path.stem)} is not a slug, rename the file using only a–z, 0–9 and -"
            self.add(path, "file name", message)
        elif reason := judge(path.stem):
            self.add(path, "file name", reason)
        else:
            return True
        return False
