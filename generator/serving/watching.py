"""Notices when a source of the site changes, whatever happens to the folders meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import watchfiles

_FOLDERS = ("content", "templates")
_LOOK = 1000  # milliseconds between two looks at the folders themselves
_POLL = 500  # milliseconds between two looks at every file, if the system does not report changes
Watch = Callable[..., Iterator[set[Any]]]


def changes(root: Path, tell: Callable[[str], None], watch: Watch = watchfiles.watch) -> Iterator[None]:
    """Yields at each change, without end. `tell` gets a line if changes will be noticed later than usual.

    The system reports changes inside a folder, but not once the folder was replaced by another one, as a checkout of
    another branch does. So this also checks which folders exist.
    """
    polling = False
    while True:
        seen = _standing(root)
        folders = [root / name for name, state in zip(_FOLDERS, seen, strict=True) if state]
        options = {"watch_filter": _concerns, "debounce": 50, "step": 10, "rust_timeout": _LOOK}
        try:
            for found in watch(
                *(folders or [root]),
                recursive=bool(folders),
                yield_on_timeout=True,
                force_polling=polling or None,
                poll_delay_ms=_POLL,
                ignore_permission_denied=True,
                **options,
            ):
                if found:
                    yield
                if _standing(root) != seen:
                    break
        except FileNotFoundError:  # a folder went away before it was watched
            pass
        except (OSError, RuntimeError) as error:  # a RuntimeError of watchfiles: the system's watches are used up
            if polling:
                raise
            polling = True
            tell(f"The system cannot watch more files ({error}), so they are checked every {_POLL / 1000:g} seconds.")
        # Changes before the folders are watched again are not reported, so assume one.
        yield


def _standing(root: Path) -> list[tuple[int, int, int] | None]:
    """Which folders exist. A folder that was replaced, or moved away and back, is different from the one before."""
    found: list[tuple[int, int, int] | None] = []
    for name in _FOLDERS:
        try:
            state = (root / name).stat()
        except OSError:
            found.append(None)
        else:
            found.append((state.st_dev, state.st_ino, state.st_ctime_ns))
    return found


def _concerns(_change: object, path: str) -> bool:
    """Whether a changed file is a source of the site. Temporary files of editors are not."""
    name = Path(path).name
    return not name.startswith(".") and not name.endswith(("~", ".swp", ".tmp"))
