"""One function a kind of page: what the edition says, as the view of that page."""

from html import escape
from urllib.parse import urlsplit

from . import clock, markup, wording
from .content import PageFile
from .edition import Collection, Edition, Role, kinds
from .facts import explanations_of, facts_of, organisation_facts
from .model import Dimension, Kind, State
from .routes import (
    AliasPage,
    ArchivePage,
    AssetFile,
    CalendarFile,
    ClosingPage,
    CollectionPage,
    EditorsPage,
    FeedFile,
    FeedsPage,
    Home,
    Links,
    MonthPage,
    NotFoundPage,
    OpenedPage,
    Place,
    PostingPage,
    SectionPage,
    WeekPage,
    WeeksPage,
    hashed_name,
)
from .similar import similar_roles
from .structured import job_posting
from .views import (
    DIMENSION_WORDS,
    AliasView,
    ArchiveView,
    CollectionEntry,
    CollectionView,
    EditorsView,
    FeedRow,
    FeedsView,
    Group,
    Head,
    HomeView,
    Link,
    ListView,
    NotFoundView,
    PostingView,
    Section,
    SectionView,
    TakenDownView,
    WeeksView,
    WeekView,
    by_day,
    collection_title,
    happening_of,
    place_of,
    row_of,
    section_title,
    utc_text,
)
from .vocabulary import NOT_STATED, country_notes

HOME = Link("Home", Home())


def home_view(edition: Edition) -> HomeView:
    roles = edition.site.open_roles
    return HomeView(
        head=Head(Home(), edition.settings.title, edition.settings.description),
        as_of=utc_text(edition.now),
        as_of_text=wording.instant_text(edition.now),
        groups=by_day(roles, edition),
        closing=sum(role.state is State.CLOSING for role in roles),
        open=len(roles),
        sections=tuple(_section(dimension, edition) for dimension in Dimension),
    )


def _section(dimension: Dimension, edition: Edition) -> Section:
    """The collections with open roles, those with most of them first."""
    found = [
        Link(collection_title(one), CollectionPage(dimension, key), len(one.open_roles))
        for key, one in edition.collections[dimension].items()
    ]
    shown = sorted((link for link in found if link.count), key=lambda link: -link.count)
    return Section(section_title(dimension), SectionPage(dimension), tuple(shown))


def posting_view(role: Role, edition: Edition, links: Links) -> PostingView | TakenDownView:
    posting, row = role.posting, row_of(role, edition)
    if posting.takedown:
        head = Head(row.page, role.title, "This posting was taken down.", (HOME,), indexed=False)
        return TakenDownView(head, row)
    organisation = edition.content.organisations[posting.organisation]
    description = posting.summary or f"{posting.title}, {organisation.organisation.name}, {row.place}"
    crumbs = (HOME, Link("Countries", SectionPage(Dimension.COUNTRIES)), *_country_crumbs(role, edition))
    prose = markup.render(role.file.body)
    return PostingView(
        head=Head(
            row.page, f"{posting.title}, {organisation.organisation.name}", description, crumbs, indexed=role.listed
        ),
        row=row,
        role=role,
        facts=facts_of(role, edition),
        explanations=explanations_of(role, edition),
        happenings=tuple(happening_of(event, edition, with_row=False) for event in role.events),
        prose=prose,
        others=tuple(row_of(other, edition, reason) for other, reason in similar_roles(role, edition)),
        expired=role.expired,
        apply_host=urlsplit(posting.apply).hostname or "" if posting.apply else "",
        structured=job_posting(role, organisation, prose.html or f"<p>{escape(description)}</p>", links)
        if role.listed
        else None,
    )


def _country_crumbs(role: Role, edition: Edition) -> tuple[Link, ...]:
    key = next((station.country.lower() for station in role.posting.duty_stations if station.country), NOT_STATED)
    collection = edition.collections[Dimension.COUNTRIES][key]
    return (Link(collection_title(collection), CollectionPage(Dimension.COUNTRIES, key)),)


def section_view(dimension: Dimension, edition: Edition) -> SectionView:
    title, _, intro = DIMENSION_WORDS[dimension]
    entries = []
    for key, collection in edition.collections[dimension].items():
        term = edition.term(dimension, key)
        note = "" if term is None else term.explanation
        link = Link(collection_title(collection), CollectionPage(dimension, key))
        shown = len(collection.open_roles) + len(collection.ended_roles)
        # A country whose only posting was taken down keeps its feeds, but nothing here names it.
        if shown or dimension is Dimension.ORGANISATIONS:
            entries.append(CollectionEntry(link, len(collection.open_roles), shown, note))
    return SectionView(Head(SectionPage(dimension), title, intro, (HOME,)), intro, tuple(entries))


def collection_view(collection: Collection, edition: Edition) -> CollectionView:
    dimension, key = collection.dimension, collection.key
    assert dimension is not None, "the whole site is the home page"
    title, kind = collection_title(collection), DIMENSION_WORDS[dimension][1]
    crumbs = (HOME, Link(section_title(dimension), SectionPage(dimension)))
    page = CollectionPage(dimension, key)
    open_roles, ended = collection.open_roles, collection.ended_roles
    term = edition.term(dimension, key)
    name = term.label if term else title
    full_name = name if key == NOT_STATED else f"{kind}: {name}"
    description = f"Roles by deadline, with feeds and a calendar. {full_name}."
    file = edition.content.organisations.get(key) if dimension is Dimension.ORGANISATIONS else None
    note = edition.content.countries.get(key.upper(), "") if dimension is Dimension.COUNTRIES else ""
    body = file.body if file else note
    return CollectionView(
        head=Head(page, full_name, description, crumbs, place=page),
        kind=kind,
        name=name,
        explanation=term.explanation if term else "",
        source=term.source if term else "",
        note=country_notes().get(key.upper(), "") if dimension is Dimension.COUNTRIES else "",
        facts=organisation_facts(file.organisation, edition) if file else (),
        prose=markup.render(body) if body.strip() else None,
        logo=AssetFile(hashed_name(f"logo-{file.logo.path}", file.logo.content)) if file and file.logo else None,
        website=(file.organisation.website or "") if file else "",
        groups=by_day(open_roles, edition),
        ended=tuple(row_of(role, edition) for role in ended),
    )


def closing_view(edition: Edition) -> ListView:
    roles = [role for role in edition.site.open_roles if role.state is State.CLOSING]
    days = edition.settings.closing_window_days
    intro = f"Roles whose deadline is at most {days} days away, the nearest first."
    head = Head(ClosingPage(), "Closing soon", intro, (HOME,))
    return ListView(head, intro, "No role closes within this time.", by_day(roles, edition))


def opened_view(edition: Edition) -> ListView:
    intro = "The roles that opened most recently and are still open, the newest first."
    groups: dict[str, list[Role]] = {}
    for role in sorted(edition.site.open_roles, key=lambda role: (role.history.opened, role.slug), reverse=True)[:100]:
        day = wording.long_date(wording.site_day(role.history.opened, edition.settings))
        groups.setdefault(day, []).append(role)
    rows = tuple(
        Group(f"Opened {day}", tuple(row_of(role, edition) for role in found)) for day, found in groups.items()
    )
    head = Head(OpenedPage(), "Newly opened", intro, (HOME,))
    return ListView(head, intro, "No role is open.", rows)


def archive_view(edition: Edition) -> ArchiveView:
    months = tuple(
        Link(wording.month_name(year, month), MonthPage(year, month), len(roles))
        for (year, month), roles in edition.months.items()
    )
    return ArchiveView(
        Head(ArchivePage(), "Archive", "Roles that are over, by the month in which they ended.", (HOME,)), months
    )


def month_view(year: int, month: int, roles: list[Role], edition: Edition) -> ListView:
    title = wording.month_name(year, month)
    intro = f"Roles that ended in {title}."
    crumbs = (HOME, Link("Archive", ArchivePage()))
    rows = Group("", tuple(row_of(role, edition) for role in roles))
    return ListView(Head(MonthPage(year, month), f"Ended in {title}", intro, crumbs), intro, "", (rows,))


def week_title(year: int, week: int) -> str:
    return f"Week {week} of {year}"


def weeks_view(edition: Edition) -> WeeksView:
    weeks = tuple(
        Link(
            f"{week_title(year, week)}: {wording.span(*wording.week_days(year, week))}",
            WeekPage(year, week),
            len(events),
        )
        for (year, week), events in edition.weeks.items()
    )
    return WeeksView(Head(WeeksPage(), "Weeks", "What happened, week by week.", (HOME,)), weeks)


_PARTS = (
    ("New", (Kind.OPENED,)),
    ("Deadline moved or reopened", (Kind.EXTENDED, Kind.SHORTENED, Kind.REOPENED)),
    ("Closing", (Kind.CLOSING,)),
    ("Closed", (Kind.CLOSED, Kind.WITHDRAWN, Kind.FILLED)),
)


def week_view(year: int, week: int, edition: Edition) -> WeekView:
    events = sorted(edition.weeks[year, week], key=lambda event: (event.instant, event.id))
    days = wording.span(*wording.week_days(year, week))
    parts = tuple(
        (title, tuple(happening_of(event, edition) for event in kinds(events, *wanted))) for title, wanted in _PARTS
    )
    crumbs = (HOME, Link("Weeks", WeeksPage()))
    head = Head(WeekPage(year, week), week_title(year, week), f"What happened in the week of {days}.", crumbs)
    running = clock.week_ends(year, week, edition.settings.timezone) > edition.now
    return WeekView(head, days, running, tuple((title, found) for title, found in parts if found))


def editors_view(file: PageFile) -> EditorsView:
    summary = file.page.summary or ""
    head = Head(EditorsPage(file.slug), file.page.title, summary or file.page.title, (HOME,))
    return EditorsView(head, markup.render(file.body), summary)


def feeds_view(edition: Edition) -> FeedsView:
    head = Head(
        FeedsPage(), "Feeds and calendars", "Every feed and calendar of this digest, and how to use them.", (HOME,)
    )
    sections = tuple(
        (section_title(dimension), tuple(_feed_row(one) for one in found.values()))
        for dimension, found in edition.collections.items()
    )
    return FeedsView(head, _feed_row(edition.site), sections)


def _feed_row(collection: Collection) -> FeedRow:
    place = place_of(collection)
    return FeedRow(collection_title(collection), place, feed_links(place))


def feed_links(place: Place) -> tuple[Link, ...]:
    """The feeds and the calendar of a collection, as a reader picks among them."""
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
    sections = tuple(Link(section_title(dimension), SectionPage(dimension)) for dimension in Dimension)
    return NotFoundView(
        Head(NotFoundPage(), "Page not found", "There is no page at this address.", indexed=False), sections
    )


def alias_view(alias: str, role: Role) -> AliasView:
    target = Link(role.title, PostingPage(role.slug))
    return AliasView(Head(AliasPage(alias), role.title, "This posting has moved.", indexed=False), target)
