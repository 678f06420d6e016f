"""Every page and file of a site as a closed type, with its address. Links are made from pages, never from strings."""

from dataclasses import dataclass
from functools import lru_cache
from hashlib import blake2b
from typing import Literal, assert_never
from urllib.parse import quote, urlsplit

from ..model.model import Dimension

FeedScope = Literal["all", "opened", "closing"]
Format = Literal["rss", "atom", "json"]


@dataclass(frozen=True, slots=True)
class Home:
    """All open roles, the most urgent first."""


@dataclass(frozen=True, slots=True)
class PostingPage:
    """A posting."""

    slug: str


@dataclass(frozen=True, slots=True)
class AliasPage:
    """A former address of a posting, which redirects the reader."""

    alias: str


@dataclass(frozen=True, slots=True)
class SectionPage:
    """All collections of a dimension."""

    dimension: Dimension


@dataclass(frozen=True, slots=True)
class CollectionPage:
    """The roles that share one value of a dimension."""

    dimension: Dimension
    key: str


@dataclass(frozen=True, slots=True)
class EndedPage:
    """Roles of a collection that are over, fifty per page, numbered from the oldest."""

    place: CollectionPage
    number: int


@dataclass(frozen=True, slots=True)
class ClosingPage:
    """Open roles whose deadline is near."""


@dataclass(frozen=True, slots=True)
class OpenedPage:
    """Open roles that opened most recently."""


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """The months in which roles ended."""


@dataclass(frozen=True, slots=True)
class MonthPage:
    """Roles that ended in one month."""

    year: int
    month: int


@dataclass(frozen=True, slots=True)
class WeeksPage:
    """All weeks."""


@dataclass(frozen=True, slots=True)
class WeekPage:
    """An ISO week: its year may differ from that of its first day."""

    year: int
    week: int


@dataclass(frozen=True, slots=True)
class EditorsPage:
    """A free page of `content/pages/`."""

    slug: str


@dataclass(frozen=True, slots=True)
class FeedsPage:
    """Every feed and calendar, and how to use them."""


@dataclass(frozen=True, slots=True)
class NotFoundPage:
    """The page that a host shows for an unknown address."""


FeedOwner = Home | CollectionPage  # pages with their own feeds


@dataclass(frozen=True, slots=True)
class FeedFile:
    """A feed of a page: which events it has, and in which format."""

    place: FeedOwner
    scope: FeedScope
    format: Format


@dataclass(frozen=True, slots=True)
class ArchiveFile:
    """The events of a feed in one month."""

    feed: FeedFile
    year: int
    month: int

    @property
    def format(self) -> Format:
        """The format of the feed."""
        return self.feed.format


@dataclass(frozen=True, slots=True)
class CalendarFile:
    """The deadlines of a page as a calendar."""

    place: FeedOwner


@dataclass(frozen=True, slots=True)
class WeeksFeed:
    """The feed with one entry for each week."""


@dataclass(frozen=True, slots=True)
class OpmlFile:
    """A list of all feeds, for feed readers."""


@dataclass(frozen=True, slots=True)
class WeekMail:
    """A week as an e-mail that is ready to send."""

    year: int
    week: int
    format: Literal["html", "txt"]


@dataclass(frozen=True, slots=True)
class RoleCalendar:
    """The deadline of one role, for the reader's own calendar."""

    slug: str


@dataclass(frozen=True, slots=True)
class PostingsJson:
    """All roles as data."""


@dataclass(frozen=True, slots=True)
class DataFile:
    """A small file for the scripts of pages."""

    name: str


@dataclass(frozen=True, slots=True)
class SearchFile:
    """A file of the index for full-text search."""

    name: str


@dataclass(frozen=True, slots=True)
class OpenCsv:
    """The open roles as a table."""


@dataclass(frozen=True, slots=True)
class AssetFile:
    """A style, script or picture; `name` contains the hash of its content."""

    name: str


@dataclass(frozen=True, slots=True)
class HostFile:
    """A file at the top level for the host, for crawlers or for browsers that request it on their own."""

    name: Literal["sitemap.xml", "robots.txt", "favicon.ico", "_headers", "_redirects", ".nojekyll"]


@dataclass(frozen=True, slots=True)
class CopiedFile:
    """A file of `content/static/`, copied unchanged."""

    path: str


HtmlPage = (
    Home
    | PostingPage
    | AliasPage
    | SectionPage
    | CollectionPage
    | EndedPage
    | ClosingPage
    | OpenedPage
    | ArchivePage
    | MonthPage
    | WeeksPage
    | WeekPage
    | EditorsPage
    | FeedsPage
    | NotFoundPage
)
Page = (
    HtmlPage
    | FeedFile
    | ArchiveFile
    | CalendarFile
    | WeeksFeed
    | OpmlFile
    | PostingsJson
    | DataFile
    | SearchFile
    | RoleCalendar
    | WeekMail
    | OpenCsv
    | AssetFile
    | HostFile
    | CopiedFile
)


def page_of(feed: FeedFile) -> HtmlPage:
    """The page that shows what a feed contains."""
    if feed.place != Home():
        return feed.place
    match feed.scope:
        case "opened":
            return OpenedPage()
        case "closing":
            return ClosingPage()
    return Home()


def hashed_name(name: str, content: bytes) -> str:
    """The published name of an asset: `style.css` becomes `style.3f2a91c0de.css`, so that it can be cached."""
    stem, dot, suffix = name.rpartition(".")
    return f"{stem}.{blake2b(content, digest_size=5).hexdigest()}{dot}{suffix}"


def path_of(page: Page) -> str:
    """The path of a page in the output folder; no two pages share one."""
    match page:
        case PostingPage(slug):
            return f"postings/{slug}/index.html"
        case FeedFile(place, scope, format):
            return _folder(place) + _feed_name(scope, format)
        case ArchiveFile(FeedFile(place, scope, format), year, month):
            return f"{_folder(place)}{scope}/{year:04}-{month:02}{_SUFFIXES[format]}"
        case CalendarFile(place):
            return _folder(place) + "deadlines.ics"
        case WeeksFeed():
            return "weeks/feed.xml"
        case OpmlFile():
            return "feeds/feeds.opml"
        case DataFile(name):
            return f"data/{name}"
        case SearchFile(name):
            return f"search/{name}"
        case WeekMail(year, week, format):
            return f"{_folder(WeekPage(year, week))}mail.{format}"
        case RoleCalendar(slug):
            return f"postings/{slug}/deadline.ics"
        case PostingsJson():
            return "data/postings.json"
        case OpenCsv():
            return "data/open.csv"
        case AssetFile(name):
            return f"assets/{name}"
        case HostFile(name):
            return name
        case CopiedFile(path):
            return path
        case NotFoundPage():
            return "404.html"
        case _:
            return _folder(page) + "index.html"


def _folder(page: HtmlPage) -> str:
    """The folder of a page that is shown at an address ending in a slash."""
    match page:
        case Home() | NotFoundPage():
            return ""
        case PostingPage(slug) | AliasPage(slug):
            return f"postings/{slug}/"
        case SectionPage(dimension):
            return f"{dimension.value}/"
        case CollectionPage(dimension, key):
            return f"{dimension.value}/{key}/"
        case EndedPage(CollectionPage(dimension, key), number):
            return f"{dimension.value}/{key}/ended/{number}/"
        case ClosingPage():
            return "closing/"
        case OpenedPage():
            return "opened/"
        case ArchivePage():
            return "archive/"
        case MonthPage(year, month):
            return f"archive/{year:04}/{month:02}/"
        case WeeksPage():
            return "weeks/"
        case WeekPage(year, week):
            return f"weeks/{year:04}-W{week:02}/"
        case EditorsPage(slug):
            return f"{slug}/"
        case FeedsPage():
            return "feeds/"
    assert_never(page)


_SUFFIXES: dict[Format, str] = {"rss": ".xml", "atom": ".atom.xml", "json": ".json"}


def _feed_name(scope: FeedScope, format: Format) -> str:
    match scope, format:
        case "all", "rss":
            return "feed.xml"
        case "all", "atom":
            return "atom.xml"
        case "all", _:
            return "feed.json"
    return scope + _SUFFIXES[format]


@dataclass(frozen=True, slots=True)
class Links:
    """Addresses of pages under a base address that ends in a slash and may have a path."""

    base_url: str

    @property
    def prefix(self) -> str:
        """The path of the base address, `/` if it has none."""
        return urlsplit(self.base_url).path

    def url(self, page: Page) -> str:
        """The address of a page from the root of its host."""
        return self.prefix + _address(page)

    def absolute(self, page: Page) -> str:
        """The full address of a page."""
        return self.base_url + _address(page)


@lru_cache(65536)
def _address(page: Page) -> str:
    return quote(path_of(page).removesuffix("index.html"), safe="/-._~")
