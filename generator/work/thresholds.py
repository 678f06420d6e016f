"""Where work changes its way, for how much of it there is. Wherever that is, the result is the same."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers that serve builds of thousands of postings; smaller ones let a small site take the same ways."""

    chunk: int = 100  # items a task of the crew: a smaller one costs more to hand over than to do
    worth: int = 4  # chunks from which on it pays to start processes
    early: int = 400  # files to judge from which on pages are made early
    very_many: int = 20_000  # postings from which on processes start before anything is read
    batch: int = 1000  # postings that are given to the memory at once
    granule: int = 2_000_000_000  # ns; on the coarsest file systems two changes within that time bear the same one


USUAL = Thresholds()
