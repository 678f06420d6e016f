"""The feed of the weeks: one entry for each that is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from ..edition import wording
from ..edition.edition import SITE_AT_LEAST, Edition, Role
from ..edition.history import tag_uri
from ..edition.routes import WeekPage, WeeksFeed, WeeksPage
from ..model import clock
from ..model.content import Content
from ..model.model import Event
from .entries import Entry, Feed, feed_start, role_line


@dataclass(frozen=True, slots=True)
class WeeksSubject:
    """The weeks that are over, the newest first, each with its events and the role of each."""

    weeks: tuple[tuple[int, int, tuple[Event, ...], tuple[Role, ...]], ...]


def weeks_subject(edition: Edition) -> WeeksSubject:
    """A week has an entry once it is over, so that the entry says everything at once and never changes its date."""
    zone, roles = edition.settings.timezone, edition.role_by_id
    over = [week for week in edition.weeks if clock.week_ends(*week, zone) <= edition.now][:SITE_AT_LEAST]
    events = ((week, tuple(edition.weeks[week])) for week in over)
    return WeeksSubject(tuple((*week, found, tuple(roles[event.posting] for event in found)) for week, found in events))


def weeks_feed(subject: WeeksSubject, content: Content) -> Feed:
    """The feed of the weeks."""
    settings = content.settings
    entries = [
        _week_entry(year, week, list(zip(events, roles, strict=True)), content)
        for year, week, events, roles in subject.weeks
    ]
    return Feed(
        page=WeeksFeed(),
        id=tag_uri(settings, "feed/weeks"),
        title=f"{settings.title}: week by week",
        description=f"What happened, week by week. {settings.description}",
        about=WeeksPage(),
        updated=entries[0].instant if entries else feed_start(settings),
        entries=tuple(entries),
    )


def _week_entry(year: int, week: int, told: Sequence[tuple[Event, Role]], content: Content) -> Entry:
    by_kind = [
        (word, [role_line(event, role, content) for event, role in told if event.kind is kind])
        for kind, word in wording.KIND_WORDS.items()
    ]
    ends = clock.week_ends(year, week, content.settings.timezone)
    return Entry(
        id=tag_uri(content.settings, f"week/{year:04}-W{week:02}"),
        title=f"Week {week} of {year}: {wording.span(*wording.week_days(year, week))}",
        page=WeekPage(year, week),
        instant=ends,
        changed=ends,
        lines=tuple((word, "; ".join(titles) + ".") for word, titles in by_kind if titles),
    )
