"""Artifacts to bytes. Every page of a site is made here from its view and the templates, and from nothing else."""

import traceback
from dataclasses import dataclass
from typing import assert_never, get_args

from jinja2 import BaseLoader, Environment, StrictUndefined, TemplateError, TemplateNotFound, TemplateRuntimeError

from . import calendars, feeds, routes, views, wording
from .calendars import DeadlineCalendar
from .entries import Entry, Feed
from .hosting import META_POLICY
from .model import Dimension
from .pages import feed_links
from .problems import ContentError, Place, Problem
from .routes import AssetFile, FeedFile, Links, Page, path_of
from .schema import Settings
from .templates import Templates


@dataclass(frozen=True, slots=True)
class OpmlView:
    """Every feed, for feed readers."""

    title: str
    site: views.FeedRow
    sections: tuple[tuple[str, tuple[views.FeedRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class SitemapView:
    """Every page that may be found by search; with the instant of its last event where it has events."""

    pages: tuple[tuple[Page, str], ...]


View = views.HtmlView | Feed | DeadlineCalendar | OpmlView | SitemapView | bytes


@dataclass(frozen=True, slots=True)
class Artifact:
    """One file of the site: its page, and all that its bytes depend on besides templates and settings."""

    page: Page
    view: View

    @property
    def path(self) -> str:
        return path_of(self.page)


_TEMPLATES: dict[type, str] = {
    views.HomeView: "home.html",
    views.PostingView: "posting.html",
    views.TakenDownView: "taken-down.html",
    views.SectionView: "section.html",
    views.CollectionView: "collection.html",
    views.ListView: "list.html",
    views.ArchiveView: "archive.html",
    views.WeeksView: "weeks.html",
    views.WeekView: "week.html",
    views.EditorsView: "page.html",
    views.FeedsView: "feeds.html",
    views.NotFoundView: "not-found.html",
    views.AliasView: "moved.html",
    OpmlView: "feeds.opml",
    SitemapView: "sitemap.xml",
}


@dataclass(frozen=True, slots=True)
class Frame:
    """What every page of a site shows: its settings and the editors' own pages."""

    settings: Settings
    pages: tuple[views.Link, ...]


class _Sources(BaseLoader):
    """Templates from memory, under the names that messages show."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, None]:
        try:
            source = self.templates.sources[template]
        except KeyError:
            raise TemplateNotFound(template) from None
        return source.text, source.path, None


class Renderer:
    """Renders artifacts one by one, in any order; holds nothing that changes."""

    def __init__(self, frame: Frame, templates: Templates) -> None:
        self.settings, self.templates = frame.settings, templates
        self.links = Links(frame.settings.base_url)
        self.environment = Environment(
            loader=_Sources(templates), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
        )
        self.environment.globals |= {
            "site": frame.settings,
            "pages": frame.pages,
            "policy": META_POLICY,
            "url": self.url,
            "absolute": self.links.absolute,
            "asset": self.asset,
            "prefix": self.links.prefix,
            "media_type": media_type,
            "section_title": views.section_title,
            "section_word": lambda dimension: views.DIMENSION_WORDS[dimension][1],
            "feed_links": feed_links,
            "wording": wording,
            "Dimension": Dimension,
        } | {page.__name__: page for page in get_args(routes.Page)}

    def url(self, page: Page | str) -> str:
        """The address of a page. Raises a template's error when it is given text: links are made from pages."""
        if isinstance(page, str):
            raise TemplateRuntimeError(
                f"url({page!r}) is given text, give it a page such as Home() or EditorsPage('about')"
            )
        return self.links.url(page)

    def asset(self, name: str) -> str:
        """The address of an asset. Raises a template's error when there is none of that name."""
        if name not in self.templates.assets:
            raise TemplateNotFound(f"assets/{name}")
        return self.links.url(AssetFile(self.templates.published_name(name)))

    def render(self, artifact: Artifact) -> bytes:
        """The bytes of an artifact. Raises ContentError when a template fails, with the template's line."""
        match artifact.view:
            case bytes():
                return artifact.view
            case Feed():
                return self.feed(artifact.view)
            case DeadlineCalendar():
                return calendars.ics(artifact.view, self.links)
            case _:
                return self.fill(_TEMPLATES[type(artifact.view)], view=artifact.view).encode()

    def feed(self, feed: Feed) -> bytes:
        stylesheet = self.asset("feed.css")
        kind = feed.page.format if isinstance(feed.page, FeedFile) else "rss"
        match kind:
            case "rss":
                return feeds.rss(feed, self.settings, self.links, self.entry, stylesheet)
            case "atom":
                return feeds.atom(feed, self.settings, self.links, self.entry, stylesheet)
            case "json":
                return feeds.json_feed(feed, self.settings, self.links, self.entry)
        assert_never(kind)

    def entry(self, entry: Entry) -> str:
        """The content of a feed's entry, as HTML."""
        return self.fill("entry.html", entry=entry)

    def fill(self, name: str, **values: object) -> str:
        try:
            return self.environment.get_template(name).render(**values)
        except Exception as error:
            problem, own = self.template_problem(name, error)
            # What fails in a template of the site is its editor's to mend; anything else is a bug of ours.
            if own or isinstance(error, TemplateError):
                raise ContentError([problem]) from error
            raise

    def template_problem(self, name: str, error: Exception) -> tuple[Problem, bool]:
        """Where a template failed, the innermost of its lines in the traceback, and whether the site brought it."""
        own_paths = {source.path for source in self.templates.sources.values() if source.own}
        path, line = f"templates/{name}", 1
        for frame in traceback.extract_tb(error.__traceback__):
            if frame.filename.startswith("templates/"):
                path, line = frame.filename, frame.lineno or 1
        return Problem(path, Place(line), "template", f"fails ({error}), correct the template"), path in own_paths


def media_type(page: Page) -> str:
    """The media type under which a page's feed or calendar is offered to programs."""
    match page:
        case FeedFile(format="rss") | routes.WeeksFeed():
            return "application/rss+xml"
        case FeedFile(format="atom"):
            return "application/atom+xml"
        case FeedFile(format="json"):
            return "application/feed+json"
        case routes.CalendarFile():
            return "text/calendar"
    return "text/html"
