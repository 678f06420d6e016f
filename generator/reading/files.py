"""Reading what strangers put into a folder: regular files only, of a bounded size, in strict UTF-8.

And writing there for an editor: whole files, none that someone else has changed in between, and none through a link.
Folders are opened one by one and used by descriptor, so nothing that replaces them in between is written to.
"""

import errno
import os
import re
import stat
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from secrets import token_hex
from typing import BinaryIO, NamedTuple

from ..model.characters import cleared
from ..model.problems import Place, Problem, shown
from ..model.telling import visible
from ..work.stamps import stamp_of
from .frontmatter import forbidden_characters

MAX_TEXT_BYTES = 96 * 1024
MAX_STATIC_BYTES = 25 * 1024 * 1024  # the most that Cloudflare Pages serves
MAX_LOGO_BYTES = 1024 * 1024
MAX_FOLDER_DEPTH = 16
_LINK = "is a symbolic link, put the file itself here"
# What editors, file managers and merges leave behind, besides files that start with a dot: backups (`x~`, in Emacs
# `#x#`), Vim's swap files and its test of a folder (4913), files that Windows, macOS, Office and JetBrains create for
# themselves, and both sides of a merge or patch that did not apply.
_LEFTOVER = re.compile(
    r".*~|#.*#|~\$.*|4913|(?:eh)?thumbs\.db|desktop\.ini|icon\r|__macosx|.*\.(?:sw[n-p]|orig|rej)|.*___jb_(?:tmp|old)___",
    re.IGNORECASE | re.DOTALL,
)
_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC
_OLD = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC  # opening a pipe without a writer does not wait
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC  # anything that already exists, even a link, is not opened


class FoundFile(NamedTuple):
    """A file of a folder: where it is, its path from the root as messages show it, and a stamp that shows changes.

    An entry that must not be read has a problem and no stamp.
    """

    place: str
    name: str
    stamp: str = ""
    problem: Problem | None = None

    @property
    def path(self) -> Path:
        """The place as a path."""
        return Path(self.place)


def content_files(root: Path) -> Iterator[FoundFile]:
    """Every file under `root/content`, as `walk` finds it."""
    return files_below(root / "content", "content")


def files_below(folder: Path, name: str) -> Iterator[FoundFile]:
    """Every file under a folder, as `walk` finds it. A link in place of the folder is not followed."""
    if folder.is_symlink():
        yield FoundFile(str(folder), name, problem=Problem(name, Place(), "file", _LINK))
    else:
        yield from walk(folder, name)


def posting_files(root: Path) -> list[Path]:
    """The file of every posting, valid or not, including drafts."""
    return [
        file.path
        for file in content_files(root)
        if not file.problem and file.name.startswith("content/postings/") and file.name.endswith(".md")
    ]


def walk(folder: Path | str, name: str, depth: int = 0) -> Iterator[FoundFile]:
    """Every file under a folder in a fixed order; links and special files carry a problem.

    `name` is the folder's own path as messages show it. Names that start with a dot (except `.well-known`) and
    files that programs leave behind (`_LEFTOVER`) are skipped. Links are never followed.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield FoundFile(str(folder), name, problem=_unread(name, error))
        return
    if depth and any(entry.name == ".git" for entry in entries):
        # A submodule, for example, which nobody reviews with the site's own files.
        alone = "is a separate git repository, keep its files in the site's repository"
        yield FoundFile(str(folder), name, problem=Problem(name, Place(), "file", alone))
        return
    for entry in entries:
        if _skipped(entry.name):
            continue
        path, shown_as = entry.path, f"{name}/{visible(entry.name)}"
        is_folder = entry.is_dir(follow_symlinks=False)
        if reason := _name_problem(entry.name):
            yield FoundFile(path, shown_as, problem=Problem(shown_as, Place(), "file name", reason))
        elif reason := _type_problem(entry, is_folder):
            yield FoundFile(path, shown_as, problem=Problem(shown_as, Place(), "file", reason))
        elif not is_folder:
            yield _file(entry, shown_as)
        elif depth == MAX_FOLDER_DEPTH:
            reason = f"is more than {MAX_FOLDER_DEPTH} folders deep, move it up"
            yield FoundFile(path, shown_as, problem=Problem(shown_as, Place(), "file", reason))
        else:
            yield from walk(path, shown_as, depth + 1)


def _file(entry: os.DirEntry[str], name: str) -> FoundFile:
    try:
        return FoundFile(entry.path, name, stamp_of(entry.stat(follow_symlinks=False)))
    except OSError as error:
        return FoundFile(entry.path, name, problem=_unread(name, error))


def _unread(name: str, error: OSError) -> Problem:
    # Its path may be too long for the system, it may be unreadable for this user, or deleted since it was listed.
    return Problem(name, Place(), "file", f"cannot be read ({error.strerror}), check its permissions")


def is_read(path: str) -> bool:
    """Whether `walk` reads the file with this path below the folder; git may contain others."""
    return not any(_skipped(name) or _name_problem(name) for name in path.split("/"))


def is_taken(path: str) -> bool:
    """Whether `walk` yields the file with this path below the folder, valid or not: `..` and `.git` are skipped too."""
    return not any(_skipped(name) for name in path.split("/"))


def _skipped(name: str) -> bool:
    return (name.startswith(".") and name != ".well-known") or _LEFTOVER.fullmatch(name) is not None


def _name_problem(name: str) -> str | None:
    if name.isascii() and name.isprintable():
        return None
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return f"{shown(name)} is not UTF-8, rename the file"
    if "\n" in cleared(name) or cleared(name) != name:
        return f"{shown(name)} contains an invisible character, rename the file"
    return None


def _type_problem(entry: os.DirEntry[str], is_folder: bool) -> str | None:
    if entry.is_symlink():
        return _LINK
    if not (is_folder or entry.is_file(follow_symlinks=False)):
        return "is not a regular file, delete it"
    return None


def problem_at(root: Path, path: Path, key: str, message: str, place: Place | None = None) -> Problem:
    """A problem of a file, with the path as messages show it."""
    return Problem(shown_path(root, path), place or Place(), key, message)


def shown_path(root: Path, path: Path) -> str:
    """A path relative to the root, with characters that would break a line of output made visible."""
    return visible(path.relative_to(root).as_posix())


def links_above(root: Path, path: Path) -> list[Problem]:
    """The folders above a file, below the root, that are links: through them it would be written somewhere else."""
    folders = [folder for folder in path.parents if folder != root and folder.is_relative_to(root)]
    return [problem_at(root, folder, "file", _LINK) for folder in folders if folder.is_symlink()]


def read_text(root: Path, path: Path) -> tuple[str, list[Problem]]:
    r"""A text file with `\n` line ends, or why it cannot be read."""
    raw, problems = read_bytes(root, path, MAX_TEXT_BYTES)
    return ("", problems) if problems else decoded_text(root, path, raw)


def decoded_text(root: Path, path: Path, raw: bytes) -> tuple[str, list[Problem]]:
    """The bytes of a text file as text, or what no text may contain."""
    try:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"byte 0x{raw[error.start]:02X} is not UTF-8, save the file as UTF-8"
        return "", [problem_at(root, path, "encoding", message, place)]
    problems = [problem_at(root, path, key, message, place) for place, key, message in forbidden_characters(text)]
    return text.replace("\r\n", "\n"), problems


def read_bytes(root: Path, path: Path, limit: int) -> tuple[bytes, list[Problem]]:
    """A regular file's bytes, or why it cannot be read."""
    try:
        return b"".join(pieces(root, path, limit)), []
    except Unread as error:
        return b"", [error.problem]


def _opened(root: Path, path: Path) -> BinaryIO:
    """A file below the root, opened through no link. What was a file or folder may by now be a link or a pipe
    without a writer, so each is opened relative to the one before, and without waiting.
    """
    *folders, name = path.relative_to(root).parts
    at = os.open(root, _FOLDER)
    try:
        for folder in folders:
            above, at = at, os.open(folder, _FOLDER | os.O_NOFOLLOW, dir_fd=at)
            os.close(above)
        return os.fdopen(os.open(name, _OLD, dir_fd=at), "rb")
    finally:
        os.close(at)


class Unread(Exception):
    """A file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def pieces(root: Path, path: Path, limit: int) -> Iterator[bytes]:
    """A regular file's bytes, a megabyte at a time, through no link even if files change in between. Raises Unread."""
    try:
        with _opened(root, path) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                raise Unread(problem_at(root, path, "file", "is not a regular file, delete it"))
            for problem in too_large(root, path, status.st_size, limit):
                raise Unread(problem)
            while piece := file.read(1 << 20):
                yield piece
    except OSError as error:
        raise Unread(_unread(shown_path(root, path), error)) from None


def too_large(root: Path, path: Path, size: int, limit: int) -> list[Problem]:
    """The problem of a file that has more bytes than the limit."""
    return [problem_at(root, path, "file", f"is larger than {limit // 1024} KiB, shorten it")] if size > limit else []


def read_source(path: Path, limit: int, *, through_link: bool = True) -> bytes:
    """The start of any file: at most `limit` + 1 bytes, so that callers see if it is larger. Raises OSError.

    A link is also an OSError unless `through_link` is set.
    """
    with os.fdopen(os.open(path, os.O_RDONLY | (0 if through_link else os.O_NOFOLLOW)), "rb") as file:
        return file.read(limit + 1)


class ChangedMeanwhile(Exception):
    """A file has changed since it was read, so it was left as it is."""


class Unwritable(Exception):
    """A file cannot be written to its path; the message says why, and nothing was written there."""


def create(root: Path, path: Path, content: bytes) -> None:
    """Writes a new file, creating its folders below the root. Raises ChangedMeanwhile, Unwritable."""
    with _explained(path), _entered(root, path) as folder:
        try:
            _write_new(folder, path.name, content)
        except FileExistsError:
            raise ChangedMeanwhile(f"{visible(str(path))} already exists, nothing was written") from None


def replaced(root: Path, path: Path, content: bytes) -> bool:
    """Replaces a file of ours; returns whether its content was different. Raises Unwritable."""
    with _explained(path), _entered(root, path) as folder:
        try:
            before, permissions = _start_of(folder, path, len(content) + 1)
        except FileNotFoundError:
            _write_new(folder, path.name, content)
            return True
        if before != content:
            aside = _written_aside(folder, content, permissions)
            os.replace(aside, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        return before != content


def rewrite(root: Path, path: Path, before: bytes, after: bytes) -> None:
    """Replaces a file that contained `before`. Raises ChangedMeanwhile, Unwritable."""
    with _explained(path), _entered(root, path) as folder:
        aside = _written_aside(folder, after, _start_of(folder, path, 0)[1])
        try:
            if _start_of(folder, path, len(before) + 1)[0] != before:
                changed = f"{visible(str(path))} was changed by someone else, nothing was written; try again"
                raise ChangedMeanwhile(changed)
            os.replace(aside, path.name, src_dir_fd=folder, dst_dir_fd=folder)
        except BaseException:
            os.unlink(aside, dir_fd=folder)
            raise


def ensure_folder(folder: Path) -> None:
    """Creates a folder and its parents if they are missing. Raises Unwritable."""
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)


def refuse_obstacles(root: Path, paths: Iterable[Path]) -> None:
    """Raises Unwritable if a link or something else is in the way of one of these files. Nothing is written."""
    for path in paths:
        with _explained(path), suppress(FileNotFoundError), _entered(root, path, make=False) as folder:
            _start_of(folder, path, 0)


@contextmanager
def _explained(path: Path) -> Iterator[None]:
    """Turns an OSError into one line that says why a file cannot be written."""
    try:
        yield
    except OSError as error:
        raise Unwritable(f"{visible(str(path))} cannot be written ({error.strerror}), nothing was changed") from error


@contextmanager
def _entered(root: Path, path: Path, *, make: bool = True) -> Iterator[int]:
    """The folder of a file below the root, as a descriptor. No folder between the two is opened through a link; missing
    ones are created. Raises Unwritable and OSError.
    """
    *folders, _ = path.relative_to(root).parts
    if ".." in folders:
        raise Unwritable(f"{visible(str(path))} leads out of {root}, nothing was written")
    here, place = os.open(root, _FOLDER), root
    try:
        for name in folders:
            above, place = here, place / name
            here = _inner(above, place, make=make)
            os.close(above)
        yield here
    finally:
        os.close(here)


def _inner(folder: int, place: Path, *, make: bool) -> int:
    try:
        if make:
            with suppress(FileExistsError):
                os.mkdir(place.name, dir_fd=folder)
        return os.open(place.name, _FOLDER | os.O_NOFOLLOW, dir_fd=folder)
    except OSError as error:
        if error.errno in {errno.ELOOP, errno.ENOTDIR}:
            raise Unwritable(f"{visible(str(place))} is a link or not a folder, nothing was written there") from None
        raise


def _start_of(folder: int, path: Path, most: int) -> tuple[bytes, int]:
    """The first bytes of a regular file, and its permissions. Raises Unwritable for anything else, and OSError."""
    try:
        handle = os.open(path.name, _OLD, dir_fd=folder)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise Unwritable(f"{visible(str(path))} {_LINK}; nothing was written") from None
        raise
    try:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode):
            raise Unwritable(f"{visible(str(path))} is not a regular file, nothing was written")
        with os.fdopen(handle, "rb", closefd=False) as file:
            return file.read(most), stat.S_IMODE(status.st_mode)
    finally:
        os.close(handle)


def _written_aside(folder: int, content: bytes, permissions: int) -> str:
    """The name of a new file beside the others; `walk` skips such names. Raises OSError."""
    aside = f".{token_hex(8)}~"
    _write_new(folder, aside, content, permissions)
    return aside


def _write_new(folder: int, name: str, content: bytes, permissions: int | None = None) -> None:
    """Writes a new file completely or not at all. Raises OSError."""
    handle = os.open(name, _NEW, 0o666, dir_fd=folder)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(content)
            file.flush()
            if permissions is not None:
                os.fchmod(handle, permissions)
            os.fsync(handle)
    except BaseException:
        os.unlink(name, dir_fd=folder)
        raise
