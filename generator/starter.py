"""A new site: invented roles of invented organisations, dated around the day on which it is made."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import urlsplit

from . import clock
from .editors import Editors
from .edits import scalar
from .files import create
from .publish import Refused
from .vocabulary import Vocabulary

# In our data files they have no dot, which packaging tools pass over.
_DOTTED = {
    "gitignore": ".gitignore",
    "gitlab-ci.yml": ".gitlab-ci.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "github": ".github",
    "vscode": ".vscode",
}
_TOKEN = re.compile(r"@\{(?:(?P<days>[+-]\d+)(?:T(?P<hour>\d\d))?|(?P<name>[a-z_]+))\}")


def start(folder: Path, title: str, base_url: str, now: datetime, words: Vocabulary) -> tuple[list[str], list[str]]:
    """Writes a new site into a folder that holds none. Returns the paths that were written, and those that were there
    already and stay as they are. Raises Refused.
    """
    if (folder / "content").exists():
        raise Refused(f"{folder / 'content'} is there already, nothing was written; name another folder")
    address = urlsplit(base_url)
    host = address.hostname or "example.org"
    domain = host if "." in host else "digest.example.org"
    values = {"title": scalar(title), "base_url": base_url, "domain": domain, "path": address.path}
    files = dict(_files(resources.files(__package__).joinpath("data", "starter"), ""))
    written = {path: _filled(text, values, now) for path, text in files.items()}
    written |= Editors(None, words).files()
    left = [path for path in sorted(written) if (folder / path).exists()]
    for path in sorted(written.keys() - set(left)):
        create(folder / path, written[path].encode())
    return sorted(written.keys() - set(left)), left


def _files(folder: Traversable, inside: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = inside + (_DOTTED.get(entry.name, entry.name) if not inside else entry.name)
        if entry.is_dir():
            yield from _files(entry, f"{path}/")
        else:
            yield path, entry.read_text("utf-8")


def _filled(text: str, values: Mapping[str, str], now: datetime) -> str:
    """The text with days and values in place of its marks: `@{+3}` is in three days, `@{-2T10}` two days ago at ten."""

    def fill(match: re.Match[str]) -> str:
        if match["name"]:
            return values[match["name"]]
        day = clock.local(now, "UTC").date() + timedelta(days=int(match["days"]))
        return f"{day}T{match['hour']}:00:00Z" if match["hour"] else day.isoformat()

    return _TOKEN.sub(fill, text)
