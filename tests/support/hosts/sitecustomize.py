"""Another host, for a Python that has this folder on its path: it lists folders in an order of its own."""

import os
import random
from collections.abc import Callable, Iterator
from typing import Any

from generator.work import thresholds

_list, _scan = os.listdir, os.scandir


def _shuffled(found: list[Any], name: Callable[[Any], Any]) -> list[Any]:
    """The same entries in an order that depends on nothing but their names and what was asked for."""
    ordered = sorted(found, key=name)
    random.Random(os.environ["HOST_ORDER"]).shuffle(ordered)
    return ordered


def _listdir(path: Any = ".") -> list[Any]:
    return _shuffled(_list(path), lambda name: name)


class _Scan:
    """An iterator of entries that can be closed, as the real one is."""

    def __init__(self, path: Any = ".") -> None:
        with _scan(path) as entries:
            self._entries = iter(_shuffled(list(entries), lambda entry: entry.name))

    def __iter__(self) -> Iterator[Any]:
        return self._entries

    def __next__(self) -> Any:
        return next(self._entries)

    def __enter__(self) -> "_Scan":
        return self

    def __exit__(self, *of: Any) -> None:
        self.close()

    def close(self) -> None:
        """There is nothing to let go."""


if os.environ.get("HOST_ORDER"):
    os.listdir, os.scandir = _listdir, _Scan  # type: ignore[assignment]
# A site of few pages is made by one process, however many there are: here it is worth several. Commands have no
# option for that, because no user needs one.
thresholds.USUAL = thresholds.Thresholds(chunk=5, worth=0)
