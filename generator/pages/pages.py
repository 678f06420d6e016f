"""One function for each kind of page: it turns what the edition says into the view of that page."""

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple
from urllib.parse import urlsplit

from ..edition import wording
from ..edition.edition import Collection, Edition, Role, ended_long_ago
from ..edition.routes import (
    AliasPage,
    ArchivePage,
    AssetFile,
    CalendarFile,
    ClosingPage,
    CollectionPage,
    EditorsPage,
    EndedPage,
    FeedFile,
    FeedOwner,
    FeedsPage,
    Home,
    HtmlPage,
    Links,
    MonthPage,
    NotFoundPage,
    OpenedPage,
    PostingPage,
    SectionPage,
    WeeksFeed,
    WeeksPage,
    hashed_name,
    page_of,
)
from ..edition.similar import Likeness
from ..edition.titles import DIMENSION_WORDS, collection_title, name_apart, place_of, section_title, title_of
from ..edition.wording import utc_text
from ..model.content import Content, PageFile, PostingFile
from ..model.model import Dimension, State
from ..model.vocabulary import NOT_STATED, country_notes
from .corrections import file_address, report_address
from .facts import explanations_of, facts_of, organisation_facts
from .finding import facets
from .freshness import freshness_of
from .matching import notice_of
from .pictures import Strip, locator, strip, world_map
from .rows import by_day, happening_of, row_of
from .structured import job_posting
from .views import (
    HOME_LINK,
    AliasView,
    ArchiveView,
    CollectionEntry,
    CollectionView,
    DimensionSection,
    EditorsView,
    EndedView,
    FeedRow,
    FeedsView,
    Group,
    Head,
    HomeView,
    HtmlView,
    Link,
    ListView,
    NotFoundView,
    PostingView,
    SectionView,
    TakenDownView,
)

ENDED_SHOWN, ENDED_PER_PAGE = 20, 50


def home_view(edition: Edition, *, searchable: bool = False) -> HomeView:
    """The home page: all open roles, with filters, map and strip of days."""
    roles = edition.site.open_roles
    groups = by_day(roles)
    return HomeView(
        head=Head(Home(), edition.settings.title, edition.settings.description),
        as_of=utc_text(edition.now),
        as_of_text=wording.instant_text(edition.now),
        groups=groups,
        closing=sum(role.state is State.CLOSING for role in roles),
        open=len(roles),
        # The map comes with a table of the countries.
        sections=tuple(_section(dimension, edition) for dimension in Dimension if dimension is not Dimension.COUNTRIES),
        strip=_strip(edition.site, edition),
        map=world_map(edition.collections[Dimension.COUNTRIES]),
        facets=facets(groups, edition),
        search=searchable,
    )


def _strip(collection: Collection, edition: Edition) -> Strip | None:
    return strip(collection.open_roles, edition.now, edition.settings.timezone)


def _section(dimension: Dimension, edition: Edition) -> DimensionSection:
    """The collections with open roles, those with the most first."""
    found = [
        Link(collection_title(one), CollectionPage(dimension, key), len(one.open_roles))
        for key, one in edition.collections[dimension].items()
    ]
    shown = sorted((link for link in found if link.count), key=lambda link: -link.count)
    return DimensionSection(section_title(dimension), SectionPage(dimension), tuple(shown))


class PostingSubject(NamedTuple):
    """The values that make a posting's page, besides its file and the settings around the content."""

    role: Role
    others: tuple[tuple[Role, str], ...]


def is_alone(role: Role, edition: Edition) -> bool:
    """Whether a posting's page names no other roles. The page of a role that ended long ago links to lists instead, and
    so never changes.
    """
    return role.takedown or ended_long_ago(role, edition.settings, edition.now)


def posting_subjects(roles: Sequence[Role], edition: Edition) -> Iterator[PostingSubject]:
    """The pages of postings."""
    likeness = Likeness(edition)
    for role in roles:
        yield PostingSubject(role, () if is_alone(role, edition) else likeness.similar(role))


def posting_view(subject: PostingSubject, file: PostingFile, content: Content, links: Links) -> HtmlView:
    """The page of a posting, or the short notice that replaces it if it was taken down."""
    role = subject.role
    row = row_of(role, content)
    if role.takedown:
        head = Head(row.page, role.title, "This posting was taken down.", (HOME_LINK,), indexed=False)
        return TakenDownView(head, row)
    posting = file.posting
    organisation = content.organisations[posting.organisation]
    description = posting.summary or f"{posting.title}, {organisation.organisation.name}, {row.place}"
    country = role.listing.keys_of(Dimension.COUNTRIES)[0]
    crumbs = (HOME_LINK, _section_link(Dimension.COUNTRIES), _collection_link(Dimension.COUNTRIES, country, content))
    title = f"{posting.title}, {organisation.organisation.name}"
    text = file.prose.html or f"<p>{escape(description)}</p>"
    return PostingView(
        head=Head(row.page, title, description, crumbs, indexed=role.listed),
        row=row,
        role=role,
        posting=posting,
        facts=facts_of(posting, content),
        explanations=explanations_of(posting, content),
        happenings=tuple(happening_of(event, role, content.settings) for event in role.events),
        prose=file.prose,
        others=subject.others,
        elsewhere=() if role.listed else _elsewhere(role, content),
        expired=role.expired,
        apply_host=urlsplit(posting.apply).hostname or "" if posting.apply else "",
        fresh=freshness_of(posting),
        structured=job_posting(role, posting, organisation, text, links) if role.listed else None,
        notice=notice_of(posting) if role.listed else None,
        file=file_address(content.settings, role.listing.path),
        report=report_address(content.settings, posting.title, links.absolute(row.page)),
    )


def _section_link(dimension: Dimension) -> Link:
    return Link(section_title(dimension), SectionPage(dimension))


def _collection_link(dimension: Dimension, key: str, content: Content) -> Link:
    return Link(title_of(dimension, key, content), CollectionPage(dimension, key))


def _elsewhere(role: Role, content: Content) -> tuple[Link, ...]:
    """The lists where a reader finds roles like this one, which is over."""
    return tuple(
        _collection_link(dimension, key, content)
        for dimension in (Dimension.COUNTRIES, Dimension.GRADES, Dimension.ORGANISATIONS)
        for key in role.listing.keys_of(dimension)
        if key != NOT_STATED
    )


def section_view(dimension: Dimension, edition: Edition) -> SectionView:
    """The page that lists all collections of a dimension."""
    title, _, intro = DIMENSION_WORDS[dimension]
    entries = []
    for key, collection in edition.collections[dimension].items():
        term = edition.content.term(dimension, key)
        note = "" if term is None else term.explanation
        link = Link(collection_title(collection), CollectionPage(dimension, key))
        total = len(collection.open_roles) + len(collection.ended)
        # A country whose only posting was taken down keeps its feeds, but nothing here names it.
        if total or dimension is Dimension.ORGANISATIONS:
            entries.append(CollectionEntry(link, len(collection.open_roles), total, note))
    head = Head(SectionPage(dimension), title, intro, (HOME_LINK,))
    shown = world_map(edition.collections[dimension]) if dimension is Dimension.COUNTRIES else None
    return SectionView(head, intro, tuple(entries), shown)


def _full_name(collection: Collection, edition: Edition) -> tuple[str, str]:
    """A collection's name as its own page shows it: on its own and with its kind."""
    assert collection.dimension is not None, "the whole site is the home page"
    term = edition.content.term(collection.dimension, collection.key)
    name = term.label if term else collection_title(collection)
    kind = DIMENSION_WORDS[collection.dimension][1]
    return name, name if collection.key == NOT_STATED else f"{kind}: {name}"


def collection_view(collection: Collection, edition: Edition) -> CollectionView:
    """The page of a collection. It must have a dimension: the collection of all roles is the home page."""
    dimension, key, content = collection.dimension, collection.key, edition.content
    assert dimension is not None, "the whole site is the home page"
    name, full_name = _full_name(collection, edition)
    crumbs = (HOME_LINK, _section_link(dimension))
    page = CollectionPage(dimension, key)
    term = content.term(dimension, key)
    file = content.organisations.get(key) if dimension is Dimension.ORGANISATIONS else None
    note = content.countries.get(key.upper()) if dimension is Dimension.COUNTRIES else None
    prose = file.prose if file else note
    ended = collection.ended
    last = _last_page(collection)
    earlier = Link("All roles that have ended", EndedPage(page, last), len(ended)) if last else None
    return CollectionView(
        head=Head(page, full_name, f"Roles by deadline, with feeds and a calendar. {full_name}.", crumbs, place=page),
        kind=DIMENSION_WORDS[dimension][1],
        name=name,
        explanation=term.explanation if term else "",
        source=term.source if term else "",
        note=country_notes().get(key.upper(), "") if dimension is Dimension.COUNTRIES else "",
        facts=organisation_facts(file.organisation, content) if file else (),
        prose=prose if prose and prose.html else None,
        logo=AssetFile(hashed_name(f"logo-{file.logo.path}", file.logo.digest)) if file and file.logo else None,
        website=(file.organisation.website or "") if file else "",
        groups=by_day(collection.open_roles),
        strip=_strip(collection, edition) if dimension is Dimension.COUNTRIES else None,
        locator=locator(key) if dimension is Dimension.COUNTRIES else None,
        ended=tuple(reversed(ended[-ENDED_SHOWN:])),
        earlier=earlier,
    )


def ended_views(collection: Collection, edition: Edition) -> Iterator[EndedView]:
    """The pages that list a collection's ended roles, if its own page has no room for all of them.

    They are numbered from the oldest, so that a full page never changes.
    """
    assert collection.dimension is not None, "the whole site has an archive by months"
    ended, last = collection.ended, _last_page(collection)
    place = CollectionPage(collection.dimension, collection.key)
    name, full_name = _full_name(collection, edition)
    crumbs = (HOME_LINK, _section_link(collection.dimension), Link(collection_title(collection), place))
    for number in range(1, last + 1):
        roles = ended[(number - 1) * ENDED_PER_PAGE : number * ENDED_PER_PAGE]
        days = f"{_day(roles[0], edition)} to {_day(roles[-1], edition)}"
        yield EndedView(
            head=Head(
                EndedPage(place, number),
                f"{full_name}, ended, page {number}",
                f"Roles that are over. {full_name}. {days}.",
                crumbs,
                place,
            ),
            name=name,
            days=days,
            roles=tuple(reversed(roles)),
            older=Link("Older", EndedPage(place, number - 1)) if number > 1 else None,
            newer=Link("Newer", EndedPage(place, number + 1) if number < last else place),
        )


def collection_pages(collection: Collection) -> Iterator[HtmlPage]:
    """The addresses of a collection's own page and of its pages of ended roles."""
    assert collection.dimension is not None, "the whole site is the home page"
    place = CollectionPage(collection.dimension, collection.key)
    yield place
    yield from (EndedPage(place, number) for number in range(1, _last_page(collection) + 1))


def _last_page(collection: Collection) -> int:
    """The number of pages that a collection's ended roles need, 0 if its own page has room for them."""
    count = len(collection.ended)
    return -(-count // ENDED_PER_PAGE) if count > ENDED_SHOWN else 0


def _day(role: Role, edition: Edition) -> str:
    return wording.short_date(role.ended_day(edition.settings))


def closing_view(edition: Edition) -> ListView:
    """The page of open roles whose deadline is near."""
    roles = [role for role in edition.site.open_roles if role.state is State.CLOSING]
    days = edition.settings.closing_window_days
    intro = f"Roles that close within {days} days, soonest first."
    head = Head(ClosingPage(), "Closing soon", intro, (HOME_LINK,), ClosingPage())
    return ListView(head, intro, "No roles are closing soon.", by_day(roles))


def opened_view(edition: Edition) -> ListView:
    """The page of the hundred open roles that opened most recently."""
    intro = "Roles that opened or reopened most recently and are still open, newest first."
    groups: dict[str, list[Role]] = {}
    for role in sorted(edition.site.open_roles, key=lambda role: (role.opening, role.slug), reverse=True)[:100]:
        day = wording.long_date(wording.site_day(role.opening, edition.settings))
        groups.setdefault(day, []).append(role)
    rows = tuple(Group(f"Opened {day}", tuple(found)) for day, found in groups.items())
    head = Head(OpenedPage(), "Newly opened", intro, (HOME_LINK,), OpenedPage())
    return ListView(head, intro, "There are no open roles at the moment.", rows)


def archive_view(edition: Edition) -> ArchiveView:
    """The page that lists the months in which roles ended."""
    months = tuple(
        Link(wording.month_name(year, month), MonthPage(year, month), len(roles))
        for (year, month), roles in edition.months.items()
    )
    return ArchiveView(
        Head(ArchivePage(), "Archive", "Roles that are over, by the month in which they ended.", (HOME_LINK,)), months
    )


def month_view(year: int, month: int, roles: list[Role]) -> ListView:
    """The page of the roles that ended in one month."""
    title = wording.month_name(year, month)
    intro = f"Roles that ended in {title}."
    crumbs = (HOME_LINK, Link("Archive", ArchivePage()))
    rows = Group("", tuple(roles))
    return ListView(Head(MonthPage(year, month), f"Ended in {title}", intro, crumbs), intro, "", (rows,))


def editors_view(file: PageFile) -> EditorsView:
    """A page that the editors wrote."""
    summary = file.page.summary or ""
    head = Head(EditorsPage(file.slug), file.page.title, summary or file.page.title, (HOME_LINK,))
    return EditorsView(head, file.prose, summary)


def feeds_view(edition: Edition) -> FeedsView:
    """The page that lists every feed and calendar."""
    head = Head(
        FeedsPage(), "Feeds and calendars", "Every feed and calendar of this digest, and how to use them.", (HOME_LINK,)
    )
    sections = tuple(
        (section_title(dimension), tuple(_feed_row(one, edition.content) for one in found.values()))
        for dimension, found in edition.collections.items()
    )
    return FeedsView(head, _feed_row(edition.site, edition.content), sections)


def _feed_row(collection: Collection, content: Content) -> FeedRow:
    return FeedRow(collection_title(collection), name_apart(collection, content), place_of(collection))


def feed_links(page: FeedOwner | OpenedPage | ClosingPage | WeeksPage) -> tuple[Link, ...]:
    """The feeds and the calendar that a page offers to feed readers, first the feed of exactly what the page shows."""
    match page:
        case OpenedPage() | ClosingPage():
            own = [link for link in _links_of(Home()) if isinstance(link.page, FeedFile) and page_of(link.page) == page]
        case WeeksPage():
            own = [Link("Week by week, RSS", WeeksFeed())]
        case _:
            return _links_of(page)
    return (*own, *(link for link in _links_of(Home()) if link not in own))


def _links_of(place: FeedOwner) -> tuple[Link, ...]:
    return (
        Link("All events, RSS", FeedFile(place, "all", "rss")),
        Link("All events, Atom", FeedFile(place, "all", "atom")),
        Link("All events, JSON", FeedFile(place, "all", "json")),
        Link("Opened, RSS", FeedFile(place, "opened", "rss")),
        Link("Opened, Atom", FeedFile(place, "opened", "atom")),
        Link("Closing, RSS", FeedFile(place, "closing", "rss")),
        Link("Closing, Atom", FeedFile(place, "closing", "atom")),
        Link("Deadlines, calendar", CalendarFile(place)),
    )


def not_found_view() -> NotFoundView:
    """The page for addresses that do not exist."""
    sections = tuple(Link(section_title(dimension), SectionPage(dimension)) for dimension in Dimension)
    return NotFoundView(
        Head(NotFoundPage(), "Page not found", "There is no page at this address.", indexed=False), sections
    )


def alias_view(alias: str, role: Role) -> AliasView:
    """The page at a former address, which sends readers on to the posting."""
    target = Link(role.title, PostingPage(role.slug))
    return AliasView(Head(AliasPage(alias), role.title, "This posting has moved.", indexed=False), target)
