"""The pages of weeks, and a week as the plain text of an e-mail."""

import textwrap
from collections.abc import Callable, Iterator

from ..edition import wording
from ..edition.edition import Edition, Role, kinds
from ..edition.routes import FeedsPage, Home, Links, WeekPage, WeeksPage
from ..model import clock
from ..model.model import Kind
from ..model.schema import Settings
from .rows import deadline_told
from .views import HOME_LINK, Head, Link, Row, WeeksView, WeekView

_WIDTH = 72  # characters: every mail program shows and quotes this without breaking lines again


def week_title(year: int, week: int) -> str:
    """Week 23 of 2026."""
    return f"Week {week} of {year}"


def weeks_view(edition: Edition) -> WeeksView:
    """The page that lists all weeks."""
    weeks = tuple(
        Link(
            f"{week_title(year, week)}: {wording.span(*wording.week_days(year, week))}",
            WeekPage(year, week),
            len(events),
        )
        for (year, week), events in edition.weeks.items()
    )
    return WeeksView(Head(WeeksPage(), "Weeks", "What happened, week by week.", (HOME_LINK,), WeeksPage()), weeks)


_PARTS = (
    ("New", (Kind.OPENED,)),
    ("Deadline moved or reopened", (Kind.EXTENDED, Kind.SHORTENED, Kind.REOPENED)),
    ("Closing", (Kind.CLOSING,)),
    ("Closed", (Kind.CLOSED, Kind.WITHDRAWN, Kind.FILLED)),
)


def week_view(year: int, week: int, edition: Edition) -> WeekView:
    """The page of an ISO week: what happened, in four parts."""
    events = sorted(edition.weeks[year, week], key=lambda event: (event.instant, event.id))
    days = wording.span(*wording.week_days(year, week))
    roles = edition.role_by_id
    parts = tuple(
        (title, tuple((event, roles[event.posting]) for event in kinds(events, *wanted))) for title, wanted in _PARTS
    )
    crumbs = (HOME_LINK, Link("Weeks", WeeksPage()))
    summary = f"What happened in the week of {days}."
    head = Head(WeekPage(year, week), week_title(year, week), summary, crumbs, WeeksPage())
    running = clock.week_ends(year, week, edition.settings.timezone) > edition.now
    return WeekView(head, days, running, tuple((title, found) for title, found in parts if found))


def week_text(view: WeekView, brief: Callable[[Role], Row], settings: Settings, links: Links) -> str:
    """The e-mail: lines of at most 72 characters, and each address on a line of its own."""
    so_far = ", so far" if view.running else ""
    parts = [f"{view.head.title}\n{'=' * len(view.head.title)}"]
    parts.append(_filled(f"{settings.title}: what happened from {view.days}{so_far}."))
    for title, found in view.parts:
        parts.append(f"{title}\n{'-' * len(title)}")
        parts += ["\n".join(_lines(brief(role), deadline_told(event, role, settings), links)) for event, role in found]
    parts.append(f"All open roles:\n{links.absolute(Home())}")
    parts.append(f"This week on the web:\n{links.absolute(view.head.page)}")
    parts.append(f"Feeds and calendars:\n{links.absolute(FeedsPage())}")
    parts.append(_filled(f"Edited by {settings.editor.name}, {settings.editor.email}."))
    if settings.disclaimer:
        parts.append(_filled(settings.disclaimer))
    return "\n\n".join(parts) + "\n"


def _lines(row: Row, deadline: str, links: Links) -> Iterator[str]:
    yield _line(row.title)
    if row.organisation:
        yield _line(", ".join(filter(None, (row.organisation.label, row.place, row.grade.label if row.grade else ""))))
    if deadline:
        yield _line(deadline)
    yield links.absolute(row.page)


def _line(text: str) -> str:
    # Continuation lines are indented, so that no part of a title looks like a deadline or an address of ours.
    return _filled(text, "  ")


def _filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, _WIDTH, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)
