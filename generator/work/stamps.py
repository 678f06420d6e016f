"""Values that change when a file, a text or the program itself changes."""

import os
import sys
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec
from pathlib import Path


def stamp_of(status: os.stat_result) -> str:
    """Changes whenever a file does: size, mtime and ctime (ns), and inode. Nobody can set the ctime."""
    return f"{status.st_size} {status.st_mtime_ns} {status.st_ctime_ns} {status.st_ino}"


_PACKAGES = ("babel", "feedgen", "icalendar", "jinja2", "lxml", "markdown_it", "markupsafe", "msgspec", "pydantic")


def digest_of(*parts: bytes) -> bytes:
    """A 16-byte hash of its parts."""
    found = blake2b(digest_size=16)
    for part in parts:
        found.update(len(part).to_bytes(8, "little"))
        found.update(part)
    return found.digest()


@cache
def toolchain() -> bytes:
    """A hash of our own code, the packages that it uses, and Python."""
    parts = [sys.version.encode()]
    for path in sorted(Path(__file__).parents[1].rglob("*")):
        if path.suffix in {".py", ".yaml", ".json"}:
            parts += [path.name.encode(), path.read_bytes()]
    origins = (spec.origin for name in _PACKAGES if (spec := find_spec(name)) and spec.origin)
    folders = {Path(origin).parent.parent for origin in origins}
    for folder in sorted(folders):
        parts += sorted(one.name.encode() for one in folder.glob("*.dist-info"))
    return digest_of(*parts)
