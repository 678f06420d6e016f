"""Sixty days of a digest that follows its sources: the story is in `data/sources/sixty-days.yaml`."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sites import DATA
from soaking import Tell
from sourcelives import HUGE, SLOW, SOURCES, Story, show
from sourceweb import SourceWeb
from subscribers import Forgetful, Host, Library, Subscriber

from generator.building.build import Options, build
from generator.gathering.refreshing import HowToAsk, refresh
from generator.gathering.summary import RefreshReport
from generator.importing.fetching import MAX_RESPONSE_BYTES
from generator.reading.frontmatter import read_mapping, split

ORGANISATIONS = {"harbour": "Harbour Relief", "lantern": "Lantern Trust", "board": "Board of Ports"}
LOCK = "sources.lock.yaml"
# What refresh may write while nothing changes at the sources: that a role was checked, and when a source was asked,
# both once a week, and the runs in a row in which a source was down.
CLOCKS = re.compile(rb'(?:checked: |"asked": |"failures": )["\w:-]+(?:, )?')
DAY = timedelta(days=1)


class Digest:
    """A digest, its editor and its followers, day by day."""

    def __init__(self, folder: Path, web: SourceWeb, story: Story) -> None:
        self.root, self.web, self.story = folder / "digest", web, story
        shutil.copytree(DATA / "golden/content", self.root / "content", ignore=shutil.ignore_patterns("*-master.md"))
        self.postings = self.root / "content/postings"
        for key, name in ORGANISATIONS.items():
            rule = 'deadline: {time: "17:00", zone: duty-station}'
            (self.root / f"content/organisations/{key}.md").write_text(f"---\nname: {name}\n{rule}\n---\n\nIt works.\n")
        (self.root / "content/sources.yaml").write_text(SOURCES)
        self.host = Host(folder / "hosts/jobs.example.org", "https://jobs.example.org/")
        after = story.morning(1) + timedelta(hours=1)
        self.followers: list[Subscriber] = [
            Forgetful("RSS", "feed.xml", DAY, after, lambda kind, _: kind != "closed"),
            Forgetful("Atom", "atom.xml", DAY, after, lambda kind, _: kind != "closed"),
            Library("JSON", "feed.json", DAY, after, lambda *_: True, base=folder / "hosts"),
        ]
        self.told: dict[str, dict[str, set[tuple[int, str]]]] = defaultdict(lambda: defaultdict(set))
        self.tried: dict[str, int] = defaultdict(int)
        self.failed: dict[str, list[str]] = defaultdict(list)

    def live(self) -> None:
        """All days of it."""
        for day in range(1, self.story.days + 1):
            show(self.web, self.story, day)
            before = self.files()
            report = self.refreshed(day)
            self.edit(day, report, before)
            self.run_again(day)
            build(self.root, self.host.folder, self.story.morning(day), Options(remember=True, search=False))
            self.host.build += 1
            for follower in self.followers:
                self.polled(follower, day)

    def refreshed(self, day: int) -> RefreshReport:
        how = self.web.how()
        return refresh(self.root, self.story.morning(day), replace(how, web=replace(how.web, seconds=SLOW / 2)))

    def edit(self, day: int, report: RefreshReport, before: dict[str, bytes]) -> None:
        """The editor accepts all that is proposed but what the story says."""
        for draft in report.drafts:
            assert draft.path, draft
            file = self.root / draft.path
            if self.story.declines(_key(draft.url), day):
                file.unlink()
            else:
                file.write_text(file.read_text().replace("draft: true\n", ""))
        for one in report.changes:
            assert not one.problem, one
            if self.story.declines(_key(one.proposals[0].url), day):
                (self.root / one.path).write_bytes(before[one.path.removeprefix("content/")])

    def polled(self, follower: Subscriber, day: int) -> None:
        before = set(follower.told)
        follower.poll_until(self.story.morning(day) + 2 * timedelta(hours=1), self.host)
        keys = dict(self.keys())
        for identity in set(follower.told) - before:
            slug, kind = identity.partition(":posting/")[2].split("/")[:2]
            self.told[follower.name][keys[slug]].add((day, kind))

    def files(self) -> dict[str, bytes]:
        folder = self.root / "content"
        return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    
    def keys(self) -> Iterator[tuple[str, str]]:
        """The postings by their slugs, and which vacancy of the story each tells of."""
        for path in self.postings.glob("*.md"):
            parts = split(path.read_text("utf-8"))
            assert parts
            source = read_mapping(parts[0])[0].value["source"]
            assert isinstance(source, dict)
            yield path.stem, _key(str(source["url"]))

    def run_again(self, day: int) -> None:
        pass


def _key(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def test_sixty_days(tmp_path: Path, web: SourceWeb, tell: Tell) -> None:
    digest = Digest(tmp_path, web, Story.at(DATA / "sources/sixty-days.yaml"))
    digest.live()
    bad = []
    for f in digest.followers:
        for key in digest.story.vacancies:
            want = {(d, k) for d, k in digest.story.told(key) if f.tells(k, "")}
            got = digest.told[f.name][key]
            if want != got:
                bad.append(f"{f.name} {key}: missed {sorted(want-got)}, wrong {sorted(got-want)}")
    tell("x", 1, bad)
