"""The way into an output folder: refused if it is not ours, locked by one build at a time, and cleared at the end."""

import errno
import os
import shutil
from collections.abc import Collection, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from fcntl import LOCK_EX, LOCK_NB, flock
from pathlib import Path
from secrets import token_hex
from tempfile import mkdtemp

from ..work.cachefolder import mark_of, work_tree
from .disk import make_folder, remove_empty_folders
from .exchange import TREE, beside, between, put_back
from .standing import ASIDE, MANIFEST, Refused

NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS}


class Busy(Exception):
    """Another build is using the folder; nothing was changed."""


@contextmanager
def writing_folder(out: Path, sources: Iterable[Path], *, in_place: bool = False) -> Iterator[Path]:
    """A folder for files on their way into `out`, on the same file system. It is removed at the end, and so is `out`
    if it is new and has no site.

    It is beside `out`, or inside if it must be. With `in_place` it is inside too and stays until `clear` is called.
    Until the end no other build works on `out`. Raises Refused if `out` is not ours, contains one of the sources, or
    cannot be written, and Busy if another build is using it.
    """
    _refuse_wrong_place(out, sources)
    before = {parent for parent in (out, *out.parents) if parent.is_dir()}
    mark = mark_of(out)
    with ExitStack() as locks:
        with _refused_if_unwritable(out):
            if mark and (waiting := between(out, mark)):
                with _locked(waiting, out):
                    put_back(out, waiting)
            make_folder(str(out))
            locks.enter_context(_locked(out, out))
            place = None if in_place else beside(out, mark or token_hex(8))
            if place:
                locks.enter_context(_locked(place / TREE, out))
            # Anything here was left by interrupted builds.
            clear(out)
            clear(place or out)
            folder = Path(mkdtemp(prefix=ASIDE, dir=place or out))
        try:
            with _refused_if_unwritable(out, NO_ROOM):
                yield folder
        finally:
            if not in_place:
                shutil.rmtree(folder, ignore_errors=True)
            if out not in before and not (out / MANIFEST).exists():
                clear(place or out)
                shutil.rmtree(place, ignore_errors=True) if place else None
                remove_empty_folders(out / MANIFEST, before)
            elif place and not mark:
                # The next build could not know that it is ours.
                shutil.rmtree(place, ignore_errors=True)


def clear(out: Path) -> None:
    """Removes what a build in place left. That takes long on some disks, so the caller chooses when."""
    for left in out.glob(f"{ASIDE}*"):
        shutil.rmtree(left, ignore_errors=True)


@contextmanager
def _locked(folder: Path, out: Path) -> Iterator[None]:
    """Holds the lock of a folder, which is released when its process ends in any way. Raises Busy and OSError."""
    lock = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW | os.O_DIRECTORY)
    _held.add(lock)
    try:
        if not _lock(lock, folder):
            raise Busy(f"another build is using {out}, nothing was changed; try again when it is done")
        yield
    finally:
        _held.discard(lock)
        os.close(lock)


def _lock(handle: int, folder: Path) -> bool:
    """Whether the folder could be locked, and is still the one at that path."""
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


@contextmanager
def _refused_if_unwritable(out: Path, reasons: Collection[int] = ()) -> Iterator[None]:
    """Raises Refused for an error of the system: for any, or for these numbers alone."""
    try:
        yield
    except OSError as error:
        if reasons and error.errno not in reasons:
            raise
        raise Refused(f"{out} cannot be written ({error.strerror or error}), nothing there was changed") from error


def _refuse_wrong_place(out: Path, sources: Iterable[Path]) -> None:
    real = out.resolve()
    if out.is_symlink() or any(one.exists() and not one.is_dir() for one in (out, *out.parents)):
        raise Refused(f"{out} is not a real folder, name another one with --out")
    for source in sources:
        tree = work_tree(source.parent.resolve())
        for folder in out.absolute().parents:
            if folder.is_symlink() and folder.parent.resolve().is_relative_to(tree):
                raise Refused(f"{folder} is a symbolic link in {tree}, name another folder with --out")
    if real in (Path("/"), _home()):
        raise Refused(f"{out} is not a folder for a site, name another one with --out")
    for source in sources:
        if real == source.resolve() or real in source.resolve().parents or source.resolve() in real.parents:
            raise Refused(f"{out} and the sources in {source} are one inside the other, name another folder with --out")
    if (out / ".git").exists():
        raise Refused(f"{out} is a git repository, name another folder with --out")
    if out.is_dir() and not (out / MANIFEST).is_file():
        strange = sorted(entry.name for entry in out.iterdir() if not entry.name.startswith("."))
        if strange:
            raise Refused(
                f"{out} contains files that are not ours ({strange[0]}), empty it or name another folder with --out"
            )


def _home() -> Path | None:
    """The home folder; a user unknown to the system may have none."""
    with suppress(RuntimeError):
        return Path.home().resolve()
    return None
