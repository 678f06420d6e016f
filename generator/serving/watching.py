"""When something changes that a site is made from, whatever happens to the folders meanwhile."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import watchfiles

_FOLDERS = ("content", "templates")
_LOOK = 1000  # milliseconds after which the folders themselves are looked at
_POLL = 500  # milliseconds between two looks at every file, where the system does not tell
Watch = Callable[..., Iterator[set[Any]]]


def changes(root: Path, tell: Callable[[str], None], watch: Watch = watchfiles.watch) -> Iterator[None]:
    """Gives a sign at each change, without end. `tell` gets a line where changes are seen later than usual.

    The system tells of changes inside a folder, but no longer once the folder was taken away, though another has come
    in its place: a checkout of another branch does that. So which folders there are is looked at as well.
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
            tell(f"The system cannot watch more files ({error}), so they are looked at every {_POLL / 1000:g} seconds.")
        # What changes before the folders are watched again is not told.
        yield


def _standing(root: Path) -> list[tuple[int, int, int] | None]:
    """Which folders there are: another in the place of one, and one that was moved away and back, is told apart."""
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
    """Whether a changed file is one that the site is made from: the temporary files of editors are none."""
    name = Path(path).name
    return not name.startswith(".") and not name.endswith(("~", ".swp", ".tmp"))
