"""Makes a folder contain exactly the site's files, writes only what differs, and returns what changed.

A manifest in the folder lists the files that are ours. Only those are ever replaced or removed. New files are written
aside first. When all of them exist, the new site is made in a second tree beside the folder, and the two are swapped.
If that is not possible, each file is replaced in the folder itself. So a full disk leaves the old site as it was.
"""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from ..work.stamps import stamp_of
from .disk import (
    digest_in_hex,
    holds,
    make_folder,
    make_folders,
    place_aside,
    remove_empty_folders,
    same_bytes,
    stream,
    write,
)
from .doors import NO_ROOM
from .exchange import TREE, exchange, mirror, synced
from .standing import MANIFEST, OutputSurvey, manifest_of


class Aside(NamedTuple):
    """Marks a file of the site that `write_aside` has already written, with the digest of its content."""

    digest: bytes


FileContent = bytes | Iterable[bytes] | Aside


@dataclass(frozen=True, slots=True)
class Published:
    """How many files were written, unchanged and removed.

    `stamps` are those of the written files, `digests` those of all files.
    """

    written: int
    unchanged: int
    removed: int
    stamps: Mapping[str, str] = field(default_factory=dict, compare=False)
    digests: Mapping[str, str] = field(default_factory=dict, compare=False)


def publish(
    standing: OutputSurvey,
    folder: Path,
    files: Iterable[tuple[str, FileContent]],
    kept: Collection[str] = (),
    gone: Sequence[str] = (),
) -> Published:
    """Makes the site's folder contain `files` (paths with their content) and the old ones that are `kept`.

    The old ones in `gone` are removed. `folder` is that of `writing_folder`: all files are in it before the first of
    them is moved to its path.
    """
    out = standing.out
    digests = {path: standing.ours[path] for path in kept}
    changed: list[str] = []
    for path, content in files:
        new = place_aside(folder, path)
        digests[path], differs = _written_aside(new, content, f"{out}/{path}", path in standing.stamps)
        if differs:
            changed.append(path)
    manifest = manifest_of(digests)
    if changed or gone or not holds(out / MANIFEST, manifest):
        change = _Change(folder, changed, gone, manifest)
        if folder.parent == out or not _publish_beside(out, change):
            lost = standing.ours.keys() - digests.keys()
            _publish_in_place(out, change, manifest_of(dict.fromkeys(lost, "") | digests) if lost else manifest)
    stamps = {path: stamp_of(os.lstat(f"{out}/{path}")) for path in changed}
    return Published(len(changed), len(digests) - len(changed), len(gone), stamps, digests)


class _Change(NamedTuple):
    """What turns an old site into a new one: the paths of files that wait in a folder, and of those to remove."""

    folder: Path
    changed: list[str]
    gone: Sequence[str]
    manifest: bytes


def _publish_beside(out: Path, change: _Change) -> bool:
    """Makes the new site in the second tree and swaps the two; returns whether that was possible."""
    tree = change.folder.parent / TREE
    try:
        mirror(out, tree)
    except OSError as error:
        if error.errno in NO_ROOM:
            raise
        return False
    _apply(tree, change)
    synced(tree)
    try:
        exchange(tree, out)
    except OSError:
        for path in change.changed:
            os.replace(f"{tree}/{path}", place_aside(change.folder, path))
        return False
    synced(out)
    with suppress(OSError):
        # The next build makes both equal again if this fails.
        for path in change.changed:
            os.link(f"{out}/{path}", place_aside(change.folder, path))
        _apply(tree, change)
    return True


def _publish_in_place(out: Path, change: _Change, claim: bytes) -> None:
    """Moves each file to its path. `claim` lists the files of the old and the new site.

    If that is interrupted, every file of either is known to be ours.
    """
    write(change.folder / "claim", claim)
    synced(change.folder)
    for path in (*change.changed, *change.gone):
        with suppress(OSError):
            # Some disks take longer to free the space of old files than everything else takes: that can wait.
            os.link(f"{out}/{path}", f"{place_aside(change.folder, path)}.old")
    _apply(out, change, change.folder / "claim")


def _apply(site: Path, change: _Change, claim: Path | None = None) -> None:
    write(change.folder / "manifest", change.manifest)
    blocked = make_folders(site, change.changed)
    if claim:
        claim.replace(site / MANIFEST)
    _remove(site, change.gone, change.changed)
    for parent in blocked:
        make_folder(f"{site}/{parent}")
    for path in change.changed:
        os.replace(place_aside(change.folder, path), f"{site}/{path}")
    (change.folder / "manifest").replace(site / MANIFEST)


def _remove(out: Path, gone: Iterable[str], changed: Iterable[str]) -> None:
    """Removes files, and then empty folders, unless one of the changed files will be in them."""
    needed = {out / folder for folder in {path.rpartition("/")[0] for path in changed}}
    needed |= {parent for folder in needed for parent in folder.parents} | {out}
    for path in gone:
        (out / path).unlink(missing_ok=True)
        remove_empty_folders(out / path, needed)


def _written_aside(new: str, content: FileContent, old: str, known: bool) -> tuple[str, bool]:
    """Writes a file aside unless the old one is the same; returns its digest, and whether it differs."""
    if isinstance(content, bytes):
        if known and holds(old, content):
            return digest_in_hex(content), False
        write(new, content)
        return digest_in_hex(content), True
    digest = content.digest.hex() if isinstance(content, Aside) else stream(new, content)
    if known and same_bytes(new, old):
        os.unlink(new)
        return digest, False
    return digest, True


def write_aside(folder: Path, path: str, content: bytes) -> Aside:
    """Writes a file of the site in the folder of `writing_folder`."""
    write(place_aside(folder, path), content)
    return Aside(bytes.fromhex(digest_in_hex(content)))
