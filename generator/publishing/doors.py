"""The way into an output folder: refused where it is not ours, held by one build at a time, and cleared at the end."""

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
    """Another build is at work on the folder; nothing was changed."""


@contextmanager
def writing_folder(out: Path, sources: Iterable[Path], *, in_place: bool = False) -> Iterator[Path]:
    """A folder for files on their way into `out`, on the same file system. It goes at the end, and `out` if it is new.

    It lies beside `out`, or in it where it must. With `in_place` it lies in it too and stays, until `clear` is called.
    Until the end no other build works on `out`. Raises Refused when `out` is not ours, holds one of the sources, or
    cannot be written, and Busy while another build is at work there.
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
            # What lies here was left by builds that were cut short.
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
                # The next build could not tell it from a stranger's.
                shutil.rmtree(place, ignore_errors=True)


def clear(out: Path) -> None:
    """Removes what a build in place left, which takes long on some disks, so that its caller says when."""
    for left in out.glob(f"{ASIDE}*"):
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


@contextmanager
def _refused_if_unwritable(out: Path, reasons: Collection[int] = ()) -> Iterator[None]:
    """Raises Refused for an error of the system: for any, or for these numbers alone."""
    try:
        yield
    except OSError as error:
        if reasons and error.errno not in reasons:
            raise
        raise Refused(f"{out} cannot be written ({error.strerror or error}), what is there stays as it was") from error


def _refuse_wrong_place(out: Path, sources: Iterable[Path]) -> None:
    real = out.resolve()
    if out.is_symlink() or any(one.exists() and not one.is_dir() for one in (out, *out.parents)):
        raise Refused(f"{out} is not a folder of its own, name another one with --out")
    for source in sources:
        tree = work_tree(source.parent.resolve())
        for folder in out.absolute().parents:
            if folder.is_symlink() and folder.parent.resolve().is_relative_to(tree):
                raise Refused(f"{folder} is a symbolic link in {tree}, name another folder with --out")
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
