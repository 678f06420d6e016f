"""What a step of a build works with: who does the work, what is remembered, and where it shows how far it is."""

from dataclasses import dataclass

from .crew import ALONE, Crew
from .memo import Memo
from .progress import Track, silent
from .thresholds import USUAL, Thresholds


@dataclass(frozen=True, slots=True)
class Means:
    """Without a memory nothing is remembered; without a crew this process works alone."""

    memo: Memo | None = None
    crew: Crew = ALONE
    track: Track = silent
    thresholds: Thresholds = USUAL


NO_MEANS = Means()
