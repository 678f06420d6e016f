"""A draft: what an importer found of a vacancy, where it found it, and what it leaves to a person."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from ..editing.edits import Written, block
from ..model.characters import cleared, hidden
from ..model.content import OrganisationFile
from ..model.problems import shown
from ..model.schema import Posting
from ..model.vocabulary import Vocabulary
from ..wording.dates import Order
from ..wording.headlines import Lexicon
from ..wording.layouts import NoticeLine
from .choosing import Candidate

_ORDER = [info.alias or name for name, info in Posting.model_fields.items()]
_LONGEST_ORIGIN = 90
_MOST_LEFT = 50  # lines of what a person must decide
_SPACES = re.compile(r"[ \t]{2,}")
# What Markdown would read as something else than text.
_MARKUP = re.compile(r"([\\`*_\[\]<>&~|])")
_BLOCK_START = re.compile(r"^(\s*)([#>+=-]|\d{1,9}[.)])(?=\s|$|[=#>+-])")


class Unreadable(Exception):
    """A source that gives no draft; the message says why in one line."""


@dataclass(slots=True)
class Draft:
    """`facts` is front matter by key, `origins` says of each key where its source states it, `body` is Markdown.

    `named` has, by key, what the source names in words of its own for which the digest has none yet: an organisation
    without a file, a grade or contract that the vocabulary does not have.
    `left` lists what a person must decide, `doubtful` has the keys that the source states and that were not understood.
    `source` is what the draft was made from, as messages name it.
    """

    source: str
    facts: dict[str, Written] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    body: str = ""
    left: list[str] = field(default_factory=list)
    doubtful: set[str] = field(default_factory=set)
    named: dict[str, str] = field(default_factory=dict)

    @property
    def organisation_text(self) -> str:
        """The name of an organisation that has no file in the digest yet; empty for one that has."""
        return self.named.get("organisation", "")

    def state(self, key: str, value: Written, origin: str) -> None:
        """Takes a fact in, unless an earlier place has stated it: what stands first and is labelled goes before."""
        if key not in self.facts:
            self.facts[key] = value
            self.origins[key] = origin

    def leave(self, what: str, about: str = "") -> None:
        """Lists what a person must decide; `about` is the key of a fact that was left out."""
        if about:
            self.doubtful.add(about)
        if len(self.left) < _MOST_LEFT and what not in self.left:
            self.left.append(what)
            if len(self.left) == _MOST_LEFT:
                self.left.append("there is more than this list shows, compare the draft with its source")

    def text(self) -> str:
        """The file of the draft: front matter with the origin of each fact behind it, and the body."""
        lines = [] if "title" in self.facts else [f"# title: {_comment(self.origins.get('title', 'write it'))}"]
        for key in sorted(self.facts, key=_ORDER.index):
            first, *more = block(key, self.facts[key])
            origin = self.origins.get(key, "")
            lines += [f"{first}  # {_comment(origin)}" if origin else first, *more]
        return "\n".join(["---", *lines, "---", "", self.body.strip(), ""])


def _comment(origin: str) -> str:
    line = " ".join(cleaned(origin).split())
    # What is cut may have needed a joiner.
    return line if len(line) <= _LONGEST_ORIGIN else cleared(line[: _LONGEST_ORIGIN - 1] + "…")


def cleaned(text: str) -> str:
    """A text without what no file of ours may hold: invisible characters go, odd spaces become plain ones.

    Of several spaces in a row one stays: no rule asks how many there are, and many would try all ways to part them.
    """
    text = _lined(text)
    text = re.sub(r"[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\x0b\x0c]", " ", text)
    return _SPACES.sub(lambda match: "\t" if "\t" in match[0] else " ", cleared(text))


def left_out(texts: Iterable[str]) -> str:
    """The names of the characters that `cleaned` takes from texts, each once."""
    return ", ".join(sorted({name for text in texts for _, name in hidden(_lined(text))}))


def _lined(text: str) -> str:
    return re.sub("\r\n|[\r\u2028\u2029]", "\n", text)


def plain_markdown(text: str) -> str:
    """A line of text as Markdown that shows it as it is."""
    escaped = _MARKUP.sub(r"\\\1", text)
    return _BLOCK_START.sub(lambda match: f"{match[1]}{_harmless(match[2])}", escaped)


def _harmless(start: str) -> str:
    return f"\\{start}" if not start[0].isdigit() else f"{start[:-1]}\\{start[-1]}"


@dataclass(slots=True)
class Reader:
    """What is known while a notice is read: the draft, the candidates for its facts, and what several lines state
    together, with its origin.

    `used` are the numbers of lines that say nothing besides the facts taken from them, `labelled` are the lines with a
    label. `head` is the number of the line that is the title, before which stands the frame of a page.
    """

    draft: Draft
    lexicon: Lexicon
    now: datetime
    candidates: list[Candidate] = field(default_factory=list)
    source: dict[str, Written] = field(default_factory=dict)
    contract: dict[str, Written] = field(default_factory=dict)
    apart: dict[str, tuple[str, str]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    labelled: set[NoticeLine] = field(default_factory=set)
    head: int = 0

    @property
    def organisations(self) -> Mapping[str, OrganisationFile]:
        """The digest's organisations by key."""
        return self.lexicon.organisations

    @property
    def words(self) -> Vocabulary:
        """The digest's vocabulary."""
        return self.lexicon.words

    @property
    def order(self) -> Order | None:
        """The order of day and month in the notice, where that is settled."""
        return self.lexicon.order


@dataclass(frozen=True, slots=True)
class NoticeSection:
    """A part of a notice: paragraphs, and lists as lists; `numbered` lists start again from 1."""

    heading: str
    blocks: tuple["str | Items", ...]


@dataclass(frozen=True, slots=True)
class Items:
    """A list, one text an item."""

    texts: tuple[str, ...]
    numbered: bool = False


def body_of(sections: Iterable[NoticeSection]) -> str:
    """Sections as Markdown."""
    return "\n\n".join(part for section in sections for part in _parts(section))


def _parts(section: NoticeSection) -> Iterator[str]:
    if section.heading:
        yield f"## {plain_markdown(section.heading)}"
    for one in section.blocks:
        if isinstance(one, Items):
            marks = [f"{number}." if one.numbered else "-" for number in range(1, len(one.texts) + 1)]
            yield "\n".join(f"{mark} {plain_markdown(text)}" for mark, text in zip(marks, one.texts, strict=True))
        else:
            yield plain_markdown(one)


def told_left(draft: Draft, missing: Mapping[str, str]) -> None:
    """Lists what of a posting the source does not state."""
    absent = [name for key, name in missing.items() if key not in draft.facts and key not in draft.doubtful]
    if absent:
        draft.leave(f"not stated: {', '.join(absent)}")


def unknown(label: str, value: str) -> str:
    """The note about a value that the vocabulary does not have."""
    return f"{label}: {shown(value)} is not known here, so it was left out"
