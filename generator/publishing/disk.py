"""Files and folders of a site on disk, with as few system calls as possible: there are thousands."""

import os
from collections.abc import Collection, Iterable
from contextlib import suppress
from hashlib import blake2b
from itertools import takewhile
from pathlib import Path


def place_aside(folder: Path, path: str) -> str:
    """Where a file waits: all in one folder, at the same path in every process. As text: there are thousands."""
    return f"{folder}/{blake2b(path.encode('utf-8', 'surrogateescape'), digest_size=16).hexdigest()}"


def stream(new: str, pieces: Iterable[bytes]) -> str:
    """Writes a new file piece by piece and returns the digest of its content. Raises OSError."""
    digest = blake2b(digest_size=16)
    with open(new, "wb") as file:
        os.fchmod(file.fileno(), 0o644)
        for piece in pieces:
            digest.update(piece)
            file.write(piece)
    return digest.hexdigest()


def same_bytes(one: str, other: str) -> bool:
    """Whether two files have the same bytes. Raises OSError if one cannot be read."""
    if os.stat(one).st_size != os.stat(other).st_size:
        return False
    with open(one, "rb") as first, open(other, "rb") as second:
        while piece := first.read(1 << 20):
            if piece != second.read(1 << 20):
                return False
    return True


def digest_in_hex(content: bytes) -> str:
    """The digest of content, by which files are compared."""
    return blake2b(content, digest_size=16).hexdigest()


def holds(path: Path | str, content: bytes) -> bool:
    """Whether a file exists and has exactly this content."""
    try:
        with open(path, "rb") as file:
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def write(path: Path | str, content: bytes) -> None:
    """Writes a file that web servers can read, through no link. Raises OSError."""
    # With as few system calls as possible: a first build writes thousands of files.
    file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC | os.O_NOFOLLOW, 0o644)
    try:
        # Undoes the umask: a web server must be able to read the site.
        os.fchmod(file, 0o644)
        rest = memoryview(content)
        while rest:
            rest = rest[os.write(file, rest) :]
    finally:
        os.close(file)


def make_folder(path: str) -> None:
    """Creates a folder and its parents if they are missing."""
    try:
        os.mkdir(path)
    except FileNotFoundError:
        make_folder(os.path.dirname(path))
        make_folder(path)
    except FileExistsError:
        if not os.path.isdir(path):
            raise
    else:
        # As with files, undoes the umask.
        os.chmod(path, 0o755)


def make_folders(out: Path, paths: Iterable[str]) -> list[str]:
    """Creates the folders of files; returns those that are blocked by a file that will be removed."""
    blocked = []
    for folder in sorted({path.rpartition("/")[0] for path in paths}):
        try:
            make_folder(f"{out}/{folder}")
        except (FileExistsError, NotADirectoryError):
            blocked.append(folder)
    return blocked


def remove_empty_folders(below: Path, needed: Collection[Path]) -> None:
    """Removes the folders above a path that are empty and not needed."""
    with suppress(OSError):  # the first that is not empty
        for parent in takewhile(lambda parent: parent not in needed, below.parents):
            parent.rmdir()
