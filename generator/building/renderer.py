"""Turns views into bytes. Every page of a site is made here, from its view and the templates only."""

import traceback
from collections.abc import Hashable, Iterable, MutableMapping, Sequence
from functools import cache, cached_property, lru_cache
from types import CodeType
from typing import Any, assert_never, get_args

from jinja2 import (
    BaseLoader,
    BytecodeCache,
    Environment,
    TemplateError,
    TemplateNotFound,
    TemplateRuntimeError,
)
from jinja2.bccache import Bucket
from markupsafe import Markup, escape

from ..edition import routes, wording
from ..edition.edition import Role
from ..edition.routes import AssetFile, FeedFile, Format, Links, Page, page_of
from ..edition.titles import DIMENSION_WORDS, section_title
from ..feeds import feeds
from ..feeds.entries import Entry, Feed
from ..feeds.hosting import META_POLICY
from ..model.content import Content, PostingFile
from ..model.model import Dimension, Event
from ..model.problems import ContentError, Place, Problem
from ..model.telling import visible
from ..pages import pages, views
from ..pages.corrections import report_address
from ..pages.matching import LEVELS
from ..pages.pages import PostingSubject, feed_links
from ..pages.rows import happening_of, row_of
from ..pages.weeks import week_text
from ..reading.sandbox import OPTIONS, Sandbox
from ..reading.templates import Templates, said
from ..work.thresholds import USUAL
from .artifacts import OpmlView, SitemapView

_TEMPLATES: dict[type, str] = {
    views.HomeView: "home.html",
    views.PostingView: "posting.html",
    views.TakenDownView: "taken-down.html",
    views.SectionView: "section.html",
    views.CollectionView: "collection.html",
    views.EndedView: "ended.html",
    views.ListView: "list.html",
    views.ArchiveView: "archive.html",
    views.WeeksView: "weeks.html",
    views.WeekView: "week.html",
    views.WeekMailView: "mail.html",
    views.EditorsView: "page.html",
    views.FeedsView: "feeds.html",
    views.NotFoundView: "not-found.html",
    views.AliasView: "moved.html",
    OpmlView: "feeds.opml",
    SitemapView: "sitemap.xml",
}


class _Sources(BaseLoader):
    """Templates held in memory, under the names that messages show."""

    def __init__(self, templates: Templates) -> None:
        self.templates = templates

    def get_source(self, _environment: Environment, template: str) -> tuple[str, str, None]:
        try:
            source = self.templates.sources[template]
        except KeyError:
            raise TemplateNotFound(template) from None
        return source.text, source.path, None


class _Compiled(BytecodeCache):
    """Templates compiled in this process, because compiling takes longest in repeated builds."""

    def __init__(self) -> None:
        self.codes: dict[tuple[str, str], CodeType] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        bucket.code = self.codes.get((bucket.key, bucket.checksum))

    def dump_bytecode(self, bucket: Bucket) -> None:
        if bucket.code:
            self.codes[bucket.key, bucket.checksum] = bucket.code


_COMPILED, _COMPILED_IN_SANDBOX = _Compiled(), _Compiled()  # the same source compiles to different code there
_MOST_ROWS = 5_000
_MOST_HELD = 1 << 26  # characters, of parts that pages share
_SUBJECTS = (str, int, type(None), *get_args(routes.Page))
_DEEP = (
    routes.PostingPage,
    routes.AliasPage,
    routes.CollectionPage,
    routes.EndedPage,
    routes.MonthPage,
    routes.WeekPage,
)


class _Environment(Environment):
    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        # Jinja would chain two mappings and search the chain for each template of a page.
        return {**self.globals, **(d or {})}


class Renderer:
    """Renders views one by one, in any order. Parts that many pages share are made once."""

    def __init__(self, content: Content, templates: Templates) -> None:
        self.content, self.settings, self.templates = content, content.settings, templates
        self.links = Links(self.settings.base_url)
        self.url_of = lru_cache(8192)(lambda page: escape(self.links.url(page)))
        self.absolute_of = lru_cache(1024)(lambda page: escape(self.links.absolute(page)))
        self.published_name = cache(templates.published_name)
        self.rows: dict[Hashable, tuple[Markup, int]] = {}
        self.contents: dict[str, str] = {}
        self.briefs: dict[bytes, views.Row] = {}
        self.parts: dict[Hashable, tuple[Markup, int]] = {}
        self.held = 0
        self.environment = _Environment(loader=_Sources(templates), bytecode_cache=_COMPILED, **OPTIONS)
        self.sandboxed = templates.sandboxed
        self.globals = self._globals(content)
        self.environment.globals |= self.globals

    def _globals(self, content: Content) -> dict[str, Any]:
        """The names that every template can use."""
        return {
            "site": self.settings,
            "report": report_address(self.settings, self.settings.title, self.settings.base_url),
            "pages": tuple(views.Link(file.page.title, routes.EditorsPage(file.slug)) for file in content.pages),
            "policy": META_POLICY,
            "url": self.url,
            "absolute": self.absolute,
            "asset": self.asset,
            "prefix": self.links.prefix,
            "media_type": media_type,
            "degree_levels": LEVELS,
            "section_title": section_title,
            "section_word": section_word,
            "feed_links": feed_links,
            "page_of": page_of,
            "wording": wording,
            "row": self.row,
            "brief": self.brief,
            "told": self.told,
            "part": self.part,
            "in_menu": in_menu,
            "Dimension": Dimension,
        } | {page.__name__: page for page in get_args(routes.Page)}

    @cached_property
    def sandbox(self) -> Sandbox:
        """The environment for the site's own templates, and for those of ours that include them."""
        found = Sandbox(_Sources(self.templates), _COMPILED_IN_SANDBOX)
        found.globals |= self.globals
        return found

    def url(self, page: Page | str) -> Markup:
        """The address of a page. Raises a template error when it is given text, because links are made from pages."""
        if isinstance(page, str):
            raise TemplateRuntimeError(
                f"url({page!r}) is given text, give it a page such as Home() or EditorsPage('about')"
            )
        return self.url_of(page)

    def absolute(self, page: Page) -> Markup:
        """The full address of a page."""
        return self.absolute_of(page)

    def asset(self, name: str, *, absolute: bool = False) -> str:
        """The address of an asset, in full for other sites. Raises a template error if there is no asset of that
        name.
        """
        if name not in self.templates.assets:
            raise TemplateNotFound(f"assets/{name}")
        page = AssetFile(self.published_name(name))
        return self.links.absolute(page) if absolute else self.links.url(page)

    def part(self, name: str, subject: object = None) -> Markup:
        """A template that shows only its subject (a page, text or number) and that many pages share."""
        if not isinstance(subject, _SUBJECTS):
            raise TemplateRuntimeError(f"part({name!r}) is given {type(subject).__name__}, give it a page or a text")
        if name not in self.templates.sources:
            raise TemplateNotFound(name)
        return self._kept(self.parts, (name, subject), name, {"subject": subject})

    def row(self, role: Role, level: int = 3, reason: str = "") -> Markup:
        """A role in a list, with its heading at the given level."""
        key = role.key, level, reason
        if (found := self.rows.get(key)) and not found[1]:
            return found[0]
        return self._kept(self.rows, key, "row.html", {"row": self.brief(role), "level": level, "reason": reason})

    def _kept(
        self, kept: dict[Hashable, tuple[Markup, int]], key: Hashable, name: str, values: dict[str, object]
    ) -> Markup:
        """A template filled in once for all pages that include it. Each page is charged the full cost: whether a page
        exceeds its limit must not depend on the pages made before it.
        """
        if found := kept.get(key):
            text, units = found
            if units and self.sandbox.at_work:
                self.sandbox.spend(units)
            return text
        before = self.sandbox.spent if self.sandboxed else 0
        text = Markup(self.fill(name, **values))
        units = self.sandbox.spent - before if self.sandboxed else 0
        self.held += len(text)
        if len(kept) >= _MOST_ROWS or self.held > _MOST_HELD:
            self.rows.clear()
            self.parts.clear()
            self.held = len(text)
        kept[key] = text, units
        return text

    def told(self, events: Iterable[tuple[Event, Role]]) -> list[views.Happening]:
        """Events of roles, as lines of a list."""
        return [happening_of(event, role, self.settings, elsewhere=True) for event, role in events]

    def brief(self, role: Role) -> views.Row:
        """A role, as a line that reports one of its events."""
        if (found := self.briefs.get(role.key)) is None:
            if len(self.briefs) >= _MOST_ROWS:
                self.briefs.clear()
            found = self.briefs[role.key] = row_of(role, self.content)
        return found

    def html(self, view: views.HtmlView | views.WeekMailView | OpmlView | SitemapView) -> bytes:
        """A page. Raises ContentError if a template fails, with the template's line."""
        if isinstance(view, views.WeekMailView) and view.page.format == "txt":
            return week_text(view.week, self.brief, self.settings, self.links).encode()
        return self.fill(_TEMPLATES[type(view)], view=view).encode()

    def posting(self, subject: PostingSubject, file: PostingFile) -> bytes:
        """A posting's page."""
        return self.html(pages.posting_view(subject, file, self.content, self.links))

    def feed(self, feed: Feed, pieces: Iterable[bytes]) -> bytes:
        """A feed around its entries as `entries` makes them."""
        stylesheet = self.asset("feed.css")
        match feed.format:
            case "atom":
                return feeds.atom(feed, pieces, self.settings, self.links, stylesheet)
            case "json":
                return feeds.json_feed(feed, pieces, self.settings, self.links)
        return feeds.rss(feed, pieces, self.settings, self.links, stylesheet)

    def entries(self, found: Sequence[Entry], format: Format) -> list[bytes]:
        """Entries, as the pieces of a feed."""
        match format:
            case "rss":
                return feeds.rss_items(found, self.settings, self.links, self.entry)
            case "atom":
                return feeds.atom_entries(found, self.settings, self.links, self.entry)
            case "json":
                return feeds.json_items(found, self.links, self.entry)
        assert_never(format)

    def entry(self, entry: Entry) -> str:
        """The content of a feed entry as HTML, the same in each format."""
        if (html := self.contents.get(entry.id)) is None:
            html = self.fill("entry.html", entry=entry)
            if len(self.contents) >= USUAL.chunk or len(html) > _MOST_HELD // USUAL.chunk:
                self.contents.clear()
            self.contents[entry.id] = html
        return html

    def fill(self, name: str, **values: object) -> str:
        """Fills in a template. Raises ContentError if it fails for a reason that an editor can correct."""
        if name in self.sandboxed:
            return self.fill_in_sandbox(name, values)
        try:
            return self.environment.get_template(name).render(**values)
        except TemplateError as error:
            raise ContentError([self.template_problem(name, error)]) from error

    def fill_in_sandbox(self, name: str, values: dict[str, object]) -> str:
        """Fills in a template that involves the site's own templates: any error there is for the site's editor to
        correct. Templates filled in on behalf of this one are charged to the same page.
        """
        sandbox = self.sandbox
        if outermost := not sandbox.at_work:
            sandbox.begin()
        try:
            return sandbox.get_template(name).render(**values)
        except ContentError:
            raise
        except Exception as error:
            raise ContentError([self.template_problem(name, error)]) from error
        finally:
            if outermost:
                sandbox.at_work = False

    def template_problem(self, name: str, error: Exception) -> Problem:
        """Where a template failed: the innermost line of the traceback in the site's own template, or else in ours."""
        # Not `extract_tb`, which would look for a file of that name and read it.
        lines = [(frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__)]
        shown = {source.path: source.own for source in self.templates.sources.values()}
        known = [one for one in lines if one[0] in shown]
        path, line = ([one for one in known if shown[one[0]]] or known or [(f"templates/{visible(name)}", 1)])[-1]
        return Problem(path, Place(line), "template", f"fails ({said(error)}), correct the template")


def section_word(dimension: Dimension) -> str:
    """The word for what a page of this dimension is about."""
    return DIMENSION_WORDS[dimension][1]


def in_menu(page: Page) -> Page | None:
    """The page as the menu sees it; None if there are too many pages of its kind to keep a menu for each."""
    return None if isinstance(page, _DEEP) else page


def media_type(page: Page) -> str:
    """The media type with which a page offers its feed or calendar to programs."""
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
