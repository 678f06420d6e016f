"""Sixty days of a digest that follows its sources: the story is in `data/sources/sixty-days.yaml`."""

import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sites import DATA
from soaking import Tell
from sourcelives import SLOW, SOURCES, Story, show
from sourceweb import SourceWeb
from subscribers import Forgetful, Host, Library, Subscriber

from generator.building.build import Options, build
from generator.gathering.lock import LOCK
from generator.gathering.refreshing import refresh
from generator.gathering.summary import RefreshReport
from generator.reading.frontmatter import read_mapping, split

ORGANISATIONS = {"harbour": "Harbour Relief", "lantern": "Lantern Trust", "board": "Board of Ports"}
HOSTS = {f"{name}.example" for name in ORGANISATIONS}
DAY, HOUR = timedelta(days=1), timedelta(hours=1)
# What a run may write while nothing changes at the sources: once a week that a role was checked and a source asked,
# with what its server said of the version that was seen; each time in how many runs in a row a source did not answer.
CLOCKS = re.compile(rb'checked: [\w:-]+|"(?:asked|etag)": "(?:[^"\\]|\\.)*"(?:, )?|"failures": \d+(?:, )?')


class Digest:
    """A digest, its editor and its followers, day by day, and what was tried and failed."""

    def __init__(self, folder: Path, web: SourceWeb, story: Story) -> None:
        self.root, self.web, self.story = folder / "digest", web, story
        shutil.copytree(DATA / "golden/content", self.root / "content", ignore=shutil.ignore_patterns("quay-master.md"))
        for key, name in ORGANISATIONS.items():
            rule = 'deadline: {time: "17:00", zone: duty-station}'
            (self.root / f"content/organisations/{key}.md").write_text(f"---\nname: {name}\n{rule}\n---\n\nIt works.\n")
        (self.root / "content/sources.yaml").write_text(SOURCES)
        self.host = Host(folder / "hosts/jobs.example.org", "https://jobs.example.org/")
        first = story.morning(1) + HOUR
        self.followers: list[Subscriber] = [
            Forgetful("RSS", "feed.xml", DAY, first, lambda kind, _: kind != "closed"),
            Forgetful("Atom", "atom.xml", DAY, first, lambda kind, _: kind != "closed"),
            Library("JSON", "feed.json", DAY, first, lambda *_: True, base=folder / "hosts"),
        ]
        self.told: dict[tuple[str, str], set[tuple[int, str]]] = defaultdict(set)  # by follower and vacancy
        self.proposed: set[tuple[str, ...]] = set()
        self.still = 0  # days without a change, with this one
        self.shown: object = None
        self.tried: dict[str, int] = defaultdict(int)
        self.failed: dict[str, list[str]] = defaultdict(list)

    def note(self, law: str, tried: int, failed: Sequence[str] = ()) -> None:
        self.tried[law] += tried
        self.failed[law] += failed

    def live(self) -> None:
        """All days of it."""
        for day in range(1, self.story.days + 1):
            show(self.web, self.story, day)
            self.web.asked.clear()
            before = self.files()
            report = self.run(day)
            self.judge_day(day, report, before)
            self.run_again(day)
            self.edit(day, report, before)
            build(self.root, self.host.folder, self.story.morning(day), Options(remember=True, search=False))
            self.host.build += 1
            for follower in self.followers:
                self.poll(follower, day)
        self.judge()

    def run(self, day: int) -> RefreshReport:
        how = self.web.how()
        seconds = SLOW / 2 if any("slow" in self.story.befalls(host, day) for host in ORGANISATIONS) else SLOW * 10
        return refresh(self.root, self.story.morning(day), replace(how, web=replace(how.web, seconds=seconds)))

    def edit(self, day: int, report: RefreshReport, before: dict[str, bytes]) -> None:
        """The editor accepts what is proposed: a draft is finished, a change left as it is. The story says what not."""
        for draft in report.drafts:
            file = self.root / draft.path
            if self.story.declines(_key(draft.url), day):
                file.unlink()
            else:
                file.write_text(file.read_text("utf-8").replace("draft: true\n", ""), "utf-8")
        for one in report.changes:
            if self.story.declines(_key(one.proposals[0].url), day):
                (self.root / one.path).write_bytes(before[one.path])

    def run_again(self, day: int) -> None:
        """The workflow is started a second time, before the editor comes."""
        before = self.files()
        report = self.run(day)
        after = self.files()
        same = _differ_in_clocks(before, after) if report.silent else after == before
        nothing = same and not report.drafts and not report.proposed
        self.note("second runs of a day that propose nothing", 1, [] if nothing else [f"day {day}: {report}"])

    def poll(self, follower: Subscriber, day: int) -> None:
        """A follower reads its feed an hour after the build."""
        before = set(follower.told)
        follower.poll_until(self.story.morning(day) + 2 * HOUR, self.host)
        keys = dict(self.keys())
        for identity in set(follower.told) - before:
            slug, kind = identity.partition(":posting/")[2].split("/")[:2]
            self.told[follower.name, keys[slug]].add((day, kind))

    # What is held

    def judge_day(self, day: int, report: RefreshReport, before: dict[str, bytes]) -> None:
        """A run proposes nothing twice, asks nobody whom it may not ask, names what it could not read."""
        what = [(_key(one.url), "draft", one.problem) for one in report.drafts]
        parts = [part for one in report.changes for part in one.proposals if part.key != "checked"]
        what += [(_key(part.url), part.key, part.after) for part in parts]
        # By the day, too, on which the source last changed something.
        dated = [(*one, str(self.story.last_change(one[0], day))) for one in what]
        self.note("proposals made once", len(dated), [f"day {day}: {one}" for one in dated if one in self.proposed])
        self.note("proposals written", len(what), [f"day {day}: {one}" for one in report.proposed if one.problem])
        self.proposed.update(dated)
        self.judge_manners(day, report)
        shown = repr((sorted(self.web.pages.items()), self.web.down, self.web.hosts))
        declined = any(self.story.declines(key, day - 1) for key in self.story.vacancies)
        self.still = self.still + 1 if shown == self.shown and not declined else 0
        self.shown = shown
        # On the second day a page that is gone is believed to be.
        if self.still > 1:
            self.judge_still_day(day, report, before)

    def judge_manners(self, day: int, report: RefreshReport) -> None:
        asked = {urlsplit(one.url).hostname for one in self.web.asked}
        self.note("hosts asked", len(asked), [f"day {day}: {host}" for host in asked - HOSTS])
        for name in ORGANISATIONS:
            befalls = self.story.befalls(name, day) - {"redesigned"}
            urls = {one.url for one in self.web.asked if urlsplit(one.url).hostname == f"{name}.example"}
            allowed = {"banned": {f"https://{name}.example/robots.txt"}, "named as a private address": set()}
            for what in befalls & allowed.keys():
                self.note(
                    "bans and private addresses heeded", 1, [f"day {day}: {urls}"] if urls - allowed[what] else []
                )
            named = any(one.startswith(f"{name}: ") for one in report.silent)
            right = named == bool(befalls)
            wrong = [] if right else [f"day {day}: {name}, {report.silent}"]
            self.note("sources named when they do not answer, and only then", 1, wrong)

    def judge_still_day(self, day: int, report: RefreshReport, before: dict[str, bytes]) -> None:
        """While nothing changes a run changes no byte, but for checks of a week ago and for counts of failures."""
        after = self.files()
        nothing = (
            _differ_in_clocks(before, after)
            and not report.drafts
            and not report.changes
            and report.changed == (after != before)
        )
        law = "days without a change that change nothing but the clocks"
        self.note(law, 1, [] if nothing else [f"day {day}: {_changed(before, after)}"])

    def judge(self) -> None:
        """Compares what each follower was told with the story."""
        for follower in self.followers:
            for key in self.story.vacancies:
                wanted = {(day, kind) for day, kind in self.story.told(key) if follower.tells(kind, "")}
                told = self.told[follower.name, key]
                where = f"{follower.name}, {key}"
                self.note("true events told", len(wanted), [f"{where}: {one} missed" for one in wanted - told])
                self.note("told events that are true", len(told), [f"{where}: {one}" for one in told - wanted])
            twice = [f"{follower.name}: {one} told {times} times" for one, times in follower.told.items() if times > 1]
            self.note("events told once", len(follower.told), twice)

    def files(self) -> dict[str, bytes]:
        """All content, by path."""
        paths = (path for path in (self.root / "content").rglob("*") if path.is_file())
        return {path.relative_to(self.root).as_posix(): path.read_bytes() for path in paths}

    def keys(self) -> Iterator[tuple[str, str]]:
        """The postings by their slugs, and which vacancy of the story each tells of."""
        for path in (self.root / "content/postings").glob("*.md"):
            parts = split(path.read_text("utf-8"))
            assert parts
            source = read_mapping(parts[0])[0].value["source"]
            assert isinstance(source, dict)
            yield path.stem, _key(str(source["url"]))


def _key(url: str) -> str:
    return urlsplit(url).path.rpartition("/")[2]


def _without_clocks(files: dict[str, bytes]) -> dict[str, bytes]:
    return {path: CLOCKS.sub(b"", content) for path, content in files.items()}


def _differ_in_clocks(before: dict[str, bytes], after: dict[str, bytes]) -> bool:
    """Whether the clocks alone are others. What is remembered of roles that are over goes when the lock is written."""
    one, other = _without_clocks(before), _without_clocks(after)
    lines = [set(files.pop(LOCK, b"").splitlines()) for files in (one, other)]
    return one == other and lines[1] <= lines[0]


def _changed(before: dict[str, bytes], after: dict[str, bytes]) -> list[str]:
    return sorted(path for path in before.keys() | after.keys() if before.get(path) != after.get(path))


def test_sixty_days(tmp_path: Path, sources: SourceWeb, tell: Tell) -> None:
    """Every true event is told once and none that is false, whatever befalls the sources; what an editor declined does
    not return; and while nothing changes nothing is written."""
    digest = Digest(tmp_path, sources, Story.at(DATA / "sources/sixty-days.yaml"))
    digest.live()
    for law, tried in digest.tried.items():
        tell(law, tried, digest.failed[law])
