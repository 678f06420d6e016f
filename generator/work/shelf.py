"""Temporary storage on disk for what is too large to keep in memory during a build."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Shelf:
    """Stores named pieces, each a tuple of byte strings; they are deleted together with the shelf."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, like every method, if the folder cannot be written to or is full."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 it is closed with the shelf
        self._places: dict[str, tuple[int, ...]] = {}
        self._end = 0

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Stores a piece. Raises OSError if the disk is full."""
        places = [self._end]
        for part in parts:
            self._file.write(part)
            self._end += len(part)
            places.append(self._end)
        self._places[name] = tuple(places)

    def flush(self) -> None:
        """Makes everything that was put readable."""
        self._file.flush()

    def part(self, name: str, number: int) -> bytes:
        """One part of a piece."""
        start, end = self._places[name][number : number + 2]
        return os.pread(self._file.fileno(), end - start, start)
