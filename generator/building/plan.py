"""Every file that an edition has: artifacts, each with a view of its own, before any of them is rendered."""

from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from typing import Literal, NamedTuple
from unicodedata import normalize

from ..edition.edition import Collection, Edition, Role
from ..edition.routes import (
    AssetFile,
    CalendarFile,
    CopiedFile,
    DataFile,
    Home,
    HostFile,
    Links,
    OpenCsv,
    OpmlFile,
    Page,
    PostingPage,
    PostingsJson,
    SearchFile,
    WeekMail,
    WeekPage,
    WeeksFeed,
    hashed_name,
    path_of,
)
from ..edition.titles import place_of
from ..edition.wording import utc_text
from ..feeds import hosting
from ..feeds.calendars import calendar_of, calendars_of_roles
from ..feeds.entries import feeds_of
from ..feeds.exports import DataSubject, TableSubject, build_json, countries_json
from ..feeds.weeks import weeks_subject
from ..model import clock
from ..model.problems import Place, Problem
from ..pages import pages, weeks
from ..pages.pages import is_alone
from ..pages.views import HtmlView, WeekMailView
from ..publishing.standing import MANIFEST
from ..reading.templates import Templates
from .artifacts import Artifact, OpmlView, SitemapView, View
from .fingerprint import Fingerprint
from .search import Index

ICON: Literal["favicon.ico"] = "favicon.ico"
SEARCH = "search"
PRESENT = "present"  # the part that says what time it is
SITE = "site"  # the part made from everything that other pages show of postings


class Part(NamedTuple):
    """Files that are planned together; if the key is unchanged, each of them has the same view as before."""

    name: str
    key: bytes
    files: Callable[[], Iterable[tuple[Page, View]]]


def plan(edition: Edition, templates: Templates) -> list[Artifact]:
    """Every artifact of the site except the search index, sorted by path."""
    fingerprint = Fingerprint(edition, b"")
    parts = parts_of(edition, templates, fingerprint)
    return sorted((one for part in parts for one in planned(part, fingerprint)), key=lambda one: one.path)


def parts_of(
    edition: Edition, templates: Templates, fingerprint: Fingerprint, index: Index | None = None
) -> Iterator[Part]:
    """The whole plan in parts. Each names what it is made from; its files are considered only if that changed."""
    yield present_part(edition, fingerprint, searchable=index is not None)
    yield site_part(edition, templates, fingerprint)
    yield from posting_parts(edition, fingerprint)
    yield from list_parts(edition, fingerprint)
    if index:
        yield Part(SEARCH, index.key, lambda: ((SearchFile(name), content) for name, content in index.files))


def planned(part: Part, fingerprint: Fingerprint) -> Iterator[Artifact]:
    """The artifacts of a part; their keys are the fingerprints of their views."""
    return (Artifact(page, view, path_of(page), fingerprint.of(view), part.name) for page, view in part.files())


def site_part(edition: Edition, templates: Templates, fingerprint: Fingerprint) -> Part:
    """What is made from everything. Its key also covers everything that lists are made from.

    Everything is planned again each week: a week has ended, and what no file needs any more is forgotten.
    """
    copies = [f"{file.path} {file.digest.hex()}" for file in edition.content.static]
    alone = bytes(is_alone(role, edition) for role in edition.roles)
    changed = utc_text(edition.changed)
    key = fingerprint.of_roles(str(_week(edition)), changed, *copies, alone.hex(), roles=(edition.roles,))
    return Part(SITE, key, partial(_of_site, edition, templates))


def _week(edition: Edition) -> tuple[int, int]:
    return clock.week_of(edition.now, edition.settings.timezone)


def present_part(edition: Edition, fingerprint: Fingerprint, *, searchable: bool = False) -> Part:
    """What shows the instant of the build: the home page, and a file that tells other pages how old the site is."""
    view = pages.home_view(edition, searchable=searchable)
    as_of = DataFile("build.json"), build_json(view.as_of)
    return Part(PRESENT, fingerprint.of(view), lambda: [(view.head.page, view), as_of])


def search_key(edition: Edition, fingerprint: Fingerprint, version: str) -> bytes:
    """The key of the index for full-text search, by the version of the program that makes it.

    It changes with the texts of the open roles, and not because time passes.
    """
    roles = sorted(edition.site.open_roles, key=lambda role: role.slug)
    texts = [f"{role.slug} {role.listing.digest.hex()}" for role in roles if not role.takedown]
    return fingerprint.of_roles(SEARCH, version, *texts, roles=())


def posting_parts(edition: Edition, fingerprint: Fingerprint) -> tuple[Part, Part]:
    """The pages of postings. Nothing else changes with the body of a posting, except the search index."""
    week = str(_week(edition))
    alone: list[Role] = []
    among: list[Role] = []
    for role in edition.roles:
        (alone if is_alone(role, edition) else among).append(role)
    listed = edition.site.open_roles
    return (
        Part(
            "postings/alone",
            fingerprint.of_files(week, whole=alone, roles=()),
            lambda: _postings(pages.posting_subjects(alone, edition)),
        ),
        Part(
            "postings/among",
            fingerprint.of_files(week, whole=among, roles=listed),
            lambda: _postings(pages.posting_subjects(among, edition)),
        ),
    )


def list_parts(edition: Edition, fingerprint: Fingerprint) -> Iterator[Part]:
    """A part for each collection and week."""
    week = str(_week(edition))
    for collection in _collections(edition):
        name = path_of(place_of(collection))
        if collection.dimension is not None:
            yield Part(
                name,
                fingerprint.of_roles(week, name, roles=(collection.open_roles, collection.over)),
                partial(_of_collection, collection, edition),
            )
    for (year, number), events in edition.weeks.items():
        told = [edition.role_by_id[event.posting] for event in events]
        name = path_of(WeekPage(year, number))
        yield Part(name, fingerprint.of_roles(week, name, roles=(told,)), partial(_of_week, year, number, edition))


def _postings(subjects: Iterable[pages.PostingSubject]) -> Iterator[tuple[Page, View]]:
    return ((PostingPage(subject.role.slug), subject) for subject in subjects)


def _of_collection(collection: Collection, edition: Edition) -> Iterator[tuple[Page, View]]:
    page = pages.collection_view(collection, edition)
    yield page.head.page, page
    for view in pages.ended_views(collection, edition):
        yield view.head.page, view
    yield from _feeds(collection, edition)


def _feeds(collection: Collection, edition: Edition) -> Iterator[tuple[Page, View]]:
    yield from ((feed.page, feed) for feed in feeds_of(collection, edition))
    yield CalendarFile(place_of(collection)), calendar_of(collection, edition)


def _of_week(year: int, week: int, edition: Edition) -> Iterator[tuple[Page, View]]:
    view = weeks.week_view(year, week, edition)
    yield WeekPage(year, week), view
    for format in ("html", "txt"):
        page = WeekMail(year, week, format)
        yield page, WeekMailView(page, view)


def _of_site(edition: Edition, templates: Templates) -> Iterator[tuple[Page, View]]:
    links = Links(edition.settings.base_url)
    html = list(_html(edition))
    yield from ((view.head.page, view) for view in html)
    yield from _feeds(edition.site, edition)
    yield from ((calendar.page, calendar) for calendar in calendars_of_roles(edition))
    yield WeeksFeed(), weeks_subject(edition)
    feeds = pages.feeds_view(edition)
    yield OpmlFile(), OpmlView(edition.settings.title, feeds.site, feeds.sections)
    yield from _data(edition)
    yield from _host_files(edition, links, html)
    yield from _copies(edition, templates)


def _html(edition: Edition) -> Iterator[HtmlView]:
    """The pages other than the home page and those of postings and collections."""
    yield pages.closing_view(edition)
    yield pages.opened_view(edition)
    yield pages.archive_view(edition)
    yield weeks.weeks_view(edition)
    yield pages.feeds_view(edition)
    yield pages.not_found_view()
    for role in edition.roles:
        for alias in role.listing.aliases:
            yield pages.alias_view(alias, role)
    for dimension in edition.collections:
        yield pages.section_view(dimension, edition)
    for (year, month), roles in edition.months.items():
        yield pages.month_view(year, month, roles)
    for file in edition.content.pages:
        yield pages.editors_view(file)


def _collections(edition: Edition) -> Iterator[Collection]:
    yield edition.site
    for found in edition.collections.values():
        yield from found.values()


def _data(edition: Edition) -> Iterator[tuple[Page, View]]:
    yield PostingsJson(), DataSubject(utc_text(edition.changed), edition.roles)
    yield DataFile("countries.json"), countries_json()
    yield OpenCsv(), TableSubject(edition.site.open_roles)


def _host_files(edition: Edition, links: Links, html: Iterable[HtmlView]) -> Iterator[tuple[Page, View]]:
    aliases = sorted((alias, role.slug) for role in edition.roles for alias in role.listing.aliases)
    yield HostFile("sitemap.xml"), SitemapView(tuple(_sitemap(edition, html)))
    yield HostFile("robots.txt"), hosting.robots(links)
    yield HostFile("_headers"), hosting.headers(links)
    yield HostFile("_redirects"), hosting.redirects(aliases, links)
    yield HostFile(".nojekyll"), b""


def _sitemap(edition: Edition, html: Iterable[HtmlView]) -> Iterator[tuple[Page, str]]:
    """The pages that search may show, a posting's with the instant of its last event."""
    found: list[tuple[Page, str]] = [(Home(), "")]
    found += [(view.head.page, "") for view in html if view.head.indexed]
    for collection in _collections(edition):
        if collection.dimension is not None:
            found += [(page, "") for page in pages.collection_pages(collection)]
    found += [(WeekPage(year, week), "") for year, week in edition.weeks]
    for role in edition.site.open_roles:
        happened = utc_text(role.events[-1].instant) if role.events else ""
        found.append((PostingPage(role.slug), happened))
    yield from sorted(found, key=lambda entry: path_of(entry[0]))


def _copies(edition: Edition, templates: Templates) -> Iterator[tuple[Page, View]]:
    for name, content in templates.assets.items():
        yield AssetFile(templates.published_name(name)), content
    # Browsers ask for it under this name alone. A site may have put its own there.
    if all(static.path != ICON for static in edition.content.static):
        yield HostFile(ICON), templates.assets[ICON]
    for file in edition.content.organisations.values():
        if file.logo:
            yield AssetFile(hashed_name(f"logo-{file.logo.path}", file.logo.digest)), file.logo
    for static in edition.content.static:
        yield CopiedFile(static.path), static


def collisions(artifacts: Iterable[Artifact], others: Iterable[str] = ()) -> list[Problem]:
    """Every file of `content/static/` that would take the place of another file, or of a folder.

    `others` are paths of files that are not from there.
    """
    copied: list[str] = []
    made: list[str] = []
    for artifact in artifacts:
        (copied if isinstance(artifact.page, CopiedFile) else made).append(artifact.path)
    if not copied:
        return []
    taken = {_folded(path): path for path in (*made, *others)}
    taken[MANIFEST] = MANIFEST
    folders = {parent: parent for path in taken for parent in _parents(path)}
    problems = []
    for name in copied:
        path, shown = _folded(name), f"content/static/{name}"
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
