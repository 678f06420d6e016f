"""Files that are copied unchanged: which of them anyone may add, and their bytes, read in small pieces.

Files of most types can run scripts at the site's own address once a reader opens them, take over the site's pages, or
instruct a host or an authority in the site's name. So the types that can do none of that are listed, and the person
responsible for the site must name any other file.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from hashlib import blake2b
from pathlib import Path, PurePosixPath

from ..model.content import StaticFile
from ..model.problems import ContentError, Place, Problem
from ..model.schema import Settings
from .files import MAX_STATIC_BYTES, FoundFile, Unread, pieces

MAX_COPIED_BYTES = 1 << 30  # the most that GitHub Pages publishes of a site
# Pictures, fonts, sound, films, plain texts. A PDF runs its scripts in its viewer, apart from the site.
HARMLESS = frozenset(
    (
        *(".avif", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".webp", ".otf", ".ttf", ".woff", ".woff2"),
        *(".flac", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".ogv", ".opus", ".wav", ".webm", ".pdf", ".txt"),
    )
)
_PLAIN = re.compile(r"[A-Za-z0-9./][\w./-]*", re.ASCII)
_FOLDER = "content/static/"


def not_allowed(settings: Settings, folder: Path, files: Iterable[FoundFile]) -> Iterator[Problem]:
    """Every file of `content/static/` that must be named in the settings, and is not."""
    allowed = settings.allow_static
    paths = {file.path.relative_to(folder).as_posix(): file.name for file in files}
    for path, name in paths.items():
        if path not in allowed and (reason := _reason(PurePosixPath(path))):
            line = f"allow_static: [{', '.join(map(_as_yaml, (*allowed, path)))}]"
            message = f"{reason}; delete it, or if you know what it does, write in content/site.yaml: {line}"
            yield Problem(name, Place(), "static", message)


def _reason(path: PurePosixPath) -> str | None:
    if path.parts[0] == ".well-known":
        return "speaks for the site to other programs, like everything in .well-known/"
    if any(part.startswith("_") for part in path.parts):
        return "may tell a host what to do, like all names that start with _"
    if path.suffix.lower() not in HARMLESS:
        return "is of a type that can run scripts on the site or speak for it"
    if path.suffix.lower() == ".txt" and len(path.parts) == 1:
        return "may speak for the site to other programs, like texts at the top level"
    return None


def _as_yaml(path: str) -> str:
    return path if _PLAIN.fullmatch(path) else json.dumps(path, ensure_ascii=False)


def too_much(files: Collection[FoundFile]) -> Problem | None:
    """The problem if files are larger in total than hosts publish; found from their sizes before any is read."""
    if sum(int(file.stamp.split()[0]) for file in files) <= MAX_COPIED_BYTES:
        return None
    message = f"contains more than {MAX_COPIED_BYTES >> 20} MiB in total, which hosts do not publish; put less here"
    return Problem(_FOLDER.rstrip("/"), Place(), "file", message)


def measured(root: Path, path: Path, published: str, limit: int = MAX_STATIC_BYTES) -> StaticFile:
    """A file that will be copied to a path of the site. Raises files.Unread."""
    digest = blake2b(digest_size=16)
    start = b""
    for piece in pieces(root, path, limit):
        start = start or piece[:16]
        digest.update(piece)
    return StaticFile(published, path.relative_to(root).as_posix(), digest.digest(), start)


def copied(root: Path, file: StaticFile) -> Iterator[bytes]:
    """The bytes of a file that was measured. Raises ContentError if they have changed."""
    digest = blake2b(digest_size=16)
    try:
        for piece in pieces(root, root / file.source, MAX_STATIC_BYTES):
            digest.update(piece)
            yield piece
    except Unread as error:
        raise ContentError([error.problem]) from None
    if digest.digest() != file.digest:
        raise ContentError([Problem(file.source, Place(), "file", "changed while the site was built, build again")])
