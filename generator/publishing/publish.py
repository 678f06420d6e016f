"""Makes a folder hold exactly the site's files, writes only what differs, and says what changed.

A manifest in the folder lists the files that are ours. Only those are ever replaced or removed. New files are written
aside first. When all of them are there, the new site is made in a second tree beside the folder, and the two change
places; where that cannot be, file by file in the folder itself. So a full disk leaves the old site as it was.
"""

import errno
import json
import os
import re
import shutil
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from fcntl import LOCK_EX, LOCK_NB, flock
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp
from typing import NamedTuple

import msgspec

from ..model.problems import shown
from ..model.telling import visible
from ..reading.files import stamp_of
from ..work.cachefolder import mark_of
from .exchange import TREE, beside, between, exchange, mirror, put_back, synced

MANIFEST = ".vacancy-digest.json"
_ASIDE = ".vacancy-digest-new-"
_POSTING = re.compile(r"postings/[^/]+/index\.html")
_ENOUGH_TO_TELL = 10  # postings; of fewer, half may well go at once
_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


class Aside(NamedTuple):
    """Says that a file of the site is written already, by `write_aside`; with the digest of its content."""

    digest: bytes


Content = bytes | Iterable[bytes] | Aside


class Refused(Exception):
    """Publishing would lose something, or cannot be done; nothing was changed."""


class Busy(Exception):
    """Another build is at work on the folder; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many files were written, were the same already, and were removed.

    `stamps` are those of the files that were written, `digests` those of all.
    """

    written: int
    unchanged: int
    removed: int
    stamps: Mapping[str, str] = field(default_factory=dict, compare=False)
    digests: Mapping[str, str] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Standing:
    """What a folder holds where a site will be.

    `ours` are the files of the last build with their digests, `stamps` those that are there now of the old and the new.
    """

    out: Path
    ours: Mapping[str, str]
    stamps: Mapping[str, str]


@contextmanager
def opened(out: Path, sources: Iterable[Path], *, in_place: bool = False) -> Iterator[Path]:
    """A folder for files on their way into `out`, on the same file system. It goes at the end, and `out` if it is new.

    It lies beside `out`, or in it where it must. With `in_place` it lies in it too and stays, until `clear` is called.
    Until the end no other build works on `out`. Raises Refused when `out` is not ours, holds one of the sources, or
    cannot be written, and Busy while another build is at work there.
    """
    _refuse_wrong_place(out, sources)
    before = {parent for parent in (out, *out.parents) if parent.is_dir()}
    mark = mark_of(out)
    with ExitStack() as locks:
        try:
            if mark and (waiting := between(out, mark)):
                with _locked(waiting, out):
                    put_back(out, waiting)
            _make_folder(str(out))
            locks.enter_context(_locked(out, out))
            place = None if in_place else beside(out, mark or token_hex(8))
            if place:
                locks.enter_context(_locked(place / TREE, out))
            # What lies here was left by builds that were cut short.
            clear(out)
            clear(place or out)
            folder = Path(mkdtemp(prefix=_ASIDE, dir=place or out))
        except OSError as error:
            raise _unwritable(out, error) from error
        try:
            yield folder
        except OSError as error:
            if error.errno not in _NO_ROOM:
                raise
            raise _unwritable(out, error) from error
        finally:
            if not in_place:
                shutil.rmtree(folder, ignore_errors=True)
            if out not in before and not (out / MANIFEST).exists():
                clear(place or out)
                shutil.rmtree(place, ignore_errors=True) if place else None
                _remove_empty_folders(out / MANIFEST, before)
            elif place and not mark:
                # The next build could not tell it from a stranger's.
                shutil.rmtree(place, ignore_errors=True)


def clear(out: Path) -> None:
    """Removes what a build in place left, which takes long on some disks, so that its caller says when."""
    for left in out.glob(f"{_ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path, out: Path) -> Iterator[None]:
    """Holds the lock of a folder, which goes with its process, however that ends. Raises Busy and OSError."""
    lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    _held.add(lock)
    try:
        if not _lock(lock, folder):
            raise Busy(f"another build is at work on {out}, nothing was changed; try again when it is done")
        yield
    finally:
        _held.discard(lock)
        os.close(lock)


def _lock(handle: int, folder: Path) -> bool:
    """Whether the lock of a folder could be had, and the folder is still the one at that place."""
    try:
        flock(handle, LOCK_EX | LOCK_NB)
    except BlockingIOError:
        return False
    return os.path.samestat(os.fstat(handle), folder.stat())


_held: set[int] = set()


def _let_go_all() -> None:
    for lock in list(_held):
        _held.discard(lock)
        os.close(lock)


# A process that a build starts would hold the lock beyond that build's own end.
os.register_at_fork(after_in_child=_let_go_all)


def _unwritable(out: Path, error: OSError) -> Refused:
    return Refused(f"{out} cannot be written ({error.strerror or error}), what is there stays as it was")


def survey(out: Path, paths: Iterable[str]) -> Standing:
    """Looks at a folder in which these paths are to stand.

    Raises Refused when it holds what no build of ours wrote, for all that it holds is published. Files and folders
    whose names begin with a dot stay, as long as none of the paths is theirs.
    """
    ours = _read_manifest(out)
    wanted = set(paths)
    if strange := [path for path in wanted if not _is_inside(path)]:
        raise Refused(f"{shown(strange[0])} is not in {out}, so nothing was changed; build with --no-cache")
    stamps, folders = _look(out)
    for path in sorted(stamps.keys() - ours.keys()):
        if path in wanted or not path.startswith("."):
            raise _foreign(out, path)
    for path in wanted & folders:
        if not any(one.startswith(f"{path}/") for one in ours.keys() & stamps.keys()):
            raise _foreign(out, path)
    return Standing(out, ours, stamps)


def refuse_collapse(standing: Standing, paths: Iterable[str]) -> None:
    """Raises Refused where half of a site's postings or more would go: a folder was moved, or a disk is not there.

    Postings that are over keep their pages, so that few ever go.
    """
    wanted = set(paths)
    before = [path for path in standing.ours if _POSTING.fullmatch(path)]
    gone = sum(path not in wanted for path in before)
    if len(before) >= _ENOUGH_TO_TELL and gone * 2 >= len(before):
        raise Refused(
            f"{gone} of the {len(before)} postings in {standing.out} would go, so nothing was changed; "
            "if that is meant, build with --allow-shrink"
        )


def publish(
    standing: Standing, folder: Path, files: Iterable[tuple[str, Content]], kept: Collection[str] = ()
) -> Published:
    """Makes the site's folder hold `files` (paths with their content) and what is `kept` of the old ones, no more.

    `folder` is that of `opened`: all files are there before the first of them takes its place.
    """
    out = standing.out
    digests = {path: standing.ours[path] for path in kept}
    changed: list[str] = []
    for path, content in files:
        new = _place_of(folder, path)
        digests[path], differs = _written_aside(new, content, f"{out}/{path}", path in standing.stamps)
        if differs:
            changed.append(path)
    gone = sorted(path for path in standing.ours if path not in digests and path in standing.stamps)
    manifest = _manifest(digests)
    if changed or gone or not _holds(out / MANIFEST, manifest):
        change = _Change(folder, changed, gone, manifest)
        if folder.parent == out or not _publish_beside(out, change):
            lost = standing.ours.keys() - digests.keys()
            _publish_in_place(out, change, _manifest(dict.fromkeys(lost, "") | digests) if lost else manifest)
    stamps = {path: stamp_of(os.lstat(f"{out}/{path}")) for path in changed}
    return Published(len(changed), len(digests) - len(changed), len(gone), stamps, digests)


class _Change(NamedTuple):
    """What makes a new site of an old one: the paths of files that wait in a folder, and of those that go."""

    folder: Path
    changed: list[str]
    gone: list[str]
    manifest: bytes


def _publish_beside(out: Path, change: _Change) -> bool:
    """Makes the new site in the second tree, and lets the two change places; whether that could be done."""
    tree = change.folder.parent / TREE
    try:
        mirror(out, tree)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise
        return False
    _apply(tree, change)
    synced(tree)
    try:
        exchange(tree, out)
    except OSError:
        for path in change.changed:
            os.replace(f"{tree}/{path}", _place_of(change.folder, path))
        return False
    synced(out)
    with suppress(OSError):
        # The next build finds both alike, and mends what fails here.
        for path in change.changed:
            os.link(f"{out}/{path}", _place_of(change.folder, path))
        _apply(tree, change)
    return True


def _publish_in_place(out: Path, change: _Change, claim: bytes) -> None:
    """Puts file by file where it belongs. `claim` lists the files of the old and of the new site.

    Should that be cut short, every file of either is known as ours.
    """
    _write(change.folder / "claim", claim)
    synced(change.folder)
    for path in (*change.changed, *change.gone):
        with suppress(OSError):
            # Some disks take longer to free the room of old files than all the rest takes: that can wait.
            os.link(f"{out}/{path}", f"{_place_of(change.folder, path)}.old")
    _apply(out, change, change.folder / "claim")


def _apply(site: Path, change: _Change, claim: Path | None = None) -> None:
    _write(change.folder / "manifest", change.manifest)
    blocked = _make_folders(site, change.changed)
    if claim:
        claim.replace(site / MANIFEST)
    _remove(site, change.gone, change.changed)
    for parent in blocked:
        _make_folder(f"{site}/{parent}")
    for path in change.changed:
        os.replace(_place_of(change.folder, path), f"{site}/{path}")
    (change.folder / "manifest").replace(site / MANIFEST)


def _remove(out: Path, gone: Iterable[str], changed: Iterable[str]) -> None:
    """Removes files, and the folders that are empty then, unless one of the changed files will stand in them."""
    needed = {out / folder for folder in {path.rpartition("/")[0] for path in changed}}
    needed |= {parent for folder in needed for parent in folder.parents} | {out}
    for path in gone:
        (out / path).unlink(missing_ok=True)
        _remove_empty_folders(out / path, needed)


def _refuse_wrong_place(out: Path, sources: Iterable[Path]) -> None:
    real = out.resolve()
    if out.is_symlink() or any(one.exists() and not one.is_dir() for one in (out, *out.parents)):
        raise Refused(f"{out} is not a folder of its own, name another one with --out")
    if real in (Path("/"), _home()):
        raise Refused(f"{out} is not a folder for a site, name another one with --out")
    for source in sources:
        if real == source.resolve() or real in source.resolve().parents or source.resolve() in real.parents:
            raise Refused(f"{out} and the sources in {source} lie one in the other, name another folder with --out")
    if (out / ".git").exists():
        raise Refused(f"{out} is a git repository, name another folder with --out")
    if out.is_dir() and not (out / MANIFEST).is_file():
        strange = sorted(entry.name for entry in out.iterdir() if not entry.name.startswith("."))
        if strange:
            raise Refused(
                f"{out} holds files that are not ours ({strange[0]}), empty it or name another folder with --out"
            )


def _home() -> Path | None:
    """The home folder; a user whom the system does not know may have none."""
    with suppress(RuntimeError):
        return Path.home().resolve()
    return None


def _read_manifest(out: Path) -> dict[str, str]:
    """The paths that an earlier build wrote, with the digests of their content."""
    if not os.path.lexists(out / MANIFEST):
        return {}
    if (out / MANIFEST).is_symlink() or not (out / MANIFEST).is_file():
        raise Refused(f"{out / MANIFEST} is not a regular file, remove it")
    try:
        files = msgspec.json.decode((out / MANIFEST).read_bytes(), type=_Listed).files
    except (ValueError, RecursionError):
        raise Refused(f"{out / MANIFEST} is damaged, so nobody can say which files are ours; empty {out}") from None
    if strange := [path for path in files if not _is_inside(path)]:
        raise Refused(f"{out / MANIFEST} lists {shown(strange[0])}, which is not in this folder; empty {out}")
    return files


class _Listed(msgspec.Struct):
    """What a manifest holds."""

    files: dict[str, str]


def _is_inside(path: str) -> bool:
    """Whether a path leads to a file below a folder, by the only way of writing it."""
    if not path or "\0" in path or path.startswith("/"):
        return False
    # Most have no dots and no doubled slashes, and there are thousands.
    return ("." not in path and "//" not in path) or not {"", ".", ".."} & set(path.split("/"))


def _look(out: Path) -> tuple[dict[str, str], set[str]]:
    """The stamps of all files in a folder by their paths, and the paths of its folders. Raises Refused at all else.

    A link could lead our writing out of the folder, and whoever publishes the folder to what is none of the site's.
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
                    if not path.startswith(_ASIDE):
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


def _manifest(digests: Mapping[str, str]) -> bytes:
    # One file a line. With an indent Python's writer takes its slow way, and of thousands of files it takes long.
    listed = json.dumps(digests, sort_keys=True, separators=(",\n", ": "))
    return f'{{\n"generator": "vacancy-digest",\n"files": {{\n{listed[1:-1]}\n}}\n}}\n'.encode()


def _written_aside(new: str, content: Content, old: str, known: bool) -> tuple[str, bool]:
    """Writes a file aside, unless the old one is the same: its digest, and whether it differs."""
    if isinstance(content, bytes):
        if known and _holds(old, content):
            return _digest(content), False
        _write(new, content)
        return _digest(content), True
    digest = content.digest.hex() if isinstance(content, Aside) else _stream(new, content)
    if known and _same(new, old):
        os.unlink(new)
        return digest, False
    return digest, True


def write_aside(folder: Path, path: str, content: bytes) -> Aside:
    """Writes a file of the site in the folder of `opened`."""
    _write(_place_of(folder, path), content)
    return Aside(bytes.fromhex(_digest(content)))


def _place_of(folder: Path, path: str) -> str:
    """Where a file waits: all in one folder, and the same for whoever writes it. As text: there are thousands."""
    return f"{folder}/{blake2b(path.encode('utf-8', 'surrogateescape'), digest_size=16).hexdigest()}"


def _stream(new: str, pieces: Iterable[bytes]) -> str:
    digest = blake2b(digest_size=16)
    with open(new, "wb") as file:
        os.fchmod(file.fileno(), 0o644)
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def _same(one: str, other: str) -> bool:
    if os.stat(one).st_size != os.stat(other).st_size:
        return False
    with open(one, "rb") as first, open(other, "rb") as second:
        while piece := first.read(1 << 20):
            if piece != second.read(1 << 20):
                return False
    return True


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _holds(path: Path | str, content: bytes) -> bool:
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write(path: Path | str, content: bytes) -> None:
    # In the fewest calls of the system: a first build makes thousands of files.
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        # What the umask took away: a web server must be able to read the site.
        os.fchmod(file, 0o644)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)


def _make_folder(path: str) -> None:
    """Makes a folder, and those above it, where they are missing."""
    try:
        os.mkdir(path)
    except FileNotFoundError:
        _make_folder(os.path.dirname(path))
        _make_folder(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
    else:
        # As with files: whatever the umask took away or left.
        os.chmod(path, 0o755)


def _make_folders(out: Path, paths: Iterable[str]) -> list[str]:
    """Makes the folders of files, and names those in whose place a file stands that will go."""
    blocked = []
    for folder in sorted({path.rpartition("/")[0] for path in paths}):
        try:
            _make_folder(f"{out}/{folder}")
        except (FileExistsError, NotADirectoryError):
            blocked.append(folder)
    return blocked


def _remove_empty_folders(below: Path, needed: Collection[Path]) -> None:
    """Removes the folders above a path that are empty and not needed."""
    with suppress(OSError):  # the first that is not empty
        for parent in takewhile(lambda parent: parent not in needed, below.parents):
            parent.rmdir()
