"""A site that is rebuilt for the editor who works on it: what it shows, what is wrong, and for which instant."""

import threading
import time
import traceback
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from ..building.build import Listener, Options, build
from ..edition.wording import utc_text
from ..model import clock
from ..model.fields import read_base_url
from ..model.problems import ContentError
from ..model.telling import say
from ..publishing.doors import Busy, clear
from ..publishing.standing import Refused
from ..reading.folder import NoSite
from ..reading.templates import brings_templates
from ..work.limits import Apart, Exceeded, NoAnswer, limits_for, tell


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

    def __init__(self, root: Path, out: Path, names: Collection[str], port: int) -> None:
        self.root, self.out, self.names = root, out, frozenset(map(str.lower, names))
        self._options = Options(
            base_url=read_base_url(f"http://localhost:{port}/"), search=False, allow_shrink=True, in_place=True
        )
        self._apart = Apart(made)
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

            written, problems = self._made(now, shown)
            if problems:
                self._stand(now, problems=problems)
            else:
                took = time.monotonic() - started
                say(f"Pages in {pages:.2f} s, all in {took:.2f} s: {written} files changed.", err=True)
            clear(self.out)

    def _made(self, now: datetime, shown: Callable[[int], None]) -> tuple[int, tuple[str, ...]]:
        """What `made` returns, from a process with limits if the site has templates of its own."""
        if not brings_templates(self.root):
            return made(self.root, self.out, now, self._options, shown)
        self._apart.limits, self._apart.heard = limits_for(self.root / "content"), shown
        try:
            return self._apart(self.root, self.out, now, self._options)
        except NoAnswer:
            problem = str(Exceeded(self._apart.limits))
            say(problem, err=True)
            return 0, (problem,)

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


def made(
    root: Path, out: Path, now: datetime, options: Options, shown: Callable[[int], None] = tell
) -> tuple[int, tuple[str, ...]]:
    """Builds. Returns how many files were written, and what is wrong, which was printed."""
    try:
        listener = Listener(partial(say, err=True), shown=shown)
        return build(root, out, now, options, listener).published.written, ()
    except (ContentError, NoSite, Refused, Busy) as error:
        say(str(error), err=True)
        return 0, tuple(str(error).splitlines())
    except Exception as error:  # a bug or a full disk must not stop the editor's work
        if isinstance(error, MemoryError) and shown is tell:
            raise  # a process with limits has reached one, and its caller says so
        say(traceback.format_exc(), err=True)
        return 0, (f"{type(error).__name__}: {error}",)
