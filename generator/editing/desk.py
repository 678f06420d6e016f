"""What an editor does to postings: find one, change it, write a new one. A change with a mistake is not written."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Set
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from ..model.content import Content, OrganisationFile
from ..model.fields import SLUG, read_slug
from ..model.model import When
from ..model.problems import ContentError, nearest
from ..model.schema import Posting
from ..model.vocabulary import NOT_STATED
from ..reading import crosscheck
from ..reading.crosscheck import Claim
from ..reading.documents import Document, Reading
from ..reading.files import (
    MAX_TEXT_BYTES,
    create,
    decoded_text,
    links_above,
    posting_files,
    problem_at,
    read_bytes,
    rewrite,
    shown_path,
    too_large,
)
from ..reading.folder import RESERVED, Loaded, load, reserved_name
from ..reading.intake import listing_claim
from .edits import FrontMatter, NotEditable, Written, block

_ENDS = ("withdrawn", "filled", "expired")
_LONGEST_SLUG = 80


class Unfit(Exception):
    """This cannot be done to the posting; the message says what to do instead."""


@dataclass(frozen=True, slots=True)
class Desk:
    """A site's content as an editor finds it. One that does not write judges everything and changes no file."""

    root: Path
    loaded: Loaded
    owners: dict[str, str]  # who has each slug, id and alias: the path of a posting
    writes: bool = True

    @classmethod
    def of(cls, root: Path) -> "Desk":
        """Raises ContentError if settings or vocabulary cannot be read, because nothing can be checked then."""
        loaded = load(root)
        if loaded.content is None:
            raise ContentError(loaded.problems)
        claims = _claims(root, loaded.content)
        return cls(root, loaded, {name: claim.path for claim in claims for name in claim.names})

    @property
    def taken(self) -> Set[str]:
        """Every name that a new posting must not have."""
        return self.owners.keys() | RESERVED

    @property
    def organisations(self) -> Mapping[str, OrganisationFile]:
        """Every organisation by its key."""
        assert self.loaded.content
        return self.loaded.content.organisations

    def postings(self) -> list[Path]:
        """Every file of a posting, drafts included."""
        return posting_files(self.root)

    def find(self, name: str) -> Path:
        """The file of a posting by its slug, its id or its path. Raises Unfit with the nearest name."""
        by_slug = {path.stem: path for path in self.postings()}
        assert self.loaded.content
        by_id = {one.id: self.root / one.path for one in self.loaded.content.postings}
        for path in (Path(name).absolute(), self.root / name):
            if path in by_slug.values():
                return path
        found = by_slug.get(name) or by_id.get(name)
        if found is None:
            match = nearest(name, by_slug)
            raise Unfit(f"there is no posting {name}" + (f", did you mean {match}?" if match else ""))
        return found

    def edit(self, name: str, change: Callable[[FrontMatter, Posting], None]) -> Path:
        """Changes a posting's front matter. Raises Unfit, ContentError with what would be wrong, ChangedMeanwhile."""
        return self.change(self.find(name), change)

    def change(self, path: Path, change: Callable[[FrontMatter, Posting], None]) -> Path:
        """Changes the front matter of the posting at a path, as `edit` does."""
        raw, text, posting = self._read(path)
        front = FrontMatter(text)
        try:
            change(front, posting)
        except NotEditable as error:
            raise Unfit(f"{path.name}: {error}, change it by hand") from None
        marked = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
        self.judged(path, front.text)
        if self.writes:
            rewrite(self.root, path, raw, marked + front.text.encode())
        return path

    def create(self, slug: str, text: str) -> Path:
        """Writes a new posting. Raises Unfit, ContentError with what would be wrong, ChangedMeanwhile, Unwritable."""
        try:
            path = self.root / "content/postings" / f"{read_slug(slug)}.md"
        except ValueError as error:
            raise Unfit(str(error)) from None
        claim = crosscheck.claim_of(self.judged(path, text))
        # `create` finds a file with this very path: it may have appeared since the folder was read.
        owners = {name: owner for name, owner in self.owners.items() if owner != claim.path}
        if name := next((name for name in claim.names if name in owners), None):
            raise Unfit(f"{name} already belongs to {owners[name]}, nothing was written; choose another name")
        if self.writes:
            create(self.root, path, text.encode())
        self.owners.update(dict.fromkeys(claim.names, claim.path))
        return path

    def judged(self, path: Path, text: str) -> Document[Posting]:
        """A posting's text as it would be read. Raises ContentError with every problem."""
        assert self.loaded.content
        # Text from a command line may not be valid Unicode: it is checked as in any file.
        raw = text.encode("utf-8", "surrogatepass")
        reading = Reading(self.root, links_above(self.root, path))
        reading.named(path, reserved_name)
        text, unread = decoded_text(self.root, path, raw)
        reading.problems += unread + too_large(self.root, path, len(raw), MAX_TEXT_BYTES)
        document = None if unread else reading.parsed(Posting, path, text, self.loaded.content.vocabulary)
        if document:
            organisations = self.organisations
            reading.problems += crosscheck.check_posting(document, organisations, organisations.keys(), RESERVED)
        if document is None or reading.problems:
            raise ContentError(reading.problems)
        return document

    def _read(self, path: Path) -> tuple[bytes, str, Posting]:
        """A posting's bytes, its text with its own line ends, and its value. Raises ContentError."""
        raw, problems = read_bytes(self.root, path, MAX_TEXT_BYTES)
        if problems:
            raise ContentError(problems)
        if problems := decoded_text(self.root, path, raw)[1]:
            raise ContentError(problems)
        text = raw.removeprefix(b"\xef\xbb\xbf").decode()
        document = self.judged(path, text)
        if document.value is None:
            missing = "is an incomplete draft, see check"
            raise ContentError([problem_at(self.root, path, "draft", missing)])
        return raw, text, document.value


def _claims(root: Path, content: Content) -> Iterator[Claim]:
    """The names of every posting, including drafts and postings with problems."""
    good = {one.path for one in content.postings}
    yield from map(listing_claim, content.postings)
    for path in posting_files(root):
        name = shown_path(root, path)
        if name not in good:
            document = Reading(root).document(Posting, path, content.vocabulary)
            yield crosscheck.claim_of(document) if document else Claim(name, path.stem, ())


def moment(now: datetime) -> str:
    """An instant as front matter records it."""
    return now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def extended(closes: str, now: datetime, reason: str | None) -> Callable[[FrontMatter, Posting], None]:
    """Moves a deadline, and records when and from which."""

    def change(front: FrontMatter, posting: Posting) -> None:
        _refuse_ended(posting)
        before = posting.closes.text if isinstance(posting.closes, When) else posting.closes or NOT_STATED
        if closes == before:
            raise Unfit(f"the deadline is already {closes}")
        record: dict[str, Written] = {"on": moment(now), "from": before}
        front.append("deadline_changes", record | ({"reason": reason} if reason else {}))
        front.set("closes", closes)

    return change


def expired(now: datetime) -> Callable[[FrontMatter, Posting], None]:
    """Records that a role was seen to be over."""

    def change(front: FrontMatter, posting: Posting) -> None:
        _refuse_ended(posting)
        front.add("expired", moment(now))

    return change


def ended(key: str, now: datetime, *, takedown: bool = False) -> Callable[[FrontMatter, Posting], None]:
    """Records that a role was withdrawn or filled."""

    def change(front: FrontMatter, posting: Posting) -> None:
        _refuse_ended(posting)
        front.add(key, moment(now))
        if takedown:
            front.set("takedown", True)

    return change


def _refuse_ended(posting: Posting) -> None:
    for key in _ENDS:
        if when := getattr(posting, key):
            raise Unfit(f"the role is over: {key} since {when.text}; a role that comes back is a new posting")


def posting_text(values: Mapping[str, Written], body: str) -> str:
    """A posting's file from its front matter and its body."""
    lines = [line for key, value in values.items() for line in block(key, value)]
    return "\n".join(["---", *lines, "---", "", *([body.strip(), ""] if body.strip() else [])])


def free_slug(words: Iterable[str], taken: Iterable[str]) -> str:
    """A name for a posting's file from the words that describe it, with a number if the name is taken."""
    plain = unicodedata.normalize("NFKD", " ".join(filter(None, words))).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")
    if len(slug) > _LONGEST_SLUG:
        slug = slug[:_LONGEST_SLUG].rsplit("-", 1)[0]
    slug = slug or "posting"
    assert SLUG.fullmatch(slug), slug
    known = set(taken)
    return next(name for name in (slug, *(f"{slug}-{number}" for number in range(2, 10_000))) if name not in known)
