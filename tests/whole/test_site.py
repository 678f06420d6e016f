"""What readers, crawlers and hosts get: the whole output of the demo and of the sample."""

import csv
import io
import json
import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import extruct
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from sites import DATA, SAMPLE_NOW, Built, HtmlPage, SmallSite

from generator.building.plan import plan
from generator.edition import routes
from generator.edition.edition import Role
from generator.edition.routes import PostingPage, path_of
from generator.feeds.hosting import META_POLICY
from generator.model.fields import SLUG
from generator.model.model import Dimension, State
from generator.reading.folder import RESERVED
from generator.reading.templates import BUILT_IN, read_templates

PLACE_FILES = (
    *("index.html", "feed.xml", "atom.xml", "feed.json"),
    *("opened.xml", "opened.atom.xml", "closing.xml", "closing.atom.xml", "deadlines.ics"),
)
DEMO_PLACES = (
    "",
    *(f"countries/{key}/" for key in ("cd", "ua", "us", "not-stated")),
    *(f"organisations/{key}/" for key in ("iom", "undss", "untso")),
    *(f"grades/{key}/" for key in ("g-7", "no-a", "p-4", "not-stated")),
    *(f"categories/{key}/" for key in ("general-service", "national-officer", "professional")),
    *(f"contracts/{key}/" for key in ("fixed-term", "temporary", "not-stated")),
    *(f"languages/{key}/" for key in ("en", "uk", "fr", "ar", "zh", "es", "ru")),
    *(f"open-to/{key}/" for key in ("internationals", "roster", "not-stated")),
)
DEMO_POSTINGS = (
    "chief-security-officer-jerusalem",
    "field-security-associate-ukraine",
    "field-security-officer-kinshasa",
    "national-security-support-officer",
    "security-coordination-officer-new-york",
)
DEMO_FILES = (
    *(f"{dimension.value}/index.html" for dimension in Dimension),
    *(f"{name}/index.html" for name in ("closing", "opened", "archive", "weeks", "feeds", "about", "how-to-apply")),
    *(f"postings/{slug}/index.html" for slug in DEMO_POSTINGS),
    *("archive/2019/11/index.html", "archive/2026/05/index.html", "weeks/2026-W22/index.html"),
    *("weeks/2026-W22/mail.html", "weeks/2026-W22/mail.txt", "weeks/feed.xml", "feeds/feeds.opml"),
    *("data/postings.json", "data/open.csv", "data/build.json", "data/countries.json"),
    "postings/field-security-associate-ukraine/deadline.ics",
    "postings/field-security-officer-kinshasa/deadline.ics",
    *(f"{told}/2026-05.{suffix}" for told in ("opened", "closing") for suffix in ("xml", "atom.xml")),
    *("404.html", "sitemap.xml", "robots.txt", "favicon.ico", "_headers", "_redirects", ".nojekyll"),
)
ENDED = {State.CLOSED, State.WITHDRAWN, State.FILLED, State.UNCONFIRMED}
RELATIVE = re.compile(
    r"\b(today|tomorrow|yesterday|tonight|ago|in (a|an|one|\d+) (minute|hour|day|week|month)s?"
    r"|(minute|hour|day|week|month)s? (left|remaining)|(next|last|this) (week|month))\b",
    re.IGNORECASE,
)


def posting_page(site: Built, role: Role) -> HtmlPage:
    return site.page(path_of(PostingPage(role.slug)))


def whole(site: Built) -> list[Role]:
    """The roles that have not been taken down."""
    return [role for role in site.edition.roles if not role.takedown]


# What exists


def test_every_promised_path_exists(demo_site: Built) -> None:
    """The demo has exactly the pages, feeds, calendars and files of the contract."""
    promised = {*DEMO_FILES, *(f"{place}{name}" for place in DEMO_PLACES for name in PLACE_FILES)}
    assert {path for path in demo_site.paths() if not path.startswith("assets/")} == promised


def test_no_two_pages_share_a_path(site: Built) -> None:
    """Every artifact has its own path, even on a file system that ignores case."""
    templates, problems = read_templates(BUILT_IN.parent)
    paths = [artifact.path.casefold() for artifact in plan(site.edition, templates)]
    assert not problems
    assert [path for path, times in Counter(paths).items() if times > 1] == []


slugs = st.from_regex(SLUG, fullmatch=True)
free_slugs = slugs.filter(lambda slug: slug not in RESERVED)
dimensions = st.sampled_from(Dimension)
collections = st.builds(routes.CollectionPage, dimensions, slugs)
places = collections | st.just(routes.Home())
feeds_by_kind = st.builds(
    routes.FeedFile, places, st.sampled_from(["opened", "closing"]), st.sampled_from(["rss", "atom"])
)
any_page = st.one_of(
    st.builds(routes.PostingPage, slugs),
    st.builds(routes.SectionPage, dimensions),
    collections,
    st.builds(routes.EndedPage, collections, st.integers(1, 9999)),
    st.builds(routes.MonthPage, st.integers(1945, 2200), st.integers(1, 12)),
    st.builds(routes.WeekPage, st.integers(1945, 2200), st.integers(1, 53)),
    st.builds(routes.EditorsPage, free_slugs),
    st.builds(routes.FeedFile, places, st.just("all"), st.sampled_from(["rss", "atom", "json"])),
    feeds_by_kind,
    st.builds(routes.ArchiveFile, feeds_by_kind, st.integers(1945, 2200), st.integers(1, 12)),
    st.builds(routes.CalendarFile, places),
    st.builds(routes.HostFile, st.sampled_from(["sitemap.xml", "robots.txt", "favicon.ico", "_headers", "_redirects"])),
    st.sampled_from(
        [page() for page in (routes.Home, routes.ClosingPage, routes.OpenedPage, routes.ArchivePage, routes.WeeksPage)]
        + [page() for page in (routes.FeedsPage, routes.NotFoundPage, routes.WeeksFeed, routes.OpmlFile)]
        + [page() for page in (routes.PostingsJson, routes.OpenCsv)]
    ),
)


@given(any_page, any_page)
def test_path_of_is_one_to_one_and_stays_inside(one: routes.Page, other: routes.Page) -> None:
    """Different pages never have the same path, and no path leaves the output folder."""
    assert (path_of(one) == path_of(other)) == (one == other)
    assert not path_of(one).startswith("/")
    assert ".." not in path_of(one).split("/")


# Where links lead


def test_every_link_leads_to_a_file(site: Built) -> None:
    """Every address of ours, on pages, in feeds and in redirects, is that of a file, and every anchor exists."""
    dead = []
    host = urlsplit(site.address).netloc
    for path in site.paths(".html"):
        page = site.page(path)
        for _, address in page.references():
            if urlsplit(address).scheme == "mailto":
                continue
            target = site.path_at(address)
            if urlsplit(address).netloc == host and target is None:
                dead.append((path, address))
            anchor = urlsplit(address).fragment
            if target and anchor and anchor not in site.page(target).ids():
                dead.append((path, address))
    assert dead == []


def test_every_link_elsewhere_is_https(site: Built) -> None:
    """External links use only https, and pages load resources only from the site itself."""
    loading = {"img", "script", "iframe", "source", "object", "video", "audio"}
    for page in map(site.page, site.paths(".html")):
        for element, address in page.references():
            assert urlsplit(address).scheme in {"https", "mailto"}, (page.path, address)
            loads = element.tag in loading or element.get("rel") in {"stylesheet", "icon"}
            assert not loads or site.path_at(address), (page.path, address)


def test_every_page_can_be_reached(site: Built) -> None:
    """Every page can be reached from the home page, except 404.html, former addresses and postings taken down."""
    found, waiting = {"index.html"}, ["index.html"]
    while waiting:
        for _, address in site.page(waiting.pop()).references():
            target = site.path_at(address)
            if target and target.endswith(".html") and target not in found:
                found.add(target)
                waiting.append(target)
    hidden = {path_of(PostingPage(role.slug)) for role in site.edition.roles if role.takedown}
    assert {page.path for page in site.pages()} - found == {"404.html"} | hidden - found


def test_addresses_in_css_and_feeds_styles_exist(site: Built) -> None:
    """Everything that style sheets and the feeds' style instruction refer to exists."""
    for path in site.paths(".css"):
        assert "url(" not in site.read(path)
    for path in site.paths("feed.xml", "atom.xml"):
        found = re.search(r'<\?xml-stylesheet type="text/css" href="([^"]+)"\?>', site.read(path))
        assert found
        assert site.path_at(f"https://{urlsplit(site.address).netloc}{found[1]}"), path


# What every page has


def test_every_page_has_a_head(site: Built) -> None:
    """Each page has a title and a description, and either its own canonical address or noindex."""
    for page in site.pages():
        canonical = [link.get("href") for link in page.link("canonical")]
        assert canonical == ([] if page.noindex else [page.url]), page.path
        assert page.all("title")[0].text, page.path
        assert page.meta("description"), page.path
        assert page.meta("viewport") == "width=device-width, initial-scale=1"
        assert len(page.all("h1")) == 1, page.path


def test_titles_tell_pages_apart(site: Built) -> None:
    """No two pages that search engines may show have the same title, except postings with identical titles."""
    titles = Counter(page.all("title")[0].text for page in site.pages() if not page.noindex)
    assert [title for title, times in titles.items() if times > 1] == []


def test_every_page_carries_the_policy(site: Built) -> None:
    """Every HTML file, former addresses included, states the content security policy, for hosts without headers."""
    for path in site.paths(".html"):
        assert site.page(path).meta("Content-Security-Policy") == META_POLICY, path


def test_every_page_has_a_picture_and_icons(site: Built) -> None:
    """The preview picture and the icons that a page refers to exist."""
    for page in site.pages():
        assert (site.path_at(page.meta("og:image") or "") or "").startswith("assets/card."), page.path
        assert page.meta("og:image:alt") == site.edition.settings.title
        assert page.meta("twitter:card") == "summary_large_image"
        icons = [link.get("href", "") for rel in ("icon", "apple-touch-icon") for link in page.link(rel)]
        host = f"https://{urlsplit(site.address).netloc}"
        assert [Path(site.path_at(host + icon) or "").suffix for icon in icons] == [".ico", ".svg", ".png"], page.path
    icon = (site.folder / "favicon.ico").read_bytes()
    assert icon[:4] == b"\0\0\1\0"
    assert icon[22:30] == b"\x89PNG\r\n\x1a\n"


def test_a_site_may_bring_its_own_icon(small_site: SmallSite) -> None:
    """A favicon.ico in content/static/ replaces the built-in one at the top level."""
    small_site.write("content/static/favicon.ico", b"own")
    assert small_site.build().read("favicon.ico") == "own"


def test_what_is_hidden_says_nothing(site: Built) -> None:
    """Elements that are hidden until a script runs are empty, and there is no `<template>`: text browsers show both."""
    for page in site.pages():
        assert not page.all("template"), page.path
        for element in page.tree.iter():
            if isinstance(element.tag, str) and element.get("hidden") is not None:
                shown = [one for one in element.iter() if one.tag not in {"script", "style"}]
                assert not [one.text for one in shown if (one.text or "").strip()], page.path
                assert not {one.tag for one in shown} & {"input", "select", "button", "textarea"}, page.path


def test_nothing_is_inline(site: Built) -> None:
    """No page contains an inline style, script or event handler, which the policy would block."""
    for path in site.paths(".html"):
        page = site.page(path)
        assert not page.all("style"), path
        for script in page.all("script"):
            assert script.get("src") or script.get("type") in {"application/ld+json", "application/json"}, path
        for element in page.tree.iter():
            names = {name.lower() for name in element.attrib} if isinstance(element.tag, str) else set()
            assert "style" not in names, path
            assert not {name for name in names if name.startswith("on")}, path


def test_a_page_offers_the_feeds_of_its_own_place(site: Built) -> None:
    """The feeds and calendar that a program finds on a page are those of its collection, or of the whole site."""
    types = ["application/rss+xml", "application/atom+xml", "application/feed+json", "text/calendar"]
    for page in site.pages():
        found = [link for link in page.link("alternate") if link.get("href", "").split("/")[-1] in PLACE_FILES]
        folder = page.path.removesuffix("index.html")
        own = folder if (site.folder / folder / "deadlines.ics").exists() and page.path != "404.html" else ""
        paths = [site.path_at(f"https://{urlsplit(site.address).netloc}{link.get('href')}") for link in found]
        offered = [path for path in paths if path != "weeks/feed.xml"]
        assert sorted(filter(None, offered)) == sorted(own + name for name in PLACE_FILES[1:]), page.path
        assert {link.get("type") for link in found} == set(types), page.path
        assert all(link.get("title") for link in found), page.path


def test_pages_state_no_relative_times(site: Built) -> None:
    """HTML says when, never how long until then, so a page that is days old is still true."""
    for page in site.pages():
        text = page.text(without=("prose", "lead", "explanation", "printed"))
        assert not RELATIVE.findall(text), page.path


def test_only_the_home_page_states_the_time_of_the_build(small_site: SmallSite) -> None:
    """A later build without new events changes only the home page and data/build.json, which state its time."""
    early, late = (small_site.build(datetime(2026, 6, 14, hour, tzinfo=UTC)) for hour in (1, 23))
    assert early.differs_from(late) == ["data/build.json", "index.html"]


# Roles by state


def test_the_sample_holds_every_state(sample_site: Built) -> None:
    """The tests below need a role in every state."""
    assert {role.state for role in sample_site.edition.roles} == set(State) - {State.SCHEDULED}
    assert sample_site.edition.scheduled
    assert any(role.expired for role in sample_site.edition.roles)


def test_scheduled_and_draft_postings_leave_no_trace(sample_site: Built) -> None:
    """No byte of the output, file names included, comes from a posting that is a draft or not yet open."""
    for path in sample_site.paths():
        assert "zqsecret" not in path.lower()
        assert b"zqsecret" not in (sample_site.folder / path).read_bytes().lower(), path
    # Iceland and its language have no other role, so not even a page for them may reveal that one is coming.
    assert not list(sample_site.folder.glob("*/is"))


def test_a_posting_taken_down_reveals_nothing(sample_site: Built) -> None:
    """None of its words, figures and addresses appears in the output; its page and its former address remain."""
    for path in sample_site.paths():
        found = (sample_site.folder / path).read_bytes().lower()
        assert b"zqhidden" not in found, path
        assert not re.search(rb"7[,.]?654[,.]?321", found), path
    page = sample_site.page("postings/taken-down/index.html")
    assert page.noindex
    assert "taken down" in page.text()
    assert sample_site.page("postings/taken-down-alias/index.html").redirect


def test_a_posting_taken_down_is_in_no_collection(sample_site: Built) -> None:
    """No collection lists it, because that would reveal its country, grade and organisation."""
    for page in sample_site.pages():
        if page.path.count("/") == 2 and page.path.split("/")[0] in set(Dimension):
            linked = {sample_site.path_at(address) for _, address in page.references()}
            assert "postings/taken-down/index.html" not in linked, page.path


def test_a_posting_taken_down_keeps_its_organisation_to_itself(sample_site: Built) -> None:
    """Where its notice appears in a list, in the archive or in a week, no organisation is shown with it."""
    for page in sample_site.pages():
        for row in page.all("li", "tr"):
            text = "".join(row.itertext())
            assert "Posting taken down" not in text or "Quiet Institute" not in text, page.path


def test_ended_roles_are_marked(site: Built) -> None:
    """The page of an ended role remains, says so, is hidden from search engines, and accepts no applications."""
    ended = [role for role in whole(site) if not role.listed]
    assert ended
    for role in ended:
        page = posting_page(site, role)
        assert page.noindex, page.path
        assert "JobPosting" not in site.read(page.path), page.path
        states = [element.text for element in page.main.iter() if "data-state" in element.attrib]
        assert states[0] in {"Closed", "Withdrawn", "Filled", "Unconfirmed"}, page.path
        assert "Apply at" not in page.text(), page.path


def instead_of(site: Built, role: Role) -> list[str | None]:
    """The links that the page of an ended role offers its readers, in order."""
    (section,) = [part for part in posting_page(site, role).all("section") if part.get("class") == "others"]
    found = [
        site.path_at(f"{site.address}{link.get('href', '').removeprefix(site.prefix)}") for link in section.iter("a")
    ]
    return [path for path in found if path]


def test_a_role_that_ended_recently_offers_open_ones(site: Built) -> None:
    """As long as feeds keep its events, the page of an ended role names roles that are open, and no others."""
    open_pages = {path_of(PostingPage(role.slug)) for role in site.edition.roles if role.listed}
    recent = [role for role in whole(site) if not role.listed and not ended_long_ago(site, role)]
    assert recent
    for role in recent:
        named = [path for path in instead_of(site, role) if path and path.startswith("postings/")]
        assert named, role.slug
        assert set(named) <= open_pages, role.slug


def ended_long_ago(site: Built, role: Role) -> bool:
    return role.since < site.edition.now - timedelta(days=site.edition.settings.feed_window_days)


def test_a_role_that_ended_long_ago_leads_to_lists(sample_site: Built) -> None:
    """Later its page links only to the lists of its countries, grade and organisation and home, so it never changes."""
    old = [role for role in whole(sample_site) if not role.listed and ended_long_ago(sample_site, role)]
    assert old
    for role in old:
        posting = sample_site.posting(role)
        keys = [("countries", station.country.lower()) for station in posting.duty_stations if station.country]
        keys += [("grades", posting.grade.lower())] if posting.grade else []
        keys += [("organisations", posting.organisation)]
        lists = [f"{dimension}/{key}/index.html" for dimension, key in keys]
        assert instead_of(sample_site, role) == [*lists, "index.html"], role.slug


def test_ended_roles_are_in_no_list_of_open_ones(site: Built) -> None:
    """The home page, closing soon, newly opened, the sitemap and the table of open roles contain only open roles."""
    for role in site.edition.roles:
        if not role.listed:
            address = site.url(path_of(PostingPage(role.slug)))
            for path in ("index.html", "closing/index.html", "opened/index.html"):
                assert address not in {found for _, found in site.page(path).references()}, path
            assert address not in site.read("sitemap.xml")
            assert address not in site.read("data/open.csv")


def test_open_roles_are_listed_where_they_belong(site: Built) -> None:
    """Home and newly opened list every open role once, closing soon every closing one; home is sorted by urgency."""

    def listed(path: str) -> list[str | None]:
        headings = [part for part in site.page(path).main.iter() if part.tag in ("h2", "h3", "h4")]
        links = [link for heading in headings for link in heading.iter("a")]
        found = [site.path_at(f"https://{urlsplit(site.address).netloc}{link.get('href')}") for link in links]
        return [path for path in found if path and path.startswith("postings/")]

    by_deadline = [path_of(PostingPage(role.slug)) for role in site.edition.site.open_roles]
    closing = [path_of(PostingPage(role.slug)) for role in site.edition.site.open_roles if role.state is State.CLOSING]
    deadlines = [role.deadline.instant for role in site.edition.site.open_roles if role.deadline]
    assert listed("index.html") == by_deadline
    assert listed("closing/index.html") == closing
    assert sorted(filter(None, listed("opened/index.html"))) == sorted(by_deadline)
    assert deadlines == sorted(deadlines)


def test_a_month_of_the_archive_names_days_of_that_month(site: Built) -> None:
    """A role is listed in the month in which it ended, with a day of that month."""
    for path in site.paths("index.html"):
        if match := re.fullmatch(r"archive/(\d{4})/(\d{2})/index\.html", path):
            month = datetime(int(match[1]), int(match[2]), 1).strftime("%B %Y")
            days = re.findall(r"Ended (\d+ \w+ \d{4})", site.page(path).text())
            assert days, path
            assert [day for day in days if not day.endswith(month)] == [], path


def test_an_ended_role_names_the_day_that_its_editor_wrote(sample_site: Built) -> None:
    """Lists and pages show the day of a withdrawal as the file states it, in the site's time zone."""
    page = sample_site.page("postings/withdrawn-by-day/index.html")
    assert "Withdrawn on 1 June 2026" in page.text()
    assert "Ended 1 June 2026" in sample_site.page("countries/fj/index.html").text()


def test_a_closed_role_ended_on_the_day_of_its_deadline(sample_site: Built) -> None:
    """Lists show the day of the deadline in its own zone, not the next day because it is later in UTC."""
    assert "31 May 2026, 23:59 in New York" in sample_site.page("postings/closed-by-deadline/index.html").text()
    rows = [row for row in sample_site.page("organisations/quiet-institute/index.html").all("li") if row.get("class")]
    told = [" ".join(" ".join(row.itertext()).split()) for row in rows]
    assert next(text for text in told if "Former Librarian" in text).startswith("Ended 31 May 2026")


def test_an_expired_role_is_not_said_to_close_later(small_site: SmallSite) -> None:
    """A role that expired before its stated deadline is shown as over since that day, not as closing later."""
    small_site.posting("early", "closes: 2026-07-01\nexpired: 2026-06-09")
    site = small_site.build()
    panel = next(
        part for part in site.page("postings/early/index.html").all("section") if part.get("class") == "deadline closed"
    )
    assert "9 June 2026" in " ".join(panel.itertext())
    assert "Closed Wednesday 1 July" not in " ".join(" ".join(panel.itertext()).split())


def test_an_assumption_stands_beside_what_was_assumed(site: Built) -> None:
    """A page that shows no deadline does not explain how one was assumed."""
    for role in whole(site):
        page = posting_page(site, role)
        (panel,) = [part for part in page.all("section") if (part.get("class") or "").split()[:1] == ["deadline"]]
        if not list(panel.iter("time")):
            assert "ssumed" not in " ".join(panel.itertext()), page.path


def test_an_unconfirmed_role_is_not_said_to_have_ended(sample_site: Built) -> None:
    """A role that nobody has checked for a long time may still be open: no list or archive says that it ended."""
    for page in sample_site.pages():
        for row in page.all("li"):
            text = " ".join(" ".join(row.itertext()).split())
            if "Unconfirmed Keeper" in text:
                assert "Ended" not in text, page.path
                assert not page.path.startswith("archive/"), page.path


def test_counts_are_those_of_the_lists(site: Built) -> None:
    """The counts next to a collection's name are the number of roles on its page, and how many of them are open."""
    for dimension in Dimension:
        for line in site.page(f"{dimension.value}/index.html").all("tr")[1:]:
            (link,) = line.iter("a")
            page = site.page(site.path_at(f"https://{urlsplit(site.address).netloc}{link.get('href')}") or "")
            states = [element.text for element in page.main.iter() if "data-state" in element.attrib]
            shown = [int(cell.text or "") for cell in line.iter("td")]
            assert shown == [sum(state in {"Open", "Closing"} for state in states), len(states)], page.path


def test_a_country_without_open_roles_keeps_its_page_and_feeds(sample_site: Built) -> None:
    """Peru, whose only role nobody has confirmed since March, keeps its page and feeds for subscribers."""
    for name in PLACE_FILES:
        assert (sample_site.folder / "countries/pe" / name).exists()
    page = sample_site.page("countries/pe/index.html")
    assert [element.text for element in page.main.iter() if "data-state" in element.attrib] == ["Unconfirmed"]


def test_country_notes_and_organisations_texts_are_shown(sample_site: Built) -> None:
    """A country's page shows the editor's note, an organisation's its text, its logo and the inherited rule."""
    assert "An editor's note on Ukraine" in sample_site.page("countries/ua/index.html").text()
    assert not (sample_site.folder / "countries/to").exists()
    page = sample_site.page("organisations/harbour-relief/index.html")
    assert len(page.all("img")) == 1
    assert "It runs <script>" in page.text()


# Pages of ended roles

KENYA = "countries/ke/index.html"


def rows_of(site: Built, path: str) -> list[int]:
    """The numbers of the roles that a page lists, in order."""
    titles = [text for text in site.page(path).main.itertext() if text.startswith("Role of day ")]
    return [int(title.removeprefix("Role of day ")) for title in titles]


def turns_of(site: Built, path: str) -> dict[str, str | None]:
    """The links between the pages of ended roles, by their text."""
    links = site.page(path).main.iter("a")
    found = {link.text or "": site.path_at(f"{site.address}{link.get('href', '')[1:]}") for link in links}
    return {words: to for words, to in found.items() if words in {"All roles that have ended", "Older", "Newer"}}


def test_ended_roles_are_listed_on_pages_of_fifty(small_site: SmallSite) -> None:
    """Of 75 ended roles, a country's page shows the newest 20; linked pages contain the first 50 and the rest."""
    small_site.ended_in_kenya(*range(1, 76))
    site = small_site.build()
    first, second = "countries/ke/ended/1/index.html", "countries/ke/ended/2/index.html"
    assert [path for path in site.paths("index.html") if path.startswith("countries/ke/ended/")] == [first, second]
    assert rows_of(site, KENYA) == [*range(75, 55, -1)]
    assert rows_of(site, second) == [*range(75, 50, -1)]
    assert rows_of(site, first) == [*range(50, 0, -1)]
    assert turns_of(site, KENYA) == {"All roles that have ended": second}
    assert turns_of(site, second) == {"Newer": KENYA, "Older": first}
    assert turns_of(site, first) == {"Newer": second}
    assert "All roles that have ended 75" in site.page(KENYA).text()
    titles = [site.page(path).all("title")[0].text for path in (KENYA, first, second)]
    assert len(set(titles)) == len(titles)


def test_a_full_page_of_ended_roles_stays_as_it_is(small_site: SmallSite) -> None:
    """One more ended role changes the country's page and its last page, and no byte of an earlier page."""
    small_site.ended_in_kenya(*range(1, 76))
    before = small_site.build()
    small_site.ended_in_kenya(76)
    after = small_site.build()
    first, second = "countries/ke/ended/1/index.html", "countries/ke/ended/2/index.html"
    assert after.read(first) == before.read(first)
    assert rows_of(after, second) == [*range(76, 50, -1)]
    assert rows_of(after, KENYA) == [*range(76, 56, -1)]


def test_twenty_ended_roles_need_no_page_of_their_own(small_site: SmallSite) -> None:
    """While a country's page has room for all of its ended roles, there is no other; one more role creates it."""
    small_site.ended_in_kenya(*range(1, 21))
    before = small_site.build()
    small_site.ended_in_kenya(21)
    after = small_site.build()
    assert rows_of(before, KENYA) == [*range(20, 0, -1)]
    assert not (before.folder / "countries/ke/ended").exists()
    assert rows_of(after, KENYA) == [*range(21, 1, -1)]
    assert rows_of(after, "countries/ke/ended/1/index.html") == [*range(21, 0, -1)]


# Markup for search engines


def job_postings(site: Built, path: str) -> list[dict[str, Any]]:
    found = extruct.extract(site.read(path), base_url=site.url(path), syntaxes=["json-ld"])
    return [item for item in found["json-ld"] if item["@type"] == "JobPosting"]


def marked_roles(site: Built) -> list[Role]:
    """The open roles whose notice names a country."""
    return [
        role
        for role in site.edition.roles
        if role.listed and any(station.country for station in site.posting(role).duty_stations)
    ]


def test_only_open_roles_with_a_country_carry_job_posting_markup(site: Built) -> None:
    """Their pages have one JobPosting each, and no other page has any: Google rejects one without a country."""
    marked = [page.path for page in site.pages() for _ in job_postings(site, page.path)]
    assert sorted(marked) == sorted(path_of(PostingPage(role.slug)) for role in marked_roles(site))


def test_job_posting_says_what_the_notice_says(site: Built) -> None:
    """Title, organisation, country, deadline and address are the posting's; a salary is included only if stated."""
    for role in marked_roles(site):
        posting = site.posting(role)
        (markup,) = job_postings(site, path_of(PostingPage(role.slug)))
        organisation = site.edition.content.organisations[posting.organisation].organisation
        codes = [place["address"]["addressCountry"] for place in markup["jobLocation"]]
        assert markup["title"] == posting.title
        assert markup["hiringOrganization"]["name"] == (organisation.full_name or organisation.name)
        assert markup["url"] == site.url(path_of(PostingPage(role.slug)))
        assert codes == [station.country for station in posting.duty_stations if station.country]
        deadline = role.deadline and role.deadline.instant
        assert deadline == (datetime.fromisoformat(markup["validThrough"]) if "validThrough" in markup else None)
        assert ("baseSalary" in markup) == bool(posting.salary and posting.salary.basis == "stated")
        assert markup["directApply"] is False
        assert markup.get("identifier", {}).get("value") == posting.reference


PLACES_IN_MARKUP = {
    "duty_stations: [{city: Atlantis}]": None,
    "remote: true": None,
    "remote: true\ntiers: [{tier: 1, who: Nationals, countries: [BS]}]": None,
    "duty_stations: [{city: Atlantis}, {country: KE}]": ["KE"],
    "remote: true\nduty_stations: [{country: KE}]": ["KE"],
}


@pytest.mark.parametrize("stated", PLACES_IN_MARKUP)
def test_job_posting_needs_a_country(small_site: SmallSite, stated: str) -> None:
    """If the notice states no country, there is no markup, and never a claim of remote work."""
    small_site.posting("somewhere", f"{stated}\ncloses: 2026-07-01")
    found = job_postings(small_site.build(), "postings/somewhere/index.html")
    countries = [place["address"]["addressCountry"] for one in found for place in one["jobLocation"]]
    assert (countries or None) == PLACES_IN_MARKUP[stated]
    assert not any("jobLocationType" in one for one in found)


def test_job_posting_states_no_property_of_another_meaning(small_site: SmallSite) -> None:
    """A licence is not experience, years do not replace a degree, and half of the countries are not all of them."""
    small_site.posting(
        "driver",
        "duty_stations: [{country: KE}, {city: Atlantis}]\nopen_to: [nationals]\ncloses: 2026-07-01\n"
        "requirements: [{text: Driving licence, need: required}]\n"
        "education_experience: [{education: Secondary school, years: 5}, {education: Secondary school, years: 7}]",
    )
    (markup,) = job_postings(small_site.build(), "postings/driver/index.html")
    absent = {"experienceInPlaceOfEducation", "experienceRequirements", "eligibilityToWorkRequirement"}
    assert not absent & set(markup)
    years = ("Secondary school, with 5 years of experience", "Secondary school, with 7 years of experience")
    assert markup["qualifications"] == f"{'; or '.join(years)}. Driving licence"


def test_job_posting_has_a_description(site: Built) -> None:
    """The description, which search engines require, exists even if the file has no text."""
    for role in marked_roles(site):
        (markup,) = job_postings(site, path_of(PostingPage(role.slug)))
        assert markup["description"], role.slug


def test_job_posting_dates_the_notice(small_site: SmallSite) -> None:
    """A notice with only a day is dated with that day, not with an invented hour."""
    small_site.posting("dated", "duty_stations: [{country: KE}]\nopens: 2026-05-20\ncloses: 2026-07-01")
    (markup,) = job_postings(small_site.build(), "postings/dated/index.html")
    assert markup["datePosted"] == "2026-05-20"


def test_job_posting_of_every_key(sample_site: Built) -> None:
    """The role that uses every key states its salary, both places and its number."""
    (markup,) = job_postings(sample_site, "postings/open-with-everything/index.html")
    assert markup["baseSalary"] == {
        "@type": "MonetaryAmount",
        "currency": "CHF",
        "value": {"@type": "QuantitativeValue", "unitText": "YEAR", "minValue": 90000.0, "maxValue": 120000.5},
    }
    assert [place["address"]["addressLocality"] for place in markup["jobLocation"]] == ["Kyiv <b>&\"'</b>", "Goma"]
    assert "jobLocationType" not in markup
    assert markup["identifier"]["name"] == "Harbour & <i>Relief</i>"


def test_job_posting_for_nationals(sample_site: Built) -> None:
    """A role only for nationals says of which country."""
    (markup,) = job_postings(sample_site, "postings/open-site-rule/index.html")
    assert markup["eligibilityToWorkRequirement"] == "Nationals of United States of America"


def test_the_sitemap_lists_what_search_may_show(site: Built) -> None:
    """The sitemap lists exactly the pages without noindex, each at an address that exists."""
    space = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
    tree = etree.fromstring(site.read("sitemap.xml").encode())
    listed = [element.text or "" for element in tree.iter(f"{space}loc")]
    assert sorted(listed) == sorted(page.url for page in site.pages() if not page.noindex)
    changed = [datetime.fromisoformat(element.text or "") for element in tree.iter(f"{space}lastmod")]
    assert changed
    assert all(instant <= site.edition.now for instant in changed)


# Files for hosts


def test_an_alias_leads_to_its_posting(sample_site: Built) -> None:
    """A former address redirects readers, as a page and as a rule for hosts that read `_redirects`."""
    rules = [line.split() for line in sample_site.read("_redirects").splitlines()]
    aliases = {"first-everything": "open-with-everything", "head-of-everything": "open-with-everything"}
    aliases |= {"taken-down-alias": "taken-down"}
    prefix = "/some/path/postings"
    expected = [[f"{prefix}/{alias}/", f"{prefix}/{slug}/"] for alias, slug in sorted(aliases.items())]
    assert rules == [[*rule, code] for rule in expected for code in ("301!", "301")]
    for alias, slug in aliases.items():
        page = sample_site.page(f"postings/{alias}/index.html")
        assert page.meta("refresh") == f"0; url={prefix}/{slug}/"
        assert page.noindex
        assert page.link("canonical")[0].get("href") == sample_site.url(f"postings/{slug}/index.html")


def redirected(text: str, path: str, *, netlify: bool, is_file: bool) -> str | None:
    """Where a host that reads `_redirects` sends an address, as Netlify and Cloudflare Pages document it."""
    for old, new, code in (line.split() for line in text.splitlines()):
        if not netlify and not code.isdigit():
            continue  # workers-sdk, parseRedirects.ts: a line with an unknown status is not a rule
        if old == path:
            hidden = netlify and is_file and not code.endswith("!")
            return None if hidden else new
    return None


@pytest.mark.parametrize("netlify", [True, False])
def test_no_page_hides_a_redirect(sample_site: Built, netlify: bool) -> None:
    """A former address redirects on both hosts that read the file, although there is a page at that address."""
    rules = sample_site.read("_redirects")
    for line in rules.splitlines():
        old, new, _ = line.split()
        assert sample_site.path_at(f"https://{urlsplit(sample_site.address).netloc}{old}")
        assert redirected(rules, old, netlify=netlify, is_file=True) == new


def test_too_many_former_addresses_for_a_host_are_reported(small_site: SmallSite) -> None:
    """More redirects than Cloudflare Pages accepts cause a warning in `check` and in `build`, which continues."""
    # The small site already has one.
    for count, told in ((999, False), (1_000, True)):
        for first in range(0, count, 250):
            names = [f"old-{number}" for number in range(first, min(first + 250, count))]
            small_site.posting(f"many-{first}", f"closes: 2026-07-01\naliases: {names}")
        checked = small_site.command("check")
        built_ = small_site.command(
            "build", "--no-search", "--out", small_site.root / "out", "--now", "2026-06-15T12:00:00Z"
        )
        for done in (checked, built_):
            assert done.code == 0
            assert ("Cloudflare Pages redirects only 1,000" in done.out + done.err) == told


def test_headers_for_hosts(site: Built) -> None:
    """`_headers` sets the policy for all files, lets other sites read feeds and data, and lets clients cache assets."""
    blocks: dict[str, list[str]] = {}
    for line in site.read("_headers").splitlines():
        assert len(line) <= 2000
        blocks.setdefault(line, []) if not line.startswith(" ") else blocks[list(blocks)[-1]].append(line.strip())
    assert all(path.startswith(site.prefix) for path in blocks)
    everywhere = "\n".join(blocks[f"{site.prefix}*"])
    assert f"Content-Security-Policy: {META_POLICY}; frame-ancestors 'none'" in everywhere
    assert "X-Content-Type-Options: nosniff" in everywhere
    assert "Referrer-Policy: " in everywhere
    assert "Cache-Control: public, max-age=31536000, immutable" in blocks[f"{site.prefix}assets/*"]
    for suffix in ("xml", "json", "ics", "opml", "csv"):
        lines = blocks[f"{site.prefix}*.{suffix}"]
        assert "Access-Control-Allow-Origin: *" in lines
        assert any(line.startswith("Content-Type: ") and "charset=utf-8" in line for line in lines)
    assert len(blocks) < 100


def test_robots_names_the_sitemap(site: Built) -> None:
    """robots.txt allows all crawlers and names a sitemap that exists."""
    lines = site.read("robots.txt").splitlines()
    assert "Disallow" not in site.read("robots.txt")
    (address,) = [line.removeprefix("Sitemap: ") for line in lines if line.startswith("Sitemap: ")]
    assert site.path_at(address) == "sitemap.xml"


def test_assets_have_their_hash_in_their_name(site: Built) -> None:
    """Assets can be cached for ever, because different content has a different name."""
    assets = [path for path in site.paths() if path.startswith("assets/")]
    assert assets
    assert all(re.fullmatch(r"assets/[\w-]+\.[0-9a-f]{10}\.\w+", path) for path in assets)


def test_static_files_are_copied(sample_site: Built) -> None:
    """`content/static/` is copied byte for byte, including `.well-known` and names with spaces."""
    for path in ("CNAME", ".well-known/security.txt", "reports/annual report é.txt"):
        source = DATA / "sample/content/static" / path
        assert (sample_site.folder / path).read_bytes() == source.read_bytes()


# The week as an email


def test_no_title_makes_a_line_of_an_e_mail(small_site: SmallSite) -> None:
    """Text too long for a line is wrapped and indented, so that no title looks like a deadline or an address of
    ours.
    """
    words = f"Clerk {'of the harbour ' * 4}"
    for number, line in enumerate(("Closes Friday 1 January 2027", "https://elsewhere.example/", "=" * 20)):
        small_site.posting(f"long-{number}", f"title: '{words.ljust(73)}{line}'\nopens: 2026-06-08")
    text = small_site.build().read("weeks/2026-W24/mail.txt")
    assert text.count("\n  Closes Friday 1 January 2027\n") == text.count(f"\n  {'=' * 20}\n") == 1
    assert "\nCloses Friday 1 January" not in text
    assert "\nhttps://elsewhere" not in text
    assert max(map(len, text.splitlines())) <= 72


IN_WEEKS = {
    "stays": ("closes: 2026-07-25T12:00:00Z", "Opened", "Deadline: Saturday 25 July 2026, 12:00 UTC"),
    "ends": (
        "closes: 2026-06-12T12:00:00Z",
        "Opened",
        "Deadline: Friday 12 June 2026, 12:00 UTC; closed 12 June 2026",
    ),
    "goes": (
        "closes: 2026-07-25T12:00:00Z\nwithdrawn: 2026-06-13T09:00:00Z",
        "Opened",
        "Deadline was: Saturday 25 July 2026, 12:00 UTC; withdrawn 13 June 2026",
    ),
    "moves": (
        "closes: 2026-07-25T12:00:00Z\ndeadline_changes: [{on: 2026-06-11T10:00:00Z, from: 2026-06-12T12:00:00Z}]",
        "Closing",
        "Deadline: Friday 12 June 2026, 12:00 UTC; moved since, now: Saturday 25 July 2026, 12:00 UTC",
    ),
}


@pytest.mark.parametrize("slug", IN_WEEKS)
def test_a_week_shows_no_role_as_more_alive_than_it_is(small_site: SmallSite, slug: str) -> None:
    """A week's page and emails show the deadline that an event was about, and what has happened to the role since."""
    front_matter, word, expected = IN_WEEKS[slug]
    small_site.posting(slug, f"title: The role\nopens: 2026-06-08T08:00:00Z\n{front_matter}")
    site = small_site.build()
    page = " ".join("".join(site.page("weeks/2026-W24/index.html").main.itertext()).split())
    assert f"{word}: The role, Harbour Relief, Duty station not stated. {expected}" in page
    for name in ("mail.html", "mail.txt"):
        text = " ".join(re.sub("<[^>]*>", " ", site.read(f"weeks/2026-W24/{name}")).split())
        assert expected in text, name


# The digest as data


def test_open_csv_lists_the_open_roles(site: Built) -> None:
    """The table has one row for each open role, the most urgent first, with absolute addresses that exist."""
    table = (site.folder / "data/open.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf"), "without its mark Excel takes UTF-8 for the letters of its own country"
    rows = list(csv.DictReader(io.StringIO(table.decode("utf-8-sig"), newline="")))
    assert [row["id"] for row in rows] == [role.id for role in site.edition.site.open_roles]
    assert all(site.path_at(row["url"]) for row in rows)
    assert {row["closes_known"] for row in rows} <= {"stated", "assumed", "until-filled", ""}
    for row in rows:
        local, utc = row["closes_local"], row["closes_utc"]
        assert not utc or datetime.fromisoformat(local) == datetime.fromisoformat(utc)
        assert not utc or re.fullmatch(r"[\d-]{10}T[\d:]{5}(:\d\d)?(Z|[+-]\d\d:\d\d)", local), "as RFC 3339 writes it"
    assert site.read("data/open.csv").count("\r\n") == len(rows) + 1


FORMULAS = ("=1+1", "+1", "-1", "@SUM(A1)", " =1+1", "＝1+1", "x;=1+1", "x\t@SUM(A1)", 'x";"=1+1')


@pytest.mark.parametrize("start", FORMULAS)
def test_open_csv_has_no_formula(small_site: SmallSite, start: str) -> None:
    """No cell starts like a formula, whatever a title contains and whatever separator a spreadsheet uses."""
    small_site.posting("formula", f"title: {json.dumps(start + ' a role')}")
    table = small_site.build().read("data/open.csv").removeprefix("\ufeff")
    titles = [row["title"] for row in csv.DictReader(io.StringIO(table, newline=""))]
    assert [title.replace("'", "") for title in titles if "a role" in title] == [f"{start.strip()} a role"]
    for mark in ",;\t":
        cells = [cell for line in table.splitlines() for cell in next(csv.reader([line], delimiter=mark))]
        assert [cell for cell in cells if cell.strip('"').startswith(tuple("=+-@＝＋－＠"))] == []


def test_postings_json_holds_every_role_and_event(site: Built) -> None:
    """The data has every public role with its state, and every event so far, newest first."""
    found = json.loads(site.read("data/postings.json"))
    assert {one["id"]: one["state"] for one in found["postings"]} == {
        role.id: role.state.value for role in site.edition.roles
    }
    assert all(site.path_at(one["url"]) for one in found["postings"])
    assert [event["id"] for event in found["events"]] == [event.id for event in site.edition.site.events]
    assert all(datetime.fromisoformat(event["instant"]) <= site.edition.now for event in found["events"])


def test_postings_json_says_when_anything_last_changed(site: Built) -> None:
    """`as_of` is a past instant from which on, and not before, roles and events were as they are now."""
    instant = datetime.fromisoformat(json.loads(site.read("data/postings.json"))["as_of"])
    now, then, before = site.edition, site.at(instant), site.at(instant - timedelta(seconds=1))
    assert instant <= now.now
    assert (then.roles, then.events) == (now.roles, now.events)
    assert before.roles != now.roles


def test_postings_json_has_a_posting_a_line(site: Built) -> None:
    """Each posting and each event is on one line, so that a change to one changes one line."""
    _, opening, *lines = site.read("data/postings.json").split("\n")
    middle = lines.index("],")
    assert (opening, lines[middle + 1], lines[-2:]) == ('"postings": [', '"events": [', ["]}", ""])
    found = json.loads(site.read("data/postings.json"))
    assert [json.loads(line.removesuffix(",")) for line in lines[:middle]] == found["postings"]
    assert [json.loads(line.removesuffix(",")) for line in lines[middle + 2 : -2]] == found["events"]


def test_postings_json_keeps_the_facts(sample_site: Built) -> None:
    """The role that uses every key has its facts in the data, as text if a number would lose digits."""
    found = json.loads(sample_site.read("data/postings.json"))
    everything = next(one for one in found["postings"] if one["id"] == "first-everything")
    assert everything["salary"]["currency"] == "CHF"
    assert everything["duty_stations"][1] == {"city": "Goma", "country": "CD", "zone": "Africa/Lubumbashi"}
    assert everything["deadline"] == {
        "instant": "2026-07-31T14:00:00Z",
        "written": "2026-07-31T17:00:00+03:00",
        "stated": True,
        "zone": None,
    }
    taken = next(one for one in found["postings"] if one["id"] == "taken-down")
    assert taken.keys() == {"id", "url", "state", "title"}


# Text is text


def test_no_text_is_a_template(sample_site: Built) -> None:
    """`{{ 1234567*8 }}` in any field stays as it is, and is never evaluated."""
    for path in sample_site.paths():
        assert b"9876536" not in (sample_site.folder / path).read_bytes(), path
    assert sample_site.page("postings/open-with-everything/index.html").text().count("{{ 1234567*8 }}") >= 10


def test_no_text_is_markup(sample_site: Built) -> None:
    """`<b>` and the like in any field are shown to readers and never become elements."""
    ours = {element.tag for element in sample_site.page("postings/open-plain/index.html").tree.iter()}
    assert not ours & {"b", "i", "angles", "or", "notice", "board"}
    for page in sample_site.pages():
        strange = {str(element.tag) for element in page.tree.iter() if isinstance(element.tag, str)}
        assert not strange & {"b", "i", "or", "of", "notice", "board", "angles", "more"}, page.path
    text = sample_site.page("postings/open-with-everything/index.html").text()
    for shown in ('Head of <b>Everything</b> & "More"', "Able to type <b>&\"'</b>", "A degree in <b>everything</b>"):
        assert shown in text


# A site's own templates and static files


def test_an_own_template_replaces_one_file(small_site: SmallSite) -> None:
    """A file in `templates/` replaces the built-in one with its name, and all others stay."""
    before = small_site.build()
    small_site.write(
        "templates/not-found.html", '{% extends "layout.html" %}{% block main %}<h1>Lost?</h1>{% endblock %}'
    )
    after = small_site.build()
    assert after.differs_from(before) == ["404.html"]
    assert after.page("404.html").all("h1")[0].text == "Lost?"


def test_an_own_asset_gets_a_name_of_its_own(small_site: SmallSite) -> None:
    """A different style sheet is published under a different name, which the pages link to."""
    small_site.write("templates/assets/style.css", "body { color: red; }")
    site = small_site.build()
    (address,) = [
        address for element, address in site.page("index.html").references() if element.get("rel") == "stylesheet"
    ]
    path = site.path_at(address)
    assert path
    assert site.read(path) == "body { color: red; }"


@pytest.mark.parametrize(
    ("name", "text", "line", "says"),
    [
        ("not-found.html", "<h1>\n{% if %}\n", 2, "cannot be read"),
        ("not-found.html", "<h1>\n\n{{ view.haed }}\n", 3, "haed"),
        ("not-found.html", "{{ site.title | shout }}", 1, "shout"),
        ("not-found.html", '{% extends "lay-out.html" %}', 1, "lay-out.html"),
        ("not-found.html", "\n{{ asset('none.css') }}", 2, "none.css"),
        ("parts.html", "{% macro crumbs(head) %}\n{{ head.nothing }}\n{% endmacro %}", 2, "nothing"),
        ("not-found.html", "\n{{ 1 / 0 }}", 2, "division"),
        ("not-found.html", "\n{{ url('about') }}", 2, "url"),
        ("sitemap.xml", "{{ view.pages.first }}", 1, "first"),
    ],
)
def test_a_broken_template_is_a_problem_at_its_line(
    small_site: SmallSite, tmp_path: Path, name: str, text: str, line: int, says: str
) -> None:
    """A mistake in a template is reported with its path and line, the exit code is 1, and nothing is written."""
    small_site.write(f"templates/{name}", text)
    done = small_site.command("build", "--now", "2026-06-15T12:00:00Z", "--out", tmp_path / "out")
    assert done.code == 1
    problem = done.err.splitlines()[0]
    assert problem.startswith(f"templates/{name}:{line}:")
    assert says in problem
    assert not (tmp_path / "out").exists()


def test_a_template_that_is_not_utf_8_is_a_problem(small_site: SmallSite, tmp_path: Path) -> None:
    """A template that is not UTF-8 is a problem like any other."""
    small_site.write("templates/home.html", b"\xff\xfe")
    done = small_site.command("build", "--out", tmp_path / "out")
    assert (done.code, done.err.split(":")[0]) == (1, "templates/home.html")


@pytest.mark.parametrize(
    "path",
    [
        "index.html",
        "Index.HTML",
        "sitemap.xml",
        "postings/quay-master/index.html",
        "countries/ch",
        "countries/ch/feed.xml",
        "404.html/more.txt",
        "about/index.html",
        "data",
    ],
)
def test_a_static_file_takes_no_page_s_place(small_site: SmallSite, tmp_path: Path, path: str) -> None:
    """A static file at the path of a page, a folder or a file for hosts is a problem, and nothing is written."""
    small_site.allow_static(path)
    small_site.write(f"content/static/{path}", "mine")
    done = small_site.command("build", "--out", tmp_path / "out")
    assert done.code == 1
    assert f"content/static/{path}:1:1: file name: takes the place of" in done.err
    assert not (tmp_path / "out").exists()


def test_every_collision_is_reported_at_once(small_site: SmallSite, tmp_path: Path) -> None:
    """Three conflicting files cause three problems in one run, and `check` reports the same as `build`."""
    small_site.allow_static("index.html", "robots.txt", "feed.xml")
    for path in ("index.html", "robots.txt", "feed.xml"):
        small_site.write(f"content/static/{path}", "mine")
    done, checked = small_site.command("build", "--out", tmp_path / "out"), small_site.command("check")
    assert len(done.err.splitlines()) == 3
    assert (checked.code, checked.out) == (1, done.err)


def test_the_manifest_s_name_is_taken(small_site: SmallSite) -> None:
    """No static file can replace the manifest."""
    # A file whose name starts with a dot is not read at all.
    small_site.write("content/static/.vacancy-digest.json", '{"files": {}}')
    site = small_site.build()
    assert "index.html" in json.loads((site.folder / ".vacancy-digest.json").read_bytes())["files"]


def test_words_do_not_run_together(site: Built) -> None:
    """A word and the link or mark after it are separated even if a template's line breaks between them."""
    inline = {"a", "span", "strong", "time", "cite"}
    joined = []
    for page in site.pages():
        for element in page.main.iter():
            texts = [element.text or "", *(child.tail or "" for child in element)]
            for before, child in zip(texts, element, strict=False):
                if child.tag in inline and before[-1:].isalnum():
                    joined.append((page.path, before[-30:] + "".join(child.itertext())[:30]))
    assert joined == []


def test_now_is_what_the_home_page_says(sample_site: Built) -> None:
    """The home page states the instant of the build, for people and for programs."""
    (time,) = [element for element in sample_site.page("index.html").all("time") if "data-as-of" in element.attrib]
    assert time.text == "15 June 2026, 12:00 UTC"
    assert datetime.fromisoformat(time.get("datetime", "")) == SAMPLE_NOW


UNTIL_FILLED_TOLD = {
    "index.html": "Open until filled",
    "postings/waits/index.html": "Open until filled.",
    "weeks/2026-W23/mail.html": "Open until filled",
    "weeks/2026-W23/mail.txt": "Open until filled",
    "feed.xml": "Open until filled.",
    "atom.xml": "Open until filled.",
    "feed.json": '"closes_written": "until-filled"',
    "data/postings.json": '"closes":"until-filled"',
    "data/open.csv": ",until-filled,",
}


@pytest.mark.parametrize("path", UNTIL_FILLED_TOLD)
def test_a_role_open_until_filled_is_not_one_of_unknown_deadline(small_site: SmallSite, path: str) -> None:
    """If a notice says that it is open until filled, every page, feed and table says so."""
    (small_site.root / "content/postings/quay-master.md").unlink()
    small_site.posting("waits", "title: Clerk\nduty_stations: [{country: KE}]\ncloses: until-filled")
    text = small_site.build().read(path)
    assert UNTIL_FILLED_TOLD[path] in text
    assert not re.search("deadline:? (is )?not stated|no deadline", text, re.IGNORECASE)


def test_list_says_what_is_open_until_filled(small_site: SmallSite) -> None:
    """`list` says it in words, and in JSON as the notice writes it."""
    small_site.posting("waits", "title: Clerk\ncloses: until-filled")
    at = ("--now", "2026-06-15T12:00:00Z")
    assert "Clerk. Deadline: open until filled." in small_site.command("list", *at).out
    found = {one["id"]: one for one in json.loads(small_site.command("list", *at, "--format", "json").out)}
    assert found["waits"]["closes_written"] == "until-filled"
