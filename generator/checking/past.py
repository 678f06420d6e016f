"""The postings of an earlier commit, and what an edit must not rewrite: events that readers have received."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from typing import Literal

from ..edition.deadlines import end_of, start_of
from ..edition.history import LATEST_DAYS, history_of
from ..model.content import Content, Listing, OrganisationFile, PostingFile
from ..model.model import When
from ..model.problems import Place, Problem
from ..model.schema import Organisation, Posting, Settings
from ..model.telling import visible
from ..model.vocabulary import NOT_STATED, Vocabulary
from ..reading.documents import Reading
from ..reading.files import MAX_STATIC_BYTES, MAX_TEXT_BYTES, decoded_text, is_read, is_taken, read_bytes, read_text
from ..reading.folder import is_named
from ..reading.frontmatter import Location, WrittenFields, read_mapping, split
from ..reading.intake import read_raw
from ..reading.judging import read_fields
from ..reading.repository import NoSuchRevision, Repository, TreeEntry, hash_like, repository_of
from .moves import Move, move_of, ruled_otherwise

_ENDS = ("withdrawn", "filled", "expired")
_POSTINGS, _ORGANISATIONS = "content/postings/", "content/organisations/"


@dataclass(frozen=True, slots=True)
class _Edited:
    """A posting of today, with what finds the places of its keys."""

    path: str
    posting: Posting
    written: WrittenFields
    content: Content
    now: datetime

    @property
    def dated(self) -> str:
        """The key that says when the digest added the posting."""
        return "added" if self.posting.added else "opens"

    def problem(self, location: Location, key: str, message: str) -> Problem:
        return Problem(self.path, self.written.place_of(location), key, message)

    def late(
        self, location: Location, when: When, instead: str = "write when the digest records it, which is now"
    ) -> Iterator[Problem]:
        if end_of(when, self.content.settings) < self.now - timedelta(days=LATEST_DAYS):
            message = f"{when.text} is more than {LATEST_DAYS} days ago, {instead}"
            yield self.problem(location, str(location[-1]), message)


def rewritten(
    root: Path, revision: str, content: Content, now: datetime, unread: Collection[str] = ()
) -> list[Problem]:
    """Every place where the content takes back what readers of `revision` received. Raises NoSuchRevision.

    The files in `unread`, which have problems of their own, cannot be compared yet.
    """
    repository, commit = at(root, revision)
    held = {entry.path: entry for entry in _entries(repository, commit, "content") if entry.kind == "file"}
    if "content/site.yaml" not in held:
        return [_uncompared(revision, "no site was committed in this folder", "note")]
    today = {file.id: file for file in content.postings}
    told = {visible(path) for path in held if path.startswith(_POSTINGS) and is_named(path) and is_read(path)}
    begun = bool(told)
    organisations = {PurePosixPath(path).stem for path in held if path.startswith(_ORGANISATIONS)}
    problems, moves = list[Problem](), list[Move]()
    before = _site_at(root, repository, held, content.vocabulary)
    every = ruled_otherwise(before, content)
    for old in _postings_at(root, repository, held.values(), content.vocabulary, every=every):
        if old.posting.draft or not (old.posting.opens or old.posting.added):
            told.discard(old.path)
            continue
        # A posting that named a missing organisation had a problem then.
        if old.path in unread or old.posting.organisation not in organisations:
            continue
        if history_of(old, content).opened > now:
            told.discard(old.path)
        elif old.id in today:
            told.add(today[old.id].path)
            if before and (move := move_of(history_of(old, before), today[old.id])):
                moves.append(move)
            problems += _changes(old, _edited(root, today[old.id], content, now))
        else:
            problems.append(_gone(old, root, content, now))
    if before:
        problems += _settings_changes(root, before.settings, content, moves, now)
        problems += _moved_by_rule(root, revision, moves, content, now)
    # As long as nothing was published, nobody follows.
    new = (file for file in content.postings if begun and file.path not in told and file.history.events)
    return problems + [found for file in new for found in _late_opening(_edited(root, file, content, now))]


def _gone(old: PostingFile, root: Path, content: Content, now: datetime) -> Problem:
    """What readers know under an id that no posting has any more."""
    if instead := next((file for file in content.postings if file.path == old.path), None):
        message = f"was {old.id}, write id: {old.id}, or readers receive it a second time"
        return _edited(root, instead, content, now).problem(("id",), "id", message)
    message = f"is gone, put it back with withdrawn: and the date, or write id: {old.id} if it was renamed"
    return Problem(old.path, Place(), "file", message)


def _late_opening(edited: _Edited) -> Iterator[Problem]:
    """A new posting opens for followers when it is added: an event of long ago would not reach them."""
    instead = "write added: with the date and time of now, or followers do not hear of the role"
    return edited.late((edited.dated,), _opening(edited.posting, edited.content), instead)


def _changes(old: PostingFile, edited: _Edited) -> Iterator[Problem]:
    yield from _moved_opening(old, edited)
    yield from _deadline_changes(old.posting, edited)
    new = edited.posting
    if old.posting.closes is None and isinstance(new.closes, When) and not new.deadline_changes:
        instead = "write expired: with the date and time of now, and leave closes out"
        yield from edited.late(("closes",), new.closes, instead)
    for key in _ENDS:
        before, after = getattr(old.posting, key), getattr(new, key)
        if before and (after is None or after.text != before.text):
            yield edited.problem((key,), key, f"was {before.text}, put it back; a role that returns is a new posting")
        elif after and not before:
            yield from edited.late((key,), after)
    for number, change in enumerate(new.deadline_changes[len(old.posting.deadline_changes) :]):
        location = ("deadline_changes", number + len(old.posting.deadline_changes), "on")
        yield from edited.late(location, change.on)


def _moved_opening(old: PostingFile, edited: _Edited) -> Iterator[Problem]:
    """The instant at which a role opened is final; it can be corrected only in the first days."""
    content = edited.content
    before, after = _opening(old.posting, content), _opening(edited.posting, content)
    if (before.day, before.instant) == (after.day, after.instant):
        return
    if all(end_of(when, content.settings) >= edited.now - timedelta(days=LATEST_DAYS) for when in (before, after)):
        return
    earlier = end_of(after, content.settings) < end_of(before, content.settings)
    instead = f"write added: {before.text}" if earlier and edited.dated == "opens" else "put it back"
    message = f"was {before.text}, {instead}; followers have already received it"
    yield edited.problem((edited.dated,), edited.dated, message)


def _opening(posting: Posting, content: Content) -> When:
    """The later of `opens` and `added`."""
    written = (when for when in (posting.opens, posting.added) if when)
    return max(written, key=lambda when: start_of(when, content.settings))


def _deadline_changes(old: Posting, edited: _Edited) -> Iterator[Problem]:
    """The deadlines of the past are those of today's history, in their order."""
    before, after = _deadlines(old), _deadlines(edited.posting)
    # A deadline found later may be written as if it had always been stated: nobody has received another.
    if before == [NOT_STATED] and len(after) == 1:
        return
    for number, (was, is_now) in enumerate(zip_longest(before, after[: len(before)])):
        if was == is_now:
            continue
        if number == len(before) - 1 and number >= len(after) - 1:
            message = f"was {was}, write under deadline_changes: on: with the date and time, and from: {was}"
            yield edited.problem(("closes",), "closes", message)
        else:
            message = f"from was {was}, put it back; followers have already received it"
            yield edited.problem(("deadline_changes", number, "from"), "deadline_changes", message)
        return


def _deadlines(posting: Posting) -> list[str]:
    written = [*(change.from_ for change in posting.deadline_changes), posting.closes]
    return [one.text if isinstance(one, When) else one or NOT_STATED for one in written]


def _edited(root: Path, file: Listing, content: Content, now: datetime) -> _Edited:
    parts = split(decoded_text(root, root / file.path, read_raw(root, file))[0])
    fields, _ = read_mapping(parts[0], 2) if parts else read_mapping("")
    posting, findings = read_fields(Posting, fields, content.vocabulary)
    assert posting, f"{file.path} had no problems before, and now has {findings}"
    return _Edited(file.path, posting, fields, content, now)


def _postings_at(
    root: Path, repository: Repository, held: Collection[TreeEntry], words: Vocabulary, *, every: bool
) -> Iterator[PostingFile]:
    """The postings of a commit, `every` one or those that differ today. Wrong ones were never published."""
    named = (one for one in held if one.path.startswith(_POSTINGS) and is_named(one.path) and is_read(one.path))
    wanted = [entry for entry in named if every or not _stands(root, entry)]
    for entry, raw in repository.contents(wanted, MAX_TEXT_BYTES):
        text = (raw or b"").decode("utf-8", "replace").replace("\r\n", "\n").removeprefix("\ufeff")
        parts = split(text)
        fields, wrong = read_mapping(parts[0]) if parts else read_mapping("")
        posting, findings = read_fields(Posting, fields, words)
        if posting and not wrong and not findings:
            yield PostingFile(PurePosixPath(entry.path).stem, visible(entry.path), posting)


def _site_at(root: Path, repository: Repository, held: Mapping[str, TreeEntry], words: Vocabulary) -> Content | None:
    """The settings and organisations of a commit; None if they were wrong, because then no site was published."""
    reading = Reading(root)
    settings: Settings | None = None
    organisations: dict[str, OrganisationFile] = {}
    wanted = [one for path, one in held.items() if path.startswith(_ORGANISATIONS) and path.endswith(".md")]
    for entry, raw in repository.contents([held["content/site.yaml"], *wanted], MAX_TEXT_BYTES):
        path = root / visible(entry.path)
        text, unread = decoded_text(root, path, raw or b"")
        if unread:
            continue
        if entry.path == "content/site.yaml":
            found = reading.mapping(Settings, path, text, first_line=1)
            settings = found.value if found else None
        elif (document := reading.parsed(Organisation, path, text)) and document.value:
            organisations[document.name] = OrganisationFile(document.name, document.value, path=document.path)
    return Content(settings, words, organisations=organisations) if settings else None


def _settings_changes(
    root: Path, before: Settings, content: Content, moves: list[Move], now: datetime
) -> Iterator[Problem]:
    """What in the settings must stay, and what must be added so that calendars take deadlines that moved."""
    settings = content.settings
    written, _ = read_mapping(read_text(root, root / "content/site.yaml")[0])

    def problem(key: str, message: str) -> Problem:
        return Problem("content/site.yaml", written.place_of((key,)), key, message)

    was, stays = before.tag_authority, "put it back; it is part of the id of every event that followers have received"
    if settings.tag_authority != was:
        yield problem("tag_authority", f"was {{domain: {was.domain}, date: {was.date}}}, {stays}")
    recorded, fresh = set(before.deadlines_moved), set(settings.deadlines_moved) - set(before.deadlines_moved)
    if lost := recorded - set(settings.deadlines_moved):
        texts = ", ".join(sorted(when.text for when in lost))
        yield problem("deadlines_moved", f"had {texts}, put it back; calendars count these moments")
    latest = max((start_of(when, settings) for when in fresh), default=None)
    silent = [one for one in moves if one.matters(now) and not (latest and latest > one.listing.history.opened)]
    if silent:
        many = f"{len(silent)} deadline{'s' * (len(silent) != 1)}"
        moment = f"{now.isoformat()[:19]}Z"
        yield problem("deadlines_moved", f"{many} moved, add {moment} here, or calendars keep the old instants")


def _moved_by_rule(root: Path, revision: str, moves: list[Move], content: Content, now: datetime) -> Iterator[Problem]:
    """Each role whose deadline is still to come and has moved; the number of those that are over."""
    over = 0
    for move in moves:
        if not move.matters(now):
            over += 1
            continue
        edited = _edited(root, move.listing, content, now)
        found = edited.problem(("closes",), "closes", f"{move} than in {revision}, because of another rule or place")
        yield replace(found, level="warning", rule="deadline-moved")
    if over:
        message = f"{over} of roles that are over moved too, because of another rule or place than in {revision}"
        yield Problem("content/site.yaml", Place(), "deadline", message, "warning", rule="deadline-moved")


def _entries(repository: Repository, commit: str, *folders: str) -> list[TreeEntry]:
    """All that a commit has in some folders of the site. Raises NoSuchRevision, also for objects kept elsewhere."""
    entries = list(repository.entries(commit, *folders))
    for entry in entries:
        if entry.kind == "submodule":
            raise NoSuchRevision(f"{visible(entry.path)} is a submodule, which is not read")
    return entries


def _stands(root: Path, entry: TreeEntry) -> bool:
    """Whether a file still has the same content."""
    raw, unread = read_bytes(root, root / entry.path, MAX_TEXT_BYTES)
    return not unread and hash_like(raw, entry.hash) == entry.hash


def at(root: Path, revision: str) -> tuple[Repository, str]:
    """A site's repository, and the hash of a commit there. Raises NoSuchRevision."""
    repository = repository_of(root)
    if repository is None:
        raise NoSuchRevision("there is no git repository here")
    return repository, repository.commit(revision)


def rewritten_since_commit(root: Path, content: Content, now: datetime, unread: Collection[str] = ()) -> list[Problem]:
    """As `rewritten`, compared with the last commit. Without any commit there is nothing to report; if git cannot read
    it, that is reported.
    """
    try:
        repository = repository_of(root)
        if repository is None or repository.is_empty():
            return []
        return rewritten(root, "HEAD", content, now, unread)
    except NoSuchRevision as error:
        return [_uncompared("HEAD", str(error), "warning")]


def _uncompared(revision: str, reason: str, level: Literal["warning", "note"]) -> Problem:
    return Problem("content", Place(), "git", f"nothing was compared with {revision} ({reason})", level, rule="git")


def brought_templates(root: Path, revision: str) -> bool:
    """Whether a site had a folder of templates at a revision. Raises NoSuchRevision."""
    repository, commit = at(root, revision)
    return any(_entries(repository, commit, "templates"))


def laid_out(root: Path, revision: str, folder: Path) -> list[Problem]:
    """Writes the content and the templates of a commit into a new folder, byte for byte as they were committed.

    Returns what could not be written: links, and files that a site may not have. Raises NoSuchRevision.
    """
    repository, commit = at(root, revision)
    entries = [entry for entry in _entries(repository, commit, "content", "templates") if is_taken(entry.path)]
    if not any(entry.path.startswith("content/") for entry in entries):
        raise NoSuchRevision("it has no content/ folder here")
    problems = [
        _problem(entry, "is a symbolic link, put the file itself here") for entry in entries if entry.kind == "link"
    ]
    files = (entry for entry in entries if entry.kind == "file")
    for entry, content in repository.contents(files, MAX_STATIC_BYTES):
        if content is None:
            problems.append(_problem(entry, f"is larger than {MAX_STATIC_BYTES // 1024} KiB, shorten it"))
            continue
        try:
            (folder / entry.path).parent.mkdir(parents=True, exist_ok=True)
            (folder / entry.path).write_bytes(content)
        except OSError as error:
            problems.append(_problem(entry, f"cannot be written on this machine ({error.strerror})"))
    return problems


def _problem(entry: TreeEntry, message: str) -> Problem:
    return Problem(visible(entry.path), Place(), "file", message)
