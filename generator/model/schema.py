"""What front matter may say: every key of `content/`, its kind, and the rules between keys.

The classes are the values that the rest of the generator works with; docs/content.md explains each key to editors.
"""

from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_serializer

from . import fields as f

MOST_PROBLEMS = 50  # told of one front matter; one with more is corrected in rounds


class DutyStation(f.Fields):
    """A place where the work is done, and its time zone."""

    city: f.Line | None = None
    country: f.CountryCode | None = None
    zone: f.Zone | None = None


class Contract(f.Fields):
    """The terms of the appointment."""

    type: f.ContractType | None = None
    duration: f.Line | None = None
    extendable: f.Truth | None = None


class Emergency(f.Fields):
    """The emergency that the role supports, and its level."""

    level: Annotated[str, f.one_of("L1", "L2", "L3")]
    supports: f.Truth


class Tier(f.Fields):
    """A group of people whose applications are considered first, second, and so on."""

    tier: f.Years
    who: f.Sentence
    countries: f.Many[f.CountryCode] = ()


class Requirement(f.Fields):
    """Something that applicants need, or would do well to have."""

    text: f.Sentence
    need: Annotated[str, f.one_of("required", "desirable")]


class EducationExperience(f.Fields):
    """A degree, with the years of experience that the notice asks for beside it."""

    education: f.Sentence
    years: f.Years | None = None


class Languages(f.Fields):
    """Languages that the role requires, and languages that it welcomes."""

    required: f.Many[f.Language] = ()
    desirable: f.Many[f.Language] = ()


class Salary(f.Fields):
    """The pay as the notice states it, or as somebody estimates it."""

    min: f.Amount | None = None
    max: f.Amount | None = None
    currency: f.Currency
    period: Annotated[str, f.one_of("year", "month", "week", "day", "hour")] | None = None
    basis: Annotated[str, f.one_of("stated", "estimated", "unknown")] = "unknown"
    source: f.Line | None = None

    @field_serializer("min", "max", when_used="json-unless-none")
    def as_number(self, amount: Decimal) -> int | float:
        """The amount as a number of JSON."""
        return int(amount) if amount == int(amount) else float(amount)


class DeadlineChange(f.Fields):
    """A deadline that was moved: when, and what it was before."""

    on: f.Moment
    from_: f.ClosedBefore = Field(alias="from")
    reason: f.Sentence | None = None


class Source(f.Fields):
    """Where the notice was found, and when it was last looked at."""

    name: f.Line | None = None
    url: f.Address | None = None
    added: f.Moment | None = None
    updated: f.Moment | None = None
    checked: f.Moment | None = None


class InterviewQuestion(f.Fields):
    """A question that may be asked in an interview, and why."""

    question: f.Sentence
    why: f.Sentence | None = None


class Posting(f.Fields):
    """One vacancy, as its file states it. What the notice does not state is None or empty."""

    id: f.Slug | None = None
    title: f.Title
    organisation: f.Line
    reference: f.Line | None = None
    duty_stations: f.Few[DutyStation] = ()
    remote: f.Truth = False
    grade: f.Grade | None = None
    category: f.Category | None = None
    contract: Contract | None = None
    vacancy_type: f.Line | None = None
    org_type: f.Line | None = None
    emergency: Emergency | None = None
    open_to: f.Many[f.OpenTo] = ()
    tiers: f.Many[Tier] = ()
    requirements: f.Many[Requirement] = ()
    education_experience: f.Many[EducationExperience] = ()
    languages: Languages | None = None
    salary: Salary | None = None
    opens: f.Moment | None = None
    added: f.Moment | None = None
    closes: f.Closing = None
    deadline_changes: f.Few[DeadlineChange] = ()
    withdrawn: f.Moment | None = None
    filled: f.Moment | None = None
    expired: f.Moment | None = None
    takedown: f.Truth = False
    draft: f.Truth = False
    apply: f.Address | None = None
    source: Source | None = None
    summary: f.Sentence | None = None
    interview_questions: f.Many[InterviewQuestion] = ()
    tags: f.Many[f.Slug] = ()
    aliases: f.Many[f.Slug] = ()


class DeadlineRule(f.Fields):
    """How a day becomes an instant where a notice states only the day."""

    time: f.Clock
    zone: f.RuleZone


class Organisation(f.Fields):
    """An organisation that has vacancies."""

    name: f.Line
    full_name: f.Line | None = None
    website: f.Address | None = None
    apply_hosts: f.Many[f.Host] = ()
    deadline: DeadlineRule | None = None
    logo: f.Line | None = None
    parent: f.Line | None = None
    country: f.CountryCode | None = None


class CountryNote(f.Fields):
    """An editor's note about a country: its text is the body."""


class FreePage(f.Fields):
    """A page of the editors' own; its text is the body."""

    title: f.Title
    summary: f.Sentence | None = None


class Editor(f.Fields):
    """Who answers for the digest."""

    name: f.Line
    email: f.Email


class TagAuthority(f.Fields):
    """The domain and the date that are part of every feed id."""

    domain: f.Host
    date: f.Day


class NavigationEntry(f.Fields):
    """A link in the navigation of every page."""

    label: f.Line
    to: f.Line


class Settings(f.Fields):
    """`content/site.yaml`."""

    title: f.Line
    description: f.Sentence
    base_url: f.BaseUrl
    editor: Editor
    tag_authority: TagAuthority
    deadline: DeadlineRule = DeadlineRule(time="23:59", zone="duty-station")
    deadlines_moved: f.Many[f.Moment] = ()
    timezone: f.Zone = "UTC"
    closing_window_days: f.Days = 7
    feed_window_days: f.Days = 45
    unconfirmed_days: f.Days = 60
    closed_in_feeds: f.Truth = False
    repository: f.Address | None = None
    disclaimer: f.Sentence | None = None
    navigation: f.Many[NavigationEntry] = ()
    allow_static: f.Many[f.Line] = ()


class Word(f.Fields):
    """A word of the vocabulary, with what it means and who says so."""

    label: f.Line
    explanation: f.Sentence = ""
    source: f.Line = ""
    order: f.Count = 100_000


class VocabularyFile(f.Fields):
    """`content/vocabulary.yaml`; a part that is left out keeps the built-in words."""

    grades: Annotated[dict[f.Line, Word], f.NotEmpty] | None = None
    categories: Annotated[dict[f.Slug, Word], f.NotEmpty] | None = None
    contracts: Annotated[dict[f.Slug, Word], f.NotEmpty] | None = None
