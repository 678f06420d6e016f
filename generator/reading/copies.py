"""Files that are copied as they are: which of them anybody may bring, and their bytes, of which few are held at once.

A file of most types can run scripts at the site's own address once a reader opens it, take the site's pages over, or
tell a host or an authority what to do in the site's name. So those that can do none of that are listed, and any other
is named by whoever answers for the site.
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

MAX_COPIED_BYTES = 1 << 30  # what GitHub Pages publishes of a site
# Pictures, fonts, sound, films, texts without markup. A PDF runs what is in it in its viewer, away from the site.
HARMLESS = frozenset(
    (
        *(".avif", ".bmp", ".gif", ".ico", ".jpeg", ".jpg", ".png", ".webp", ".otf", ".ttf", ".woff", ".woff2"),
        *(".flac", ".m4a", ".mp3", ".mp4", ".oga", ".ogg", ".ogv", ".opus", ".wav", ".webm", ".pdf", ".txt"),
    )
)
_PLAIN = re.compile(r"[A-Za-z0-9./][\w./-]*", re.ASCII)
_FOLDER = "content/static/"


def not_for_anybody(settings: Settings, folder: Path, files: Iterable[FoundFile]) -> Iterator[Problem]:
    """Every file of `content/static/` that may be there only by name, and is not named."""
    allowed = settings.allow_static
    paths = {file.path.relative_to(folder).as_posix(): file.name for file in files}
    for path, name in paths.items():
        if path not in allowed and (reason := _reason(PurePosixPath(path))):
            line = f"allow_static: [{', '.join(map(_as_yaml, (*allowed, path)))}]"
            message = f"{reason}; delete it, or if you know what it does, write in content/site.yaml: {line}"
            yield Problem(name, Place(), "static", message)


def _reason(path: PurePosixPath) -> str | None:
    if path.parts[0] == ".well-known":
        return "speaks for the site to other programs, as all of .well-known/ does"
    if any(part.startswith("_") for part in path.parts):
        return "may tell a host what to do, as names that start with _ do"
    if path.suffix.lower() not in HARMLESS:
        return "is of a type that can run scripts on the site or speak for it"
    if path.suffix.lower() == ".txt" and len(path.parts) == 1:
        return "may speak for the site to other programs, as texts at the top do"
    return None


def _as_yaml(path: str) -> str:
    return path if _PLAIN.fullmatch(path) else json.dumps(path, ensure_ascii=False)


def too_much(files: Collection[FoundFile]) -> Problem | None:
    """Where files are larger together than hosts publish; told from their sizes before any is read."""
    if sum(int(file.stamp.split()[0]) for file in files) <= MAX_COPIED_BYTES:
        return None
    message = f"holds more than {MAX_COPIED_BYTES >> 20} MiB together, which hosts do not publish; put less here"
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
    """The bytes of a file that was measured. Raises ContentError when they are others by now."""
    digest = blake2b(digest_size=16)
    try:
        for piece in pieces(root, root / file.source, MAX_STATIC_BYTES):
            digest.update(piece)
            yield piece
    except Unread as error:
        raise ContentError([error.problem]) from None
    if digest.digest() != file.digest:
        raise ContentError([Problem(file.source, Place(), "file", "changed while the site was built, build again")])
