"""What each template can see: frozen values, and only those that its page shows."""

from dataclasses import dataclass

from ..edition import wording
from ..edition.deadlines import local_deadline
from ..edition.edition import LISTED, Role
from ..edition.routes import (
    ClosingPage,
    FeedOwner,
    Home,
    HtmlPage,
    OpenedPage,
    Page,
    PostingPage,
    WeekMail,
    WeeksPage,
)
from ..edition.wording import utc_text
from ..model.model import Deadline, Event, State
from ..model.prose import Prose
from ..model.schema import Posting
from .freshness import Freshness
from .pictures import Locator, Strip, WorldMap

_HOME = Home()


@dataclass(frozen=True, slots=True)
class Link:
    """A link with its text; `count` is the number of roles or events that it leads to."""

    label: str
    page: Page
    count: int = 0


HOME_LINK = Link("Home", _HOME)


@dataclass(frozen=True, slots=True)
class Head:
    """What the frame of every page needs. `place` is the page whose feeds this page offers."""

    page: HtmlPage
    title: str
    description: str
    crumbs: tuple[Link, ...] = ()
    place: FeedOwner | OpenedPage | ClosingPage | WeeksPage = _HOME
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline in absolute terms. Properties are computed when they are shown; `instant` is for machines, in UTC."""

    deadline: Deadline

    @property
    def instant(self) -> str:
        """The instant in UTC, for machines."""
        return utc_text(self.deadline.instant)

    @property
    def weekday(self) -> str:
        """The weekday where the deadline applies."""
        return wording.weekday(local_deadline(self.deadline).date())

    @property
    def day(self) -> str:
        """The day and month where the deadline applies."""
        return wording.day_and_month(local_deadline(self.deadline).date())

    @property
    def year(self) -> int:
        """The year where the deadline applies."""
        return local_deadline(self.deadline).year

    @property
    def time(self) -> str:
        """The time of day, with its zone."""
        return wording.deadline_time(self.deadline)

    @property
    def utc(self) -> str:
        """The instant in UTC, in words."""
        return wording.deadline_in_utc(self.deadline)

    @property
    def text(self) -> str:
        """The whole deadline in words."""
        return wording.deadline_text(self.deadline)

    @property
    def how(self) -> str:
        """How the deadline is known: stated by the notice, or assumed by a named rule."""
        return wording.how_known(self.deadline)

    @property
    def stated(self) -> bool:
        """Whether the notice itself states the instant."""
        return self.deadline.stated

    @property
    def last_day(self) -> str:
        """The last full day for applications, in words."""
        return wording.last_day_to_apply(self.deadline)


@dataclass(frozen=True, slots=True)
class Row:
    """A role in a list."""

    page: PostingPage
    title: str
    state: State
    state_word: str
    place: str
    organisation: Link | None
    grade: Link | None
    deadline: DeadlineView | None
    until_filled: bool
    since: str

    @property
    def listed(self) -> bool:
        """Whether the role takes applications."""
        return self.state in LISTED


@dataclass(frozen=True, slots=True)
class Group:
    """Roles under one heading of a list; the renderer makes a row for each. The strip of days links to `anchor`."""

    heading: str
    roles: tuple[Role, ...]
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in a list: when it happened, what happened, to which role, and what to say about its deadline."""

    instant: str
    told: str
    word: str
    role: Role | None = None
    deadline: str = ""


@dataclass(frozen=True, slots=True)
class DimensionSection:
    """A dimension with its collections. On the home page, those with the most open roles come first."""

    title: str
    page: HtmlPage
    entries: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class HomeView:
    """The home page."""

    head: Head
    as_of: str
    as_of_text: str
    groups: tuple[Group, ...]
    closing: int
    open: int
    sections: tuple[DimensionSection, ...]
    strip: Strip | None
    map: WorldMap | None
    facets: dict[str, list[object]]
    search: bool


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the fact panel; if it has no values, the notice does not state the fact."""

    label: str
    values: tuple[Link | str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a word of the vocabulary means, and the source of the definition."""

    link: Link
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class PostingView:
    """The page of a posting."""

    head: Head
    row: Row
    role: Role
    posting: Posting
    facts: tuple[Fact, ...]
    explanations: tuple[Explanation, ...]
    happenings: tuple[Happening, ...]
    prose: Prose
    others: tuple[tuple[Role, str], ...]
    elsewhere: tuple[Link, ...]
    apply_host: str
    fresh: Freshness
    expired: bool
    structured: dict[str, object] | None
    notice: dict[str, object] | None
    file: str
    report: str


@dataclass(frozen=True, slots=True)
class TakenDownView:
    """The short notice that replaces a posting that should never have been published."""

    head: Head
    row: Row


@dataclass(frozen=True, slots=True)
class CollectionEntry:
    """A collection in the list of its dimension, with its number of open roles."""

    link: Link
    open: int
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    """The page of a dimension."""

    head: Head
    intro: str
    entries: tuple[CollectionEntry, ...]
    map: WorldMap | None = None


@dataclass(frozen=True, slots=True)
class CollectionView:
    """The page of a collection."""

    head: Head
    kind: str
    name: str
    explanation: str
    source: str
    note: str
    facts: tuple[Fact, ...]
    prose: Prose | None
    logo: Page | None
    website: str
    groups: tuple[Group, ...]
    strip: Strip | None
    locator: Locator | None
    ended: tuple[Role, ...]
    earlier: Link | None


@dataclass(frozen=True, slots=True)
class EndedView:
    """One page of a collection's ended roles, the most recently ended first."""

    head: Head
    name: str
    days: str
    roles: tuple[Role, ...]
    older: Link | None
    newer: Link


@dataclass(frozen=True, slots=True)
class ListView:
    """Closing soon, newly opened, or one month of the archive."""

    head: Head
    intro: str
    empty: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ArchiveView:
    """The page that lists the months of the archive."""

    head: Head
    months: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class WeeksView:
    """The page that lists all weeks."""

    head: Head
    weeks: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class WeekView:
    """The page of a week; `running` is true until the week is over."""

    head: Head
    days: str
    running: bool
    parts: tuple[tuple[str, tuple[tuple[Event, Role], ...]], ...]


@dataclass(frozen=True, slots=True)
class WeekMailView:
    """A week as an email, in HTML or in plain text."""

    page: WeekMail
    week: WeekView


@dataclass(frozen=True, slots=True)
class EditorsView:
    """A page that the editors wrote."""

    head: Head
    prose: Prose
    summary: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    """A collection in the list of all feeds; `apart` is its name for places where no heading says what kind it is."""

    name: str
    apart: str
    page: FeedOwner


@dataclass(frozen=True, slots=True)
class FeedsView:
    """The page of all feeds and calendars."""

    head: Head
    site: FeedRow
    sections: tuple[tuple[str, tuple[FeedRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class NotFoundView:
    """The page for addresses that lead nowhere."""

    head: Head
    sections: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AliasView:
    """The page at a former address of a posting."""

    head: Head
    target: Link


HtmlView = (
    HomeView
    | PostingView
    | TakenDownView
    | SectionView
    | CollectionView
    | EndedView
    | ListView
    | ArchiveView
    | WeeksView
    | WeekView
    | EditorsView
    | FeedsView
    | NotFoundView
    | AliasView
)
