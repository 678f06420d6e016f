"""A place on disk for what is too much to hold in memory for the time of a build."""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path


class Shelf:
    """Keeps pieces of bytes under names, each a tuple of so many parts; they are gone when the shelf is."""

    def __init__(self, folder: Path) -> None:
        """Raises OSError, as all of this does, when the folder cannot be written or has no room."""
        self._file = tempfile.TemporaryFile(dir=folder)  # noqa: SIM115 it is closed with the shelf
        self._places: dict[str, tuple[int, ...]] = {}
        self._end = 0

    def put(self, name: str, parts: Iterable[bytes]) -> None:
        """Keeps a piece. Raises OSError when there is no room."""
        places = [self._end]
        for part in parts:
            self._file.write(part)
            self._end += len(part)
            places.append(self._end)
        self._places[name] = tuple(places)

    def flush(self) -> None:
        """Makes what was put ready to be taken."""
        self._file.flush()

    def part(self, name: str, number: int) -> bytes:
        """One part of a piece."""
        start, end = self._places[name][number : number + 2]
        return os.pread(self._file.fileno(), end - start, start)
