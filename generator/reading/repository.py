"""A site's git repository, read from its objects: what a commit contained, byte for byte, without running anything.

Only this module calls git. It passes the place of the repository, none of the `GIT_*` variables that a hook or a shell
set, and only commands that do not touch the working tree: so git applies no attribute, filter, hook or monitor. Commits
are made from objects in the same way. What is not in the repository is not fetched.
"""

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha1, sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, NamedTuple

from ..model.telling import visible
from ..work.programs import Failed, NotStarted, ProgramResult, answering, found, run
from .files import MAX_STATIC_BYTES, read_bytes

_SETTINGS = {
    "safe.bareRepository": "explicit",
    "core.fsmonitor": "false",
    "core.hooksPath": os.devnull,
    "core.attributesFile": os.devnull,
    "protocol.allow": "never",
    "credential.helper": "",
}
_VARIABLES = {
    "GIT_NO_LAZY_FETCH": "1",  # since git 2.44; before, a fetch finds that no protocol is allowed
    "GIT_ALLOW_PROTOCOL": "",
    "GIT_ATTR_NOSYSTEM": "1",
    "GIT_TERMINAL_PROMPT": "0",
}
_OPTIONS = ("--no-pager", "--no-replace-objects", "--no-optional-locks", "--literal-pathspecs")
_LACKING = "lacks some of its files here, as in a partial clone; clone the whole repository"
_BLOCK = 1 << 20


class NoSuchRevision(Exception):
    """Git does not know the revision, or cannot read it; the text says why, in git's words if there are any."""


class TreeEntry(NamedTuple):
    """What a commit contains at a path from the site's root: the kind is `file`, `link` or `submodule`."""

    path: str
    kind: str
    hash: str


class Signature(NamedTuple):
    """Who commits, and when."""

    name: str
    email: str
    when: datetime


_KINDS = {"120000": "link", "160000": "submodule"}


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository that contains a site. `top` is the folder with `.git`, `place` the site's path from there."""

    top: Path
    place: str

    def commit(self, revision: str) -> str:
        """The hash of the commit that a revision names. Raises NoSuchRevision."""
        if not revision or revision.startswith("-"):
            raise NoSuchRevision(f"{revision!r} is not a revision, name a commit, a branch or a tag")
        return self._said("rev-parse", "--verify", f"{revision}^{{commit}}").decode().strip()

    def is_empty(self) -> bool:
        """Whether the branch that is checked out has no commits yet."""
        if self._run("rev-parse", "--verify", "--quiet", "HEAD^{commit}").code == 0:
            return False
        branch = self._run("symbolic-ref", "--quiet", "HEAD")
        if branch.code:
            return False
        commits = self._run("for-each-ref", branch.out.decode("utf-8", "surrogateescape").strip())
        # Git reports a broken branch, but prints nothing for one that does not exist yet.
        return commits == ProgramResult(0, b"", "")

    def entries(self, commit: str, *paths: str) -> Iterator[TreeEntry]:
        """Everything that a commit contains at or below some paths of the site. Raises NoSuchRevision."""
        asked = (f"{self.place}{path}" for path in paths)
        listed = self._said("ls-tree", "-r", "-z", "--full-tree", commit, "--", *asked)
        for row in filter(None, listed.decode("utf-8", "surrogateescape").split("\0")):
            about, _, path = row.partition("\t")
            mode, _, name = about.split(" ")
            yield TreeEntry(path.removeprefix(self.place), _KINDS.get(mode, "file"), name)

    def contents(self, entries: Iterable[TreeEntry], most: int) -> Iterator[tuple[TreeEntry, bytes | None]]:
        """The bytes of files, None for one of more than `most` bytes. Raises NoSuchRevision if one is missing."""
        wanted = list(entries)
        questions = "".join(f"{entry.hash}\n" for entry in wanted).encode()
        try:
            with answering(self._command("cat-file", "--batch"), questions, self._variables) as out:
                for entry in wanted:
                    if not (head := out.readline()):
                        break
                    yield entry, _content(head, out, most)
        except Failed as error:
            raise NoSuchRevision(_LACKING if "promisor" in str(error) else _first_line(str(error))) from None
        except NotStarted as error:
            raise NoSuchRevision(str(error)) from None

    def pushed(self) -> tuple[str, str] | None:
        """Where others can get the content of the work tree: the https address of its origin, and the commit.

        None if a file was changed since, or nothing was pushed. Raises NoSuchRevision.
        """
        address = self._said("config", "--get", "remote.origin.url").decode().strip()
        # The part before the host is a user's name, or a secret.
        match = re.fullmatch(r"(?:https://|ssh://)?(?:[^@/]*@)?([A-Za-z0-9.-]+)[:/](?:[0-9]+/)?(.+)", address)
        commit = self.commit("HEAD")
        if match is None or self.place or not self._said("for-each-ref", "--contains", commit, "refs/remotes"):
            return None
        for entry in self.entries(commit):
            content, _ = read_bytes(self.top, self.top / entry.path, MAX_STATIC_BYTES)
            if hash_like(content, entry.hash) != entry.hash:
                return None
        return f"https://{match[1]}/{match[2]}", commit

    def record(self, paths: Iterable[str], message: str, by: "Signature") -> str:
        """Commits these files as they lie in the site's folder, by their paths from its root, and nothing else.

        No hook, no filter and no editor is run, and what was staged besides stays staged. Returns the commit's hash.
        Raises NoSuchRevision where git refuses.
        """
        head = self.commit("HEAD")
        names = {"NAME": by.name, "EMAIL": by.email, "DATE": by.when.strftime("%Y-%m-%dT%H:%M:%S%z")}
        signed = {f"GIT_{who}_{what}": said for who in ("AUTHOR", "COMMITTER") for what, said in names.items()}
        rows = [self._row(path) for path in paths]
        with TemporaryDirectory() as aside:
            index = {"GIT_INDEX_FILE": f"{aside}/index"}
            self._said("read-tree", head, more=index)
            for row in rows:
                self._said("update-index", *row, more=index)
            tree = self._said("write-tree", more=index).decode().strip()
        written = self._said("commit-tree", "--no-gpg-sign", "-p", head, "-m", message, tree, more=signed)
        made = written.decode().strip()
        self._said("update-ref", "-m", "vacancy-digest refresh", "HEAD", made, head, more=signed)
        for row in rows:
            self._said("update-index", *row)
        return made

    def _row(self, path: str) -> tuple[str, ...]:
        """What makes an index hold a file as it lies in the site's folder."""
        place = f"{self.place}{path}"
        if not os.path.lexists(self.top / place):
            return "--force-remove", "--", place
        name = self._said("hash-object", "-w", "--no-filters", "--", str(self.top / place)).decode().strip()
        return "--add", "--cacheinfo", f"100644,{name},{place}"

    def changed(self, path: str) -> list[str]:
        """The files at or below a path of the site that are not as they were committed. Raises NoSuchRevision."""
        found = []
        for entry in self.entries(self.commit("HEAD"), path):
            content, problems = read_bytes(self.top, self.top / self.place / entry.path, MAX_STATIC_BYTES)
            if problems or hash_like(content, entry.hash) != entry.hash:
                found.append(entry.path)
        return found

    def signature(self, when: datetime, otherwise: tuple[str, str]) -> "Signature":
        """Who commits: the one that git is set to, else the name and address that are given."""
        said = [self._run("config", "--get", key) for key in ("user.name", "user.email")]
        name, email = (done.out.decode("utf-8", "replace").strip() for done in said)
        return Signature(name, email, when) if name and email else Signature(*otherwise, when)

    @property
    def _variables(self) -> dict[str, str]:
        # If `.git` is not a repository, git does not search further up.
        return {**_VARIABLES, "GIT_CEILING_DIRECTORIES": str(self.top.parent)}

    def _command(self, *arguments: str) -> list[str]:
        settings = [word for key, value in _SETTINGS.items() for word in ("-c", f"{key}={value}")]
        return [found("git"), *_OPTIONS, *settings, "-C", str(self.top), *arguments]

    def _run(self, *arguments: str, more: Mapping[str, str] | None = None) -> ProgramResult:
        try:
            return run(self._command(*arguments), {**self._variables, **(more or {})})
        except (NotStarted, Failed) as error:
            raise NoSuchRevision(str(error)) from None

    def _said(self, *arguments: str, more: Mapping[str, str] | None = None) -> bytes:
        done = self._run(*arguments, more=more)
        if done.code:
            raise NoSuchRevision(_first_line(done.err))
        return done.out


def repository_of(root: Path) -> Repository | None:
    """The repository that contains a site's folder, found by a `.git` there or further up; None if there is none.

    A bare repository does not count: anyone can commit such files. Raises NoSuchRevision if there is one from which
    the site cannot be read.
    """
    if os.path.lexists(root / "content" / ".git"):
        raise NoSuchRevision("content/ is a separate repository, which is not read; keep it in the site's repository")
    for top in (root, *root.parents):
        if os.path.lexists(top / ".git"):
            inside = root.relative_to(top).as_posix()
            return Repository(top, "" if inside == "." else f"{inside}/")
    if os.environ.get("GIT_DIR"):
        raise NoSuchRevision("GIT_DIR names a repository, but only one with a .git beside or above content/ is read")
    return None


def hash_like(content: bytes, other: str) -> str:
    """Git's hash of a file's bytes, with the algorithm of another such hash."""
    algorithm = sha256 if len(other) == 64 else sha1
    return algorithm(b"blob %d\0" % len(content) + content).hexdigest()


def _content(head: bytes, out: IO[bytes], most: int) -> bytes | None:
    """An answer of `cat-file --batch`: a line with name, kind and size, the bytes, and a line end."""
    about = head.split()
    if len(about) != 3:
        raise NoSuchRevision(_LACKING)
    size = int(about[2])
    if size <= most:
        return out.read(size + 1)[:-1]
    left = size + 1
    while left and (block := out.read(min(left, _BLOCK))):
        left -= len(block)
    return None


def _first_line(said: str) -> str:
    """The first error that git printed; a warning before it is not the reason."""
    lines = [visible(line.strip()) for line in said.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("fatal:")]
    return (fatal or lines or ["git failed without a message"])[0]
