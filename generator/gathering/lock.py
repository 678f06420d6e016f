"""`content/sources.lock.yaml`: what was seen at the sources, what was proposed, and what an editor declined.

The one state that `refresh` has. It is YAML of one line an entry, sorted, so that two versions differ only where
something happened; each value is also JSON, which is quick to read.
"""

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from ..model.problems import ContentError, Place, Problem
from ..reading.files import create, problem_at, read_bytes, rewrite

LOCK = "content/sources.lock.yaml"
_MOST_BYTES = 16 * 1024 * 1024
_HEAD = """\
# Written by `vacancy-digest refresh`: what it saw at the sources, and what an editor declined. Keep it in git.
"""
_ENTRY = re.compile(r'  (?P<key>"(?:[^"\\]|\\.)*"): (?P<value>\{.*\})')


@dataclass(frozen=True, slots=True)
class SourceMemory:
    """A source as it was when it last had something new to say.

    `etag` and `modified` are its server's own, `digest` stands for what it listed, `asked` is the instant of the last
    answer that was written down, and `failures` counts the runs in a row in which it gave none.
    """

    etag: str = ""
    modified: str = ""
    digest: str = ""
    asked: str = ""
    failures: int = 0


@dataclass(frozen=True, slots=True)
class NoticeMemory:
    """A vacancy of a source's list. `digest` stands for what the list says of it.

    `facts` stands for the key facts of a notice that was read by itself.
    `posting` is the path of its posting, or of the draft that was proposed; `outcome` is `proposed`, `known`,
    `declined` or `passed` (not wanted). `gone` is when it was first missing from the list.
    """

    digest: str = ""
    facts: str = ""
    posting: str = ""
    outcome: str = ""
    gone: str = ""


@dataclass(frozen=True, slots=True)
class PostingMemory:
    """A posting as its source told of it.

    `seen` has the key facts as they stood there. `missing` is when its page was first found gone. `proposed` has the
    values that were written for an editor to accept, `declined` those that an editor did not keep, each by key.
    """

    etag: str = ""
    modified: str = ""
    missing: str = ""
    seen: Mapping[str, str] = field(default_factory=dict)
    proposed: Mapping[str, str] = field(default_factory=dict)
    declined: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class SourceLock:
    """All that is remembered: sources by name, notices by source and id, postings by path."""

    sources: Mapping[str, SourceMemory] = field(default_factory=dict)
    notices: Mapping[str, NoticeMemory] = field(default_factory=dict)
    postings: Mapping[str, PostingMemory] = field(default_factory=dict)


_Memory = TypeVar("_Memory", SourceMemory, NoticeMemory, PostingMemory)
_PARTS: Mapping[str, type[Any]] = {"sources": SourceMemory, "notices": NoticeMemory, "postings": PostingMemory}


def read_lock(root: Path) -> tuple[SourceLock, bytes]:
    """The lock of a site and its bytes, both empty where there is none. Raises ContentError with every problem."""
    path = root / LOCK
    if not path.is_symlink() and not path.exists():
        return SourceLock(), b""
    lock, raw, problems = _read(root, path)
    if problems:
        raise ContentError(problems)
    return lock, raw


def lock_problems(root: Path) -> list[Problem]:
    """What is wrong with the lock, such as both sides of a merge."""
    try:
        read_lock(root)
    except ContentError as error:
        return list(error.problems)
    return []


def _read(root: Path, path: Path) -> tuple[SourceLock, bytes, list[Problem]]:
    raw, problems = read_bytes(root, path, _MOST_BYTES)
    parts: dict[str, dict[str, Any]] = {name: {} for name in _PARTS}
    part = ""
    for number, line in enumerate(raw.decode("utf-8", "replace").splitlines(), 1):
        if not line.strip() or line.startswith("#"):
            continue
        if line.endswith(":") and line[:-1] in parts:
            part = line[:-1]
            continue
        try:
            key, memory = _entry(line, _PARTS[part])
            parts[part][key] = memory
        except (KeyError, TypeError, ValueError):
            told = "is not a line that refresh writes, take the file of the last commit, or delete this line"
            problems.append(problem_at(root, path, "lock", told, Place(number)))
    return SourceLock(**parts), raw, problems[:20]


def _entry(line: str, form: type[_Memory]) -> tuple[str, _Memory]:
    """Raises ValueError and TypeError for a line that is none of ours."""
    match = _ENTRY.fullmatch(line)
    if match is None:
        raise ValueError
    value = json.loads(match["value"])
    kinds = {one.name: one.type for one in fields(form)}
    for name, inner in value.items():
        texts = inner.values() if isinstance(inner, dict) and "Mapping" in str(kinds[name]) else [inner]
        if not all(type(one) is (int if kinds[name] is int else str) for one in texts):
            raise ValueError
    return json.loads(match["key"]), form(**value)


def write_lock(root: Path, lock: SourceLock, before: bytes) -> bool:
    """Writes the lock in place of `before`, and says whether it is another. Raises ChangedMeanwhile, Unwritable."""
    after = lock_text(lock).encode()
    if after == before or (not before and lock == SourceLock()):
        return False
    if before:
        rewrite(root, root / LOCK, before, after)
    else:
        create(root, root / LOCK, after)
    return True


def lock_text(lock: SourceLock) -> str:
    """The lock as its file has it: the same for the same memories."""
    return _HEAD + "".join(_lines(lock))


def _lines(lock: SourceLock) -> Iterator[str]:
    for name in _PARTS:
        memories: Mapping[str, Any] = getattr(lock, name)
        if memories:
            yield f"{name}:\n"
        for key, memory in sorted(memories.items()):
            value = {one.name: held for one in fields(memory) if (held := getattr(memory, one.name))}
            # ASCII, so that what a stranger sent neither hides nor ends a line.
            yield f"  {json.dumps(key)}: {json.dumps(value, sort_keys=True)}\n"
