"""Which files a build has to make, and which the last build left as they would be."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from ..edition.edition import Edition
from ..model.problems import ContentError, Problem
from ..publishing.publish import Published
from ..publishing.standing import Standing, survey
from ..reading.templates import Templates
from ..work.memo import Memo, Output
from ..work.stamps import digest_of
from .artifacts import Artifact
from .fingerprint import Fingerprint
from .plan import (
    PRESENT,
    SEARCH,
    Part,
    collisions,
    list_parts,
    planned,
    posting_parts,
    present_part,
    search_part,
    site_part,
)
from .search import Whole


@dataclass(frozen=True, slots=True)
class Worklist:
    """Files to be made, and the paths of those that are kept.

    `found` is what was planned: everything but the index for search if `complete`, else only the parts of the plan in
    which something changed.
    """

    found: list[Artifact]
    todo: list[Artifact]
    kept: list[str]
    complete: bool
    standing: Standing
    left: Mapping[str, Output]
    parts: list[tuple[str, bytes, int]]

    @property
    def whole(self) -> list[Artifact] | None:
        """All that was planned, if everything was."""
        return self.found if self.complete else None

    def remember(self, published: Published, memo: Memo) -> None:
        """Keeps what this build leaves for the next one."""
        stamps = {**self.standing.stamps, **published.stamps}
        outputs = (
            Output(one.path, one.key, _mark(one.path, stamps, published.digests), one.part) for one in self.found
        )
        memo.remember_outputs(output for output in outputs if self.left.get(output.path) != output)
        memo.forget_outputs(self.left.keys() - published.digests.keys())
        memo.remember_parts(self.parts)


def worklist(
    edition: Edition,
    templates: Templates,
    fingerprint: Fingerprint,
    out: Path,
    memo: Memo,
    problems: Sequence[Problem] = (),
    whole: Whole | None = None,
) -> Worklist:
    """What is to be done in a folder; without `whole` postings there is no index for search.

    Raises Refused, SearchFailed, and ContentError where files clash, with what else is wrong.
    """
    # Another folder may hold other files, whatever they are called.
    memo.salted("outputs", digest_of(str(out.resolve()).encode()))
    left = memo.outputs()
    known, paths = _known(memo, left)
    changed, same = _compared(edition, templates, fingerprint, known, whole)
    kept = [path for name in same for path in paths[name]]
    found = _planned(changed, fingerprint)
    standing = survey(out, [*kept, *_paths(found)])
    if any(left[path].stamp != _mark(path, standing.stamps, standing.ours) for path in kept):
        # Somebody changed or removed one of these: everything is looked at file by file.
        changed, same = _compared(edition, templates, fingerprint, {}, whole)
        kept, found = [], _planned(changed, fingerprint)
        standing = survey(out, _paths(found))
    if clashes := collisions(found, kept):
        raise ContentError([*problems, *clashes])
    numbers = Counter(one.part for one in found)
    sizes = [(part.name, part.key, numbers[part.name]) for part in changed]
    sizes += [(name, known[name], len(paths[name])) for name in same]
    todo = []
    for one in found:
        before = left.get(one.path)
        as_left = before and (before.key, before.stamp) == (one.key, _mark(one.path, standing.stamps, standing.ours))
        if as_left:
            kept.append(one.path)
        else:
            todo.append(one)
    return Worklist(found, todo, kept, set(same) <= {SEARCH}, standing, left, sizes)


def _known(memo: Memo, left: Mapping[str, Output]) -> tuple[dict[str, bytes], dict[str, list[str]]]:
    """The keys of the parts of the last plan, and the paths of their files; nothing where a row was lost."""
    paths: dict[str, list[str]] = defaultdict(list)
    for one in left.values():
        paths[one.part].append(one.path)
    parts = memo.parts()
    if any(len(paths[name]) != files for name, (_, files) in parts.items()):
        return {}, {}
    return {name: key for name, (key, _) in parts.items()}, paths


def _compared(
    edition: Edition, templates: Templates, fingerprint: Fingerprint, known: Mapping[str, bytes], whole: Whole | None
) -> tuple[list[Part], list[str]]:
    """The parts of the plan in which something may have changed, and the names of the others."""
    present = present_part(edition, fingerprint, searchable=whole is not None)
    found = search_part(edition, fingerprint, whole) if whole else None
    large = [
        site_part(edition, templates, fingerprint),
        *posting_parts(edition, fingerprint),
        *([found] if found else ()),
    ]
    if (found or SEARCH not in known) and all(known.get(part.name) == part.key for part in large):
        return [present], [name for name in known if name != PRESENT]
    changed, same = [present], []
    for part in (*large, *list_parts(edition, fingerprint)):
        if known.get(part.name) == part.key:
            same.append(part.name)
        else:
            changed.append(part)
    return changed, same


def _planned(parts: Iterable[Part], fingerprint: Fingerprint) -> list[Artifact]:
    return sorted((one for part in parts for one in planned(part, fingerprint)), key=lambda one: one.path)


def _paths(artifacts: Iterable[Artifact]) -> list[str]:
    return [artifact.path for artifact in artifacts]


def _mark(path: str, stamps: Mapping[str, str], digests: Mapping[str, str]) -> str:
    """What tells that a file, and its line in the list of our files, are as a build left them."""
    return f"{stamps.get(path)} {digests.get(path)}"
