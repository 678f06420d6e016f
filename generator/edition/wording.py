"""Times, places and states in plain English words."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from itertools import pairwise

from babel.dates import format_date

from ..model import clock
from ..model.model import Deadline, Event, History, Kind, Standing, State, When
from ..model.schema import DutyStation, EducationExperience, Posting, Salary, Settings
from ..model.vocabulary import city_of_zone, countries
from .deadlines import last_full_day, local_deadline

STATE_WORDS = {
    State.OPEN: "Open",
    State.CLOSING: "Closing",
    State.CLOSED: "Closed",
    State.WITHDRAWN: "Withdrawn",
    State.FILLED: "Filled",
    State.UNCONFIRMED: "Unconfirmed",
    State.SCHEDULED: "Scheduled",
}
NO_PLACE = "Duty station not stated"
KIND_WORDS = {
    Kind.OPENED: "Opened",
    Kind.CLOSING: "Closing",
    Kind.EXTENDED: "Extended",
    Kind.SHORTENED: "Deadline brought forward",
    Kind.REOPENED: "Reopened",
    Kind.WITHDRAWN: "Withdrawn",
    Kind.FILLED: "Filled",
    Kind.CLOSED: "Closed",
}


def event_word(event: Event, history: History) -> str:
    """What happened, in a word or two. A first deadline is set, not brought forward: there was none before."""
    moves = pairwise(history.standings)
    if event.kind is Kind.SHORTENED and any(old.deadline is None and new.since == event.instant for old, new in moves):
        return "Deadline set"
    return KIND_WORDS[event.kind]


@cache
def _formatted(day: date, pattern: str) -> str:
    # Babel parses its pattern at each call, and a site names the same few hundred days thousands of times.
    return format_date(day, pattern, locale="en")


def long_date(day: date) -> str:
    """Friday 5 June 2026."""
    return _formatted(day, "EEEE d MMMM y")


def short_date(day: date) -> str:
    """5 June 2026."""
    return _formatted(day, "d MMMM y")


def day_and_month(day: date) -> str:
    """5 Jun."""
    return _formatted(day, "d MMM")


def month_abbreviated(day: date) -> str:
    """Jun."""
    return _formatted(day, "MMM")


def weekday(day: date) -> str:
    """Fri."""
    return _formatted(day, "EEE")


def month_name(year: int, month: int) -> str:
    """June 2026."""
    return _formatted(date(year, month, 1), "MMMM y")


def week_days(year: int, week: int) -> tuple[date, date]:
    """The Monday and the Sunday of an ISO week."""
    monday = date.fromisocalendar(year, week, 1)
    return monday, monday + timedelta(days=6)


def site_day(instant: datetime, settings: Settings) -> date:
    """The day of an instant in the site's zone."""
    return clock.local(instant, settings.timezone).date()


def span(first: date, last: date) -> str:
    """25–31 May 2026, repeating no more than needed."""
    if first.year != last.year:
        return f"{short_date(first)} – {short_date(last)}"
    if first.month != last.month:
        return f"{_formatted(first, 'd MMMM')} – {short_date(last)}"
    return f"{first.day}–{short_date(last)}"


def clock_label(deadline: Deadline) -> str:
    """The clock by which a deadline is given: `in Kyiv`, `UTC`, `UTC−05:00`."""
    if deadline.zone and (place := deadline.place or city_of_zone(deadline.zone)):
        return place if place.startswith("UTC") else f"in {place}"
    offset = local_deadline(deadline).utcoffset() or timedelta()
    minutes = round(offset.total_seconds() / 60)
    if not minutes:
        return "UTC"
    return f"UTC{'+' if minutes > 0 else '−'}{abs(minutes) // 60:02}:{abs(minutes) % 60:02}"


def deadline_time(deadline: Deadline) -> str:
    """23:55 in Kyiv."""
    return f"{local_deadline(deadline):%H:%M} {clock_label(deadline)}"


def deadline_in_utc(deadline: Deadline) -> str:
    """20:55 UTC, with the day if it differs; empty if the deadline is already given in UTC."""
    if clock_label(deadline) == "UTC":
        return ""
    at = deadline.instant.astimezone(UTC)
    day = "" if at.date() == local_deadline(deadline).date() else f"{_formatted(at.date(), 'EEEE d MMMM')}, "
    return f"{day}{at:%H:%M} UTC"


@lru_cache(4096)
def deadline_text(deadline: Deadline) -> str:
    """Friday 5 June 2026, 23:55 in Kyiv (20:55 UTC)."""
    utc = deadline_in_utc(deadline)
    text = f"{long_date(local_deadline(deadline).date())}, {deadline_time(deadline)}"
    return f"{text} ({utc})" if utc else text


def standing_text(standing: Standing) -> str:
    """The same, `open until filled` or `not stated`."""
    if standing.deadline:
        return deadline_text(standing.deadline)
    return "open until filled" if standing.until_filled else "not stated"


def how_known(deadline: Deadline) -> str:
    """Whether a deadline is stated or assumed, and by which rule."""
    if deadline.stated:
        return "Stated in the notice."
    whose = f"its rule for {deadline.rule_name}" if deadline.rule_name else "its general rule"
    text = f"Assumed: the notice states only the day, and the digest takes {deadline_time(deadline)} by {whose}."
    return f"{text} The time zone is not certain, so the earliest one counts." if deadline.cautious else text


def last_day_to_apply(deadline: Deadline) -> str:
    """Thursday 4 June 2026."""
    return long_date(last_full_day(deadline))


def when_text(when: When) -> str:
    """A written day or instant in words."""
    return f"{short_date(when.day)}, {when.instant:%H:%M} UTC" if when.instant else short_date(when.day)


def instant_text(instant: datetime) -> str:
    """30 May 2026, 12:00 UTC."""
    return f"{short_date(instant.date())}, {instant:%H:%M} UTC"


def station_text(station: DutyStation) -> str:
    """Kinshasa, Democratic Republic of the Congo."""
    return ", ".join(filter(None, (station.city, countries()[station.country] if station.country else "")))


def country_list(codes: Iterable[str]) -> str:
    """Country names in alphabetical order."""
    return ", ".join(sorted(countries()[code] for code in codes))


def place_text(posting: Posting) -> str:
    """Where the role is, in one line."""
    places = [station_text(station) for station in posting.duty_stations]
    if posting.remote:
        places.append("home-based or roving")
    return "; ".join(places) or NO_PLACE


def years_text(years: int) -> str:
    """7 years of experience; none for 0."""
    return "no experience asked for" if years == 0 else f"{years} year{'' if years == 1 else 's'} of experience"


def alternative_text(alternative: EducationExperience) -> str:
    """Bachelor's degree, with 5 years of experience."""
    years = alternative.years
    return alternative.education if years is None else f"{alternative.education}, with {years_text(years)}"


def amount_text(amount: Decimal) -> str:
    """1,234.50, or 1,234 for a whole amount."""
    return f"{amount:,.2f}".removesuffix(".00")


def salary_text(salary: Salary) -> str:
    """USD 139,573 – 182,090 a year."""
    figures = [amount_text(amount) for amount in (salary.min, salary.max) if amount is not None]
    text = f"{salary.currency} " + " – ".join(figures)
    if len(figures) == 1:
        text = f"{'from' if salary.min is not None else 'up to'} {text}"
    return (
        f"{text} a{'n' if salary.period == 'hour' else ''} {salary.period}"
        if salary.period
        else f"{text}, period not stated"
    )


def salary_basis(salary: Salary) -> str:
    """Who a salary figure comes from."""
    whose = {"stated": "Stated by the employer.", "estimated": "An estimate, not the employer's figure."}
    text = whose.get(salary.basis, "Whose figure this is, the source does not say.")
    return f"{text} Source: {salary.source}." if salary.source else text


@lru_cache(maxsize=1 << 13)
def utc_text(instant: datetime) -> str:
    """An instant for machines: 2026-06-05T20:55:00Z."""
    # Several times as fast as strftime, on which builds spent a tenth of a second; and most instants repeat often.
    return f"{instant.astimezone(UTC).isoformat()[:19]}Z"


def when_told(event: Event, settings: Settings) -> str:
    """When an event happened, as precisely as it is known."""
    if event.exact:
        return instant_text(event.instant)
    return short_date(site_day(event.instant, settings))
