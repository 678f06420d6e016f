"""How a build spends its time: seconds and counts by stage, added up over processes."""

import time
from dataclasses import dataclass, field
from heapq import nlargest

MOST_SLOWEST = 10


@dataclass(slots=True)
class Tally:
    """What one process, or all of them together, did. `slowest` are artifacts with the seconds that they took."""

    seconds: dict[str, float] = field(default_factory=dict)
    done: dict[str, int] = field(default_factory=dict)
    remembered: dict[str, int] = field(default_factory=dict)
    slowest: list[tuple[float, str]] = field(default_factory=list)

    def add(self, other: "Tally") -> None:
        """Adds what another process did."""
        for mine, theirs in ((self.done, other.done), (self.remembered, other.remembered)):
            for stage, count in theirs.items():
                mine[stage] = mine.get(stage, 0) + count
        for stage, seconds in other.seconds.items():
            self.seconds[stage] = self.seconds.get(stage, 0.0) + seconds
        self.slowest = nlargest(MOST_SLOWEST, self.slowest + other.slowest)

    def ranked(self) -> list[tuple[float, str]]:
        """The slowest artifacts, the slowest first."""
        return nlargest(MOST_SLOWEST, self.slowest)

    def count(self, stage: str, done: int, remembered: int = 0) -> None:
        """Adds what a stage did, and what it did not have to do again."""
        self.done[stage] = self.done.get(stage, 0) + done
        self.remembered[stage] = self.remembered.get(stage, 0) + remembered


class timed:
    """Adds the time of a `with` block to a stage of a tally; a named one can be among the slowest artifacts."""

    __slots__ = ("_name", "_stage", "_started", "_tally")

    def __init__(self, tally: Tally, stage: str, name: str = "") -> None:
        self._tally, self._stage, self._name = tally, stage, name

    def __enter__(self) -> None:
        self._started = time.monotonic()

    def __exit__(self, *error: object) -> None:
        seconds = time.monotonic() - self._started
        tally = self._tally
        tally.seconds[self._stage] = tally.seconds.get(self._stage, 0.0) + seconds
        if self._name:
            tally.slowest.append((seconds, self._name))
            if len(tally.slowest) > 20 * MOST_SLOWEST:
                tally.slowest = nlargest(MOST_SLOWEST, tally.slowest)


here = Tally()  # of this process; those of other workers are added to it


def taken() -> Tally:
    """What this process did since the last call."""
    global here
    mine, here = here, Tally()
    return mine
