"""What a run has written as commits: one a posting, and one for what is remembered."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from ..model.telling import in_lines, visible
from ..reading.repository import NoSuchRevision, Repository, repository_of
from .lock import LOCK
from .summary import RefreshReport

_LONGEST_SUBJECT = 72
_OTHERWISE = ("vacancy-digest", "vacancy-digest@localhost")  # where git does not know who commits


class NotCommitted(Exception):
    """Nothing can be committed here; the message says why, and what to do instead."""


def ready_repository(root: Path) -> Repository:
    """The repository of a site whose content is as it was committed. Raises NotCommitted."""
    try:
        repository = repository_of(root)
        changed = repository.changed("content") if repository else []
    except NoSuchRevision as error:
        raise NotCommitted(f"--commit needs a git repository with a commit: {error}") from None
    if repository is None:
        raise NotCommitted("--commit needs a git repository, and this folder is in none")
    if changed:
        raise NotCommitted(f"{visible(changed[0])} has changes that are not committed, commit or undo them first")
    return repository


def commit_report(root: Path, repository: Repository, report: RefreshReport, now: datetime) -> list[str]:
    """Commits what a run has written; the hashes. Raises NotCommitted."""
    try:
        by = repository.signature(now, _OTHERWISE)
        made = [repository.record(paths, message, by) for paths, message in _parts(report)]
        if report.changed and (root / LOCK).exists():
            made.append(repository.record([LOCK], "Remember what the sources said", by))
    except NoSuchRevision as error:
        raise NotCommitted(f"the changes are written and not committed: {error}") from None
    return made


def _parts(report: RefreshReport) -> Iterator[tuple[list[str], str]]:
    confirmed = [one.path for one in report.proposed if one not in report.changes]
    if confirmed:
        yield confirmed, f"Confirm {len(confirmed)} role{'s' * (len(confirmed) != 1)} at the source"
    for one in report.changes:
        keys = ", ".join(part.key for part in one.proposals if part.key != "checked")
        whys = "\n".join(f"{part.why} {part.url}".strip() for part in one.proposals if part.key != "checked")
        yield [one.path], f"{_subject(f'Propose {keys} of {Path(one.path).stem}')}\n\n{in_lines(whys)}"
    for draft in report.drafts:
        if draft.path:
            yield [draft.path], f"{_subject(f'Draft {Path(draft.path).stem}')}\n\nFrom {visible(draft.url)}"


def _subject(text: str) -> str:
    return text if len(text) <= _LONGEST_SUBJECT else f"{text[: _LONGEST_SUBJECT - 1]}…"
