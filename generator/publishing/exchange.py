"""A second tree beside a site's folder: the complete new site is made there before the two are swapped in one step.

Between builds both contain the same files as hard links, so that the second tree needs space only for folders, and a
build changes in it only what differs.
"""

import ctypes
import errno
import os
import shutil
import stat
import sys
from contextlib import suppress
from pathlib import Path

TREE = "tree"
_BETWEEN = "between"  # where the old site waits while the two are swapped in more than one step
_AT_CWD, _EXCHANGE = -100, 2  # AT_FDCWD and RENAME_EXCHANGE of Linux


def beside(out: Path, mark: str) -> Path | None:
    """The folder of ours beside `out`, with the second tree in it; None if `out` cannot be swapped with another.

    That is so if its parent cannot be written, or if it is a mount point. The folder has a mark in its name that no
    stranger can predict, so nothing from a repository is ever taken for it.
    """
    folder = _name_beside(out, mark)
    try:
        if os.path.ismount(out):
            return None
        folder.mkdir(mode=0o700, exist_ok=True)
        status = folder.lstat()
        if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_dev != out.stat().st_dev:
            return None
        (folder / TREE).mkdir(exist_ok=True)
        (folder / ".gitignore").write_text("*\n", "utf-8")
    except OSError:
        return None
    return folder


def between(out: Path, mark: str) -> Path | None:
    """Where the old site is, if a build was interrupted while swapping the two in more than one step."""
    found = _name_beside(out, mark) / _BETWEEN
    return found if found.is_dir() and not found.is_symlink() else None


def put_back(out: Path, waiting: Path) -> None:
    """Finishes an interrupted swap: the old site is the site again, or the second tree if the new one is in place."""
    waiting.rename(waiting.with_name(TREE) if out.exists() else out)


def strangers_beside(out: Path, mark: str | None) -> list[Path]:
    """Entries beside `out` with a name like that of our folder that are not ours."""
    try:
        names = sorted(os.listdir(out.parent))
    except OSError:
        return []
    ours = _name_beside(out, mark).name if mark else ""
    return [out.parent / name for name in names if name.startswith(_name_beside(out, "").name[:-1]) and name != ours]


def _name_beside(out: Path, mark: str) -> Path:
    return out.parent / f".{out.name}.vacancy-digest-{mark}"


def mirror(source: Path, target: Path) -> None:
    """Makes a folder equal to another, with files as hard links. Raises OSError if hard links are not supported."""
    _alike(source, target)
    folders = [""]
    while folders:
        folder = folders.pop()
        here, there = _entries(source, folder), _entries(target, folder)
        for name, entry in there.items():
            if name not in here or not _same(here[name], entry):
                shutil.rmtree(entry.path) if entry.is_dir(follow_symlinks=False) else os.unlink(entry.path)
        for name, entry in here.items():
            path = f"{target}/{folder}{name}"
            known = name in there and _same(entry, there[name])
            if entry.is_dir(follow_symlinks=False):
                if not known:
                    os.mkdir(path)
                    _alike(Path(entry.path), Path(path))
                folders.append(f"{folder}{name}/")
            elif not known:
                os.link(entry.path, path, follow_symlinks=False)


def _entries(root: Path, folder: str) -> dict[str, "os.DirEntry[str]"]:
    with os.scandir(f"{root}/{folder}") as found:
        return {entry.name: entry for entry in found}


def _same(one: "os.DirEntry[str]", other: "os.DirEntry[str]") -> bool:
    if one.is_dir(follow_symlinks=False) or other.is_dir(follow_symlinks=False):
        return one.is_dir(follow_symlinks=False) and other.is_dir(follow_symlinks=False)
    return one.inode() == other.inode()


def _alike(source: Path, target: Path) -> None:
    """Gives a folder the permissions and, if allowed, the owner of another."""
    with suppress(PermissionError):
        status = source.stat()
        os.chown(target, status.st_uid, status.st_gid)
    shutil.copystat(source, target)


def exchange(one: Path, other: Path) -> None:
    """Swaps two folders: in one step on Linux, otherwise the second is missing for a moment."""
    if _exchanged(one, other):
        return
    waiting = one.with_name(_BETWEEN)
    other.rename(waiting)
    one.rename(other)
    waiting.rename(one)


def _exchanged(one: Path, other: Path) -> bool:
    """Whether the system could do it in one step. Raises OSError if it cannot be done at all."""
    rename = getattr(_LIBC, "renameat2", None)
    if rename is None:
        return False
    if rename(_AT_CWD, os.fsencode(one), _AT_CWD, os.fsencode(other), _EXCHANGE) == 0:
        return True
    number = ctypes.get_errno()
    if number in _UNKNOWN:
        return False
    raise OSError(number, os.strerror(number), str(other))


_LIBC = ctypes.CDLL(None, use_errno=True)
_UNKNOWN = {errno.ENOSYS, errno.EINVAL, errno.ENOTSUP}


def synced(folder: Path) -> None:
    """Waits until everything written to the file system of a folder is on its disk. Raises OSError."""
    if sys.platform != "linux":
        os.sync()
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        if _LIBC.syncfs(handle) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(handle)
