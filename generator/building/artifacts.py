"""One file of the site before it is made: its page, and the view that produces its bytes."""

from dataclasses import dataclass
from typing import NamedTuple

from ..edition.routes import Page
from ..feeds.calendars import DeadlineCalendar
from ..feeds.entries import Feed
from ..feeds.exports import DataSubject, TableSubject
from ..feeds.weeks import WeeksSubject
from ..model.content import StaticFile
from ..pages import views
from ..pages.pages import PostingSubject


@dataclass(frozen=True, slots=True)
class OpmlView:
    """The list of every feed, for feed readers."""

    title: str
    site: views.FeedRow
    sections: tuple[tuple[str, tuple[views.FeedRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class SitemapView:
    """Every page that search engines may show, each with the instant of its last event if it has events."""

    pages: tuple[tuple[Page, str], ...]


TemplateView = views.HtmlView | views.WeekMailView | PostingSubject | OpmlView | SitemapView
View = TemplateView | Feed | WeeksSubject | DeadlineCalendar | DataSubject | TableSubject | StaticFile | bytes


class Artifact(NamedTuple):
    """One file of the site: its page, and everything that its bytes depend on except templates and settings.

    `key` identifies the content of the view; `part` is the part of the plan that the file comes from.
    """

    page: Page
    view: View
    path: str
    key: bytes
    part: str
