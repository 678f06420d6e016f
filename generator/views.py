"""What each template may see: frozen values, and nothing that their page does not show."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache

from . import wording
from .deadlines import local_deadline
from .edition import LISTED, Collection, Edition, Role
from .markup import Prose
from .model import Deadline, Dimension, Event, State
from .routes import CollectionPage, Home, HtmlPage, Page, Place, PostingPage
from .vocabulary import NOT_STATED, slug_of

_HOME = Home()


@dataclass(frozen=True, slots=True)
class Link:
    label: str
    page: Page
    count: int = 0


@dataclass(frozen=True, slots=True)
class Head:
    """What the frame of every page needs. `place` is the collection whose feeds the page offers."""

    page: HtmlPage
    title: str
    description: str
    crumbs: tuple[Link, ...] = ()
    place: Place = _HOME
    indexed: bool = True


@dataclass(frozen=True, slots=True)
class DeadlineView:
    """A deadline in absolute words; `instant` is for machines, in UTC."""

    instant: str
    weekday: str
    day: str
    year: int
    time: str
    utc: str
    text: str
    how: str
    stated: bool
    last_day: str


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
    since: str
    reason: str = ""

    @property
    def listed(self) -> bool:
        return self.state in LISTED


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one heading of a list."""

    heading: str
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class Happening:
    """An event in a list: when, what, and which role."""

    instant: str
    told: str
    word: str
    row: Row | None
    title: str


@dataclass(frozen=True, slots=True)
class Section:
    """A dimension with its collections, most open roles first on the home page."""

    title: str
    page: HtmlPage
    entries: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class HomeView:
    head: Head
    as_of: str
    as_of_text: str
    groups: tuple[Group, ...]
    closing: int
    open: int
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the fact panel; without values the notice does not state it."""

    label: str
    values: tuple[Link | str, ...] = ()
    note: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What a word of the vocabulary means and who says so."""

    link: Link
    text: str
    source: str


@dataclass(frozen=True, slots=True)
class PostingView:
    head: Head
    row: Row
    role: Role
    facts: tuple[Fact, ...]
    explanations: tuple[Explanation, ...]
    happenings: tuple[Happening, ...]
    prose: Prose
    others: tuple[Row, ...]
    apply_host: str
    expired: bool
    structured: dict[str, object] | None


@dataclass(frozen=True, slots=True)
class TakenDownView:
    """The bare notice that stands where a posting should never have been."""

    head: Head
    row: Row


@dataclass(frozen=True, slots=True)
class CollectionEntry:
    link: Link
    open: int
    total: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class SectionView:
    head: Head
    intro: str
    entries: tuple[CollectionEntry, ...]


@dataclass(frozen=True, slots=True)
class CollectionView:
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
    ended: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class ListView:
    """Closing soon, newly opened, or one month of the archive."""

    head: Head
    intro: str
    empty: str
    groups: tuple[Group, ...]


@dataclass(frozen=True, slots=True)
class ArchiveView:
    head: Head
    months: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class WeeksView:
    head: Head
    weeks: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class WeekView:
    head: Head
    days: str
    running: bool
    parts: tuple[tuple[str, tuple[Happening, ...]], ...]


@dataclass(frozen=True, slots=True)
class EditorsView:
    head: Head
    prose: Prose
    summary: str


@dataclass(frozen=True, slots=True)
class FeedRow:
    name: str
    page: Page
    files: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class FeedsView:
    head: Head
    site: FeedRow
    sections: tuple[tuple[str, tuple[FeedRow, ...]], ...]


@dataclass(frozen=True, slots=True)
class NotFoundView:
    head: Head
    sections: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class AliasView:
    head: Head
    target: Link


HtmlView = (
    HomeView
    | PostingView
    | TakenDownView
    | SectionView
    | CollectionView
    | ListView
    | ArchiveView
    | WeeksView
    | WeekView
    | EditorsView
    | FeedsView
    | NotFoundView
    | AliasView
)


def utc_text(instant: datetime) -> str:
    """An instant for machines: 2026-06-05T20:55:00Z."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


@lru_cache(4096)
def deadline_view(deadline: Deadline | None) -> DeadlineView | None:
    if deadline is None:
        return None
    at = local_deadline(deadline)
    return DeadlineView(
        instant=utc_text(deadline.instant),
        weekday=wording.weekday(at.date()),
        day=wording.day_and_month(at.date()),
        year=at.year,
        time=wording.deadline_time(deadline),
        utc=wording.deadline_in_utc(deadline),
        text=wording.deadline_text(deadline),
        how=wording.how_known(deadline),
        stated=deadline.stated,
        last_day=wording.last_day_to_apply(deadline),
    )


def row_of(role: Role, edition: Edition, reason: str = "") -> Row:
    posting = role.posting
    organisation = edition.content.organisations[posting.organisation].organisation
    bare = posting.takedown
    grade = Link(posting.grade, CollectionPage(Dimension.GRADES, slug_of(posting.grade))) if posting.grade else None
    return Row(
        page=PostingPage(role.slug),
        title=role.title,
        state=role.state,
        state_word=wording.STATE_WORDS[role.state],
        place="" if bare else wording.place_text(posting),
        organisation=None
        if bare
        else Link(organisation.name, CollectionPage(Dimension.ORGANISATIONS, posting.organisation)),
        grade=None if bare else grade,
        deadline=None if bare else deadline_view(role.deadline),
        since=wording.short_date(edition.ended_day(role)),
        reason=reason,
    )


def happening_of(event: Event, edition: Edition, *, with_row: bool = True) -> Happening:
    role = edition.role_by_id[event.posting]
    return Happening(
        instant=utc_text(event.instant),
        told=wording.instant_text(event.instant)
        if event.exact
        else wording.short_date(wording.site_day(event.instant, edition.settings)),
        word=wording.KIND_WORDS[event.kind],
        row=row_of(role, edition) if with_row else None,
        title=role.title,
    )


def by_day(roles: Iterable[Role], edition: Edition) -> tuple[Group, ...]:
    """Open roles grouped by the day of their deadline, in the order given."""
    groups: dict[str, list[Row]] = {}
    for role in roles:
        heading = "Deadline not stated"
        if role.deadline:
            heading = wording.long_date(local_deadline(role.deadline).date())
        groups.setdefault(heading, []).append(row_of(role, edition))
    return tuple(Group(heading, tuple(rows)) for heading, rows in groups.items())


DIMENSION_WORDS = {
    Dimension.COUNTRIES: ("Countries", "Country", "Every country that has or had roles in this digest."),
    Dimension.ORGANISATIONS: ("Organizations", "Organization", "Every organization whose roles this digest lists."),
    Dimension.GRADES: ("Grades", "Grade", "Every grade that has or had roles here, with what it usually means."),
    Dimension.CATEGORIES: ("Categories", "Category", "Kinds of staff and other personnel."),
    Dimension.CONTRACTS: ("Contract types", "Contract type", "How long an appointment lasts, and on what terms."),
    Dimension.LANGUAGES: ("Languages", "Language", "Languages that a role requires or welcomes."),
    Dimension.OPEN_TO: ("Who may apply", "Eligibility", "Whom the notice invites to apply."),
}


def section_title(dimension: Dimension) -> str:
    return DIMENSION_WORDS[dimension][0]


def collection_title(collection: Collection) -> str:
    """A collection's name in a sentence of its own."""
    if collection.dimension is None:
        return collection.name
    if collection.key == NOT_STATED:
        return f"{DIMENSION_WORDS[collection.dimension][1]} not stated"
    return collection.name


def place_of(collection: Collection) -> Place:
    return Home() if collection.dimension is None else CollectionPage(collection.dimension, collection.key)
