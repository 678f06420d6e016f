"""Runs builds in turns: what to build, in which cases, and what each build needs."""

import os
import shutil
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from hashlib import blake2b
from pathlib import Path

from .measure import Failed, Measured, measure
from .notices import NOW, Notice, notice_at
from .tools import Tool, environment
from .writers import path_of

COLD, UNCHANGED, LATER, EDITED = "cold", "nothing changed", "a day later", "one posting edited"
CASES = (COLD, UNCHANGED, LATER, EDITED)
_SOURCES = ("places.py", "words.py", "notices.py", "writers.py")


@dataclass(frozen=True, slots=True)
class Run:
    """One build: the tool, the number of postings, the case, what it needed and what it produced."""

    tool: Tool
    postings: int
    case: str
    measured: Measured
    files: int
    size: int


def tell(text: str) -> None:
    """Shows progress on standard error, so that it does not mix with the tables."""
    print(text, file=sys.stderr, flush=True)


def runs(present: list[Tool], count: int, rounds: int, folder: Path) -> Iterator[Run]:
    """Runs every tool in each round, a different one first each time, so that a slow moment affects all of them
    alike.
    """
    folders = {tool.name: _corpus(tool, count, folder) for tool in present}
    for number in range(rounds):
        turn = number % max(len(present), 1)
        for tool in (*present[turn:], *present[:turn]):
            for run in _round(tool, folders[tool.name], count, number):
                tell(f"{count} postings, round {number + 1}: {tool.label}, {run.case}: {run.measured.wall:.2f} s")
                yield run


def _corpus(tool: Tool, count: int, folder: Path) -> Path:
    """The notices as source files for the tool, written again if the existing ones are of another kind."""
    place, version = folder / str(count) / tool.name, _version_of_notices()
    stamp = place.with_suffix(".stamp")
    if not stamp.is_file() or stamp.read_text("utf-8") != version:
        tell(f"Writing {count} postings for {tool.label}")
        shutil.rmtree(place, ignore_errors=True)
        tool.write(place, count)
        stamp.write_text(version, "utf-8")
    tool.bring_theme(place)
    return place


def _version_of_notices() -> str:
    here = Path(__file__).parent
    return blake2b(b"".join((here / name).read_bytes() for name in _SOURCES), digest_size=8).hexdigest()


def _round(tool: Tool, folder: Path, count: int, number: int) -> Iterator[Run]:
    """A cold build, and for the tools that have them, the builds over it."""

    def build(case: str, now: datetime) -> Run:
        measured = measure(tool.command(folder, now), folder, environment(now))
        files, size = _made(tool, folder, count)
        return Run(tool, count, case, measured, files, size)

    tool.clear(folder)
    yield build(COLD, NOW)
    if tool.warm:
        later = NOW + timedelta(days=1)
        yield build(UNCHANGED, NOW)
        yield build(LATER, later)
        with _edited(tool, folder, count, number):
            yield build(EDITED, later)
    tool.clear(folder)


def _made(tool: Tool, folder: Path, count: int) -> tuple[int, int]:
    """The number of files in a site, and their size in bytes. Raises Failed if pages of postings are missing."""
    site = folder / tool.left[0]
    sizes = [(Path(where) / name).stat().st_size for where, _, names in os.walk(site) for name in names]
    pages = sum(1 for _ in (site / "postings").iterdir()) if (site / "postings").is_dir() else 0
    if pages < count:
        raise Failed(f"{tool.label} made {pages} pages of postings from {count}")
    return len(sizes), sum(sizes)


@cache
def _open_notices(count: int) -> tuple[Notice, ...]:
    """Some open notices, newest first."""
    newest = (notice_at(number, count) for number in range(count - 1, count - 1 - min(count, 200), -1))
    return tuple(notice for notice in newest if notice.is_open)


@contextmanager
def _edited(tool: Tool, folder: Path, count: int, number: int) -> Iterator[None]:
    """Within the block, an open notice has another title and another sentence in its text; each round edits another
    one.
    """
    candidates = _open_notices(count)
    notice = candidates[number % len(candidates)]
    path = folder / path_of(notice)
    body = notice.body.replace("\n\n- ", f"\n\n- Since round {number + 1} this is new. ", 1)
    path.write_text(tool.text(replace(notice, title=f"{notice.title} {number + 1}", body=body)), "utf-8", newline="\n")
    try:
        yield
    finally:
        path.write_text(tool.text(notice), "utf-8", newline="\n")
