"""A site that is rebuilt for the editor who works on it: what it shows, what is wrong, and for which instant."""

import threading
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ..building.build import Listener, Options, build
from ..edition.wording import utc_text
from ..model import clock
from ..model.fields import read_base_url
from ..model.problems import ContentError
from ..publishing.doors import Busy, clear
from ..publishing.standing import Refused
from ..reading.folder import NoSite


@dataclass(frozen=True, slots=True)
class WorkbenchState:
    """`number` grows with every change of this state, `built` with every site; `frozen` means `now` is not the clock's.

    `problems` are lines as `check` prints them. While there are any, the site is the one from before them.
    """

    number: int
    built: int
    now: datetime
    frozen: bool
    problems: tuple[str, ...] = ()

    def as_data(self) -> dict[str, object]:
        """For the page's script."""
        return {
            "number": self.number,
            "built": self.built,
            "now": utc_text(self.now),
            "clock": utc_text(clock.read_now(None)),
            "frozen": self.frozen,
            "problems": list(self.problems),
        }


class Workbench:
    """Builds `root` into a folder. Its methods may be called from several threads.

    `names` are the host names that it answers for, besides this machine's own.
    """

    def __init__(self, root: Path, out: Path, names: Collection[str], port: int, tell: Callable[[str], None]) -> None:
        self.root, self.out, self.names = root, out, frozenset(map(str.lower, names))
        self._options = Options(
            base_url=read_base_url(f"http://localhost:{port}/"), search=False, allow_shrink=True, in_place=True
        )
        self._tell = tell
        self._building = threading.Lock()
        self._changed = threading.Condition()
        self._wanted: datetime | None = None
        self.standing = WorkbenchState(0, 0, clock.read_now(None), frozen=False)

    def look_at(self, now: datetime | None) -> None:
        """Builds for another instant, or for the clock's again."""
        if now != self._wanted:
            self._wanted = now
            self.rebuild()

    def rebuild(self) -> None:
        """Builds once. Reports and shows whatever is wrong; until it is fixed, the site from before stays."""
        with self._building:
            started = time.monotonic()
            now = self._wanted or clock.read_now(None)
            pages = 0.0

            def shown(written: int) -> None:
                nonlocal pages
                pages = time.monotonic() - started
                self._stand(now, bool(written))

            try:
                report = build(self.root, self.out, now, self._options, Listener(self._tell, shown=shown))
            except (ContentError, NoSite, Refused, Busy) as error:
                self._tell(str(error))
                self._stand(now, problems=tuple(str(error).splitlines()))
            except Exception as error:  # a bug or a full disk must not stop the editor's work
                self._tell(traceback.format_exc())
                self._stand(now, problems=(f"{type(error).__name__}: {error}",))
            else:
                took = time.monotonic() - started
                self._tell(f"Pages in {pages:.2f} s, all in {took:.2f} s: {report.published.written} files changed.")
            clear(self.out)

    def _stand(self, now: datetime, changed: bool = False, problems: tuple[str, ...] = ()) -> None:
        """Sends the new state to everyone who waits for it."""
        with self._changed:
            last = self.standing
            frozen = self._wanted is not None
            self.standing = WorkbenchState(last.number + 1, last.built + changed, now, frozen, problems)
            self._changed.notify_all()

    def wait(self, after: int, seconds: float) -> WorkbenchState | None:
        """The state as soon as its number is not `after`; None if the time runs out first."""
        with self._changed:
            self._changed.wait_for(lambda: self.standing.number != after, seconds)
            return self.standing if self.standing.number != after else None
