"""What a step of a build works with: workers, the memory of earlier builds, and where to show progress."""

from dataclasses import dataclass

from .memo import Memo
from .progress import Track, silent
from .thresholds import USUAL, Thresholds
from .workers import ALONE, Workers


@dataclass(frozen=True, slots=True)
class Means:
    """Without a memory nothing is remembered; without other workers this process does everything."""

    memo: Memo | None = None
    workers: Workers = ALONE
    track: Track = silent
    thresholds: Thresholds = USUAL


NO_MEANS = Means()
