"""A new site: invented roles of invented organisations, dated around the day on which the site is made."""

import os
import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from urllib.parse import urlsplit

from ..model import clock
from ..model.fields import HOST
from ..model.problems import ContentError
from ..model.schema import Settings
from ..publishing.standing import Refused
from ..reading.documents import Reading
from ..reading.files import create, decoded_text, ensure_folder, refuse_obstacles
from ..reading.folder import built_in_words
from .editors import Editors
from .edits import scalar
from .provenance import REQUIREMENTS, Provenance

# Our data files have no dot at the start: packaging tools leave out files with one.
_DOTTED = {
    "gitignore": ".gitignore",
    "gitlab-ci.yml": ".gitlab-ci.yml",
    "pre-commit-config.yaml": ".pre-commit-config.yaml",
    "github": ".github",
    "vscode": ".vscode",
}
_TOKEN = re.compile(r"@\{(?:(?P<days>[+-]\d+)(?:T(?P<hour>\d\d))?|(?P<name>[a-z_]+))\}")


def start(folder: Path, title: str, base_url: str, now: datetime, origin: Provenance) -> tuple[list[str], list[str]]:
    """Writes a new site, which installs the generator from `origin`, into a folder that has no site.

    Returns the paths that were written, and those that already existed and were not changed. Raises Refused,
    Unwritable, and ContentError if title or address cannot be used.
    """
    if os.path.lexists(folder / "content"):
        raise Refused(f"{folder / 'content'} already exists, nothing was written; name another folder")
    address = urlsplit(base_url)
    host = address.hostname or "example.org"
    domain = host if HOST.fullmatch(host) else "digest.example.org"
    values = {"title": scalar(title), "base_url": base_url, "domain": domain, "path": address.path}
    files = dict(_files(resources.files("generator").joinpath("data", "starter"), ""))
    written = {path: _filled(text, values, now) for path, text in files.items()}
    written |= {**dict(Editors(None, built_in_words()).files()), REQUIREMENTS: origin.requirements()}
    _judge(written["content/site.yaml"])
    contents = {path: text.encode() for path, text in written.items()} | dict([origin.wheel] if origin.wheel else [])
    left = [path for path in sorted(contents) if os.path.lexists(folder / path)]
    new = sorted(contents.keys() - set(left))
    refuse_obstacles(folder, (folder / path for path in new))
    ensure_folder(folder)
    for path in new:
        create(folder, folder / path, contents[path])
    return new, left


def _judge(settings: str) -> None:
    """Raises ContentError for settings that could not be read: they contain what the user gave."""
    reading, path = Reading(Path("/")), Path("/content/site.yaml")
    text, problems = decoded_text(reading.root, path, settings.encode("utf-8", "surrogatepass"))
    if not problems:
        reading.mapping(Settings, path, text, first_line=1)
    if problems := problems + reading.problems:
        raise ContentError(problems)


def _files(folder: Traversable, inside: str) -> Iterator[tuple[str, str]]:
    for entry in sorted(folder.iterdir(), key=lambda entry: entry.name):
        path = inside + (_DOTTED.get(entry.name, entry.name) if not inside else entry.name)
        if entry.is_dir():
            yield from _files(entry, f"{path}/")
        else:
            yield path, entry.read_text("utf-8")


def _filled(text: str, values: Mapping[str, str], now: datetime) -> str:
    """The text with its marks replaced by days and values: `@{+3}` is in three days, `@{-2T10}` two days ago at ten."""

    def fill(match: re.Match[str]) -> str:
        if match["name"]:
            return values[match["name"]]
        day = clock.local(now, "UTC").date() + timedelta(days=int(match["days"]))
        return f"{day}T{match['hour']}:00:00Z" if match["hour"] else day.isoformat()

    return _TOKEN.sub(fill, text)
