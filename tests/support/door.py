"""Runs the program in its own process, with limits, and judges how it ends."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sites import DATA, ROOT

from generator.model.problems import Place, Problem
from generator.reading.folder import load

CONTENTS = (ROOT / "content", DATA / "sample/content", DATA / "golden/content")
NOW = "2026-06-15T12:00:00Z"
# CPU time tells a slow text from a busy machine; the alarm ends anything that waits for ever. No text needs two
# gigabytes.
START = """import resource, runpy, signal
resource.setrlimit(resource.RLIMIT_CPU, ({seconds}, {seconds} + 1))
resource.setrlimit(resource.RLIMIT_AS, (2 << 30, 2 << 30))
signal.alarm({seconds} * 5 + 60)
runpy.run_module("generator", run_name="__main__", alter_sys=True)
"""


def program(*arguments: str | Path, cwd: Path | None = None, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs Python in its own process, with this project on its path and nothing else inherited from this process."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    path = {"PYTHONPATH": str(ROOT), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        env=kept | path | environment,
        capture_output=True,
        text=True,
        check=False,
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """How the program ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def crash(self) -> str:
        """Why this is not a proper answer: a signal, a traceback, or an exit code that no content may cause; else
        empty.
        """
        lines = self.err.splitlines()
        if self.code not in {0, 1} or any(line.startswith("Traceback (most recent call last)") for line in lines):
            return f"exit code {self.code}: {' | '.join(lines[-3:])}"
        return ""

    @property
    def problems(self) -> list[Problem]:
        """The errors that `check --format json` found, without warnings and notes."""
        found = json.loads(self.out) if not self.crash else []
        return [
            Problem(one["path"], Place(one["line"], one["column"]), one["key"], one["message"])
            for one in found
            if one["level"] == "error"
        ]


def ask(name: str, root: Path, *arguments: str | Path, seconds: int = 120) -> Answer:
    """Runs a command of the program on a folder, with a limit on its CPU time in seconds."""
    start = START.format(seconds=seconds)
    words = ("-c", start, name, *arguments, "--root", root)
    # Strict, so that a message that is not valid text would cause a traceback. The instant is that of `NOW`.
    done = program(*words, PYTHONIOENCODING="utf-8:strict", SOURCE_DATE_EPOCH="1781524800")
    return Answer(done.returncode, done.stdout, done.stderr)


def checked(root: Path, seconds: int = 120) -> Answer:
    return ask("check", root, "--format", "json", seconds=seconds)


def published(root: Path, out: Path, seconds: int = 120) -> Answer:
    """Builds a folder and leaves out its bad postings, even if that leaves very little."""
    options = ("--now", NOW, "--no-search", "--keep-going", "--allow-shrink")
    return ask("build", root, "--out", out, *options, seconds=seconds)


def misplaced(problems: Iterable[Problem], root: Path) -> Iterator[str]:
    """The problems whose line or column does not exist in their file, or whose message is longer than one line."""
    for problem in problems:
        text = (root / problem.path).read_bytes().removeprefix(b"\xef\xbb\xbf").decode("utf-8", "surrogateescape")
        lines = text.split("\n")
        line, column = problem.place.line, problem.place.column
        inside = 1 <= line <= len(lines) and 1 <= column <= len(lines[line - 1]) + 1
        if not inside or not str(problem).isprintable():
            yield f"stands nowhere: {problem}"


def site_for_all(root: Path) -> Path:
    """A site without postings that has the vocabulary and the organisations of all of this project's postings."""
    shutil.copytree(DATA / "sample/content", root / "content", ignore=shutil.ignore_patterns("postings", "static"))
    for content in CONTENTS:
        shutil.copytree(content / "organisations", root / "content/organisations", dirs_exist_ok=True)
    return root


def failures(root: Path, files: Mapping[str, bytes]) -> list[str]:
    """What went wrong with postings placed in a site: each is refused at a place in its file, published, or a draft."""
    folder = root / "content/postings"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    for name, raw in files.items():
        (folder / name).write_bytes(raw)
    answer, build = checked(root), published(root, root / "site")
    if crash := answer.crash or build.crash:
        if len(files) == 1:
            return [f"{name}: {crash}: {raw!r}" for name, raw in files.items()]
        names = list(files)
        halves = names[: len(names) // 2], names[len(names) // 2 :]
        return [found for half in halves for found in failures(root, {name: files[name] for name in half})] or [crash]
    refused = {one.path.rpartition("/")[2] for one in answer.problems}
    loaded = load(root)
    assert loaded.content
    listed = {one.path.rpartition("/")[2] for one in loaded.content.postings}
    drafts = {name for name, raw in files.items() if re.search(rb"draft\W+true", raw)}
    passed_over = [
        f"{name}: neither refused nor taken: {files[name]!r}" for name in files.keys() - refused - listed - drafts
    ]
    both = [f"{name}: refused and taken: {files[name]!r}" for name in refused & listed]
    return [*misplaced(answer.problems, root), *passed_over, *both]
