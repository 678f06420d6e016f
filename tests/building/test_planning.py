"""Deciding what a build makes, keeps and removes is a function of values: it reads nothing and starts nothing."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

from sites import DATA, ROOT, SAMPLE_NOW, SUPPORT

from generator.building.build import Options, build
from generator.building.fingerprint import Fingerprint
from generator.building.plan import Part, parts_of, plan
from generator.building.remembering import left_in
from generator.building.search import Index
from generator.building.worklist import Left, Worklist, decide
from generator.edition.edition import Edition
from generator.edition.routes import HostFile
from generator.publishing.standing import OutputSurvey, survey
from generator.reading.folder import load
from generator.reading.templates import Templates, read_templates
from generator.work.cachefolder import cache_of
from generator.work.means import Means
from generator.work.memo import Memo
from generator.work.stamps import digest_of, toolchain

EDITED, DELETED = "content/postings/2026/open-remote.md", "content/postings/2026/open-plain.md"
# The audit events for access to anything outside of this process. There is none for reading a file's status.
BEYOND = re.compile(
    r"open|import|(ctypes|fcntl|glob|mmap|os|pathlib|pty|shutil|socket|sqlite3|subprocess|tempfile)\..*"
)


@dataclass
class Audit:
    """Collects events while it listens; an audit hook cannot be removed, so it runs in a child process."""

    listening: bool = False
    heard: list[str] = field(default_factory=list)

    def hear(self, event: str, arguments: Any) -> None:
        """The audit hook."""
        if self.listening and BEYOND.fullmatch(event):
            self.heard.append(f"{event} {arguments[:1]}")

    def heeded(self, name: str, look: Callable[..., Any]) -> Callable[..., Any]:
        """Wraps a system function so that its calls are recorded too."""

        def heard(*given: Any, **named: Any) -> Any:
            self.heard.append(name)
            return look(*given, **named)

        return heard

    def during(self, parts: Iterator[Part], *given: Any) -> tuple[Worklist, list[str]]:
        """The result of deciding, and the events recorded meanwhile."""
        looks = {name: getattr(os, name) for name in ("stat", "lstat", "fstat")}
        for name, look in looks.items():
            setattr(os, name, self.heeded(name, look))
        self.heard, self.listening = [], True
        try:
            work = decide(parts, *given)
        finally:
            self.listening = False
            for name, look in looks.items():
                setattr(os, name, look)
        return work, self.heard


def known(root: Path, out: Path) -> tuple[Edition, Templates, Fingerprint, Left, OutputSurvey]:
    """Everything on which the next build of a site bases its decisions."""
    templates, _ = read_templates(root)
    with Memo(cache_of(root)) as memo:
        content = load(root, Means(memo)).content
        left, standing = left_in(out, memo), survey(out)
    assert content
    edition = Edition(content, SAMPLE_NOW)
    surroundings = digest_of(toolchain(), content.digest, templates.digest)
    return edition, templates, Fingerprint(edition, surroundings), left, standing


def listen(root: Path) -> dict[str, list[str]]:
    """Builds a site, edits a posting, and decides what the next build does: returns the events and the decisions."""
    out = root.parent / "site"
    build(root, out, SAMPLE_NOW, Options(search=False))
    posting = root / EDITED
    posting.write_text(posting.read_text("utf-8").replace("title: ", "title: Another "), "utf-8")
    (root / DELETED).unlink()
    edition, templates, fingerprint, left, standing = known(root, out)
    # The program's own data, such as the names of countries, is read once for all builds of a process.
    plan(Edition(edition.content, SAMPLE_NOW - timedelta(days=1)), templates)
    audit = Audit()
    sys.addaudithook(audit.hear)
    index = Index(b"texts", (("roles.json", b"{}"),))
    work, heard = audit.during(parts_of(edition, templates, fingerprint, index), fingerprint, left, standing)

    def reading() -> Iterator[tuple[HostFile, bytes]]:
        posting.stat()
        yield HostFile("robots.txt"), posting.read_bytes()

    _, control = audit.during(iter([Part("control", b"", reading)]), fingerprint, left, standing)
    made = [one.path for one in work.make]
    return {"heard": heard, "control": control, "made": made, "kept": work.keep, "removed": work.remove}


def test_planning_touches_nothing(tmp_path: Path) -> None:
    """While a build decides, Python reports no access to a file, folder, database, process, module or connection."""
    sample = shutil.copytree(DATA / "sample", tmp_path / "sample")
    environment = {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{SUPPORT}"}
    done = subprocess.run(
        [sys.executable, __file__, sample], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["heard"] == []
    assert [one.partition(" ")[0] for one in found["control"]] == ["stat", "open"], "the hook hears what it should"
    assert {"postings/open-remote/index.html", "search/roles.json"} <= set(found["made"])
    assert "postings/open-plain/index.html" in found["removed"]
    assert len(found["kept"]) > len(found["made"]) / 2
    assert set(found["made"]).isdisjoint([*found["kept"], *found["removed"]])


def test_a_file_that_others_changed_costs_only_its_part(tmp_path: Path) -> None:
    """If somebody changed a file of a site, that file is made again, and only its part is planned."""
    sample, out = shutil.copytree(DATA / "sample", tmp_path / "sample"), tmp_path / "site"
    build(sample, out, SAMPLE_NOW, Options(search=False))
    edition, templates, fingerprint, left, standing = known(sample, out)

    def decided(stamps: Mapping[str, str]) -> Worklist:
        parts = parts_of(edition, templates, fingerprint)
        return decide(parts, fingerprint, left, replace(standing, stamps=stamps))

    assert decided(standing.stamps).make == []
    page = "countries/ke/index.html"
    work = decided({**standing.stamps, page: "another"})
    assert [one.path for one in work.make] == [page]
    assert {one.path for one in work.planned} == set(left.paths[left.outputs[page].part])


if __name__ == "__main__":
    print(json.dumps(listen(Path(sys.argv[1]))))
