"""What the output folder contains, and which of it is ours."""

import json
import os
import re
from collections.abc import Iterable, Mapping, Set
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ..model.problems import shown
from ..model.telling import visible
from ..work.stamps import stamp_of

MANIFEST = ".vacancy-digest.json"
ASIDE = ".vacancy-digest-new-"
_POSTING = re.compile(r"postings/[^/]+/index\.html")
_ENOUGH_TO_TELL = 10  # postings; if there are fewer, half may well go at once


class Refused(Exception):
    """Publishing would lose something, or cannot be done; nothing was changed."""


@dataclass(frozen=True, slots=True)
class OutputSurvey:
    """What the output folder contains.

    `ours` are the files of the last build with their digests. `stamps` are the stamps of all existing files,
    `folders` the paths of the folders.
    """

    out: Path
    ours: Mapping[str, str]
    stamps: Mapping[str, str]
    folders: Set[str]

    def without(self, paths: Iterable[str]) -> list[str]:
        """The files of the last build that exist and are not among these."""
        wanted = set(paths)
        return sorted(path for path in self.ours if path not in wanted and path in self.stamps)


def survey(out: Path) -> OutputSurvey:
    """Surveys a folder. Raises Refused if it contains anything but files and folders, or a damaged manifest."""
    ours = _read_manifest(out)
    return OutputSurvey(out, ours, *_look(out))


def refuse_foreign(standing: OutputSurvey, paths: Iterable[str]) -> None:
    """Raises Refused if the folder for these paths contains anything that no build of ours wrote.

    Everything in the folder is published. Files and folders whose names begin with a dot stay, unless one of the paths
    is theirs.
    """
    out, ours, stamps = standing.out, standing.ours, standing.stamps
    wanted = set(paths)
    if strange := [path for path in wanted if not _is_inside(path)]:
        raise Refused(f"{shown(strange[0])} is not in {out}, so nothing was changed; build with --no-cache")
    for path in sorted(stamps.keys() - ours.keys()):
        if path in wanted or not path.startswith("."):
            raise _foreign(out, path)
    for path in wanted & standing.folders:
        if not any(one.startswith(f"{path}/") for one in ours.keys() & stamps.keys()):
            raise _foreign(out, path)


def refuse_collapse(standing: OutputSurvey, paths: Iterable[str]) -> None:
    """Raises Refused if half of a site's postings or more would go: a folder was moved, or a disk is missing.

    Postings that are over keep their pages, so few ever go.
    """
    wanted = set(paths)
    before = [path for path in standing.ours if _POSTING.fullmatch(path)]
    gone = sum(path not in wanted for path in before)
    if len(before) >= _ENOUGH_TO_TELL and gone * 2 >= len(before):
        raise Refused(
            f"{gone} of the {len(before)} postings in {standing.out} would go, so nothing was changed; "
            "if that is meant, build with --allow-shrink"
        )


def _read_manifest(out: Path) -> dict[str, str]:
    """The paths that an earlier build wrote, with the digests of their content."""
    if not os.path.lexists(out / MANIFEST):
        return {}
    if (out / MANIFEST).is_symlink() or not (out / MANIFEST).is_file():
        raise Refused(f"{out / MANIFEST} is not a regular file, remove it")
    try:
        files = msgspec.json.decode((out / MANIFEST).read_bytes(), type=_Listed).files
    except (ValueError, RecursionError):
        raise Refused(f"{out / MANIFEST} is damaged, which files are ours is unknown; empty {out}") from None
    if strange := [path for path in files if not _is_inside(path)]:
        raise Refused(f"{out / MANIFEST} lists {shown(strange[0])}, which is not in this folder; empty {out}")
    return files


class _Listed(msgspec.Struct):
    """The content of a manifest."""

    files: dict[str, str]


def _is_inside(path: str) -> bool:
    """Whether a path leads to a file below a folder, and is written in its only normal form."""
    if not path or "\0" in path or path.startswith("/"):
        return False
    # Most have no dots and no doubled slashes, and there are thousands.
    return ("." not in path and "//" not in path) or not {"", ".", ".."} & set(path.split("/"))


def _look(out: Path) -> tuple[dict[str, str], set[str]]:
    """The stamps of all files in a folder by their paths, and those of its folders. Raises Refused for anything else.

    A link could lead our writing out of the folder, and publishing to files outside the site.
    """
    stamps: dict[str, str] = {}
    folders: set[str] = set()
    pending = [""]
    while pending:
        above = pending.pop()
        with suppress(FileNotFoundError), os.scandir(f"{out}/{above}") as found:
            for entry in found:
                path = f"{above}{entry.name}"
                if entry.is_dir(follow_symlinks=False):
                    if not path.startswith(ASIDE):
                        folders.add(path)
                        pending.append(f"{path}/")
                elif not entry.is_file(follow_symlinks=False):
                    kind = "a symbolic link" if entry.is_symlink() else "not a regular file"
                    raise Refused(f"{out}/{visible(path)} is {kind}, remove it")
                else:
                    stamps[path] = stamp_of(entry.stat(follow_symlinks=False))
    return stamps, folders


def _foreign(out: Path, path: str) -> Refused:
    return Refused(
        f"{out}/{visible(path)} is not from an earlier build and would be published, "
        "move it to content/static/ or delete it"
    )


def manifest_of(digests: Mapping[str, str]) -> bytes:
    """The manifest of a site: every file with its digest, as JSON."""
    # One file a line. With an indent Python's writer takes its slow way, and of thousands of files it takes long.
    listed = json.dumps(digests, sort_keys=True, separators=(",\n", ": "))
    return f'{{\n"generator": "vacancy-digest",\n"files": {{\n{listed[1:-1]}\n}}\n}}\n'.encode()
