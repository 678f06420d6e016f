"""The events and states of a posting over time."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from fnmatch import fnmatchcase
from itertools import pairwise
from textwrap import indent

import pytest
from _pytest.mark import ParameterSet
from hypothesis import given, settings
from hypothesis import strategies as st
from notices import content_of, posting_file
from sites import DATA

from generator.edition.history import history_of, state_at
from generator.model.model import History, Kind, State

NEW_YORK = 'name: Org\ndeadline: {time: "23:59", zone: America/New_York}\n'


def cases() -> Iterator[ParameterSet]:
    text = (DATA / "histories.txt").read_text("utf-8")
    for case in text.split("\n== ")[1:]:
        title, rest = case.split("\n", 1)
        front, _, events = rest.partition("\n--")
        yield pytest.param(front, events.split("\n")[1:], id=title)


def history(front: str, **site: str) -> History:
    file = posting_file(front)
    return history_of(file, content_of(file, organisation=NEW_YORK, **site))


def told(found: History) -> list[str]:
    return [f"{event.instant:%Y-%m-%dT%H:%M:%SZ} {event.kind} {event.key}".strip() for event in found.events]


@pytest.mark.parametrize(("front", "expected"), list(cases()))
def test_a_posting_has_exactly_these_events(front: str, expected: list[str]) -> None:
    """A posting has exactly the events in the table, in this order."""
    lines, patterns = told(history(front)), [line for line in expected if line]
    assert len(lines) == len(patterns), lines
    for line, pattern in zip(lines, patterns, strict=True):
        assert fnmatchcase(line, pattern), f"{line} is not {pattern}"


STATES = [
    ("opens: 2026-06-01T00:00:00Z\ncloses: 2026-06-20T20:55:00Z", "2026-05-31T23:59:59", State.SCHEDULED),
    ("opens: 2026-06-01T00:00:00Z\ncloses: 2026-06-20T20:55:00Z", "2026-06-01T00:00:00", State.OPEN),
    ("opens: 2026-06-01T00:00:00Z\ncloses: 2026-06-20T20:55:00Z", "2026-06-13T20:54:59", State.OPEN),
    ("opens: 2026-06-01T00:00:00Z\ncloses: 2026-06-20T20:55:00Z", "2026-06-13T20:55:00", State.CLOSING),
    ("opens: 2026-06-01T00:00:00Z\ncloses: 2026-06-20T20:55:00Z", "2026-06-20T20:54:59", State.CLOSING),
    ("opens: 2026-06-01T00:00:00Z\ncloses: 2026-06-20T20:55:00Z", "2026-06-20T20:55:00", State.CLOSED),
    ("added: 2026-06-01T00:00:00Z", "2026-07-30T23:59:59", State.OPEN),
    ("added: 2026-06-01T00:00:00Z", "2026-07-31T00:00:00", State.UNCONFIRMED),
    ("added: 2026-06-01T00:00:00Z\nsource: {checked: 2026-06-10}", "2026-08-08T23:59:59", State.OPEN),
    ("added: 2026-06-01T00:00:00Z\nsource: {checked: 2026-06-10}", "2026-08-09T00:00:00", State.UNCONFIRMED),
    ("added: 2026-06-01T00:00:00Z\ncloses: until-filled", "2026-07-31T00:00:00", State.UNCONFIRMED),
    ("added: 2026-06-01T00:00:00Z\nwithdrawn: 2026-06-02T00:00:00Z", "2026-06-02T00:00:00", State.WITHDRAWN),
    ("added: 2026-06-01T00:00:00Z\nfilled: 2026-06-02T00:00:00Z", "2026-06-02T00:00:00", State.FILLED),
    ("added: 2026-06-01\nexpired: 2026-06-01", "2026-06-01T01:00:00", State.CLOSED),
    ("added: 2026-06-01\ncloses: 2026-05-01", "2026-06-01T01:00:00", State.CLOSED),
]


@pytest.mark.parametrize(("front", "now", "state"), STATES)
def test_state_changes_at_its_instant(front: str, now: str, state: State) -> None:
    """A second before a boundary the earlier state holds, and at the boundary the later one."""
    file = posting_file(front)
    content = content_of(file, organisation=NEW_YORK)
    instant = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert state_at(history_of(file, content), content.settings, instant)[0] is state


# When a posting opened, its deadlines as written, when they were edited, and whether edits have only a day.
Written = tuple[datetime, list[str], list[datetime], bool]
BEGINNING = datetime(2026, 1, 5, tzinfo=UTC)
hours = st.integers(0, 24 * 120)


def after(count: int) -> datetime:
    return BEGINNING + timedelta(hours=count)


def moment(instant: datetime, day_only: bool) -> str:
    return f"{instant:%Y-%m-%d}" if day_only else f"{instant:%Y-%m-%dT%H:%M:%SZ}"


@st.composite
def postings(draw: st.DrawFn) -> Written:
    """A posting's deadlines as written, when each except the first was set, and how these changes are recorded."""
    opened = after(draw(hours))
    deadline = st.tuples(hours, st.booleans()).map(lambda pair: moment(opened + timedelta(hours=pair[0] + 1), pair[1]))
    deadlines = draw(st.lists(deadline, min_size=1, max_size=4, unique=True))
    edits = sorted(
        draw(st.lists(hours, min_size=len(deadlines) - 1, max_size=len(deadlines) - 1, unique_by=lambda h: h // 24))
    )
    day_only = draw(st.booleans())
    return opened, deadlines, [opened + timedelta(hours=one + 25) for one in edits], day_only


def front_matter(opened: datetime, deadlines: list[str], edits: list[datetime], day_only: bool) -> str:
    """The file after these edits, as an editor would leave it."""
    current = deadlines[len(edits)]
    lines = [f"added: {moment(opened, False)}", f"closes: {current}"]
    if edits:
        lines.append("deadline_changes:")
        changes = zip(edits, deadlines, strict=False)
        lines += [f"  - {{on: {moment(edit, day_only)}, from: {old}}}" for edit, old in changes]
    return "\n".join(lines)


@given(postings())
@settings(deadline=None, max_examples=300)
def test_events_up_to_an_instant_only_grow(posting: Written) -> None:
    """An edit recorded at once removes no past event, and adds none before the day of the edit."""
    opened, deadlines, edits, day_only = posting
    for count, edit in enumerate(edits):
        before = history(front_matter(opened, deadlines, edits[:count], day_only))
        later = history(front_matter(opened, deadlines, edits[: count + 1], day_only))
        known = {event for event in before.events if event.instant < edit}
        now_known = {event for event in later.events if event.instant < edit}
        assert known <= now_known
        day = edit.replace(hour=0) if day_only else edit
        assert all(event.instant >= day for event in now_known - known)


@given(postings(), st.sampled_from(["withdrawn", "filled", "expired", ""]), hours)
@settings(deadline=None, max_examples=300)
def test_every_history_keeps_the_invariants(posting: Written, end: str, end_hour: int) -> None:
    """Ids are unique, no event comes before the opening or after the end, and states change with events."""
    opened, deadlines, edits, day_only = posting
    front = front_matter(opened, deadlines, edits, day_only)
    if end:
        front += f"\n{end}: {moment(opened + timedelta(hours=end_hour + 1), False)}"
    file = posting_file(front)
    content = content_of(file, organisation=NEW_YORK)
    found = history_of(file, content)
    assert len({event.id for event in found.events}) == len(found.events)
    assert all(first.instant <= second.instant for first, second in pairwise(found.events))
    assert all(event.instant >= found.opened for event in found.events)
    if found.end:
        assert all(event.instant <= found.end.instant for event in found.events)
    expected = {
        Kind.CLOSING: {State.CLOSING, State.CLOSED},
        Kind.CLOSED: {State.CLOSED},
        Kind.WITHDRAWN: {State.WITHDRAWN},
        Kind.FILLED: {State.FILLED},
        Kind.OPENED: {State.OPEN, State.CLOSING},
    }
    for event in found.events:
        together = [one.kind for one in found.events if one.instant == event.instant]
        state, _ = state_at(found, content.settings, event.instant)
        if event.kind in expected and len(together) == 1 and not day_only:
            assert state in expected[event.kind], (event, state)


@given(postings(), hours)
@settings(deadline=None, max_examples=300)
def test_no_role_is_open_after_its_deadline(posting: Written, hour: int) -> None:
    """Whenever a role is listed, its current deadline is in the future."""
    file = posting_file(front_matter(*posting))
    content = content_of(file, organisation=NEW_YORK)
    found = history_of(file, content)
    now = after(hour)
    if state_at(found, content.settings, now)[0] in {State.OPEN, State.CLOSING}:
        deadline = found.standing_at(now).deadline
        assert deadline is not None
        assert now < deadline.instant


def test_days_without_a_time_spread_over_their_first_hour() -> None:
    """Fifty roles of one day open at different instants, all within the first hour of the day in the site's zone."""
    files = [posting_file("added: 2026-06-01", slug=f"role-{number}") for number in range(50)]
    content = content_of(*files, settings="timezone: Asia/Kathmandu")
    instants = {history_of(file, content).opened for file in files}
    start = datetime(2026, 5, 31, 18, 15, tzinfo=UTC)
    assert len(instants) > 40
    assert all(start <= instant < start + timedelta(hours=1) for instant in instants)


def test_event_ids_follow_the_contract() -> None:
    """An id consists of the tag authority, the posting's id, the kind and the key, in a form that is safe in a URI."""
    front = "id: old-name\nadded: 2026-05-01\ncloses: 2026-06-20T10:00:00+03:00\n"
    change = indent("- {on: 2026-05-10, from: until-filled}\n", "  ")
    ids = [event.id for event in history(f"{front}deadline_changes:\n{change}").events]
    start = "tag:digest.example.org,2026-01-01:posting/old-name"
    assert ids == [
        f"{start}/opened",
        f"{start}/shortened/2026-05-10/2026-06-20T10:00:00%2B03:00",
        f"{start}/closing/2026-06-20T10:00:00%2B03:00",
        f"{start}/closed/2026-06-20T10:00:00%2B03:00",
    ]


def test_one_zone_counts_where_a_day_ends_first() -> None:
    """A day ends in the rule's zone, otherwise at the earliest of the possible duty stations, otherwise at UTC+14."""
    stations = {
        "[{country: CD}]": "2026-06-10T21:59:00",
        "[{city: Kinshasa, country: CD, zone: Africa/Kinshasa}]": "2026-06-10T22:59:00",
        "[{country: UA}, {country: US}]": "2026-06-10T20:59:00",
        "[{country: XK}]": "2026-06-10T21:59:00",
        "[{city: Jerusalem}]": "2026-06-10T09:59:00",
        "[{country: UA}, {city: Jerusalem}]": "2026-06-10T09:59:00",
    }
    for written, instant in stations.items():
        file = posting_file(f"added: 2026-06-01\ncloses: 2026-06-10\nduty_stations: {written}")
        deadline = history_of(file, content_of(file)).standings[0].deadline
        assert deadline is not None
        assert deadline.instant == datetime.fromisoformat(instant).replace(tzinfo=UTC), written


def test_a_deadline_rule_is_inherited_and_named() -> None:
    """The organisation's own rule takes precedence over the site's, and the deadline says whose rule it is."""
    file = posting_file("added: 2026-06-01\ncloses: 2026-06-10")
    own = history_of(file, content_of(file, organisation=NEW_YORK)).standings[0].deadline
    general = (
        history_of(file, content_of(file, settings='deadline: {time: "17:00", zone: Europe/Vienna}'))
        .standings[0]
        .deadline
    )
    assert own is not None
    assert general is not None
    assert (own.rule, own.rule_name, own.zone) == ("organisation", "Org", "America/New_York")
    assert (general.rule, general.rule_name, general.zone) == ("site", "", "Europe/Vienna")
    assert general.instant == datetime(2026, 6, 10, 15, tzinfo=UTC)


def test_a_time_that_comes_twice_or_never_is_read_as_the_earlier_one() -> None:
    """When the clocks change, the earlier reading of a deadline counts, which is safe for the reader."""
    rule = 'deadline: {time: "02:30", zone: Europe/Berlin}'
    for day, instant in ((date(2026, 10, 25), "2026-10-25T00:30:00"), (date(2026, 3, 29), "2026-03-29T00:30:00")):
        file = posting_file(f"added: 2026-01-01\ncloses: {day}")
        deadline = history_of(file, content_of(file, settings=rule)).standings[0].deadline
        assert deadline is not None
        assert deadline.instant == datetime.fromisoformat(instant).replace(tzinfo=UTC)


def test_a_day_whose_midnight_is_left_out_begins_after_it() -> None:
    """If clocks go forward at midnight, the day begins with that change, and a role opens on its day."""
    for zone, day, begins in (
        ("Africa/Cairo", "2026-04-24", "2026-04-23T22:00:00"),
        ("Asia/Tehran", "2021-03-22", "2021-03-21T20:30:00"),
        ("Pacific/Apia", "2011-12-30", "2011-12-30T10:00:00"),
    ):
        file = posting_file(f"opens: {day}")
        opened = history_of(file, content_of(file, settings=f"timezone: {zone}")).opened
        start = datetime.fromisoformat(begins).replace(tzinfo=UTC)
        assert start <= opened < start + timedelta(hours=1), zone
