"""A progress bar for long steps, on terminals only."""

import sys
import time
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Protocol, TypeVar

if TYPE_CHECKING:
    from rich.progress import Progress

_T = TypeVar("_T")
_PATIENCE_SECONDS = 1.0


class Track(Protocol):
    """Passes items through and shows progress."""

    def __call__(self, items: Iterable[_T], total: int, label: str, /) -> Iterator[_T]:
        """The same items; `total` is how many there are, `label` names the step."""


def silent(items: Iterable[_T], _total: int, _label: str, /) -> Iterator[_T]:
    """Shows nothing."""
    yield from items


def progress_bar(items: Iterable[_T], total: int, label: str, /, patience: float = _PATIENCE_SECONDS) -> Iterator[_T]:
    """Shows a bar on standard error once a step has lasted `patience` seconds; nothing if that is not a terminal."""
    if not sys.stderr.isatty():
        yield from items
        return
    started, bar = time.monotonic(), None
    try:
        for done, item in enumerate(items, start=1):
            yield item
            if bar is None and time.monotonic() - started > patience:
                bar = _bar(label, total)
            if bar is not None:
                bar.update(bar.task_ids[0], completed=done)
    finally:
        if bar is not None:
            bar.stop()


def _bar(label: str, total: int) -> "Progress":
    # rich takes a tenth of a second to import: only long builds pay for it.
    from rich.console import Console
    from rich.progress import Progress

    bar = Progress(console=Console(stderr=True), transient=True)
    bar.add_task(label, total=total)
    bar.start()
    return bar
