"""The postings of an earlier commit, and what an edit since then must not rewrite: events that readers were told."""

import re
import subprocess
import tarfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import zip_longest
from pathlib import Path, PurePosixPath
from tempfile import TemporaryFile

from . import clock
from .content import Content, Listing, PostingFile
from .files import decoded, is_read, visible
from .folder import is_named
from .frontmatter import Fields, Location, read_mapping, split
from .history import history_of
from .intake import read_raw
from .model import When
from .problems import Place, Problem
from .schema import Posting, read_fields
from .vocabulary import NOT_STATED, Vocabulary

LATEST_DAYS = 7  # how long after it happened a change may be recorded
_ENDS = ("withdrawn", "filled", "expired")
_POSTINGS = "content/postings/"


class NoSuchRevision(Exception):
    """Git does not know the revision, or there is no git here."""


@dataclass(frozen=True, slots=True)
class _Edited:
    """A posting of today, with what finds the places of its keys."""

    path: str
    posting: Posting
    written: Fields

    @property
    def dated(self) -> str:
        """The key that says when the digest took the posting in."""
        return "added" if self.posting.added else "opens"

    def problem(self, location: Location, key: str, message: str) -> Problem:
        return Problem(self.path, self.written.place_of(location), key, message)


def rewritten(
    root: Path, revision: str, content: Content, now: datetime, unread: Collection[str] = ()
) -> list[Problem]:
    """Every place where the content takes back what readers of `revision` were told. Raises NoSuchRevision.

    Of the files in `unread`, which have problems of their own, nothing can be said yet.
    """
    commit = _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    there = _files_at(root, commit)
    today = {file.id: file for file in content.postings}
    by_path = {file.path: file for file in content.postings}
    told = {visible(path) for path in there if path.startswith(_POSTINGS) and is_named(path) and is_read(path)}
    begun = bool(told)
    problems: list[Problem] = []
    for old in _postings_at(root, commit, content.vocabulary):
        if old.posting.draft or not (old.posting.opens or old.posting.added):
            told.discard(old.path)
            continue
        # What named an organisation that was not there had a problem then.
        if old.path in unread or f"content/organisations/{old.posting.organisation}.md" not in there:
            continue
        if history_of(old, content).opened > now:
            told.discard(old.path)
        elif old.id in today:
            told.add(today[old.id].path)
            problems += _changes(old, _edited(root, today[old.id], content), content, now)
        elif old.path in by_path:
            message = f"was {old.id}, write id: {old.id}, or readers are told of it a second time"
            problems.append(_edited(root, by_path[old.path], content).problem(("id",), "id", message))
        else:
            message = f"is gone, put it back with withdrawn: and the date, or write id: {old.id} if it was renamed"
            problems.append(Problem(old.path, Place(), "file", message))
    # While nothing was told yet, nobody follows.
    new = (file for file in content.postings if begun and file.path not in told and file.history.events)
    return problems + [found for file in new for found in _late_opening(_edited(root, file, content), content, now)]


def _late_opening(edited: _Edited, content: Content, now: datetime) -> Iterator[Problem]:
    """A new posting opens for followers when it is taken in: an event of long ago reaches none of them."""
    instead = "write added: with the date and time of now, or followers are not told of the role"
    yield from _late(edited, (edited.dated,), _opening(edited.posting, content), content, now, instead)


def _changes(old: PostingFile, edited: _Edited, content: Content, now: datetime) -> Iterator[Problem]:
    yield from _moved_opening(old, edited, content, now)
    yield from _deadline_changes(old.posting, edited)
    new = edited.posting
    if old.posting.closes is None and isinstance(new.closes, When) and not new.deadline_changes:
        instead = "write expired: with the date and time of now, and leave closes out"
        yield from _late(edited, ("closes",), new.closes, content, now, instead)
    for key in _ENDS:
        before, after = getattr(old.posting, key), getattr(new, key)
        if before and (after is None or after.text != before.text):
            yield edited.problem((key,), key, f"was {before.text}, put it back; a role that returns is a new posting")
        elif after and not before:
            yield from _late(edited, (key,), after, content, now)
    for number, change in enumerate(new.deadline_changes[len(old.posting.deadline_changes) :]):
        location = ("deadline_changes", number + len(old.posting.deadline_changes), "on")
        yield from _late(edited, location, change.on, content, now)


def _moved_opening(old: PostingFile, edited: _Edited, content: Content, now: datetime) -> Iterator[Problem]:
    """That a role opened is told at one instant, for good; only what was told in the last days can be put right."""
    before, after = _opening(old.posting, content), _opening(edited.posting, content)
    if (before.day, before.instant) == (after.day, after.instant):
        return
    if all(_ends(when, content) >= now - timedelta(days=LATEST_DAYS) for when in (before, after)):
        return
    earlier = _ends(after, content) < _ends(before, content)
    instead = f"write added: {before.text}" if earlier and edited.dated == "opens" else "put it back"
    yield edited.problem((edited.dated,), edited.dated, f"was {before.text}, {instead}; what was told stays told")


def _opening(posting: Posting, content: Content) -> When:
    """The later of `opens` and `added`."""
    written = (when for when in (posting.opens, posting.added) if when)
    return max(written, key=lambda when: when.instant or clock.day_starts(when.day, content.settings.timezone))


def _deadline_changes(old: Posting, edited: _Edited) -> Iterator[Problem]:
    """The deadlines of the past are those of today's history, in their order."""
    before, after = _deadlines(old), _deadlines(edited.posting)
    # A deadline found at last may stand as if it had been stated from the start: nobody was told of another.
    if before == [NOT_STATED] and len(after) == 1:
        return
    for number, (was, is_now) in enumerate(zip_longest(before, after[: len(before)])):
        if was == is_now:
            continue
        if number == len(before) - 1 and number >= len(after) - 1:
            message = f"was {was}, write under deadline_changes: on: with the date and time, and from: {was}"
            yield edited.problem(("closes",), "closes", message)
        else:
            message = f"from was {was}, put it back; what was told stays told"
            yield edited.problem(("deadline_changes", number, "from"), "deadline_changes", message)
        return


def _deadlines(posting: Posting) -> list[str]:
    written = [*(change.from_ for change in posting.deadline_changes), posting.closes]
    return [one.text if isinstance(one, When) else one or NOT_STATED for one in written]


def _late(
    edited: _Edited,
    location: Location,
    when: When,
    content: Content,
    now: datetime,
    instead: str = "write when the digest records it, which is now",
) -> Iterator[Problem]:
    if _ends(when, content) < now - timedelta(days=LATEST_DAYS):
        message = f"{when.text} is more than {LATEST_DAYS} days ago, {instead}"
        yield edited.problem(location, str(location[-1]), message)


def _ends(when: When, content: Content) -> datetime:
    """An instant, or the end of a day without a time."""
    return when.instant or clock.day_starts(when.day + timedelta(days=1), content.settings.timezone)


def _edited(root: Path, file: Listing, content: Content) -> _Edited:
    parts = split(decoded(root, root / file.path, read_raw(root, file))[0])
    fields, _ = read_mapping(parts[0], 2) if parts else read_mapping("")
    posting, findings = read_fields(Posting, fields, content.vocabulary)
    assert posting, f"{file.path} was judged good, and now has {findings}"
    return _Edited(file.path, posting, fields)


def _files_at(root: Path, commit: str) -> set[str]:
    """The paths of a commit's postings and organisations."""
    listed = _git(root, "ls-tree", "-r", "-z", "--name-only", commit, _POSTINGS, "content/organisations/")
    return set(filter(None, listed.split("\0")))


def _postings_at(root: Path, commit: str, words: Vocabulary) -> Iterator[PostingFile]:
    """The postings of a commit that differ today; those that were wrong then were never published."""
    # A rename is a deletion and an addition here: the id must go along.
    differ = ("diff", "--name-only", "-z", "--no-renames", "--relative", "--diff-filter=DMT", commit)
    for path in filter(None, _git(root, *differ, "--", _POSTINGS).split("\0")):
        if not (is_named(path) and is_read(path)):
            continue
        parts = split(_git(root, "show", f"{commit}:./{path}").replace("\r\n", "\n").removeprefix("\ufeff"))
        fields, wrong = read_mapping(parts[0]) if parts else read_mapping("")
        posting, findings = read_fields(Posting, fields, words)
        if posting and not wrong and not findings:
            yield PostingFile(PurePosixPath(path).stem, visible(path), posting)


def checked_out(root: Path, revision: str, folder: Path) -> None:
    """Writes the content and the templates of a commit into a folder. Raises NoSuchRevision."""
    commit = _git(root, "rev-parse", "--verify", "--end-of-options", f"{revision}^{{commit}}").strip()
    there = [name for name in ("content", "templates") if _git(root, "ls-tree", "--name-only", commit, f"./{name}")]
    if "content" not in there:
        raise NoSuchRevision("it has no content/ here")
    folder.mkdir(parents=True)
    with TemporaryFile() as file:
        command = ["git", "-C", str(root), "archive", "--format=tar", commit, "--", *there]
        subprocess.run(command, stdout=file, check=True)
        file.seek(0)
        with tarfile.open(fileobj=file) as archive:
            archive.extractall(folder, filter="data")


def has_commits(root: Path) -> bool:
    """Whether a folder is under git, and something was committed there."""
    try:
        _git(root, "rev-parse", "--verify", "--quiet", "HEAD^{commit}")
    except NoSuchRevision:
        return False
    return True


def pushed(folder: Path) -> tuple[str, str] | None:
    """Where others can have just what a work tree holds: the https address of its origin, and the commit.

    None where something was changed since, or was not pushed. Raises NoSuchRevision where there is no such tree.
    """
    address = _git(folder, "config", "--get", "remote.origin.url").strip()
    # What stands before the host is a user's name, or a secret.
    match = re.fullmatch(r"(?:https://|ssh://)?(?:[^@/]*@)?([A-Za-z0-9.-]+)[:/](?:[0-9]+/)?(.+)", address)
    commit = _git(folder, "rev-parse", "--verify", "HEAD^{commit}").strip()
    above = _git(folder, "rev-parse", "--show-prefix").strip()
    changed = _git(folder, "status", "--porcelain", "--untracked-files=no").strip()
    if match is None or above or changed or not _git(folder, "branch", "--remotes", "--contains", commit).strip():
        return None
    return f"https://{match[1]}/{match[2]}", commit


def _git(root: Path, *arguments: str) -> str:
    command = ["git", "-C", str(root), *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", errors="replace", check=True)
    except FileNotFoundError:
        raise NoSuchRevision("git is not installed here, install it or leave --base out") from None
    except subprocess.CalledProcessError as error:
        raise NoSuchRevision(error.stderr.strip().splitlines()[-1] if error.stderr.strip() else "git failed") from None
    return done.stdout
