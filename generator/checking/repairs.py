"""What `check --fix` writes: what is certain, nothing that an editor has to decide."""

import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ..editing.desk import moment
from ..editing.edits import FrontMatter, NotEditable
from ..model.problems import Problem
from ..reading.files import MAX_TEXT_BYTES, decoded_text, read_bytes, rewrite

_WAS_ID = re.compile(r"write id: (?P<id>[a-z0-9-]+)")
_WAS_DEADLINE = re.compile(r"^was (?P<was>\S+), write under deadline_changes")


def repair(root: Path, problems: Iterable[Problem], now: datetime) -> Iterator[str]:
    """Fixes files and yields their paths. Raises ChangedMeanwhile, Unwritable."""
    by_path: dict[str, list[Problem]] = {}
    for problem in problems:
        by_path.setdefault(problem.path, []).append(problem)
    for path, found in sorted(by_path.items()):
        file = root / path
        if not path.startswith("content/") or not path.endswith(".md") or not file.is_file() or file.is_symlink():
            continue
        raw, unreadable = read_bytes(root, file, MAX_TEXT_BYTES)
        if unreadable or decoded_text(root, file, raw)[1]:
            continue
        mark = b"\xef\xbb\xbf" if raw.startswith(b"\xef\xbb\xbf") else b""
        before = raw.removeprefix(mark).decode()
        after = fixed(before, found, now)
        if after != before:
            rewrite(root, file, raw, mark + after.encode())
            yield path


def fixed(text: str, problems: Iterable[Problem], now: datetime) -> str:
    """A file's text without those of its problems that have only one answer."""
    problems = sorted(problems, reverse=True)  # from the end backwards, so that earlier places stay right
    if instead := {problem.place: problem.instead for problem in problems if problem.instead}:
        with suppress(NotEditable):
            front = FrontMatter(text)
            front.replace(instead)
            text = front.text
    for problem in problems:
        try:
            text = _fixed(text, problem, now)
        except NotEditable:
            continue
    return text


def _fixed(text: str, problem: Problem, now: datetime) -> str:
    if problem.rule == "numbering":
        return _numbered(text, problem.place.line)
    if problem.key == "id" and (match := _WAS_ID.search(problem.message)):
        front = FrontMatter(text)
        front.set("id", match["id"])
        return front.text
    if problem.key == "closes" and (match := _WAS_DEADLINE.match(problem.message)):
        front = FrontMatter(text)
        front.append("deadline_changes", {"on": moment(now), "from": match["was"]})
        return front.text
    return text


def _numbered(text: str, line: int) -> str:
    """The list around a line, with its items numbered from 1."""
    lines = text.split("\n")
    start = line - 1
    while start > 0 and (re.match(r"1[.)] |\s|$", lines[start - 1])):
        start -= 1
    number = 0
    for position in range(start, len(lines)):
        if re.match(r"1[.)] ", lines[position]):
            number += 1
            lines[position] = f"{number}{lines[position][1:]}"
        elif lines[position].strip() and not lines[position].startswith(" "):
            break
    return "\n".join(lines)
