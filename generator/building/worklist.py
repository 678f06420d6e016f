"""Which files a build has to make, which can stay as the last build left them, and which to remove. A pure decision."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from ..model.problems import ContentError, Problem
from ..publishing.standing import OutputSurvey, refuse_foreign
from ..work.memo import BuiltFile
from .artifacts import Artifact
from .fingerprint import Fingerprint
from .plan import SEARCH, Part, collisions, planned


@dataclass(frozen=True)
class Left:
    """What the last build left: its files by their paths, and of each part of its plan the key and the size."""

    outputs: Mapping[str, BuiltFile]
    parts: Mapping[str, tuple[bytes, int]]

    @cached_property
    def paths(self) -> Mapping[str, list[str]]:
        """The paths of the files of each part."""
        found: dict[str, list[str]] = defaultdict(list)
        for one in self.outputs.values():
            found[one.part].append(one.path)
        return found

    def holds(self, name: str, key: bytes, standing: OutputSurvey) -> bool:
        """Whether a part has the key that it had, and all of its files are there as the last build left them."""
        paths = self.paths.get(name, ())
        return self.parts.get(name) == (key, len(paths)) and all(
            self.outputs[path].stamp == mark(path, standing.stamps, standing.ours) for path in paths
        )


@dataclass(frozen=True, slots=True)
class Worklist:
    """Files to make, and the paths of those to keep and to remove.

    `planned` are the files of the parts of the plan in which something changed: all but the index for search if
    `complete`. `parts` are the name of each part, its key and how many files it has. `standing` and `left` are what
    this was decided from.
    """

    make: list[Artifact]
    keep: list[str]
    remove: list[str]
    planned: list[Artifact]
    complete: bool
    parts: list[tuple[str, bytes, int]]
    standing: OutputSurvey
    left: Left

    @property
    def paths(self) -> list[str]:
        """Every file of the site."""
        return [*(one.path for one in self.make), *self.keep]


def decide(
    parts: Iterable[Part],
    fingerprint: Fingerprint,
    left: Left,
    standing: OutputSurvey,
    problems: Sequence[Problem] = (),
) -> Worklist:
    """What to make, keep and remove.

    Raises Refused if the folder contains foreign files, and ContentError if files clash, with all other problems.
    """
    found: list[Artifact] = []
    same: dict[str, list[str]] = {}
    sizes = []
    for part in parts:
        if left.holds(part.name, part.key, standing):
            same[part.name] = left.paths.get(part.name, [])
            sizes.append((part.name, part.key, len(same[part.name])))
        else:
            artifacts = list(planned(part, fingerprint))
            found += artifacts
            sizes.append((part.name, part.key, len(artifacts)))
    unplanned = [path for paths in same.values() for path in paths]
    found.sort(key=lambda one: one.path)
    wanted = [*unplanned, *(one.path for one in found)]
    refuse_foreign(standing, wanted)
    if clashes := collisions(found, unplanned):
        raise ContentError([*problems, *clashes])
    make = [one for one in found if not _is_left(one, left, standing)]
    made = {one.path for one in make}
    keep = [path for path in wanted if path not in made]
    return Worklist(make, keep, standing.without(wanted), found, same.keys() <= {SEARCH}, sizes, standing, left)


def _is_left(artifact: Artifact, left: Left, standing: OutputSurvey) -> bool:
    """Whether the last build made a file from the same view, and left it as it is there now."""
    before = left.outputs.get(artifact.path)
    now = artifact.key, mark(artifact.path, standing.stamps, standing.ours)
    return before is not None and (before.key, before.stamp) == now


def mark(path: str, stamps: Mapping[str, str], digests: Mapping[str, str]) -> str:
    """Shows whether a file, and its line in the manifest, are as a build left them."""
    return f"{stamps.get(path)} {digests.get(path)}"
