"""A change is noticed, whatever happened to the folders before it, and even if the system does not report it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path
from typing import Any

import watchfiles
from repository import git

from generator.serving.watching import changes

LONG = 30.0  # seconds; a change is usually noticed within one


def used_up(*folders: Path, **options: Any) -> Iterator[set[Any]]:
    """Watches like a system that has no more watches available."""
    if not options["force_polling"]:
        raise RuntimeError("Error creating recommended watcher: Too many open files (os error 24)")
    return watchfiles.watch(*folders, **options)


class Seen:
    """Collects the changes noticed in a folder, in a thread."""

    def __init__(self, root: Path, watch: Callable[..., Iterator[set[Any]]]) -> None:
        self.said: list[str] = []
        self._root, self._watch = root, watch
        self._sign = threading.Event()
        threading.Thread(target=self._look, daemon=True).start()

    def _look(self) -> None:
        for _ in changes(self._root, self.said.append, self._watch):
            self._sign.set()

    def after(self, change: Callable[[], object]) -> bool:
        """Whether a change is noticed."""
        self._quiet()
        change()
        return self._sign.wait(LONG)

    def _quiet(self) -> None:
        """Waits until nothing was noticed for longer than the interval between two checks of the folders."""
        self._sign.clear()
        while self._sign.wait(2.0):
            self._sign.clear()


def away_and_back(root: Path) -> None:
    (root / "content").rename(root / "aside")
    (root / "aside").rename(root / "content")


def made_again(root: Path) -> None:
    shutil.rmtree(root / "content")
    (root / "content").mkdir()


def templates_made(root: Path) -> None:
    (root / "templates").mkdir()


def another_branch(root: Path) -> None:
    git(root, "init")
    (root / "README").write_text("x", "utf-8")
    git(root, "add", "README")
    git(root, "commit", "-m", "without content")
    git(root, "checkout", "-b", "content")
    git(root, "add", "content")
    git(root, "commit", "-m", "with content")
    git(root, "checkout", "main")
    assert not (root / "content").exists()
    git(root, "checkout", "content")


CASES = list(product([watchfiles.watch, used_up], [away_and_back, made_again, templates_made, another_branch]))


def noticed(root: Path, watch: Any, happening: Callable[[Path], None]) -> list[bool]:
    """Whether each of three changes is noticed: one before something happens to a folder, that, and one after it."""
    file = root / "content/postings/role.md"
    file.parent.mkdir(parents=True)
    file.write_text("one", "utf-8")
    seen = Seen(root, watch)
    before = seen.after(lambda: file.write_text("two", "utf-8"))
    meanwhile = seen.after(lambda: happening(root))
    folder = root / ("templates" if happening is templates_made else "content")
    after = seen.after(lambda: (folder / "new.md").write_text("three", "utf-8"))
    # The editor is told once that changes are looked for.
    return [before, meanwhile, after, len(seen.said) == (watch is used_up)]


def test_serve_notices_changes_after_any_event(tmp_path: Path) -> None:
    """After a folder was moved, removed, created or checked out again, a change inside it is noticed as usual."""
    # They wait, and do hardly anything: so all of them wait at the same time.
    with ThreadPoolExecutor(len(CASES)) as pool:
        running = {
            f"{happening.__name__}, {watch.__name__}": pool.submit(noticed, tmp_path / str(number), watch, happening)
            for number, (watch, happening) in enumerate(CASES)
        }
    found = {name: one.result() for name, one in running.items()}
    assert found == dict.fromkeys(found, [True] * 4)
