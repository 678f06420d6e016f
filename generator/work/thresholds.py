"""The sizes from which a build works in another way, with the same result."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Thresholds:
    """The numbers that suit builds of thousands of postings; smaller ones take a small site the same ways."""

    chunk: int = 100  # items per task: fewer cost more to send than to process
    worth: int = 4  # chunks above which it pays to start processes
    early: int = 400  # files to judge above which pages are made early
    very_many: int = 20_000  # postings above which processes start before anything is read
    batch: int = 1000  # postings that are passed to the memory at once
    granule: int = 2_000_000_000  # ns; on the coarsest file systems two changes within this time have the same stamp


USUAL = Thresholds()
