"""A year of a digest, built every day: every follower gets each event once, however often they poll."""

import shutil
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random

import pytest
from sites import DATA
from soaking import Tell
from subscribers import Archivist, Forgetful, Host, Library, Subscriber, document, is_archive
from years import DAY, Line, Role, Script

from generator.building.build import Options, build
from generator.checking.past import rewritten
from generator.reading.folder import load
from generator.work import memo as memory
from generator.work.means import Means

HOUR = timedelta(hours=1)
CLOCKS = {(3, 8), (3, 29), (4, 5), (10, 4), (10, 25), (11, 1)}  # Sundays of 2026 on which clocks change somewhere
MOVED = "https://roles.example.net/"


@dataclass(frozen=True, slots=True)
class Span:
    """Which days to live through, what happens to the digest on them, and the seed."""

    seed: int
    first: date
    days: int
    outage: int  # the first of nine days without a build
    move: int  # the day on which the site gets another address
    seldom: timedelta  # how often followers poll who rely only on archives
    followers: frozenset[str] | None = None  # which followers, if not all


@dataclass(slots=True)
class Found:
    """What was tried and what failed, for all seeds."""

    tried: dict[str, int] = field(default_factory=dict)
    failed: dict[str, list[str]] = field(default_factory=dict)

    def note(self, what: str, tried: int, failed: Sequence[str] = ()) -> None:
        self.tried[what] = self.tried.get(what, 0) + tried
        self.failed.setdefault(what, []).extend(failed)


def everything(kind: str, _country: str) -> bool:
    return kind != "closed"


def with_closed(_kind: str, _country: str) -> bool:
    return True


def opened(kind: str, _country: str) -> bool:
    return kind in {"opened", "reopened"}


def closing(kind: str, _country: str) -> bool:
    return kind == "closing"


def in_kenya(kind: str, country: str) -> bool:
    return kind != "closed" and country == "KE"


FEEDS = {"feed.xml": everything, "atom.xml": everything, "feed.json": with_closed, "countries/ke/feed.xml": in_kenya}
FEEDS |= {f"{kind.__name__}{suffix}": kind for kind in (opened, closing) for suffix in (".xml", ".atom.xml")}


def subscribers(start: datetime, span: Span, base: Path) -> Iterator[Subscriber]:
    """All followers: each feed polled hourly, daily, weekly and monthly, by programs of three kinds."""
    draw = Random(span.seed + 1000)
    for every, often in ((HOUR, "hourly"), (DAY, "daily"), (7 * DAY, "weekly"), (31 * DAY, "monthly")):
        for path, tells in FEEDS.items():
            first = start + timedelta(seconds=draw.randint(1, int(min(every, 7 * DAY).total_seconds())))
            if path.endswith(".xml"):
                yield Forgetful(f"{often} {path}", path, every, first, tells)
            if path in ("feed.xml", "atom.xml", "feed.json"):
                yield Library(f"{often} {path} by reader", path, every, first, tells, base=base)
    for kind in (opened, closing):
        for suffix in (".xml", ".atom.xml"):
            path = kind.__name__ + suffix
            for every, often in ((31 * DAY, "monthly"), (span.seldom, "seldom")):
                first = start + timedelta(seconds=draw.randint(1, 86400))
                yield Archivist(f"{often} {path} with archives", path, every, first, kind)


class Year:
    """A digest in a git repository, its host and its followers, day by day."""

    def __init__(self, folder: Path, span: Span, found: Found) -> None:
        self.span, self.found, self.draw = span, found, Random(span.seed + 2000)
        self.root, self.base = folder / "digest", folder / "hosts"
        shutil.copytree(DATA / "year", self.root)
        self.host = Host(self.base / "year.example.org", "https://year.example.org/jobs/")
        self.script = Script(self.root, span.seed)
        self.start = datetime.combine(span.first, datetime.min.time(), UTC) + 6 * HOUR
        everybody = subscribers(self.start + HOUR, span, self.base)
        self.followers = [one for one in everybody if span.followers is None or one.name in span.followers]
        self.wanted: dict[str, set[str]] = {one.name: set() for one in self.followers}
        self.told: dict[str, tuple[Line, Role]] = {}
        self.files: dict[str, bytes] = {}
        self.over: dict[str, tuple[str, ...]] = {}
        self.edited = self.moving = self.moved = False

    def live(self) -> None:
        """Lives through all its days."""
        self.git("init", "--quiet")
        self.script.begin(self.start)
        self.commit()
        self.publish(self.start)
        for number in range(1, self.span.days):
            day = self.span.first + timedelta(days=number)
            if day.weekday() < 5:
                self.edit(day)
            if number == self.span.move:
                self.move()
            for now in self.builds(day, number):
                for follower in self.followers:
                    self.polled(follower, now)
                self.publish(now)
        end = self.start + timedelta(days=self.span.days + 1)
        for follower in self.followers:
            self.polled(follower, end)
        self.judge()

    # The digest

    def edit(self, day: date) -> None:
        """Makes a morning's edits, all of which pass `check`."""
        sunday = day + timedelta(days=6 - day.weekday())
        self.script.edit(day, month_begins=day.day <= 6, clocks_change=(sunday.month, sunday.day) in CLOCKS)
        (self.base.parent / "check").mkdir(exist_ok=True)
        with memory.open_memo(self.base.parent / "check", print) as memo:
            loaded = load(self.root, Means(memo))
        assert loaded.content is not None
        assert not loaded.problems, loaded.problems
        noon = datetime.combine(day, datetime.min.time(), UTC) + 12 * HOUR
        refused = rewritten(self.root, "HEAD", loaded.content, noon)
        assert not refused, list(map(str, refused))
        self.commit()

    def builds(self, day: date, number: int) -> list[datetime]:
        """When the site is built on a day: not during the outage, not on one day in twelve, and on some days twice."""
        if 0 <= number - self.span.outage < 9 or self.draw.random() < 1 / 12:
            return []
        first = datetime.combine(day, datetime.min.time(), UTC) + timedelta(minutes=self.draw.randint(12 * 60, 17 * 60))
        return [first, first + timedelta(minutes=self.draw.randint(5, 300))] if self.draw.random() < 0.25 else [first]

    def move(self) -> None:
        """The site gets another address, and all followers learn it."""
        file = self.root / "content/site.yaml"
        file.write_text(file.read_text("utf-8").replace(self.host.address, MOVED), "utf-8")
        self.commit()
        self.moving = True

    def publish(self, now: datetime) -> None:
        """Builds the site, at its new address if it has one by then."""
        if self.moving:
            self.moving, self.moved = False, True
            new = self.base / "roles.example.net"
            self.host.folder.rename(new)
            self.host.folder, self.host.address = new, MOVED
            for follower in self.followers:
                follower.move(self.host)
        build(self.root, self.host.folder, now, Options(remember=True, search=False))
        self.host.build += 1
        self.compare(now)

    def git(self, *arguments: str) -> None:
        who = ("-c", "user.name=Editor", "-c", "user.email=editor@example.org", "-c", "gc.auto=0")
        subprocess.run(["git", "-C", str(self.root), *who, *arguments], check=True, capture_output=True)

    def commit(self) -> None:
        self.git("add", "content")
        self.git("commit", "--quiet", "--message", "Edit")
        self.edited = True

    # What is checked

    def polled(self, follower: Subscriber, until: datetime) -> None:
        """A follower polls until an instant, and should then have what the site contains now."""
        if asked := follower.poll_until(until, self.host):
            self.found.note("polls", asked)
            self.wanted[follower.name] |= {
                one for one, (line, role) in self.told.items() if follower.tells(line.kind, role.country)
            }

    def compare(self, now: datetime) -> None:
        """What has changed since the build before, and whether that change is allowed."""
        told, files = self.script.told(now), {path: self.host.read(path) for path in self.feeds()}
        changed = [f"{self.span.seed}: {path} at {now}" for path in files if files[path] != self.files.get(path)]
        if not self.edited and told.keys() == self.told.keys():
            self.found.note("feeds that stay as they are while nothing happens", len(files), changed)
        for path in [path for path in files if path.startswith(("opened/", "closing/"))]:
            self.month(path, files, now)
        self.told, self.files, self.edited, self.moved = told, files, False, False
        self.script.edited.clear()

    def month(self, path: str, files: dict[str, bytes], now: datetime) -> None:
        """A past month has the entries that it had, and the same bytes unless one of its roles is edited."""
        where = f"{self.span.seed}: {path} at {now}"
        if path in self.over:
            entries = document(files[path])[0]
            self.found.note("months that keep their entries", 1, [where] if entries != self.over[path] else [])
            if not self.moved and not any(one.split("/")[1] in self.script.edited for one in entries):
                same = files[path] == self.files[path]
                self.found.note("months that keep their bytes", 1, [] if same else [where])
        elif is_archive(files[path]):
            self.over[path] = document(files[path])[0]

    def feeds(self) -> list[str]:
        """Every feed of roles; the feed of weeks has its own clock."""
        found = (path.relative_to(self.host.folder).as_posix() for path in self.host.folder.rglob("*.*"))
        others = ("sitemap.xml", "weeks/feed.xml")
        return sorted(path for path in found if path.endswith((".xml", "feed.json")) and path not in others)

    def judge(self) -> None:
        """Compares what all followers received with the diary."""
        for follower in self.followers:
            wanted, name = self.wanted[follower.name], f"{self.span.seed}: {follower.name}"
            self.found.note(
                "events told", len(wanted), [f"{name}: {one} missed" for one in wanted - follower.told.keys()]
            )
            twice = [f"{name}: {one} told {times} times" for one, times in follower.told.items() if times > 1]
            self.found.note("events told once", len(follower.told), twice)
            wrong = [f"{name}: {one} told" for one in follower.told.keys() - wanted]
            self.found.note("told events that happened", len(follower.told), wrong)
        for path, ids in self.over.items():
            kind, month = {"opened": opened, "closing": closing}[path.split("/")[0]], path.split("/")[1][:7]
            wanted = {
                one for one, (line, _) in self.told.items() if kind(line.kind, "") and f"{line.instant:%Y-%m}" == month
            }
            wrong = [f"{self.span.seed}: {path}: {one}" for one in wanted ^ set(ids)]
            self.found.note("events in the month in which they happened", len(wanted), wrong)


def span_of(seed: int) -> Span:
    draw = Random(seed)
    return Span(seed, date(2026, 1, 5), 365, draw.randint(60, 300), draw.randint(60, 300), 100 * DAY)


# Parsing feeds takes longest: in the short form each feed is polled at one rate, and by each program at some rates.
FEW = {
    *("hourly closing.xml", "hourly feed.xml", "daily countries/ke/feed.xml", "daily opened.xml", "weekly atom.xml"),
    *("weekly opened.atom.xml", "monthly closing.atom.xml", "hourly feed.json by reader", "weekly atom.xml by reader"),
    *("monthly feed.xml by reader", "monthly opened.atom.xml with archives", "seldom closing.atom.xml with archives"),
    *("seldom opened.xml with archives", "monthly closing.xml with archives"),
}
# Two ends of months, an outage, and the change of clocks in three zones.
SHORT = Span(1, date(2026, 2, 25), 60, 12, 40, 55 * DAY, frozenset(FEW))


@pytest.mark.soak
def test_everybody_gets_each_event_once(tmp_path: Path, soaking: bool, tell: Tell) -> None:
    """Over a year of edits, late records and outages, every follower gets every event once, and nothing else.

    Short form: one seed and sixty days. Long form: 365 days, and three of ten seeds, different ones each time.
    """
    found = Found()
    spans = [span_of(seed) for seed in sorted(Random().sample(range(10), 3))] if soaking else [SHORT]
    for span in spans:
        Year(tmp_path / str(span.seed), span, found).live()
    tell(f"spans of {spans[0].days} days, by seeds {', '.join(str(span.seed) for span in spans)}", len(spans), [])
    for what, tried in found.tried.items():
        tell(what, tried, found.failed[what])
