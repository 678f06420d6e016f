"""Every file that an edition has: artifacts, each with a view of its own, before any of them is rendered."""

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import get_args
from unicodedata import normalize

from . import exports, hosting, pages, routes
from .calendars import calendar_of
from .edition import Collection, Edition
from .entries import feed_of, weeks_feed
from .problems import Place, Problem
from .progress import Track, silent
from .publish import MANIFEST
from .render import Artifact, Frame, OpmlView, SitemapView
from .routes import (
    AssetFile,
    CalendarFile,
    CopiedFile,
    FeedFile,
    HostFile,
    Links,
    OpenCsv,
    OpmlFile,
    Page,
    PostingsJson,
    WeeksFeed,
    hashed_name,
)
from .templates import Templates
from .views import HtmlView, Link, PostingView, place_of

_FEEDS: tuple[tuple[routes.Told, routes.Format], ...] = (
    ("all", "rss"),
    ("all", "atom"),
    ("all", "json"),
    ("opened", "rss"),
    ("opened", "atom"),
    ("closing", "rss"),
    ("closing", "atom"),
)


def frame_of(edition: Edition) -> Frame:
    """What every page shows."""
    files = edition.content.pages
    return Frame(edition.settings, tuple(Link(file.page.title, routes.EditorsPage(file.slug)) for file in files))


def plan(edition: Edition, templates: Templates, track: Track = silent) -> list[Artifact]:
    """Every artifact of the site, sorted by path."""
    links = Links(edition.settings.base_url)
    html = list(_html(edition, links, track))
    found = [
        *html,
        *_feeds(edition),
        *_data(edition, links),
        *_host_files(edition, links, html),
        *_copies(edition, templates),
    ]
    return sorted(found, key=lambda artifact: artifact.path)


def _html(edition: Edition, links: Links, track: Track) -> Iterator[Artifact]:
    yield _page(pages.home_view(edition))
    yield _page(pages.closing_view(edition))
    yield _page(pages.opened_view(edition))
    yield _page(pages.archive_view(edition))
    yield _page(pages.weeks_view(edition))
    yield _page(pages.feeds_view(edition))
    yield _page(pages.not_found_view())
    for role in track(edition.roles, len(edition.roles), "Preparing"):
        yield _page(pages.posting_view(role, edition, links))
        for alias in role.posting.aliases:
            yield _page(pages.alias_view(alias, role))
    for dimension, found in edition.collections.items():
        yield _page(pages.section_view(dimension, edition))
        for collection in found.values():
            yield _page(pages.collection_view(collection, edition))
    for (year, month), roles in edition.months.items():
        yield _page(pages.month_view(year, month, roles, edition))
    for year, week in edition.weeks:
        yield _page(pages.week_view(year, week, edition))
    for file in edition.content.pages:
        yield _page(pages.editors_view(file))


def _page(view: HtmlView) -> Artifact:
    return Artifact(view.head.page, view)


def _collections(edition: Edition) -> Iterator[Collection]:
    yield edition.site
    for found in edition.collections.values():
        yield from found.values()


def _feeds(edition: Edition) -> Iterator[Artifact]:
    for collection in _collections(edition):
        place = place_of(collection)
        for told, format in _FEEDS:
            page = FeedFile(place, told, format)
            yield Artifact(page, feed_of(page, collection, edition))
        yield Artifact(CalendarFile(place), calendar_of(collection, edition))
    yield Artifact(WeeksFeed(), weeks_feed(edition))
    feeds = pages.feeds_view(edition)
    yield Artifact(OpmlFile(), OpmlView(edition.settings.title, feeds.site, feeds.sections))


def _data(edition: Edition, links: Links) -> Iterator[Artifact]:
    yield Artifact(PostingsJson(), exports.postings_json(edition, links))
    yield Artifact(OpenCsv(), exports.open_csv(edition, links))


def _host_files(edition: Edition, links: Links, html: list[Artifact]) -> Iterator[Artifact]:
    aliases = sorted((alias, role.slug) for role in edition.roles for alias in role.posting.aliases)
    yield Artifact(HostFile("sitemap.xml"), SitemapView(tuple(_sitemap(html))))
    yield Artifact(HostFile("robots.txt"), hosting.robots(links))
    yield Artifact(HostFile("_headers"), hosting.headers(links))
    yield Artifact(HostFile("_redirects"), hosting.redirects(aliases, links))
    yield Artifact(HostFile(".nojekyll"), b"")


def _sitemap(html: list[Artifact]) -> Iterator[tuple[Page, str]]:
    """The pages that search may show, a posting's with the instant of its last event."""
    for artifact in html:
        view = artifact.view
        if isinstance(view, get_args(HtmlView)) and view.head.indexed:
            happened = view.happenings[-1].instant if isinstance(view, PostingView) and view.happenings else ""
            yield artifact.page, happened


def _copies(edition: Edition, templates: Templates) -> Iterator[Artifact]:
    for name, content in templates.assets.items():
        yield Artifact(AssetFile(templates.published_name(name)), content)
    for file in edition.content.organisations.values():
        if file.logo:
            yield Artifact(AssetFile(hashed_name(f"logo-{file.logo.path}", file.logo.content)), file.logo.content)
    for static in edition.content.static:
        yield Artifact(CopiedFile(static.path), static.content)


def collisions(artifacts: list[Artifact]) -> list[Problem]:
    """Every file of `content/static/` that would take the place of another file, or of a folder."""
    taken = {
        _folded(artifact.path): artifact.path for artifact in artifacts if not isinstance(artifact.page, CopiedFile)
    }
    taken[MANIFEST] = MANIFEST
    folders = {parent: parent for path in taken for parent in _parents(path)}
    problems = []
    for artifact in artifacts:
        if not isinstance(artifact.page, CopiedFile):
            continue
        path, shown = _folded(artifact.path), f"content/static/{artifact.path}"
        above = next((parent for parent in _parents(path) if parent in taken), None)
        if other := taken.get(path) or folders.get(path) or (taken[above] if above else None):
            problems.append(Problem(shown, Place(), "file name", f"takes the place of {other}, rename it"))
        else:
            taken[path] = shown
            folders |= dict.fromkeys(_parents(path), shown)
    return problems


def _folded(path: str) -> str:
    # Some file systems take Ä and ä, or the two spellings of é, for one name.
    return normalize("NFC", path).casefold()


def _parents(path: str) -> list[str]:
    return [str(parent) for parent in PurePosixPath(path).parents][:-1]
