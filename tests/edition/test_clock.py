"""Opening, closing and weeks in every time zone: a second early, on time, and on hosts with other clocks."""

import json
import os
import subprocess
import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from hashlib import blake2b
from importlib import resources
from itertools import groupby
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from clocks import Day, changes, day_in
from sites import DATA, ROOT, SUPPORT
from soaking import Tell

from generator.model.vocabulary import zones

# A zone ahead of all others, one with a half-hour offset, and one whose summer time is half an hour.
HOSTS = ("Pacific/Kiritimati", "America/St_Johns", "Australia/Lord_Howe")
WINDOW = timedelta(days=7)
SECOND = timedelta(seconds=1)
SITE = """\
title: Clocks
description: Roles on the clock of a zone.
base_url: https://digest.example.org/
editor: {{name: Editor, email: editor@digest.example.org}}
tag_authority: {{domain: digest.example.org, date: 2010-01-01}}
timezone: {zone}
"""


@dataclass(frozen=True, slots=True)
class Row:
    """A time on a day in a zone, and what it means."""

    zone: str
    day: date
    at: str
    means: Day


@dataclass(frozen=True, slots=True)
class Boundary:
    """An instant at which a posting changes state."""

    slug: str
    instant: datetime
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Site:
    """A site in one zone, with every boundary of its postings."""

    root: Path
    rows: list[Row]
    boundaries: list[Boundary] = field(default_factory=list)


Answers = dict[str, dict[str, dict[str, list[str]]]]
Asked = tuple[list[Site], list[Answers]]


def _rows_by_hand() -> list[tuple[Row, datetime, datetime]]:
    """The rows of the table, with the instants given there."""
    lines = (DATA / "clock/days.txt").read_text("utf-8").splitlines()
    found = []
    for zone, day, at, due, begins in (line.split() for line in lines if line and not line.startswith("#")):
        row = _row(zone, date.fromisoformat(day), at)
        found.append((row, datetime.fromisoformat(due), datetime.fromisoformat(begins)))
    return found


def _row(zone: str, day: date, at: str) -> Row:
    return Row(zone, day, at, day_in(zone, day, at))


def _rows_of_changes() -> Iterator[Row]:
    """The days in three years when a clock changes, and the days before; for zones without changes, a day in June."""
    for zone in sorted(zones()):
        for changed in list(changes(zone, range(2025, 2028))) or [date(2026, 6, 10)]:
            for day in (changed - timedelta(days=1), changed):
                for at in ("00:30", "02:30", "23:59"):
                    yield _row(zone, day, at)


def _spread(slug: str, kind: str) -> timedelta:
    """How long after the start of a day the events of that day are dated. Feeds contain it, so it must never change."""
    identity = f"tag:digest.example.org,2010-01-01:posting/{slug}/{kind}"
    return timedelta(seconds=int.from_bytes(blake2b(identity.encode(), digest_size=8).digest()) % 3600)


def _postings(number: int, row: Row) -> Iterator[tuple[str, str, list[Boundary]]]:
    """Postings with a boundary at a row's instants: slug, front matter, and every boundary nearby."""
    due, begins = row.means.due, row.means.begins
    earlier = f"added: {due - timedelta(days=30):%Y-%m-%dT%H:%M:%SZ}"
    stated = due.astimezone(ZoneInfo(row.zone)).isoformat()
    window = [("closing", due - WINDOW, "open", "closing"), ("closed", due, "closing", "closed")]
    day = row.day.isoformat()
    for name, front, steps in (
        ("day", f"{earlier}\ncloses: {day}", window),
        ("stated", f"{earlier}\ncloses: {stated}", window),
        ("opens", f"opens: {day}", [("opened", begins, "scheduled", "open")]),
        ("withdrawn", f"{earlier}\nwithdrawn: {day}", [("withdrawn", begins, "open", "withdrawn")]),
        ("filled", f"{earlier}\nfilled: {stated}", [("", due, "open", "filled")]),
        ("last-week", f"opens: {row.means.week_begins - SECOND:%Y-%m-%dT%H:%M:%SZ}", []),
        ("this-week", f"opens: {row.means.week_begins:%Y-%m-%dT%H:%M:%SZ}", []),
    ):
        slug = f"{name}-{number}"
        spread = {kind: _spread(slug, kind) for kind in ("opened", "withdrawn")}
        found = [Boundary(slug, at + spread.get(kind, timedelta()), *states) for kind, at, *states in steps]
        yield slug, front, found


def _site(root: Path, zone: str, rows: list[Row]) -> Site:
    """A site that is in one zone with all its duty stations, with a few postings for each row."""
    site = Site(root, rows)
    for folder in ("postings", "organisations"):
        (root / "content" / folder).mkdir(parents=True)
    (root / "content/site.yaml").write_text(SITE.format(zone=zone))
    for number, row in enumerate(rows):
        # The organisation's own rule says when a day ends, in the duty station's time.
        rule = f'---\nname: Office {number}\ndeadline: {{time: "{row.at}", zone: duty-station}}\n---\n'
        (root / f"content/organisations/office-{number}.md").write_text(rule)
        for slug, front, boundaries in _postings(number, row):
            station = f"duty_stations: [{{city: Here, zone: {zone}}}]"
            text = f"---\ntitle: A role\norganisation: office-{number}\n{station}\n{front}\n---\n\nText.\n"
            (root / f"content/postings/{slug}.md").write_text(text)
            site.boundaries.extend(boundaries)
    return site


def _answers(tz: str, lies: Path, sites: list[Site]) -> Answers:
    """What a host in a zone, with wrong time zone tables, says about each boundary and the second before it."""
    question: dict[str, dict[str, list[int]]] = {}
    for site in sites:
        asked = question.setdefault(str(site.root), defaultdict(list))
        for boundary in site.boundaries:
            instant = int(boundary.instant.timestamp())
            asked[boundary.slug] += [instant - 1, instant]
    done = subprocess.run(
        [sys.executable, SUPPORT / "states.py"],
        input=json.dumps(question),
        env=os.environ | {"TZ": tz, "TZDIR": str(lies), "PYTHONTZPATH": str(lies), "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr
    answers: Answers = json.loads(done.stdout)
    return answers


def _wrong_states(site: Site, answers: Answers) -> Iterator[str]:
    """Each boundary where the state before or after it is wrong."""
    # The states of each posting are in the order of its boundaries.
    said = {slug: iter(states) for slug, states in answers[str(site.root)]["states"].items()}
    for boundary in site.boundaries:
        states = [next(said[boundary.slug]), next(said[boundary.slug])]
        if states != [boundary.before, boundary.after]:
            yield f"{site.root.name} {boundary}: {states}"


def _wrong_weeks(site: Site, answers: Answers) -> Iterator[str]:
    """Each role that opened a second before a week, or as it began, and is not listed only in its own week."""
    weeks = answers[str(site.root)]["weeks"]
    for number, row in enumerate(site.rows):
        for slug, day in ((f"last-week-{number}", row.day - timedelta(days=7)), (f"this-week-{number}", row.day)):
            year, week, _ = day.isocalendar()
            stands_in = [name for name, slugs in weeks.items() if slug in slugs]
            if stands_in != [f"{year}-W{week:02}"]:
                yield f"{site.root.name} {slug}: in {stands_in}, not in {year}-W{week:02}"


@pytest.fixture(scope="module")
def lies(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Time zone tables of a host in which every zone is Tokyo's."""
    folder = tmp_path_factory.mktemp("lies")
    tokyo = (resources.files("tzdata") / "zoneinfo/Asia/Tokyo").read_bytes()
    for zone in zones():
        (folder / zone).parent.mkdir(parents=True, exist_ok=True)
        (folder / zone).write_bytes(tokyo)
    return folder


@pytest.fixture(scope="module")
def asked(tmp_path_factory: pytest.TempPathFactory, lies: Path, soaking: bool) -> Asked:
    """What each host says about every boundary: those in the table, or those at every clock change in three years."""
    rows = list(_rows_of_changes()) if soaking else [row for row, *_ in _rows_by_hand()]
    folder = tmp_path_factory.mktemp("clocks")
    sites = [
        _site(folder / zone.replace("/", "-"), zone, list(found)) for zone, found in groupby(rows, lambda row: row.zone)
    ]
    return sites, [_answers(host, lies, sites) for host in HOSTS]


def test_the_judge_of_clocks_agrees_with_the_table() -> None:
    """The C library's clock, which the tests below rely on, agrees with the instants computed by hand."""
    for row, due, begins in _rows_by_hand():
        assert (row.means.due, row.means.begins) == (due, begins), row


@pytest.mark.soak
def test_states_change_at_their_instants(asked: Asked, tell: Tell) -> None:
    """A second before each boundary the earlier state holds, and at it the later one, whatever the host's zone."""
    sites, answers = asked
    wrong = [line for answer in answers for site in sites for line in _wrong_states(site, answer)]
    tried = sum(2 * len(site.boundaries) for site in sites) * len(HOSTS)
    tell(f"states a second either side of a boundary, in {len(sites)} zones on {len(HOSTS)} hosts", tried, wrong)


@pytest.mark.soak
def test_weeks_begin_at_their_instants(asked: Asked, tell: Tell) -> None:
    """An event a second before a week is only in the week before, and one as the week begins is in that week."""
    sites, answers = asked
    wrong = [line for answer in answers for site in sites for line in _wrong_weeks(site, answer)]
    tried = sum(2 * len(site.rows) for site in sites) * len(HOSTS)
    tell(f"weeks a second either side of their beginning, in {len(sites)} zones on {len(HOSTS)} hosts", tried, wrong)
