"""What a written deadline means: an instant, in a zone, stated or assumed, and by whose rule."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from ..model import clock
from ..model.content import OrganisationFile, line_of
from ..model.model import Deadline, When
from ..model.schema import DeadlineRule, Posting, Settings
from ..model.vocabulary import EARLIEST_ZONE, zones_of


def resolve(
    when: When, posting: Posting, organisations: Mapping[str, OrganisationFile], settings: Settings
) -> Deadline:
    """The deadline that a posting's `closes` (or the `from` of a change) means.

    A date-time is stated by the notice. A day without a time ends by the rule of the organisation, else of its parents,
    else of the site. Of several possible zones, the one where the day ends first counts, so that readers who apply by
    then are safe.
    """
    stations = station_zones(posting)
    if when.instant:
        shown_in = stations[0] if len(stations) == 1 and stations[0] != EARLIEST_ZONE else None
        return Deadline(when.text, when.instant, "notice", zone=shown_in, place=_city(posting) if shown_in else "")
    rule, owner = _rule(posting.organisation, organisations, settings)
    candidates = stations if rule.zone == "duty-station" else (rule.zone,)
    instant, zone = clock.ends_earliest(when.day, rule.time, candidates)
    cautious = len(candidates) > 1 or candidates == (EARLIEST_ZONE,)
    place = _city(posting) if rule.zone == "duty-station" and not cautious else ""
    return Deadline(when.text, instant, "organisation" if owner else "site", owner, zone, cautious, place)


def start_of(when: When, settings: Settings) -> datetime:
    """An instant, or the start of a day without a time, in the site's zone."""
    return when.instant or clock.day_starts(when.day, settings.timezone)


def end_of(when: When, settings: Settings) -> datetime:
    """An instant, or the end of a day without a time, in the site's zone."""
    return when.instant or clock.day_starts(when.day + timedelta(days=1), settings.timezone)


def _city(posting: Posting) -> str:
    """The city of a posting's only duty station: Geneva has the zone of Zurich, but nobody there calls it that."""
    return posting.duty_stations[0].city or "" if len(posting.duty_stations) == 1 else ""


def _rule(key: str, organisations: Mapping[str, OrganisationFile], settings: Settings) -> tuple[DeadlineRule, str]:
    """The rule for days without a time, and the name of the organisation that it belongs to ('' for the site's)."""
    for file in line_of(key, organisations):
        if file.organisation.deadline:
            return file.organisation.deadline, file.organisation.name
    return settings.deadline, ""


def station_zones(posting: Posting) -> tuple[str, ...]:
    """Every zone in which the role may be; a place whose zone is unknown counts as UTC+14."""
    found: set[str] = set()
    for station in posting.duty_stations:
        if station.zone:
            found.add(station.zone)
        else:
            found.update(zones_of(station.country) if station.country else ())
            if not (station.country and zones_of(station.country)):
                found.add(EARLIEST_ZONE)
    return tuple(sorted(found)) or (EARLIEST_ZONE,)


def local_deadline(deadline: Deadline) -> datetime:
    """The deadline in the local time that readers see: in its zone, else with the offset that the notice gives."""
    if deadline.zone:
        return clock.local(deadline.instant, deadline.zone)
    return datetime.fromisoformat(deadline.written)


def last_full_day(deadline: Deadline) -> date:
    """The last full day before the deadline, in the local time that readers see; 23:59 counts as the end of a day."""
    at = local_deadline(deadline)
    return at.date() if (at.hour, at.minute) == (23, 59) else at.date() - timedelta(days=1)
