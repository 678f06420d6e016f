"""Reading what strangers put into a folder: regular files only, of a bounded size, in strict UTF-8."""

import os
import stat
from collections.abc import Iterator
from pathlib import Path

from .frontmatter import forbidden_characters
from .problems import Place, Problem, shown

MAX_TEXT_BYTES = 96 * 1024
MAX_STATIC_BYTES = 25 * 1024 * 1024  # the most that Cloudflare Pages serves


MAX_DEPTH = 16


def walk(root: Path, folder: Path, depth: int = 0) -> Iterator[tuple[Path, Problem | None]]:
    """Every file under a folder in a fixed order, links and special files with the problem that they are.

    Names that start with a dot (but for `.well-known`) and editors' backups (`x~`) are passed over. Links are never
    followed.
    """
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        path = Path(entry.path)
        if (entry.name.startswith(".") and entry.name != ".well-known") or entry.name.endswith("~"):
            continue
        if problem := _name_problem(root, path) or _type_problem(root, path, entry):
            yield path, problem
        elif entry.is_dir(follow_symlinks=False):
            if depth == MAX_DEPTH:
                yield path, problem_at(root, path, "file", f"folders nest deeper than {MAX_DEPTH}, move it up")
            else:
                yield from walk(root, path, depth + 1)
        else:
            yield path, None


def _name_problem(root: Path, path: Path) -> Problem | None:
    try:
        path.name.encode("utf-8")
    except UnicodeEncodeError:
        return problem_at(root, path, "file name", f"{shown(path.name)} is not UTF-8, rename the file")
    if forbidden_characters(path.name) or "\n" in path.name:
        return problem_at(root, path, "file name", f"{shown(path.name)} holds an invisible character, rename the file")
    return None


def _type_problem(root: Path, path: Path, entry: os.DirEntry[str]) -> Problem | None:
    if entry.is_symlink():
        return problem_at(root, path, "file", "is a symbolic link, put the file itself here")
    if not (entry.is_dir(follow_symlinks=False) or entry.is_file(follow_symlinks=False)):
        return problem_at(root, path, "file", "is not a regular file, delete it")
    return None


def problem_at(root: Path, path: Path, key: str, message: str, place: Place | None = None) -> Problem:
    """A problem of a file, with the path as messages show it."""
    return Problem(shown_path(root, path), place or Place(), key, message)


def shown_path(root: Path, path: Path) -> str:
    """A path relative to the root, with characters that would break a line of output made visible."""
    text = path.relative_to(root).as_posix()
    return "".join(char if char.isprintable() else char.encode("unicode_escape", "replace").decode() for char in text)


def read_text(root: Path, path: Path) -> tuple[str, list[Problem]]:
    """A text file with `\\n` line ends, or why it cannot be read."""
    raw, problems = read_bytes(root, path, MAX_TEXT_BYTES)
    try:
        raw = raw.removeprefix(b"\xef\xbb\xbf")
        text = raw.decode("utf-8")
    except UnicodeDecodeError as error:
        before = raw[: error.start].decode("utf-8")
        place = Place(before.count("\n") + 1, len(before) - before.rfind("\n"))
        message = f"byte 0x{raw[error.start]:02X} is not UTF-8, save the file as UTF-8"
        return "", [*problems, problem_at(root, path, "encoding", message, place)]
    for place, key, message in forbidden_characters(text):
        problems.append(problem_at(root, path, key, message, place))
    return text.replace("\r\n", "\n"), problems


def read_bytes(root: Path, path: Path, limit: int) -> tuple[bytes, list[Problem]]:
    """A regular file's bytes, or why it cannot be read."""
    try:
        # What was a file when the folder was listed may be a link by now, or a pipe that nobody writes to.
        with open(path, "rb", opener=lambda name, flags: os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode):
                return b"", [problem_at(root, path, "file", "is not a regular file, delete it")]
            if status.st_size > limit:
                return b"", [problem_at(root, path, "file", f"is larger than {limit // 1024} KiB, shorten it")]
            return file.read(), []
    except OSError as error:
        return b"", [problem_at(root, path, "file", f"cannot be read ({error.strerror}), check its rights")]
