"""Where this machine keeps what it knows about a site: the user's own cache folder, which no pull request reaches."""

import os
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from hashlib import blake2b
from pathlib import Path

_NAME = "vacancy-digest"
_KEY, _ORIGIN = "key", "origin.txt"
_KEY_BYTES = 32


class NoCache(Exception):
    """Nothing can be cached for a site; the message says why."""


def cache_of(root: Path) -> Path:
    """The cache folder of a site, created if missing. Raises NoCache.

    It is never inside the site's folder or its git work tree: anything there may come from a pull request.
    """
    base = _base()
    tree = work_tree(root.resolve())
    if base.resolve().is_relative_to(tree):
        raise NoCache(f"{base} is inside {tree}, where a pull request could fill it; set XDG_CACHE_HOME")
    folder = base / _called(root.resolve())
    try:
        if not folder.is_dir():
            _forget_lost_sites(base)
            folder.mkdir(mode=0o700)
            (folder / _ORIGIN).write_text(str(root.resolve()), "utf-8", "surrogateescape")
    except OSError as error:
        raise NoCache(f"{folder} cannot be used ({error.strerror})") from error
    return folder


@contextmanager
def lasting(root: Path, name: str) -> Iterator[Path]:
    """The path of a folder cached for a site; if nothing can be cached, a temporary one."""
    with tempfile.TemporaryDirectory(prefix=f"{_NAME}-") as scratch:
        try:
            folder = cache_of(root)
        except NoCache:
            folder = Path(scratch)
        yield folder / name


def mark_of(path: Path) -> str | None:
    """A word of 16 characters for a path that only this user on this machine can compute; None without a key."""
    try:
        key = _key(_base())
    except (NoCache, OSError):
        return None
    return blake2b(os.fsencode(path.resolve()), key=key, digest_size=8).hexdigest() if key else None


def _base() -> Path:
    """The folder of all sites, under the user's cache folder (XDG Base Directory Specification). Raises NoCache."""
    given = os.environ.get("XDG_CACHE_HOME", "")
    try:
        # The specification says to ignore paths that are not absolute.
        above = Path(given) if Path(given).is_absolute() else Path.home() / ".cache"
    except RuntimeError:
        raise NoCache("there is no home folder and XDG_CACHE_HOME is not set") from None
    base = above / _NAME
    try:
        base.mkdir(mode=0o700, parents=True, exist_ok=True)
        status = base.lstat()
    except OSError as error:
        raise NoCache(f"{base} cannot be used ({error.strerror})") from error
    if not stat.S_ISDIR(status.st_mode) or status.st_uid != os.geteuid() or status.st_mode & 0o022:
        raise NoCache(f"{base} is not a folder that only its user can write to")
    return base


def work_tree(root: Path) -> Path:
    """The topmost folder above a site that is a git work tree, else the site's own."""
    above = [folder for folder in (root, *root.parents) if (folder / ".git").exists()]
    return above[-1] if above else root


def _called(root: Path) -> str:
    return f"{root.name[:40] or 'site'}-{blake2b(os.fsencode(root), digest_size=8).hexdigest()}"


def _forget_lost_sites(base: Path) -> None:
    """Removes the caches of sites whose folder is gone, so that temporary copies leave nothing behind."""
    for origin in base.glob(f"*/{_ORIGIN}"):
        with suppress(OSError):
            if not Path(origin.read_text("utf-8", "surrogateescape")).exists():
                shutil.rmtree(origin.parent)


def _key(base: Path) -> bytes | None:
    """The secret of this user and machine, made once; None if the stored file is not a secret."""
    path = base / _KEY
    if not path.exists():
        with tempfile.NamedTemporaryFile(dir=base) as file, suppress(FileExistsError):
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.link(file.name, path)
    found = path.read_bytes()
    return found if len(found) == _KEY_BYTES else None
