"""The options of a build."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..work.progress import Track, silent
from ..work.thresholds import USUAL, Thresholds


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of a build. `base_url` replaces the address in the settings."""

    base_url: str | None = None
    jobs: int = 1
    keep_going: bool = False
    remember: bool = True
    executor: str | None = None
    search: bool = True
    allow_shrink: bool = False
    in_place: bool = False  # for a site that only its editor sees: it appears sooner, but not in one step
    thresholds: Thresholds = USUAL


@dataclass(frozen=True, slots=True)
class Listener:
    """Receives the progress of a build.

    `tell` gets a line when the records of earlier builds cannot be used, or no search index can be made. `track` passes
    the items of a step through and shows progress. When building in place, `shown` is called with the number of files
    written as soon as everything that a reader of pages sees is there.
    """

    tell: Callable[[str], None] = lambda _line: None
    track: Track = silent
    shown: Callable[[int], None] = lambda _written: None


NOBODY = Listener()


@dataclass(frozen=True, slots=True)
class Site:
    """Which folder to build into which, for which instant, how, and who follows the progress."""

    root: Path
    out: Path
    now: datetime
    options: Options = Options()
    listener: Listener = NOBODY
