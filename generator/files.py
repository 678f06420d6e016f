"""Reading what strangers put into a folder: regular files only, of a bounded size, in strict UTF-8.

And writing there for an editor: whole files, and none that somebody else has changed meanwhile.
"""

import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, NamedTuple

from .frontmatter import forbidden_characters
from .problems import Place, Problem, shown

MAX_TEXT_BYTES = 96 * 1024
MAX_STATIC_BYTES = 25 * 1024 * 1024  # the most that Cloudflare Pages serves
MAX_LOGO_BYTES = 1024 * 1024


MAX_DEPTH = 16
_LINK = "is a symbolic link, put the file itself here"
# What editors, file managers and merges leave behind, besides files with a dot at the start: backups (`x~`, of Emacs
# `#x#`), Vim's swap files and its test of a folder (4913), what Windows, macOS, Office and JetBrains keep for
# themselves, and both sides of a merge or patch that did not apply.
_LEFTOVER = re.compile(
    r".*~|#.*#|~\$.*|4913|(?:eh)?thumbs\.db|desktop\.ini|icon\r|__macosx|.*\.(?:sw[n-p]|orig|rej)|.*___jb_(?:tmp|old)___",
    re.IGNORECASE | re.DOTALL,
)


class Found(NamedTuple):
    """A file of a folder: where it lies, its path from the root as messages show it, and what tells that it changed.

    What is no file of ours to read carries a problem and no stamp.
    """

    place: str
    name: str
    stamp: str = ""
    problem: Problem | None = None

    @property
    def path(self) -> Path:
        return Path(self.place)


def content_files(root: Path) -> Iterator[Found]:
    """Every file under `root/content`, as `walk` finds it."""
    return files_below(root / "content", "content")


def files_below(folder: Path, name: str) -> Iterator[Found]:
    """Every file under a folder, as `walk` finds it. A link in place of the folder is not followed either."""
    if folder.is_symlink():
        yield Found(str(folder), name, problem=Problem(name, Place(), "file", _LINK))
    else:
        yield from walk(folder, name)


def posting_files(root: Path) -> list[Path]:
    """The file of every posting, good or not, drafts included."""
    return [
        file.path
        for file in content_files(root)
        if not file.problem and file.name.startswith("content/postings/") and file.name.endswith(".md")
    ]


def walk(folder: Path | str, name: str, depth: int = 0) -> Iterator[Found]:
    """Every file under a folder in a fixed order, links and special files with the problem that they are.

    `name` is the folder's own path as messages show it. Names that start with a dot (but for `.well-known`) and
    what programs leave behind (`_LEFTOVER`) are passed over. Links are never followed.
    """
    try:
        entries = sorted(os.scandir(folder), key=lambda entry: entry.name)
    except OSError as error:
        yield Found(str(folder), name, problem=_unread(name, error))
        return
    for entry in entries:
        if _passed_over(entry.name):
            continue
        path, shown_as = entry.path, f"{name}/{visible(entry.name)}"
        is_folder = entry.is_dir(follow_symlinks=False)
        if reason := _name_problem(entry.name):
            yield Found(path, shown_as, problem=Problem(shown_as, Place(), "file name", reason))
        elif reason := _type_problem(entry, is_folder):
            yield Found(path, shown_as, problem=Problem(shown_as, Place(), "file", reason))
        elif not is_folder:
            yield _file(entry, shown_as)
        elif depth == MAX_DEPTH:
            reason = f"folders nest deeper than {MAX_DEPTH}, move it up"
            yield Found(path, shown_as, problem=Problem(shown_as, Place(), "file", reason))
        else:
            yield from walk(path, shown_as, depth + 1)


def _file(entry: os.DirEntry[str], name: str) -> Found:
    try:
        return Found(entry.path, name, stamp_of(entry.stat(follow_symlinks=False)))
    except OSError as error:
        return Found(entry.path, name, problem=_unread(name, error))


def _unread(name: str, error: OSError) -> Problem:
    # Its whole path may be longer than the system takes, or it is kept from this user, or gone since it was listed.
    return Problem(name, Place(), "file", f"cannot be read ({error.strerror}), check its rights")


def stamp_of(status: os.stat_result) -> str:
    """What changes whenever a file does: size, times of change (ns) and inode. The third is the one nobody can set."""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


def is_read(path: str) -> bool:
    """Whether `walk` takes a file by its path below the folder; git may know of others."""
    return not any(_passed_over(name) or _name_problem(name) for name in path.split("/"))


def _passed_over(name: str) -> bool:
    return (name.startswith(".") and name != ".well-known") or _LEFTOVER.fullmatch(name) is not None


def _name_problem(name: str) -> str | None:
    if name.isascii() and name.isprintable():
        return None
    try:
        name.encode("utf-8")
    except UnicodeEncodeError:
        return f"{shown(name)} is not UTF-8, rename the file"
    if forbidden_characters(name) or "\n" in name:
        return f"{shown(name)} holds an invisible character, rename the file"
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


def visible(text: str) -> str:
    """A text on one line, characters that would break it or cannot be seen written out."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in text)


def links_above(root: Path, path: Path) -> list[Problem]:
    """The folders above a file, below the root, that are links: through them it would be written somewhere else."""
    folders = [folder for folder in path.parents if folder != root and folder.is_relative_to(root)]
    return [problem_at(root, folder, "file", _LINK) for folder in folders if folder.is_symlink()]


def read_text(root: Path, path: Path) -> tuple[str, list[Problem]]:
    """A text file with `\\n` line ends, or why it cannot be read."""
    raw, problems = read_bytes(root, path, MAX_TEXT_BYTES)
    return ("", problems) if problems else decoded(root, path, raw)


def decoded(root: Path, path: Path, raw: bytes) -> tuple[str, list[Problem]]:
    """The bytes of a text file as text, or what no text of ours may hold."""
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
        # What was a file when the folder was listed may be a link by now, or a pipe that nobody writes to.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            wrong = _no_plain_file(root, path, os.fstat(file.fileno()), limit)
            return (b"", [wrong]) if wrong else (file.read(), [])
    except OSError as error:
        return b"", [_unread(shown_path(root, path), error)]


def _opened(root: Path, path: Path) -> BinaryIO:
    """A file below the root, through no link. What was a file or a folder when it was listed may be a link by now, or a
    pipe that nobody writes to, so each is opened in the one before and none is waited for.
    """
    *folders, name = path.relative_to(root).parts
    at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
    try:
        for folder in folders:
            inner = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=at)
            os.close(at)
            at = inner
        return os.fdopen(os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=at), "rb")
    finally:
        os.close(at)


class Unread(Exception):
    """A file cannot be read; `problem` says why."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(str(problem))
        self.problem = problem


def pieces(root: Path, path: Path, limit: int) -> Iterator[bytes]:
    """A regular file's bytes, a megabyte at a time, through no link whatever changes meanwhile. Raises Unread."""
    try:
        with _opened(root, path) as file:
            if wrong := _no_plain_file(root, path, os.fstat(file.fileno()), limit):
                raise Unread(wrong)
            while piece := file.read(1 << 20):
                yield piece
    except OSError as error:
        raise Unread(_unread(shown_path(root, path), error)) from None


def _no_plain_file(root: Path, path: Path, status: os.stat_result, limit: int) -> Problem | None:
    if not stat.S_ISREG(status.st_mode):
        return problem_at(root, path, "file", "is not a regular file, delete it")
    if status.st_size > limit:
        return problem_at(root, path, "file", f"is larger than {limit // 1024} KiB, shorten it")
    return None


def read_source(path: Path, limit: int) -> bytes:
    """The start of a file from anywhere, a byte more than `limit` where it is larger. Raises OSError."""
    with path.open("rb") as file:
        return file.read(limit + 1)


class ChangedMeanwhile(Exception):
    """A file is not what it was when it was read, so it was left as it is."""


def create(path: Path, content: bytes) -> None:
    """Writes a file where there is none. Raises ChangedMeanwhile."""
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with path.open("xb") as file:
            file.write(content)
    except FileExistsError:
        raise ChangedMeanwhile(f"{path} is there already, nothing was written") from None


def replaced(path: Path, content: bytes) -> bool:
    """Writes a file of ours whole, whatever was there; whether it was another one."""
    before = path.read_bytes() if path.exists() else None
    if before is None:
        create(path, content)
    elif before != content:
        rewrite(path, before, content)
    return before != content


def rewrite(path: Path, before: bytes, after: bytes) -> None:
    """Writes a file whole in place of one that held `before`. Raises ChangedMeanwhile."""
    with tempfile.TemporaryDirectory(prefix=".", suffix="~", dir=path.parent) as folder:
        aside = Path(folder) / path.name
        with aside.open("wb") as file:
            file.write(after)
            file.flush()
            os.fsync(file.fileno())
        shutil.copymode(path, aside)
        if path.read_bytes() != before:
            raise ChangedMeanwhile(f"{path} was changed by someone else meanwhile, nothing was written; try again")
        aside.replace(path)
