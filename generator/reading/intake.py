"""Taking in postings: each file is judged by itself, and reuses what earlier builds know about it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path, PurePosixPath
from typing import NamedTuple, Protocol

from ..edition import listing
from ..edition.stated import stated
from ..model.content import Content, Listing, OrganisationFile, PostingFile
from ..model.problems import ContentError, Problem
from ..model.schema import MOST_FIELD_PROBLEMS, Posting
from ..model.vocabulary import Vocabulary
from ..work.means import NO_MEANS, Means
from ..work.memo import Memo, Remembered
from ..work.stamps import digest_of, toolchain
from . import crosscheck
from .crosscheck import Claim
from .documents import Document, Reading
from .files import MAX_TEXT_BYTES, FoundFile, decoded_text, problem_at, read_bytes
from .frontmatter import Location, WrittenFields, key_text, read_mapping, split


class Rules(NamedTuple):
    """What postings are judged by.

    `content` is None if the settings or the vocabulary cannot be read, and then no posting is listed. `named` says
    which organisations have a file, `reserved` which names are the site's own.
    """

    root: Path
    content: Content | None
    words: Vocabulary | None
    organisations: Mapping[str, OrganisationFile]
    named: frozenset[str]
    reserved: frozenset[str]

    def digest(self) -> bytes:
        """A hash of everything that a posting's short form depends on besides its file."""
        settings = self.content.settings if self.content else None
        organisations = [(key, file.organisation) for key, file in self.organisations.items()]
        seen = (settings, self.words, organisations, sorted(self.named), sorted(self.reserved))
        return digest_of(toolchain(), repr(seen).encode())


class EarlyPage(NamedTuple):
    """A posting's page, made and written aside before all postings were known: the right one if `key` is its role's."""

    key: bytes
    digest: bytes


class Early(Protocol):
    """The stage of a build that runs while files are read. Travels by pickle."""

    def __call__(self, file: PostingFile, listing: Listing, content: Content) -> EarlyPage | None:
        """The page of a whole posting that is in memory; None if it cannot be made yet."""


class Taken(NamedTuple):
    """What one file contains: its short form and what it states as bytes, empty with problems; the names it claims."""

    found: Remembered
    stated: bytes
    claim: Claim | None
    problems: list[Problem]
    notes: list[Problem]
    page: EarlyPage | None = None
    same: bool = False


@dataclass(slots=True)
class Intake:
    """What was found; `read` counts the files that had to be read, `parsed` those that had changed.

    `pages` are the pages made early, by slug.
    """

    listings: list[Listing] = field(default_factory=list)
    pages: dict[str, EarlyPage] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    read: int = 0
    parsed: int = 0


def take_in(files: Sequence[FoundFile], rules: Rules, means: Means = NO_MEANS, early: Early | None = None) -> Intake:
    """Every posting without a problem, and every problem of the others; only files that changed are judged."""
    intake = Intake()
    if len(files) > means.thresholds.very_many:
        # A child process shares unchanged memory with its parent, so they are started while there is little to change.
        means.workers.start()
    fresh, known = _sorted_out(files, rules, means.memo, intake)
    claims = [listing_claim(one) for one in intake.listings]
    # If little changed, its pages are quickly made by reading those files again.
    task = JudgingTask(rules, early if len(fresh) > means.thresholds.early else None)
    for taken in means.track(_taken(fresh, known, task, means, intake), len(fresh), "Reading"):
        intake.problems += taken.problems
        intake.notes += taken.notes
        if taken.claim:
            claims.append(taken.claim)
        if taken.found.listing:
            intake.listings.append(listing.decoded(taken.found.listing))
            if taken.page:
                intake.pages[intake.listings[-1].slug] = taken.page
    for path, found in groupby(crosscheck.names(sorted(claims)), key=itemgetter(0)):
        intake.problems += _problems_in(rules.root, path, found)
    return intake


def _sorted_out(
    files: Sequence[FoundFile], rules: Rules, memo: Memo | None, intake: Intake
) -> tuple[list[FoundFile], dict[str, Remembered]]:
    """The files that must be read, and what is remembered about them. Takes in the listings of the others, and forgets
    what is remembered about deleted files.
    """
    if memo is None:
        return list(files), {}
    memo.salted("postings", rules.digest())
    there = {file.name: file for file in files}
    known: dict[str, Remembered] = {}
    gone: list[str] = []
    same: set[str] = set()
    for old in memo.postings():
        file = there.get(old.path)
        if file is None:
            gone.append(old.path)
        elif (short := _recalled(old)) is None:
            continue
        elif file.stamp == old.stamp:
            same.add(old.path)
            intake.listings.append(short)
        else:
            known[old.path] = old
    memo.forget_postings(gone)
    return [file for file in files if file.name not in same], known


def _recalled(old: Remembered) -> Listing | None:
    """A remembered posting, unless the row belongs to another one: its address must match its path."""
    short = listing.decoded(old.listing)
    return short if (short.path, short.slug) == (old.path, PurePosixPath(old.path).stem) else None


class JudgingTask(NamedTuple):
    """What a worker needs to judge files."""

    rules: Rules
    early: Early | None


def _taken(
    files: Sequence[FoundFile], known: dict[str, Remembered], task: JudgingTask, means: Means, intake: Intake
) -> Iterator[Taken]:
    """What the files contain that must be read; those with the same content as before are not judged again."""
    memo, workers = means.memo, means.workers
    intake.read = len(files)
    changed: list[tuple[Remembered, bytes]] = []
    items = (
        (file, known.get(file.name), _raw(file, task.rules) if not workers.shares_files else None) for file in files
    )
    for chunk in workers.run(judged, task, items, len(files)):
        intake.parsed += sum(not taken.same for taken in chunk)
        if memo:
            changed += [(_lasting(one, memo), one.stated) for one in chunk if one.found.listing and not one.same]
            memo.restamp_postings(_lasting(one, memo) for one in chunk if one.same)
            if len(changed) >= means.thresholds.batch:
                memo.remember_postings(changed)
                changed.clear()
        yield from chunk
    if memo:
        memo.remember_postings(changed)


def _lasting(taken: Taken, memo: Memo) -> Remembered:
    return taken.found._replace(stamp=memo.lasting(taken.found.stamp))


def _raw(file: FoundFile, rules: Rules) -> tuple[bytes, list[Problem]]:
    return read_bytes(rules.root, file.path, MAX_TEXT_BYTES)


Item = tuple[FoundFile, Remembered | None, tuple[bytes, list[Problem]] | None]


def judged(task: JudgingTask, chunk: list[Item]) -> list[Taken]:
    """A task for workers: judges files, with what is known about them and, for other machines, their bytes."""
    return [_judged(task, *item) for item in chunk]


def _judged(
    task: JudgingTask, file: FoundFile, old: Remembered | None, read: tuple[bytes, list[Problem]] | None
) -> Taken:
    rules = task.rules
    raw, problems = read or _raw(file, rules)
    found = Remembered(file.name, file.stamp, digest_of(raw), b"")
    if problems:
        return Taken(found, b"", None, problems, [])
    if old and old.digest == found.digest:
        again = found._replace(listing=old.listing)
        return Taken(again, b"", listing_claim(listing.decoded(old.listing)), [], [], same=True)
    reading = Reading(rules.root)
    document = _document(reading, file.path, raw, rules.words)
    if document is None:
        return Taken(found, b"", None, reading.problems, reading.notes)
    reading.problems += crosscheck.check_posting(document, rules.organisations, rules.named, rules.reserved)
    claim = crosscheck.claim_of(document)
    if rules.content is None or document.value is None or document.value.draft or reading.problems:
        return Taken(found, b"", claim, reading.problems, reading.notes)
    posting = PostingFile(document.name, document.path, document.value, document.prose)
    real = file.path.relative_to(rules.root).as_posix()
    place = real if real != file.name else ""
    facts = stated(document.value, document.prose)
    short = listing.listing_of(posting, _digest(document.path, raw), facts, rules.content, place)
    page = task.early(posting, short, rules.content) if task.early else None
    return Taken(found._replace(listing=listing.encoded(short)), facts, claim, [], [], page)


def _document(reading: Reading, path: Path, raw: bytes, words: Vocabulary | None) -> Document[Posting] | None:
    text, problems = decoded_text(reading.root, path, raw)
    reading.problems += problems
    return None if problems else reading.parsed(Posting, path, text, words)


def _digest(path: str, raw: bytes) -> bytes:
    """Identifies a posting by the content and the path of its file: the name becomes its address."""
    return digest_of(path.encode(), raw)


def read_raw(root: Path, short: Listing) -> bytes:
    """The bytes of a posting's file; empty if it is gone."""
    return read_bytes(root, root / (short.file or short.path), MAX_TEXT_BYTES)[0]


def whole(root: Path, short: Listing, content: Content, raw: bytes | None = None) -> PostingFile:
    """The whole of a posting that was taken in, read again. Raises ContentError if its file has changed."""
    path = root / short.path
    raw = read_raw(root, short) if raw is None else raw
    document = (
        _document(Reading(root), path, raw, content.vocabulary) if _digest(short.path, raw) == short.digest else None
    )
    if document is None or document.value is None:
        raise ContentError([problem_at(root, path, "file", "changed while the site was built, build again")])
    return PostingFile(document.name, document.path, document.value, document.prose)


def listing_claim(one: Listing) -> Claim:
    """The names that a posting takes, by its short form."""
    identity: list[tuple[Location, str]] = [(("id",), one.id)] if one.id != one.slug else []
    aliases: list[tuple[Location, str]] = [(("aliases", number), name) for number, name in enumerate(one.aliases)]
    return Claim(one.path, one.slug, (*identity, *aliases))


def _problems_in(root: Path, path: str, found: Iterable[tuple[str, Location, str]]) -> Iterator[Problem]:
    """Problems of one file that only other files reveal, with their places; its text is read once."""
    fields: WrittenFields | None = None
    for _, location, message in islice(found, MOST_FIELD_PROBLEMS):
        if not location:
            yield problem_at(root, root / path, "file name", message)
            continue
        if fields is None:
            raw, _ = read_bytes(root, root / path, MAX_TEXT_BYTES)
            parts = split(decoded_text(root, root / path, raw)[0])
            fields = read_mapping(parts[0] if parts else "", 2)[0]
        yield problem_at(root, root / path, key_text(location), message, fields.place_of(location))
