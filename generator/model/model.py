"""The values that packages pass to one another: what was written, what it means in time, and what happened."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from msgspec import Struct

UNTIL_FILLED: Literal["until-filled"] = "until-filled"


@dataclass(frozen=True, slots=True)
class When:
    """A day or an instant as an editor wrote it. `instant` is None where only the day is written."""

    text: str
    day: date
    instant: datetime | None = None


Closes = When | Literal["until-filled"] | None


class State(StrEnum):
    """What a role is at an instant. Only `open` and `closing` roles take applications."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSING = "closing"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"
    FILLED = "filled"
    UNCONFIRMED = "unconfirmed"


class Kind(StrEnum):
    """What can happen to a role; part of an event's id."""

    OPENED = "opened"
    CLOSING = "closing"
    EXTENDED = "extended"
    SHORTENED = "shortened"
    REOPENED = "reopened"
    WITHDRAWN = "withdrawn"
    FILLED = "filled"
    CLOSED = "closed"


class Dimension(StrEnum):
    """What roles are grouped by; the value is the first part of the address."""

    COUNTRIES = "countries"
    ORGANISATIONS = "organisations"
    GRADES = "grades"
    CATEGORIES = "categories"
    CONTRACTS = "contracts"
    LANGUAGES = "languages"
    OPEN_TO = "open-to"


class Deadline(Struct, frozen=True):
    """The instant at which a role stops taking applications, and how we know it.

    `rule` says who set the time and zone: `notice` (stated), else `organisation` or `site` (assumed). `rule_name` names
    that organisation. `zone` is the IANA zone in which readers see the deadline, None if only the offset is known, and
    `place` the city whose clock that is, if it is not the city in the zone's name. `cautious` means that the zone is
    the one of several possible zones in which the deadline comes first.
    """

    written: str
    instant: datetime
    rule: Literal["notice", "organisation", "site"]
    rule_name: str = ""
    zone: str | None = None
    cautious: bool = False
    place: str = ""

    @property
    def stated(self) -> bool:
        """Whether the notice itself states the instant."""
        return self.rule == "notice"


class Event(Struct, frozen=True):
    """Something that happened to a posting, reported once. `id` is the same in every feed, and never changes.

    `exact` is False if only the day of the instant was written.
    """

    id: str
    posting: str
    kind: Kind
    instant: datetime
    key: str = ""
    exact: bool = True


class Standing(Struct, frozen=True, omit_defaults=True):
    """A deadline and when it was in force: from `since` to `until` (None: it is the last one).

    `deadline` is None if the notice states none, or says that the role stays open `until_filled`.
    """

    since: datetime
    deadline: Deadline | None
    until: datetime | None = None
    until_filled: bool = False

    @property
    def written(self) -> str:
        """The deadline as the notice gives it, empty if it states none."""
        return self.deadline.written if self.deadline else UNTIL_FILLED if self.until_filled else ""


class End(Struct, frozen=True):
    """The moment at which a role ended because an editor said so, rather than by its deadline."""

    instant: datetime
    state: State


class History(Struct, frozen=True):
    """Everything that happens to a posting, including its future as far as it is known. Events are in order of time."""

    opened: datetime
    standings: tuple[Standing, ...]
    end: End | None
    events: tuple[Event, ...]
    confirmed: datetime  # when the role was last known to exist

    def standing_at(self, now: datetime) -> Standing:
        """The deadline in force at an instant."""
        return next((one for one in reversed(self.standings) if one.since <= now), self.standings[0])
