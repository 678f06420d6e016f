"""The digest at one instant: what is listed, how it is grouped, and how it is worded."""

from datetime import UTC, datetime
from random import Random

import pytest
from notices import content_of, posting_file
from sites import ROOT

from generator.edition import wording
from generator.edition.edition import Edition
from generator.edition.history import history_of
from generator.edition.similar import Likeness
from generator.feeds.entries import within_window
from generator.model.content import PostingFile
from generator.model.model import Dimension, Event, Kind, State
from generator.reading.folder import load

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
SEEDED = datetime(2026, 5, 30, 12, tzinfo=UTC)


def edition(*files: PostingFile, now: datetime = NOW, **site: str) -> Edition:
    return Edition(content_of(*files, **site), now)


def role_files() -> list[PostingFile]:
    return [
        posting_file("added: 2026-06-01\ncloses: 2026-07-30\nduty_stations: [{country: CD}]", "late"),
        posting_file("added: 2026-06-01\ncloses: 2026-06-18\nduty_stations: [{country: CD}]", "soon"),
        posting_file("added: 2026-06-01\nduty_stations: [{country: UA}]", "older-without-deadline"),
        posting_file("added: 2026-06-02\nduty_stations: [{country: UA}]", "newer-without-deadline"),
        posting_file("added: 2026-06-01\ncloses: 2026-06-10\nduty_stations: [{country: CD}]", "over"),
        posting_file("added: 2026-07-01\nduty_stations: [{country: NO}]", "scheduled"),
    ]


def test_open_roles_stand_in_order_of_urgency() -> None:
    """The nearest deadline comes first; roles without a deadline follow, newest first."""
    slugs = [role.slug for role in edition(*role_files()).site.open_roles]
    assert slugs == ["soon", "late", "newer-without-deadline", "older-without-deadline"]


def test_a_role_that_is_over_ended_when_its_editor_says() -> None:
    """A role ended at its deadline, even before the digest added it, unless something else ended it."""
    found = edition(
        posting_file("added: 2026-06-01\ncloses: 2026-06-10T12:00:00Z", "closed"),
        posting_file("added: 2026-06-12\ncloses: 2026-06-10T12:00:00Z", "over-at-intake"),
        posting_file("added: 2026-06-01\ncloses: 2026-06-10T12:00:00Z\nwithdrawn: 2026-06-05T09:00:00Z", "withdrawn"),
        posting_file("added: 2026-06-01\ncloses: 2026-06-10T12:00:00Z\nexpired: 2026-06-05T09:00:00Z", "expired"),
        posting_file("added: 2026-06-01\nexpired: 2026-06-05T09:00:00Z", "without-deadline"),
    )
    roles, settings = found.role_by_id, found.settings
    ended = {name: f"{role.ended():%d %H:%M}" for name, role in roles.items()}
    at_deadline, before = "10 12:00", "05 09:00"
    assert ended == {
        "closed": at_deadline,
        "over-at-intake": at_deadline,
        "withdrawn": before,
        "expired": before,
        "without-deadline": before,
    }
    assert {name: f"{role.ended_day(settings):%d %m}" for name, role in roles.items()} == {
        name: f"{instant[:2]} 06" for name, instant in ended.items()
    }
    assert roles["over-at-intake"].since == roles["over-at-intake"].history.opened > roles["over-at-intake"].ended()


def test_a_scheduled_role_is_in_no_collection() -> None:
    """A role that has not opened creates no country page and has no event."""
    found = edition(*role_files())
    assert set(found.collections[Dimension.COUNTRIES]) == {"cd", "ua"}
    assert all(event.posting != "scheduled" for event in found.site.events)


def test_order_of_files_changes_nothing() -> None:
    """Collections, events and roles do not depend on the order in which files are read."""
    files = role_files()
    shuffled = files[:]
    Random(7).shuffle(shuffled)
    one, other = edition(*files), edition(*shuffled)
    assert one.site.open_roles == other.site.open_roles
    assert one.site.events == other.site.events
    assert [*one.collections[Dimension.COUNTRIES]] == [*other.collections[Dimension.COUNTRIES]]


def test_what_a_notice_does_not_state_is_grouped_as_such() -> None:
    """A role without a country, grade or language is in the collections of what is not stated."""
    found = edition(posting_file("added: 2026-06-01"))
    for dimension in Dimension:
        if dimension is not Dimension.ORGANISATIONS:
            assert [*found.collections[dimension]] == ["not-stated"], dimension


def test_next_changes_come_in_time_order() -> None:
    """As time passes, roles open, close, enter the closing window and lapse, and weeks end, in this order."""
    changes = [(f"{instant:%Y-%m-%d}", change, slug) for instant, change, slug in edition(*role_files()).next_changes()]
    assert changes == [
        ("2026-06-18", "closed", "soon"),
        ("2026-06-22", "week-over", "2026-W25"),
        ("2026-07-01", "opened", "scheduled"),
        ("2026-07-06", "week-over", "2026-W27"),
        ("2026-07-23", "closing", "late"),
        ("2026-07-27", "week-over", "2026-W30"),
        ("2026-07-30", "closed", "late"),
        ("2026-07-31", "unconfirmed", "older-without-deadline"),
        ("2026-08-01", "unconfirmed", "newer-without-deadline"),
        ("2026-08-03", "week-over", "2026-W31"),
    ]


def test_the_first_digest_as_of_30_may() -> None:
    """The five roles of the first digest are open, closing, closed and expired, with exactly these events."""
    loaded = load(ROOT)
    assert loaded.content is not None
    assert not loaded.problems
    found = Edition(loaded.content, SEEDED)
    assert {role.slug: role.state for role in found.roles} == {
        "chief-security-officer-jerusalem": State.CLOSED,
        "field-security-associate-ukraine": State.CLOSING,
        "field-security-officer-kinshasa": State.OPEN,
        "national-security-support-officer": State.OPEN,
        "security-coordination-officer-new-york": State.CLOSED,
    }
    told = {(event.kind, event.posting) for event in found.site.events}
    assert told == {
        (Kind.OPENED, "field-security-associate-ukraine"),
        (Kind.OPENED, "field-security-officer-kinshasa"),
        (Kind.OPENED, "national-security-support-officer"),
        (Kind.CLOSING, "field-security-associate-ukraine"),
    }
    assert {role.slug: role.deadline and role.deadline.stated for role in found.roles} == {
        "chief-security-officer-jerusalem": True,
        "field-security-associate-ukraine": True,
        "field-security-officer-kinshasa": False,
        "national-security-support-officer": None,
        "security-coordination-officer-new-york": None,
    }


DEADLINES = [
    (
        "closes: 2026-06-05T20:55:00Z\nduty_stations: [{country: UA}]",
        "Friday 5 June 2026, 23:55 in Kyiv (20:55 UTC)",
        "Thursday 4 June 2026",
        "Stated in the notice.",
    ),
    (
        "closes: 2026-06-10\nduty_stations: [{city: Kinshasa, country: CD, zone: Africa/Kinshasa}]",
        "Wednesday 10 June 2026, 23:59 in Kinshasa (22:59 UTC)",
        "Wednesday 10 June 2026",
        "Assumed: the notice states only the day, and the digest takes 23:59 in Kinshasa by its general rule.",
    ),
    (
        "closes: 2026-11-27T23:59:00-05:00\nduty_stations: [{city: Jerusalem}]",
        "Friday 27 November 2026, 23:59 UTC−05:00 (Saturday 28 November, 04:59 UTC)",
        "Friday 27 November 2026",
        "Stated in the notice.",
    ),
    (
        "closes: 2026-06-10\nduty_stations: [{city: Geneva, country: CH}]",
        "Wednesday 10 June 2026, 23:59 in Geneva (21:59 UTC)",
        "Wednesday 10 June 2026",
        "Assumed: the notice states only the day, and the digest takes 23:59 in Geneva by its general rule.",
    ),
    (
        "closes: 2026-06-10T12:00:00Z",
        "Wednesday 10 June 2026, 12:00 UTC",
        "Tuesday 9 June 2026",
        "Stated in the notice.",
    ),
    (
        "closes: 2026-06-10\nremote: true",
        "Wednesday 10 June 2026, 23:59 UTC+14 (09:59 UTC)",
        "Wednesday 10 June 2026",
        "Assumed: the notice states only the day, and the digest takes 23:59 UTC+14 by its general rule."
        " The time zone is not certain, so the earliest one counts.",
    ),
]


@pytest.mark.parametrize(("front", "text", "last_day", "how"), DEADLINES)
def test_a_deadline_in_words(front: str, text: str, last_day: str, how: str) -> None:
    """A deadline is shown in the duty station's time and in UTC, with its last full day and how it is known."""
    file = posting_file(f"added: 2026-06-01\n{front}")
    deadline = history_of(file, content_of(file)).standings[0].deadline
    assert deadline is not None
    assert wording.deadline_text(deadline) == text
    assert wording.last_day_to_apply(deadline) == last_day
    assert wording.how_known(deadline) == how


def test_similar_roles_say_why() -> None:
    """Roles in the same country come before those that share only the organisation, each with what they share."""
    found = edition(*role_files())
    role = found.role_by_id["late"]
    assert [(other.slug, reason) for other, reason in Likeness(found).similar(role)] == [
        ("soon", "same country and organisation"),
        ("newer-without-deadline", "same organisation"),
        ("older-without-deadline", "same organisation"),
    ]


def test_a_feed_keeps_its_window_and_a_minimum() -> None:
    """A feed holds the events in the days before its newest one, and more if there are few."""
    events = [Event(f"tag:{day}", "role", Kind.OPENED, datetime(2026, 6, day, tzinfo=UTC)) for day in range(30, 0, -1)]
    assert within_window(events, 10, 5) == events[:11]
    assert within_window(events, 10, 20) == events[:20]
    assert within_window([], 10, 20) == []
