"""Makes a folder hold exactly the site's files, writes only what differs, and says what changed.

A manifest in the folder lists the files that are ours. Only those are ever replaced or removed.
"""

import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path, PurePosixPath
from tempfile import NamedTemporaryFile

from .progress import Track, silent

MANIFEST = ".vacancy-digest.json"


class Refused(Exception):
    """Publishing would lose something; nothing was changed."""


@dataclass(frozen=True, slots=True)
class Published:
    """How many files were written, were the same already, and were removed."""

    written: int
    unchanged: int
    removed: int


def publish(files: Mapping[str, bytes], out: Path, sources: Iterable[Path], track: Track = silent) -> Published:
    """Makes `out` hold `files` (path to content) and removes what an earlier build wrote there.

    Raises Refused, before anything is changed, when the folder is not ours, holds one of the sources, or holds a
    foreign file where one of ours would go.
    """
    _refuse_wrong_place(out, sources)
    ours = _read_manifest(out)
    for path in sorted({*files, *ours}):
        _refuse_links(out, path)
    for path in sorted(files):
        _refuse_foreign(out, path, ours)
    out.mkdir(parents=True, exist_ok=True)
    changed = [path for path, content in files.items() if not _holds(out / path, content)]
    gone = sorted(path for path in ours if path not in files and (out / path).is_file())
    if changed or gone:
        # Should the build be cut short, every file of either build is known as ours.
        _write(out / MANIFEST, _manifest({*files, *ours}, {}))
    for path in gone:
        (out / path).unlink()
        _remove_empty_folders(out, path)
    for path in track(changed, len(changed), "Writing"):
        _write(out / path, files[path])
    if not _holds(out / MANIFEST, manifest := _manifest(files, files)):
        _write(out / MANIFEST, manifest)
    return Published(len(changed), len(files) - len(changed), len(gone))


def _refuse_wrong_place(out: Path, sources: Iterable[Path]) -> None:
    real = out.resolve()
    if out.is_symlink() or any(one.exists() and not one.is_dir() for one in (out, *out.parents)):
        raise Refused(f"{out} is not a folder of its own, name another one with --out")
    if real in (Path("/"), Path.home().resolve()):
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


def _read_manifest(out: Path) -> set[str]:
    """The paths that an earlier build wrote."""
    if not (out / MANIFEST).is_file():
        return set()
    try:
        paths = set(json.loads((out / MANIFEST).read_text("utf-8"))["files"])
    except (ValueError, KeyError, TypeError):
        raise Refused(f"{out / MANIFEST} is damaged, so nobody can say which files are ours; empty {out}") from None
    if strange := [path for path in paths if not _is_inside(path)]:
        raise Refused(f"{out / MANIFEST} lists {strange[0]!r}, which is not in this folder; empty {out}")
    return paths


def _is_inside(path: object) -> bool:
    if not isinstance(path, str) or not path or "\\" in path:
        return False
    parts = PurePosixPath(path).parts
    return not path.startswith("/") and ".." not in parts


def _refuse_foreign(out: Path, path: str, ours: set[str]) -> None:
    """What stands where a file of ours goes, or a folder on the way to it, must be ours."""
    target = out / path
    in_the_way = [parent for parent in target.parents if parent.is_relative_to(out) and parent.is_file()]
    if target.is_dir():
        in_the_way += [file for file in target.rglob("*") if not file.is_dir()] or [target]
    elif os.path.lexists(target):
        in_the_way.append(target)
    for found in in_the_way:
        if found.relative_to(out).as_posix() not in ours:
            raise Refused(f"{found} is not from an earlier build, move it away or to content/static/")


def _refuse_links(out: Path, path: str) -> None:
    """A link in the folder could lead our writing out of it."""
    for parent in [out / path, *(out / path).parents]:
        if parent == out:
            return
        if parent.is_symlink():
            raise Refused(f"{parent} is a symbolic link, remove it")


def _manifest(paths: Iterable[str], files: Mapping[str, bytes]) -> bytes:
    listed = {path: _digest(files[path]) if path in files else "" for path in sorted(paths)}
    return json.dumps({"generator": "vacancy-digest", "files": listed}, indent=0).encode() + b"\n"


def _digest(content: bytes) -> str:
    return blake2b(content, digest_size=16).hexdigest()


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.stat().st_size == len(content) and path.read_bytes() == content
    except (FileNotFoundError, NotADirectoryError):
        return False


def _write(path: Path, content: bytes) -> None:
    """Writes a whole file or none."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with NamedTemporaryFile(dir=path.parent, prefix=".vacancy-digest-", delete=False) as file:
        temporary = Path(file.name)
        try:
            file.write(content)
            file.close()
            temporary.chmod(0o644)
            temporary.replace(path)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise


def _remove_empty_folders(out: Path, path: str) -> None:
    for parent in (out / path).parents:
        if parent == out or any(parent.iterdir()):
            return
        parent.rmdir()
