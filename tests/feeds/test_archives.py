"""The monthly archives of the feeds of opened and of closing roles, for clients that poll seldom (RFC 5005)."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from lxml import etree
from notices import content_of, posting_file
from sites import Built, SmallSite

from generator.edition.edition import Edition
from generator.edition.history import LATEST_DAYS
from generator.edition.routes import ArchiveFile, FeedFile, Home
from generator.feeds.archives import months_of
from generator.feeds.entries import Feed, feeds_of, settled
from generator.model.model import Event, Kind

FEEDS = [("opened", "opened.xml"), ("opened", "opened.atom.xml"), ("closing", "closing.xml")]
FEEDS += [("closing", "closing.atom.xml")]
ARCHIVE = "{http://purl.org/syndication/history/1.0}archive"


KINDS = {"opened": {Kind.OPENED, Kind.REOPENED}, "closing": {Kind.CLOSING}}


def document(site: Built, path: str) -> tuple[Any, dict[str, str | None], bool]:
    """A document of a feed as feedparser reads it, the files that it links to by relation, and whether it is
    archived.
    """
    raw = (site.folder / path).read_bytes()
    found = feedparser.parse(raw, response_headers={"content-type": "application/xml"})
    links = {link.rel: site.path_at(link.href) for link in found.feed.links}
    marks = list(etree.fromstring(raw).iter(ARCHIVE))
    assert len(marks) <= 1, path
    return found, links, bool(marks)


def months_in(site: Built, told: str, path: str) -> list[str]:
    """The files of a feed's months, in order of time."""
    suffix = re.escape(path.removeprefix(told))
    return [one for one in site.paths() if re.fullmatch(rf"{told}/\d{{4}}-\d\d{suffix}", one)]


def walked(site: Built, path: str, relation: str) -> Iterator[str]:
    """The documents reached from a given one by one link relation."""
    following: str | None = path
    while following:
        yield following
        _, links, _ = document(site, following)
        assert relation not in links or links[relation], f"{following} leads to no file"
        following = links.get(relation)


@pytest.mark.parametrize(("told", "path"), FEEDS)
def test_a_feed_leads_to_all_its_past_events(site: Built, told: str, path: str) -> None:
    """Following `prev-archive` from a feed reaches every event of its kind, and nothing else."""
    files = list(walked(site, path, "prev-archive"))
    ids = {entry.id for one in files for entry in document(site, one)[0].entries}
    assert ids == {event.id for event in site.edition.events if event.kind in KINDS[told]}
    assert not document(site, path)[2]
    assert set(files) - {path} == {month for month in months_in(site, told, path) if document(site, month)[2]}


@pytest.mark.parametrize(("told", "path"), FEEDS)
def test_a_month_says_where_it_belongs(site: Built, told: str, path: str) -> None:
    """Each month has exactly its own events and links to its feed, to the month before and to the next."""
    months = months_in(site, told, path)
    assert months
    assert list(walked(site, months[0], "next-archive")) == months
    assert list(walked(site, months[-1], "prev-archive")) == months[::-1]
    for month in months:
        feed, links, _ = document(site, month)
        assert not feed.bozo, month
        assert (links["current"], links["self"]) == (path, month)
        begins = month.removeprefix(f"{told}/")[:7]
        events = [one for one in site.edition.events if one.kind in KINDS[told] and f"{one.instant:%Y-%m}" == begins]
        assert [entry.id for entry in feed.entries] == [event.id for event in events], month


def test_one_feed_has_one_id(site: Built) -> None:
    """The months of an Atom feed are documents of that feed and have its id."""
    for told, path in FEEDS[1::2]:
        ids = {document(site, one)[0].feed.id for one in (path, *walked(site, path, "prev-archive"))}
        assert len(ids) == 1, told


def test_the_feed_itself_holds_what_no_archive_has_yet() -> None:
    """However short a feed's window, no event is missing between the feed and the newest past month."""
    files = [posting_file(f"added: 2026-06-{day:02}", f"role-{day}-{n}") for day in range(1, 31) for n in range(3)]
    edition = Edition(content_of(*files, settings="feed_window_days: 3"), datetime(2026, 7, 1, tzinfo=UTC))
    (feed,) = [one for one in feeds_of(edition.site, edition) if one.page == FeedFile(Home(), "opened", "atom")]
    assert len(feed.events) == 90


def archive_at(site: Built, now: datetime) -> dict[ArchiveFile, Feed]:
    edition = site.at(now)
    return {feed.page: feed for feed in feeds_of(edition.site, edition) if isinstance(feed.page, ArchiveFile)}


def test_a_month_that_is_over_stays(sample_site: Built) -> None:
    """Checked every five days over two years, a past month never changes, links included."""
    over: dict[ArchiveFile, Feed] = {}
    for days in range(0, 730, 5):
        now = archive_at(sample_site, datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=days))
        assert {page: now.get(page) for page in over} == over
        over |= {page: feed for page, feed in now.items() if feed.archive}
    assert len({page.month for page in over}) > 6


def test_a_month_that_is_over_has_the_same_bytes(small_site: SmallSite) -> None:
    """Roles that open and close later do not change a byte of it."""
    small_site.posting("early", "opens: 2026-05-02\ncloses: 2026-05-20")
    small_site.posting("june", "opens: 2026-06-19\ncloses: 2026-06-24")
    before = small_site.build(datetime(2026, 6, 20, tzinfo=UTC))
    assert document(before, "opened/2026-05.xml")[2]
    small_site.posting("later", "opens: 2026-07-20\ncloses: 2026-08-24")
    after = small_site.build(datetime(2026, 8, 28, tzinfo=UTC))
    for path in [one for one in before.paths(".xml") if "/2026-05." in one]:
        assert before.read(path) == after.read(path), path


# Months


BEGINNING = datetime(2026, 1, 1, tzinfo=UTC)
SETTLED = settled(content_of().settings)
# A closing event may be a window older than its deadline, a day without a time lasts until its end, and a day when
# clocks change may have an hour more.
LATEST_HOURS = 24 * (7 + LATEST_DAYS + 1) + 1
hours = st.lists(st.integers(0, 20_000), min_size=1, max_size=40)


def events_at(found: list[int]) -> list[Event]:
    """Events at these hours after a beginning, newest first."""
    instants = (BEGINNING + timedelta(hours=hour) for hour in sorted(found, reverse=True))
    return [Event(f"id-{number}", "role", Kind.OPENED, instant) for number, instant in enumerate(instants)]


@given(hours)
@example([31 * 24 - 1, 31 * 24])
def test_months_hold_each_event_once(found: list[int]) -> None:
    """The months contain all events, in order, each in the month of its instant."""
    events = events_at(found)
    months = months_of(events, SETTLED)
    assert [event for month in months for event in month.events] == events
    assert all(f"{event.instant:%Y-%m}" == f"{m.year}-{m.month:02}" for m in months for event in m.events)


@given(hours, st.lists(st.tuples(st.integers(0, 2_000), st.integers(0, LATEST_HOURS)), max_size=30))
@example([0], [(31 * 24 + LATEST_HOURS - 1, 0), (0, LATEST_HOURS)])
def test_nothing_comes_to_a_month_that_is_over(found: list[int], later: list[tuple[int, int]]) -> None:
    """As time passes and events are recorded as late as `check` allows, past months do not change."""
    now, known = max(found), list(found)
    over = {(one.year, one.month): one for one in months_of(events_by_hour(known), SETTLED) if one.over}
    for passing, late in later:
        now += passing
        known.append(max(now - late, 0))
        months = {(one.year, one.month): one for one in months_of(events_by_hour(known), SETTLED)}
        assert {key: months[key].events for key in over} == {key: month.events for key, month in over.items()}
        over |= {key: month for key, month in months.items() if month.over}


def events_by_hour(found: list[int]) -> list[Event]:
    """Events whose ids are their hours, newest first."""
    hours_ = sorted(set(found), reverse=True)
    return [Event(f"{hour}", "role", Kind.OPENED, BEGINNING + timedelta(hours=hour)) for hour in hours_]


def test_a_long_silence_makes_no_files_without_end() -> None:
    """Between an event in 1950 and one today, there are at most a year of empty months."""
    instants = (datetime(2026, 6, 1, tzinfo=UTC), datetime(1950, 1, 1, tzinfo=UTC))
    events = [Event(f"{one}", "role", Kind.OPENED, one) for one in instants]
    assert [f"{one.year}-{one.month}" for one in months_of(events, SETTLED)][:2] == ["2026-6", "1950-12"]
    assert len(months_of(events, SETTLED)) == 13
