"""What subscribers get: RSS, Atom, JSON Feed, OPML and calendars, read with widely used libraries."""

import json
import re
from calendar import timegm
from collections import Counter
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from time import struct_time
from typing import Any

import feedparser
import html5lib
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from icalendar import Calendar
from lxml import etree
from sites import DATA, SAMPLE_NOW, Built, SmallSite

from generator.building.plan import plan
from generator.edition.edition import COLLECTION_AT_LEAST, Collection, Edition
from generator.edition.routes import ArchiveFile, CalendarFile, FeedFile
from generator.edition.titles import place_of
from generator.feeds.calendars import DeadlineCalendar, calendar_of
from generator.feeds.entries import Feed, feeds_of, within_window
from generator.model.model import Dimension, Event, Kind
from generator.reading.templates import BUILT_IN, read_templates

XML_FEEDS = ("feed.xml", "atom.xml", "opened.xml", "closing.xml")
FORMATS = {"all": ("feed.xml", "atom.xml"), "opened": ("opened.xml", "opened.atom.xml")}
FORMATS |= {"closing": ("closing.xml", "closing.atom.xml")}
ATOM = "{http://www.w3.org/2005/Atom}"


def parsed(site: Built, path: str) -> Any:
    return _parsed(site.folder / path)


@cache
def _parsed(file: Path) -> Any:
    return feedparser.parse(file.read_bytes(), response_headers={"content-type": "application/xml"})


def kind_in(event_id: str) -> str:
    """The kind of event that an id contains."""
    return event_id.split(":posting/")[1].split("/")[1]


def tree(site: Built, path: str) -> etree._Element:
    return etree.fromstring((site.folder / path).read_bytes())


def whole_feeds(site: Built, *suffixes: str) -> list[str]:
    """The feeds without the months of their archives."""
    return [path for path in site.paths(*suffixes) if not re.search(r"/\d{4}-\d\d\.", path)]


def instant_of(parsed: struct_time) -> datetime:
    """An instant as feedparser gives it, in UTC."""
    return datetime.fromtimestamp(timegm(parsed), UTC)


def instants_of(entry: Any) -> datetime:
    return instant_of(entry.published_parsed)


KINDS: dict[str, set[Kind]] = {
    "opened": {Kind.OPENED, Kind.REOPENED},
    "closing": {Kind.CLOSING},
    "all": set(Kind) - {Kind.CLOSED},
}


def place_of_file(path: str) -> str:
    return "/".join(path.split("/")[:-1])


# What they contain


@pytest.mark.parametrize("told", FORMATS)
def test_the_demo_s_feeds_have_exactly_these_events(demo_site: Built, told: str) -> None:
    """The ids in every RSS and Atom feed of the demo, for all collections and in order, match the stored list."""
    expected = yaml.safe_load((DATA / "demo-feeds.yaml").read_text("utf-8"))
    tag = "tag:vacancies.example.org,2026-05-29:posting/"
    for path in demo_site.paths(*(f"/{name}" for name in FORMATS[told])) + list(FORMATS[told]):
        place = place_of_file(path)
        ids = [entry.id.removeprefix(tag) for entry in parsed(demo_site, path).entries]
        if place == "" or place.startswith("countries/"):
            assert ids == expected.get(place, {}).get(told, []), path
        elif place != "weeks":
            assert set(ids) <= set(expected[""][told]), path


def test_a_role_that_was_over_has_no_event(demo_site: Built) -> None:
    """A role that had closed or expired before the digest added it is in no feed and has no event in the data."""
    for name in ("chief-security-officer-jerusalem", "security-coordination-officer-new-york"):
        for path in demo_site.paths("feed.json", "feed.xml", "atom.xml"):
            assert f"posting/{name}" not in demo_site.read(path), path


def test_only_json_reports_that_a_role_has_closed(sample_site: Built, small_site: SmallSite) -> None:
    """RSS and Atom leave out `closed` events unless the site asks for them with `closed_in_feeds`."""
    closed = "/closed/2026-05-31"
    assert closed in sample_site.read("feed.json")
    assert closed not in sample_site.read("feed.xml") + sample_site.read("atom.xml")
    small_site.posting("over", "closes: 2026-06-10")
    assert "posting/over/closed" not in small_site.build().read("feed.xml")
    small_site.settings("closed_in_feeds: true")
    told = small_site.build()
    assert "posting/over/closed" in told.read("feed.xml")
    assert "posting/over/closed" in told.read("atom.xml")


# Whether programs can read them


def test_feeds_can_be_read(site: Built) -> None:
    """feedparser finds no error in any RSS or Atom feed; every entry has its own id, a title and a summary."""
    for path in site.paths(*XML_FEEDS):
        feed = parsed(site, path)
        ids = [entry.id for entry in feed.entries]
        assert not feed.bozo, (path, feed.get("bozo_exception"))
        assert feed.feed.title, path
        assert len(ids) == len(set(ids)), path
        assert all(entry.title and entry.summary for entry in feed.entries), path


def test_entries_are_dated_in_order_and_never_after_now(site: Built) -> None:
    """Every entry has a past date, newest first, and the feed's own date is that of its newest entry."""
    for path in site.paths(*XML_FEEDS):
        feed = parsed(site, path)
        instants = [instants_of(entry) for entry in feed.entries]
        assert instants == sorted(instants, reverse=True), path
        assert all(instant <= site.edition.now for instant in instants), path
        assert all(entry.updated_parsed == entry.published_parsed for entry in feed.entries if "updated" in entry), path
        beginning = datetime.fromisoformat(site.edition.settings.tag_authority.date).replace(tzinfo=UTC)
        if month := re.search(r"/(\d{4})-(\d\d)\.", path):
            beginning = datetime(int(month[1]), int(month[2]), 1, tzinfo=UTC)
        updated = instant_of(feed.feed.updated_parsed)
        assert updated == (instants[0] if instants else beginning), path


def test_dates_are_written_as_the_formats_ask(sample_site: Built) -> None:
    """RSS has RFC 822 dates with a numeric zone; Atom and JSON Feed have RFC 3339 dates."""
    for path in sample_site.paths("feed.xml"):
        for name in ("pubDate", "lastBuildDate"):
            for element in tree(sample_site, path).iter(name):
                assert re.fullmatch(
                    r"[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d \+0000", element.text or ""
                )
    for path in sample_site.paths("atom.xml"):
        for name in ("updated", "published"):
            for element in tree(sample_site, path).iter(ATOM + name):
                assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(Z|\+00:00)", element.text or "")


OWN_PAGES = {f"{told}{end}": f"{told}/index.html" for told in ("opened", "closing") for end in (".xml", ".atom.xml")}


def test_every_address_in_a_feed_exists(site: Built) -> None:
    """The feed gives its own address and its page's, and every entry links to a page; all are absolute and exist."""
    for path in site.paths(*XML_FEEDS):
        feed = parsed(site, path)
        own = {link.href for link in feed.feed.links if link.rel == "self"}
        assert own == {site.url(path)}, path
        pages = {link.href for link in feed.feed.links if link.rel == "alternate"}
        shown = OWN_PAGES.get(path or "", f"{place_of_file(path or '')}/index.html".lstrip("/"))
        assert {site.path_at(page) for page in pages} == {shown}, path
        for entry in feed.entries:
            assert site.path_at(entry.link), (path, entry.link)
            addresses = re.findall(r'href="([^"]*)"', entry.content[0].value)
            assert all(address.startswith("https://") for address in addresses), (path, addresses)
            assert site.path_at(addresses[-1]), path


def test_entries_have_categories_that_lead_somewhere(sample_site: Built) -> None:
    """An entry names its kind, country, grade and so on, each with the page that explains it."""
    for path in sample_site.paths("feed.xml", "atom.xml"):
        for entry in parsed(sample_site, path).entries:
            bare = entry.title == "Posting taken down" or place_of_file(path) == "weeks"
            assert bare or len(entry.tags) >= 2, (path, entry.id)
            for tag in [] if bare else entry.tags:
                assert sample_site.path_at(tag.scheme), (path, tag)
                assert tag.term
    everything = next(
        entry for entry in parsed(sample_site, "atom.xml").entries if "first-everything/opened" in entry.id
    )
    assert {(tag.term, tag.label) for tag in everything.tags} >= {
        ("opened", "Opened"),
        ("ua", "Ukraine"),
        ("cd", "Democratic Republic of the Congo"),
        ("p-4", "P-4"),
    }


def test_one_event_is_the_same_everywhere(sample_site: Built) -> None:
    """An event has the same id, title, date and address in every feed and format."""
    told: dict[str, set[tuple[str, str, datetime]]] = {}
    for path in sample_site.paths("feed.xml", "atom.xml", "opened.xml", "closing.xml"):
        for entry in parsed(sample_site, path).entries:
            told.setdefault(entry.id, set()).add((entry.title, entry.link, instants_of(entry)))
    for path in sample_site.paths("feed.json"):
        for item in json.loads(sample_site.read(path))["items"]:
            at = datetime.fromisoformat(item["date_published"])
            told.setdefault(item["id"], set()).add((item["title"], item["url"], at))
    assert [found for found in told.values() if len(found) > 1] == []


def test_rss_atom_and_json_have_the_same_events(site: Built) -> None:
    """RSS and Atom are the same; a place's other feeds have the same events in order, as far back as their windows."""

    def ids(path: str) -> list[str]:
        return [entry.id for entry in parsed(site, path).entries]

    for path in site.paths("feed.json"):
        place = path.removesuffix("feed.json")
        found = [item["id"] for item in json.loads(site.read(path))["items"]]
        for told, (rss, atom) in FORMATS.items():
            wanted = [one for one in found if kind_in(one) in KINDS[told]]
            assert ids(place + rss) == ids(place + atom), place
            assert ids(place + rss)[: len(wanted)] == wanted[: len(ids(place + rss))], place


def test_a_collection_s_feeds_have_exactly_its_events(site: Built) -> None:
    """Each feed has exactly the events of its own collection's roles within the window."""
    days = site.edition.settings.feed_window_days
    for dimension, found in site.edition.collections.items():
        for key, collection in found.items():
            shown = within_window(collection.events, days, COLLECTION_AT_LEAST)
            items = json.loads(site.read(f"{dimension.value}/{key}/feed.json"))["items"]
            assert [item["id"] for item in items] == [event.id for event in shown], (dimension, key)


# Pitfalls of each format


def test_rss_keeps_to_its_profile(site: Built) -> None:
    """Guids are not permalinks, the summary comes before the content, and every author has an email address."""
    for path in site.paths("feed.xml", "opened.xml", "closing.xml"):
        channel = tree(site, path).find("channel")
        assert channel is not None
        own, *related = channel.findall(f"{ATOM}link")
        assert (own.get("rel"), own.get("href")) == ("self", site.url(path)), path
        assert {link.get("rel") for link in related} <= {"prev-archive"}, path
        assert channel.findtext("generator") == "vacancy-digest"
        assert channel.findtext("ttl")
        assert channel.findtext("language") == "en"
        for item in channel.iter("item"):
            names = [element.tag.split("}")[-1] for element in item if isinstance(element.tag, str)]
            assert names.index("description") < names.index("encoded"), path
            assert [guid.get("isPermaLink") for guid in item.iter("guid")] == ["false"], path
            assert not {"author", "comments"} & set(names), path


def test_an_item_s_description_is_its_summary_as_html(small_site: SmallSite) -> None:
    """RSS reads a description as HTML: text in a summary that looks like markup stays text, as in other formats."""
    summary = 'Keeps <img src="https://elsewhere.example/x"> and </p> & &lt; in order.'
    small_site.posting("marked", f"summary: '{summary}'\ncloses: 2026-07-01")
    site = small_site.build()
    (item,) = [one for one in tree(site, "opened.xml").iter("item") if "A role" in (one.findtext("title") or "")]
    shown = html5lib.parseFragment(item.findtext("description") or "", treebuilder="etree", namespaceHTMLElements=False)
    assert list(shown) == []
    assert f". {summary} Deadline: " in (shown.text or "")
    (entry,) = [one for one in tree(site, "opened.atom.xml").iter(f"{ATOM}entry") if "marked" in (one[0].text or "")]
    assert entry.findtext(f"{ATOM}summary") == shown.text


def test_rss_writes_its_plain_text_for_readers_that_decode_twice(sample_site: Built) -> None:
    """`&` and `<` in text are hexadecimal references, as the RSS Advisory Board recommends."""
    text = sample_site.read("feed.xml")
    assert "&amp;" not in text
    assert "&lt;" not in text
    assert "&#x26;" in text
    assert "&#x3C;b" in text


def test_atom_links_say_what_they_are_once(site: Built) -> None:
    """Each entry has one link, alternate, of type text/html; the feed has an author with a name."""
    for path in site.paths("atom.xml"):
        feed = tree(site, path)
        assert feed.findtext(f"{ATOM}author/{ATOM}name") == site.edition.settings.editor.name
        assert re.fullmatch(r"tag:[^:]+:feed/.+", feed.findtext(f"{ATOM}id") or "")
        for entry in feed.iter(f"{ATOM}entry"):
            (link,) = entry.findall(f"{ATOM}link")
            assert (link.get("rel"), link.get("type")) == ("alternate", "text/html"), path
            assert [one.get("type") for one in entry.iter(f"{ATOM}content")] == ["html"], path
    assert not re.search(r'rel="alternate"[^>]*rel=', "".join(site.read(path) for path in site.paths("atom.xml")))


def test_feed_ids_differ_by_place_and_by_events(site: Built) -> None:
    """No two Atom feeds share an id; the months of an archive belong to the same feed."""
    ids = [tree(site, path).findtext(f"{ATOM}id") for path in whole_feeds(site, "atom.xml")]
    assert len(ids) == len(set(ids))


def test_json_feed_has_its_fields(site: Built) -> None:
    """Every JSON Feed has its version, address, page, language and author, and each item the required fields."""
    for path in site.paths("feed.json"):
        feed = json.loads(site.read(path))
        assert feed["version"] == "https://jsonfeed.org/version/1.1"
        assert feed["feed_url"] == site.url(path)
        assert site.path_at(feed["home_page_url"]) == path.removesuffix("feed.json") + "index.html"
        assert feed["language"] == "en"
        assert feed["authors"][0]["name"] == site.edition.settings.editor.name
        for item in feed["items"]:
            assert isinstance(item["id"], str)
            assert item["id"].startswith("tag:")
            assert site.path_at(item["url"])
            assert item["content_html"]
            assert datetime.fromisoformat(item["date_published"]) <= site.edition.now
            assert item["title"] == "Posting taken down" or item["tags"]
            assert len(item["tags"]) == len(set(item["tags"])), item["id"]


def test_json_feed_has_the_vacancy_for_programs(sample_site: Built) -> None:
    """`_vacancy` holds the facts; `external_url` is where to apply, if the notice says so."""
    items = {item["id"].split(":posting/")[1]: item for item in json.loads(sample_site.read("feed.json"))["items"]}
    everything = items["first-everything/opened"]
    assert everything["external_url"] == "https://jobs.harbour.example/apply?role=7&lang=en"
    assert everything["_vacancy"] == {
        "id": "first-everything",
        "event": "opened",
        "closes": "2026-07-31T14:00:00Z",
        "closes_written": "2026-07-31T17:00:00+03:00",
        "closes_stated": True,
        "country": ["UA", "CD"],
        "duty_station": ["Kyiv <b>&\"'</b>", "Goma"],
        "grade": "P-4",
        "organisation": "harbour-relief",
        "category": "professional",
    }
    assert "external_url" not in items["open-plain/opened"]
    assert "closes" not in items["open-plain/opened"]["_vacancy"]


def test_an_event_about_a_deadline_tells_that_deadline(sample_site: Built) -> None:
    """An entry about a deadline that moved again gives both the deadline of the event and the current one."""
    items = {item["id"].split(":posting/")[1]: item for item in json.loads(sample_site.read("feed.json"))["items"]}
    first = items["open-after-two-changes/extended/2026-05-20T10:00:00Z/2026-06-10"]
    second = items["open-after-two-changes/extended/2026-06-04T16:30:00%2B02:00/2026-07-05"]
    assert first["_vacancy"]["closes_written"] == "2026-06-10"
    assert second["_vacancy"]["closes_written"] == "2026-07-05"
    assert "10 June 2026" in first["summary"]
    assert "5 July 2026" in first["summary"]


def test_opml_lists_every_rss_feed_once(site: Built) -> None:
    """The list for feed readers contains every RSS feed of the site once, with its page."""
    outlines = [one for one in tree(site, "feeds/feeds.opml").iter("outline") if one.get("xmlUrl")]
    listed = [site.path_at(one.get("xmlUrl") or "") for one in outlines]
    rss = site.paths("feed.xml", "opened.xml", "closing.xml")
    assert sorted(map(str, listed)) == rss
    for one, path in zip(outlines, listed, strict=True):
        own = OWN_PAGES.get(path or "", f"{place_of_file(path or '')}/index.html".lstrip("/"))
        assert site.path_at(one.get("htmlUrl") or "") == own, path
    titles = Counter(one.get("title") for one in outlines)
    assert max(titles.values()) == 1, titles.most_common(1)
    assert all(one.get("text") and one.get("type") == "rss" for one in outlines)


def test_the_feeds_page_links_every_feed(site: Built) -> None:
    """One page of the site links every feed and calendar."""
    linked = {site.path_at(address) for _, address in site.page("feeds/index.html").references()}
    names = ("atom.xml", "feed.json", "deadlines.ics", "opened.xml", "closing.xml", "feed.xml")
    assert set(whole_feeds(site, *names)) <= linked


def test_a_week_is_in_the_feed_when_it_is_over(sample_site: Built) -> None:
    """The feed of weeks has past weeks in the site's zone, dated with their end, with their own ids."""
    feed = parsed(sample_site, "weeks/feed.xml")
    ids = [entry.id for entry in feed.entries]
    assert ids[:2] == ["tag:example.org,2026-01-01:week/2026-W24", "tag:example.org,2026-01-01:week/2026-W23"]
    assert ids[-1] == "tag:example.org,2026-01-01:week/2025-W47"
    # Monday in Auckland begins at noon on Sunday, UTC.
    assert instants_of(feed.entries[0]) == datetime(2026, 6, 14, 12, tzinfo=UTC)
    assert (sample_site.folder / "weeks/2026-W25/index.html").exists(), "the running week has a page already"


# What an entry says


CHANGES = """\
summary: Keeps watch over the harbour.
duty_stations: [{country: KE}]
apply: https://jobs.harbour.example/7
opens: 2026-06-01T08:00:00Z
closes: 2026-06-25
deadline_changes: [{on: 2026-06-03T10:00:00Z, from: 2026-06-12, reason: More time.}]
"""
EXPECTED = {
    "opened": (
        "Opened: A role, Harbour Relief, Kenya, closes 25 June 2026",
        "Opened on 1 June 2026, 08:00 UTC.",
        "2026-06-03T10:00:00Z",
    ),
    "extended": (
        "Extended: A role, Harbour Relief, Kenya, closes 25 June 2026",
        "Deadline extended on 3 June 2026, 10:00 UTC.",
        "2026-06-03T10:00:00Z",
    ),
}
FILLED = "Recorded as filled on 10 June 2026, 09:00 UTC. You can no longer apply."
ENDED = {
    "opened": (
        "Opened: A role, Harbour Relief, Kenya",
        f"Opened on 1 June 2026, 08:00 UTC. {FILLED}",
        "2026-06-10T09:00:00Z",
    ),
    "filled": ("Filled: A role, Harbour Relief, Kenya", FILLED, "2026-06-10T09:00:00Z"),
}


@pytest.mark.parametrize(("end", "expected"), [("", EXPECTED), ("filled: 2026-06-10T09:00:00Z", ENDED)])
def test_an_entry_says_first_what_happened(small_site: SmallSite, end: str, expected: dict[str, Any]) -> None:
    """The title has the deadline while it is still ahead, and the text begins with what happened and when."""
    small_site.posting("keeper", CHANGES + end, body="The *keeper* lights the lamp.")
    items = json.loads(small_site.build().read("feed.json"))["items"]
    found = {item["_vacancy"]["event"]: item for item in items if "posting/keeper/" in item["id"]}
    for kind, (title, told, changed) in expected.items():
        item = found[kind]
        text = "".join(html5lib.parseFragment(item["content_html"], treebuilder="etree").itertext())
        assert item["title"] == title
        assert item["summary"].startswith(f"{told} Keeps watch over the harbour. Deadline")
        assert text.strip().startswith(told)
        assert item["date_modified"] == changed
        assert "The keeper lights the lamp." in text
        assert ("Apply" in text) == ("external_url" in item) == (not end)
    assert "Previous deadline: Friday 12 June 2026, 17:00" in found["extended"]["summary"]


def test_a_closing_entry_tells_its_own_deadline(small_site: SmallSite) -> None:
    """If a deadline came near and then moved, the event's title has the old deadline and its text the new one."""
    change = "deadline_changes: [{on: 2026-06-10T10:00:00Z, from: 2026-06-12}]"
    small_site.posting("moved", f"title: Moved\ncloses: 2026-07-25\n{change}")
    (entry,) = [one for one in parsed(small_site.build(), "closing.xml").entries if "Moved" in one.title]
    assert entry.title.endswith(", closes 12 June 2026")
    assert entry.summary.startswith("Closes on Friday 12 June 2026, 17:00")
    assert "The deadline has moved since then. It is now: Saturday 25 July 2026" in entry.summary


@pytest.mark.parametrize(
    ("front_matter", "body"),
    [("", ""), ("duty_stations: [{country: KE}]\ncloses: until-filled", "## Heading\n\nText.")],
)
def test_no_entry_repeats_its_label_or_a_raw_value(small_site: SmallSite, front_matter: str, body: str) -> None:
    """Facts that a notice does not state are mentioned once, and no value appears in its front matter spelling."""
    change = "deadline_changes: [{on: 2026-06-05, from: 2026-06-30}]\ncloses: 2026-06-20"
    small_site.posting("bare", front_matter or change, body)
    for path in ("feed.xml", "atom.xml"):
        for entry in parsed(small_site.build(), path).entries:
            assert "Duty station: Duty station" not in entry.summary
            assert not re.search(r"\d{4}-\d\d-\d\d|until-filled|None", entry.summary), entry.summary


def test_an_entry_holds_no_more_than_the_beginning_of_a_notice(small_site: SmallSite) -> None:
    """However long a notice is, its entries have a few hundred characters of it, cut between words."""
    small_site.posting("long", "closes: 2026-07-01", body="word " * 10_000 + "\n\nlast")
    (entry,) = [one for one in parsed(small_site.build(), "opened.xml").entries if ":posting/long/" in one.id]
    assert len(entry.content[0].value) < 1_500
    assert "word word…" in entry.content[0].value


def test_feeds_can_be_told_apart(site: Built) -> None:
    """No two feeds of different places, or of different kinds of events, share a title or a description."""
    feeds = [parsed(site, path).feed for path in whole_feeds(site, "atom.xml")]
    assert max(Counter(feed.title for feed in feeds).values()) == 1
    assert max(Counter(feed.subtitle for feed in feeds).values()) == 1
    assert max(Counter(str(calendar["NAME"]) for calendar in calendars(site).values()).values()) == 1


def test_organisations_of_one_name_have_feeds_of_two_titles(small_site: SmallSite) -> None:
    """If two organisations have the same name, the key distinguishes their feeds and calendars."""
    for key in ("one", "two"):
        small_site.write(f"content/organisations/{key}.md", "---\nname: Ministry of Health\n---\n")
    site = small_site.build()
    titles = {parsed(site, f"organisations/{key}/opened.xml").feed.title for key in ("one", "two")}
    assert {title.split(": ")[1] for title in titles} == {
        "Ministry of Health (organisation one)",
        "Ministry of Health (organisation two)",
    }


def test_a_page_offers_first_what_it_shows(site: Built) -> None:
    """The first feed that a program finds on the pages of opened and closing roles and of weeks is their own."""
    first = {"opened/": "opened.xml", "closing/": "closing.xml", "weeks/": "weeks/feed.xml", "": "feed.xml"}
    first |= {week.removesuffix("index.html"): "weeks/feed.xml" for week in site.paths("index.html") if "-W" in week}
    for folder, feed in first.items():
        link = site.page(f"{folder}index.html").link("alternate")[0]
        assert link.get("href") == site.prefix + feed, folder


def test_a_reopened_role_is_news_for_those_who_follow_opened_ones(small_site: SmallSite) -> None:
    """A role that closed and reopened appears in the feeds of opened roles, in their months and on their page."""
    change = "deadline_changes: [{on: 2026-06-10T10:00:00Z, from: 2026-06-05}]"
    small_site.posting("again", f"title: Again\nopens: 2026-05-01\ncloses: 2026-07-25\n{change}")
    small_site.posting("later", "title: Later\nopens: 2026-06-09")
    site = small_site.build()
    for path in ("opened.xml", "opened.atom.xml", "opened/2026-06.xml", "organisations/harbour/opened.xml"):
        assert parsed(site, path).entries[0].title.startswith("Reopened: Again"), path
    text = site.page("opened/index.html").text()
    assert text.index("Again") < text.index("Later")


# Time


def feed_views(edition: Edition) -> dict[str, Feed | DeadlineCalendar]:
    """The view of each feed and calendar by path; the feed of weeks has its own clock."""
    templates, _ = read_templates(BUILT_IN.parent)
    pages = FeedFile | ArchiveFile | CalendarFile
    found = {one.path: one.view for one in plan(edition, templates) if isinstance(one.page, pages)}
    return {path: view for path, view in found.items() if isinstance(view, Feed | DeadlineCalendar)}


def told_by(edition: Edition) -> dict[str, object]:
    """What each feed's and calendar's bytes depend on, by path: its view, and all that its events' roles can change."""
    roles = {role.id: (role.listing, role.deadline, role.events) for role in edition.roles}
    return {
        path: (view, [roles[event.posting] for event in view.events] if isinstance(view, Feed) else ())
        for path, view in feed_views(edition).items()
    }


def sample_events(site: Built) -> list[datetime]:
    return sorted({event.instant for one in site.edition.content.postings for event in one.history.events})


@settings(max_examples=8, deadline=None)
@given(data=st.data())
def test_feeds_change_only_with_events(sample_site: Built, data: st.DataObject) -> None:
    """Between two instants with no event in between, no feed or calendar changes."""
    instants = sample_events(sample_site)
    number = data.draw(st.integers(0, len(instants) - 1))
    first = instants[number]
    last = (instants[number + 1] if number + 1 < len(instants) else first + timedelta(days=4000)) - timedelta(seconds=1)
    seconds = data.draw(st.integers(0, int((last - first).total_seconds())))
    assert told_by(sample_site.at(first)) == told_by(sample_site.at(first + timedelta(seconds=seconds)))


def test_feeds_have_the_same_bytes_years_later(small_site: SmallSite) -> None:
    """Built again two years after the last event, every feed and calendar has the same bytes."""
    early, late = small_site.build(datetime(2026, 7, 1, tzinfo=UTC)), small_site.build(datetime(2028, 7, 1, tzinfo=UTC))
    for path in early.paths("feed.xml", "atom.xml", "feed.json", "opened.xml", "closing.xml", "deadlines.ics"):
        assert early.read(path) == late.read(path), path


def test_no_feed_that_had_an_event_is_ever_empty(sample_site: Built) -> None:
    """After ten years, every feed of a collection that has had an event of its kind still contains one."""
    edition = sample_site.at(SAMPLE_NOW + timedelta(days=3650))
    collections = {place_of(edition.site): edition.site}
    collections |= {place_of(one): one for found in edition.collections.values() for one in found.values()}
    for path, view in feed_views(edition).items():
        if isinstance(view, Feed) and isinstance(view.page, FeedFile) and view.page.format != "json":
            events = [event for event in collections[view.page.place].events if event.kind in KINDS[view.page.scope]]
            assert bool(view.events) == bool(events), path


def test_an_entry_leaves_a_feed_once(sample_site: Built) -> None:
    """Day by day over two years, no entry returns to a feed that it has left."""
    shown: dict[str, set[str]] = {}
    left: dict[str, set[str]] = {}
    for days in range(0, 730, 45):
        edition = sample_site.at(datetime(2025, 11, 1, tzinfo=UTC) + timedelta(days=days))
        feeds = {feed.page: feed for feed in feeds_of(edition.site, edition)}
        for told in ("all", "opened", "closing"):
            feed = feeds[FeedFile(place_of(edition.site), told, "rss")]
            ids = {event.id for event in feed.events}
            assert not ids & left.get(told, set())
            left[told] = left.get(told, set()) | (shown.get(told, set()) - ids)
            shown[told] = ids


def events_at(hours: list[int]) -> list[Event]:
    """Events at these hours after a beginning, newest first."""
    start = datetime(2026, 1, 1, tzinfo=UTC)
    found = [Event(f"id-{n}", "p", Kind.OPENED, start + timedelta(hours=hour)) for n, hour in enumerate(sorted(hours))]
    return found[::-1]


many_hours = st.lists(st.integers(0, 5000), max_size=40)


@given(many_hours, st.integers(1, 60), st.integers(1, 10))
def test_the_window_holds_what_it_says(hours: list[int], days: int, least: int) -> None:
    """A feed has every event of the days before its newest one, at least a given number, and nothing older."""
    events = events_at(hours)
    shown = within_window(events, days, least)
    assert shown == events[: len(shown)]
    assert len(shown) >= min(least, len(events))
    if events:
        horizon = events[0].instant - timedelta(days=days)
        assert all(event in shown for event in events if event.instant >= horizon)
        assert all(event.instant >= horizon for event in shown[least:])


@given(many_hours, st.integers(1, 60), st.integers(1, 10))
def test_what_leaves_the_window_stays_away(hours: list[int], days: int, least: int) -> None:
    """As events come one after the other, none that has left the window returns."""
    events = events_at(hours)
    gone: set[str] = set()
    before: set[str] = set()
    for number in range(len(events), -1, -1):
        shown = {event.id for event in within_window(events[number:], days, least)}
        assert not shown & gone
        gone |= before - shown
        before = shown


def test_the_window_in_a_feed(small_site: SmallSite) -> None:
    """Of sixty old roles and one from yesterday, a country's feed keeps the newest 20, and the site's feed 50."""
    for number in range(1, 31):
        for month in ("2025-12", "2026-01"):
            station = "duty_stations: [{country: KE}]"
            small_site.posting(f"of-{month}-{number}", f"{station}\nopens: {month}-{number:02}")
    small_site.posting("new", "duty_stations: [{country: KE}]\nopens: 2026-06-14")
    site = small_site.build()
    assert len(parsed(site, "countries/ke/opened.xml").entries) == 20
    assert len(parsed(site, "opened.xml").entries) == 50


# Calendars


def calendars(site: Built) -> dict[str, Any]:
    """Every calendar of a collection, as icalendar reads it; the type of a property depends on its name."""
    return {path: Calendar.from_ical((site.folder / path).read_bytes()) for path in site.paths("deadlines.ics")}


def test_calendars_keep_to_their_format(site: Built) -> None:
    """Lines end in CRLF, none is longer than 75 octets or splits a character, and icalendar finds no error."""
    for path in site.paths("deadlines.ics"):
        raw = (site.folder / path).read_bytes()
        assert raw.endswith(b"\r\n")
        lines = raw.removesuffix(b"\r\n").split(b"\r\n")
        assert not [line for line in lines if b"\n" in line or b"\r" in line or len(line) > 75], path
        assert all(line.decode() for line in lines), path
        assert Calendar.from_ical(raw).errors == [], path


def test_calendars_say_who_and_how_often(site: Built) -> None:
    """Each calendar has a name, its own address, and the interval after which a program may poll again."""
    for path, calendar in calendars(site).items():
        assert "METHOD" not in calendar, "it is for calendars that are sent, and asks for an organizer"
        assert calendar["NAME"] == calendar["X-WR-CALNAME"]
        assert calendar["SOURCE"] == site.url(path)
        assert calendar.to_ical().count(b"REFRESH-INTERVAL;VALUE=DURATION:PT12H") == 1
        assert calendar["X-PUBLISHED-TTL"] == "PT12H"


def test_calendars_hold_the_deadlines_they_should(sample_site: Built) -> None:
    """A calendar has open roles with a deadline and those that ended within the window, each at its deadline."""
    settings_ = sample_site.edition.settings
    for collection in (sample_site.edition.site, *sample_site.edition.collections[Dimension.COUNTRIES].values()):
        place = "" if collection.dimension is None else f"countries/{collection.key}/"
        events = calendars(sample_site)[f"{place}deadlines.ics"].events
        found = {str(event["UID"]): event.DTSTART for event in events}
        horizon = collection.events and collection.events[0].instant - timedelta(days=settings_.feed_window_days)
        expected = {
            f"{role.id}@example.org": role.deadline.instant
            for role in collection.roles
            if role.deadline and (role.listed or (role.events and horizon and role.ended() >= horizon))
        }
        assert found == expected, place
        assert len(found) == len(events)
    assert "closed-by-deadline@example.org" in {
        str(event["UID"]) for event in calendars(sample_site)["deadlines.ics"].events
    }
    assert "closed-long-ago" not in sample_site.read("deadlines.ics")
    assert "closed-last-winter" not in sample_site.read("deadlines.ics")


def test_calendar_entries_are_complete(site: Built) -> None:
    """Each entry has an existing address and a description, does not block time, and its stamp is in the past."""
    for path, calendar in calendars(site).items():
        for event in calendar.events:
            assert site.path_at(str(event["URL"])), path
            assert event["TRANSP"] == "TRANSPARENT"
            assert event["DTSTAMP"].dt < site.edition.now, path
            assert event["STATUS"] in {"CONFIRMED", "CANCELLED"}
            words = ("Deadline", "Withdrawn: ", "Filled: ", "Expired: ", "Posting taken down")
            assert str(event["SUMMARY"]).startswith(words)


def test_calendar_text_comes_back_as_written(sample_site: Built) -> None:
    """Commas, semicolons, quotes, backslashes and other scripts survive the calendar's escapes."""
    events = {str(event["UID"]): event for event in calendars(sample_site)["deadlines.ics"].events}
    everything = events["first-everything@example.org"]
    assert 'Head of <b>Everything</b> & "More" {{ 1234567*8 }} ]]> -->' in str(everything["SUMMARY"])
    assert str(everything["LOCATION"]).startswith("Kyiv <b>&\"'</b>, Ukraine; Goma")
    assert "مراقب البستان · 果樹園の番人" in str(events["open-many-scripts@example.org"]["SUMMARY"])


@pytest.mark.parametrize("title", [r"C:\NATO\new", r"a; b, c\\", r"\\N", "x;VALUE=URI:https://elsewhere.example/"])
def test_every_text_of_a_calendar_is_escaped(small_site: SmallSite, title: str) -> None:
    """By the rules of RFC 5545, the summary, the place and both names of a calendar decode to what was written."""
    small_site.posting(
        "escaped", f"title: '{title}'\nduty_stations: [{{city: '{title}'}}]\ncloses: 2026-07-01T12:00:00Z"
    )
    lines = small_site.build().read("postings/escaped/deadline.ics").replace("\r\n ", "").split("\r\n")
    found = dict(line.split(":", 1) for line in lines if line)
    names = ("NAME", "X-WR-CALNAME", "SUMMARY", "LOCATION")
    assert all(re.fullmatch(r"(?:[^\\;,]|\\[\\;,nN])*", found[name]) for name in names)
    texts = [re.sub(r"\\(.)", lambda mark: "\n" if mark[1] in "nN" else mark[1], found[name]) for name in names]
    assert texts == [*[f"Deadline: {title}"] * 2, f"Deadline: {title}, Harbour Relief", title]


def test_a_calendar_marks_an_assumed_deadline(sample_site: Built) -> None:
    """If the digest assumed the time, the entry begins by saying so."""
    events = {str(event["UID"]): str(event["SUMMARY"]) for event in calendars(sample_site)["deadlines.ics"].events}
    assert events["closing-by-the-organisations-rule@example.org"].startswith("Deadline (assumed): Quay Master")
    assert events["first-everything@example.org"].startswith("Deadline: Head of")


def test_sequence_rises_and_the_uid_stays(small_site: SmallSite) -> None:
    """With each change of the deadline and with a withdrawal, the sequence and the stamp rise and the UID stays."""
    first, second = "{on: 2026-06-05T10:00:00Z, from: 2026-06-20}", "{on: 2026-06-06, from: 2026-06-25}"
    steps = [
        "closes: 2026-06-20",
        f"closes: 2026-06-25\ndeadline_changes: [{first}]",
        f"closes: 2026-06-28\ndeadline_changes: [{first}, {second}]",
    ]
    steps.append(steps[-1] + "\nwithdrawn: 2026-06-10T09:00:00Z")
    seen = []
    for step in steps:
        small_site.posting("moving", f"opens: 2026-06-01\n{step}")
        (event,) = [one for one in calendars(small_site.build())["deadlines.ics"].events if "moving@" in one["UID"]]
        seen.append(event)
    assert {str(event["UID"]) for event in seen} == {"moving@jobs.example.org"}
    assert [int(event["SEQUENCE"]) for event in seen] == [0, 1, 2, 3]
    assert sorted({event.DTSTAMP for event in seen}) == [event.DTSTAMP for event in seen]
    assert [str(event["STATUS"]) for event in seen] == ["CONFIRMED", "CONFIRMED", "CONFIRMED", "CANCELLED"]


def test_a_calendar_takes_a_deadline_that_a_rule_moved(small_site: SmallSite) -> None:
    """With the record of a changed rule, an assumed deadline has a new revision, and a stated one does not."""
    small_site.posting("assumed", "opens: 2026-06-01\ncloses: 2026-06-20")
    small_site.posting("stated", "opens: 2026-06-01\ncloses: 2026-06-20T12:00:00Z")
    small_site.posting("fresh", "opens: 2026-06-12\ncloses: 2026-06-20")
    seen, rule = [], (small_site.root / "content/organisations/harbour.md").read_text("utf-8")
    for zone, lines in (("duty-station", ""), ("UTC", "deadlines_moved: [2026-06-05, 2026-06-10T09:00:00Z]")):
        small_site.write("content/organisations/harbour.md", rule.replace("zone: duty-station", f"zone: {zone}"))
        small_site.settings(lines)
        events = calendars(small_site.build())["deadlines.ics"].events
        seen.append({str(event["UID"]).split("@")[0]: event for event in events})
    assert seen[0]["assumed"].DTSTART != seen[1]["assumed"].DTSTART
    revisions = [(int(one["assumed"]["SEQUENCE"]), f"{one['assumed'].DTSTAMP:%d %H}") for one in seen]
    assert revisions == [(0, revisions[0][1]), (2, "10 09")]
    for event in (one["assumed"] for one in seen):
        assert event["LAST-MODIFIED"].dt == event.DTSTAMP
    for slug in ("stated", "fresh"):
        assert [int(one[slug]["SEQUENCE"]) for one in seen] == [0, 0]


def test_a_calendar_strikes_out_what_is_over_before_its_deadline(small_site: SmallSite) -> None:
    """A role withdrawn, filled or expired before its deadline is no longer shown in calendars as due."""
    for end in ("withdrawn", "filled", "expired"):
        small_site.posting(end, f"closes: 2026-07-01\n{end}: 2026-06-09")
    events = {str(event["UID"]): event for event in calendars(small_site.build())["deadlines.ics"].events}
    for end in ("withdrawn", "filled", "expired"):
        event = events[f"{end}@jobs.example.org"]
        assert (str(event["STATUS"]), int(event["SEQUENCE"])) == ("CANCELLED", 1), end
        assert str(event["SUMMARY"]) == f"{end.capitalize()}: A role, Harbour Relief"
        assert str(event["DESCRIPTION"]).startswith(f"Recorded as {end} on 9 June 2026. The deadline was ")


def test_every_calendar_has_a_component(site: Built) -> None:
    """An empty calendar is still valid: RFC 5545 requires a component, and its address must continue to exist."""
    empty = [path for path, calendar in calendars(site).items() if not calendar.events]
    assert all(calendar.subcomponents for calendar in calendars(site).values())
    assert empty, "there is a calendar without a role to try this on"


@pytest.mark.parametrize("end", ["", "withdrawn: 2026-06-09", "filled: 2026-06-09", "expired: 2026-06-09"])
def test_a_role_s_own_calendar_stays_as_long_as_the_others_hold_it(small_site: SmallSite, end: str) -> None:
    """After a role has ended, its calendar says so until the role has left the calendars of all its collections."""
    small_site.posting("ends", f"duty_stations: [{{country: KE}}]\ncloses: 2026-06-14T12:00:00Z\n{end}")
    ended = datetime(2026, 6, 15, tzinfo=UTC)
    (event,) = Calendar.from_ical(small_site.build(ended).read("postings/ends/deadline.ics")).events
    assert str(event["STATUS"]) == ("CANCELLED" if end else "CONFIRMED")
    for slug, place in (("next", "duty_stations: [{country: KE}]\n"), ("other", "")):
        small_site.posting(slug, f"{place}grade: P-4\nopens: 2026-08-20\ncloses: 2026-09-20")
    later = small_site.build(datetime(2026, 9, 1, tzinfo=UTC))
    held = {path for path in later.paths("deadlines.ics") if "ends@" in later.read(path)}
    assert ("postings/ends/deadline.ics" in later.paths()) == bool(held)
    assert held == {path for path in held if "not-stated" in path}, "quiet collections alone hold it"


def test_role_calendars_are_of_the_roles_in_calendars(site: Built) -> None:
    """Exactly the roles in a calendar of a collection have their own calendar."""
    own = {path.split("/")[1] for path in site.paths("/deadline.ics")}
    held = {str(event["UID"]).split("@")[0] for calendar in calendars(site).values() for event in calendar.events}
    slugs = {role.id: role.slug for role in site.edition.roles}
    assert own == {slugs[identity] for identity in held}


def test_a_calendar_has_no_empty_location(small_site: SmallSite) -> None:
    """If no duty station is stated, the entry has no location, because programs would look it up on a map."""
    small_site.posting("nowhere", "closes: 2026-07-01")
    (event,) = [one for one in calendars(small_site.build())["deadlines.ics"].events if "nowhere@" in one["UID"]]
    assert "LOCATION" not in event


def test_a_renamed_posting_keeps_its_ids(small_site: SmallSite) -> None:
    """With `id: OLD-SLUG` a renamed file keeps the ids of its events and the UID of its calendar entry."""
    small_site.posting("old-name", "closes: 2026-06-20")
    before = small_site.build()
    (small_site.root / "content/postings/old-name.md").unlink()
    small_site.posting("new-name", "id: old-name\naliases: [old-name]\ncloses: 2026-06-20")
    after = small_site.build()
    ids: Callable[[Built], list[str]] = lambda site: [entry.id for entry in parsed(site, "feed.xml").entries]  # noqa: E731
    assert ids(before) == ids(after)
    assert "UID:old-name@jobs.example.org" in after.read("deadlines.ics")


def test_ids_outlive_a_move_to_another_host(small_site: SmallSite, tmp_path: Path) -> None:
    """Built for another address, every id in every feed and calendar is the same."""
    here = small_site.build()
    out = tmp_path / "there"
    now = "2026-06-15T12:00:00Z"
    done = small_site.command("build", "--base-url", "https://other.example/jobs/", "--out", out, "--now", now)
    assert done.code == 0
    for path in here.paths("feed.xml", "atom.xml"):
        there = feedparser.parse((out / path).read_bytes())
        assert [entry.id for entry in there.entries] == [entry.id for entry in parsed(here, path).entries]
    assert re.findall("UID:.*", here.read("deadlines.ics")) == re.findall(
        "UID:.*", (out / "deadlines.ics").read_bytes().decode()
    )


def test_a_calendar_s_value_is_pure(sample_site: Built) -> None:
    """The same collection at the same instant gives the same calendar, whatever was computed before."""
    collection: Collection = sample_site.edition.site
    assert calendar_of(collection, sample_site.edition) == calendar_of(collection, sample_site.at(SAMPLE_NOW))
