"""What a build is asked to do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..work.progress import Track, silent
from ..work.thresholds import USUAL, Thresholds


@dataclass(frozen=True, slots=True)
class Options:
    """What the command line asks of a build. `base_url` replaces that of the settings."""

    base_url: str | None = None
    jobs: int = 1
    keep_going: bool = False
    remember: bool = True
    executor: str | None = None
    search: bool = True
    allow_shrink: bool = False
    in_place: bool = False  # for a site that only its editor sees: published sooner, but not in one step
    thresholds: Thresholds = USUAL


@dataclass(frozen=True, slots=True)
class Listener:
    """Receives the progress of a build.

    `tell` gets a line when what earlier builds remember cannot be used, or no index for search can be made. `track`
    passes the items of a step through and shows how far it is. In place `shown` is called as soon as all is there that
    a reader of pages sees, with the number of files that were written.
    """

    tell: Callable[[str], None] = lambda _line: None
    track: Track = silent
    shown: Callable[[int], None] = lambda _written: None


NOBODY = Listener()


@dataclass(frozen=True, slots=True)
class Site:
    """Which folder is built into which, for which instant, how, and for whom to follow."""

    root: Path
    out: Path
    now: datetime
    options: Options = Options()
    listener: Listener = NOBODY
