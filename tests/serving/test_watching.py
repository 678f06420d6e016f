"""A change is noticed, whatever happened to the folders before it, and even if the system does not report it."""

import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
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


@pytest.mark.parametrize("watch", [watchfiles.watch, used_up])
@pytest.mark.parametrize("happening", [away_and_back, made_again, templates_made, another_branch])
def test_serve_notices_changes_after_any_event(tmp_path: Path, watch: Any, happening: Callable[[Path], None]) -> None:
    """After a folder was moved, removed, created or checked out again, a change inside it is noticed as usual."""
    file = tmp_path / "content/postings/role.md"
    file.parent.mkdir(parents=True)
    file.write_text("one", "utf-8")
    seen = Seen(tmp_path, watch)
    assert seen.after(lambda: file.write_text("two", "utf-8"))
    assert seen.after(lambda: happening(tmp_path))
    folder = tmp_path / ("templates" if happening is templates_made else "content")
    assert seen.after(lambda: (folder / "new.md").write_text("three", "utf-8"))
    assert len(seen.said) == (watch is used_up), "the editor is told once that changes are looked for"
