"""Every file that an edition has: artifacts, each with a view of its own, before any of them is rendered."""

from collections.abc import Iterator, Sequence
from pathlib import PurePosixPath
from unicodedata import normalize

from . import hosting, pages, routes
from .calendars import calendar_of
from .edition import Collection, Edition
from .entries import feed_of, weeks_subject
from .exports import DataSubject, TableSubject
from .fingerprint import Fingerprint
from .problems import Place, Problem
from .progress import Track, silent
from .publish import MANIFEST
from .render import Artifact, OpmlView, SitemapView, View
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
    PostingPage,
    PostingsJson,
    WeeksFeed,
    hashed_name,
    path_of,
)
from .templates import Templates
from .views import HtmlView, place_of, utc_text

_FEEDS: tuple[tuple[routes.Told, routes.Format], ...] = (
    ("all", "rss"),
    ("all", "atom"),
    ("all", "json"),
    ("opened", "rss"),
    ("opened", "atom"),
    ("closing", "rss"),
    ("closing", "atom"),
)


def plan(
    edition: Edition, templates: Templates, fingerprint: Fingerprint | None = None, track: Track = silent
) -> list[Artifact]:
    """Every artifact of the site, sorted by path; their keys are the fingerprints of their views."""
    fingerprint = fingerprint or Fingerprint(edition, b"")

    def artifact(page: Page, view: View) -> Artifact:
        return Artifact(page, view, path_of(page), fingerprint.of(view))

    return sorted(
        (artifact(page, view) for page, view in _planned(edition, templates, track)), key=lambda artifact: artifact.path
    )


def _planned(edition: Edition, templates: Templates, track: Track) -> Iterator[tuple[Page, View]]:
    links = Links(edition.settings.base_url)
    for subject in track(pages.posting_subjects(edition), len(edition.roles), "Planning"):
        yield PostingPage(subject.role.slug), subject
    html = list(_html(edition))
    yield from ((view.head.page, view) for view in html)
    yield from _feeds(edition)
    yield from _data(edition)
    yield from _host_files(edition, links, html)
    yield from _copies(edition, templates)


def _html(edition: Edition) -> Iterator[HtmlView]:
    """Every page but those of the postings."""
    yield pages.home_view(edition)
    yield pages.closing_view(edition)
    yield pages.opened_view(edition)
    yield pages.archive_view(edition)
    yield pages.weeks_view(edition)
    yield pages.feeds_view(edition)
    yield pages.not_found_view()
    for role in edition.roles:
        for alias in role.listing.aliases:
            yield pages.alias_view(alias, role)
    for dimension, found in edition.collections.items():
        yield pages.section_view(dimension, edition)
        for collection in found.values():
            yield pages.collection_view(collection, edition)
            yield from pages.ended_views(collection, edition)
    for (year, month), roles in edition.months.items():
        yield pages.month_view(year, month, roles, edition)
    for year, week in edition.weeks:
        yield pages.week_view(year, week, edition)
    for file in edition.content.pages:
        yield pages.editors_view(file)


def _collections(edition: Edition) -> Iterator[Collection]:
    yield edition.site
    for found in edition.collections.values():
        yield from found.values()


def _feeds(edition: Edition) -> Iterator[tuple[Page, View]]:
    for collection in _collections(edition):
        place = place_of(collection)
        for told, format in _FEEDS:
            page = FeedFile(place, told, format)
            yield page, feed_of(page, collection, edition)
        yield CalendarFile(place), calendar_of(collection, edition)
    yield WeeksFeed(), weeks_subject(edition)
    feeds = pages.feeds_view(edition)
    yield OpmlFile(), OpmlView(edition.settings.title, feeds.site, feeds.sections)


def _data(edition: Edition) -> Iterator[tuple[Page, View]]:
    yield PostingsJson(), DataSubject(utc_text(edition.changed), edition.roles, edition.events)
    yield OpenCsv(), TableSubject(edition.site.open_roles)


def _host_files(edition: Edition, links: Links, html: Sequence[HtmlView]) -> Iterator[tuple[Page, View]]:
    aliases = sorted((alias, role.slug) for role in edition.roles for alias in role.listing.aliases)
    yield HostFile("sitemap.xml"), SitemapView(tuple(_sitemap(edition, html)))
    yield HostFile("robots.txt"), hosting.robots(links)
    yield HostFile("_headers"), hosting.headers(links)
    yield HostFile("_redirects"), hosting.redirects(aliases, links)
    yield HostFile(".nojekyll"), b""


def _sitemap(edition: Edition, html: Sequence[HtmlView]) -> Iterator[tuple[Page, str]]:
    """The pages that search may show, a posting's with the instant of its last event."""
    found: list[tuple[Page, str]] = [(view.head.page, "") for view in html if view.head.indexed]
    for role in edition.site.open_roles:
        happened = utc_text(role.events[-1].instant) if role.events else ""
        found.append((PostingPage(role.slug), happened))
    yield from sorted(found, key=lambda entry: path_of(entry[0]))


def _copies(edition: Edition, templates: Templates) -> Iterator[tuple[Page, View]]:
    for name, content in templates.assets.items():
        yield AssetFile(templates.published_name(name)), content
    for file in edition.content.organisations.values():
        if file.logo:
            yield AssetFile(hashed_name(f"logo-{file.logo.path}", file.logo.content)), file.logo.content
    for static in edition.content.static:
        yield CopiedFile(static.path), static.content


def collisions(artifacts: Sequence[Artifact]) -> list[Problem]:
    """Every file of `content/static/` that would take the place of another file, or of a folder."""
    if not any(isinstance(artifact.page, CopiedFile) for artifact in artifacts):
        return []
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
