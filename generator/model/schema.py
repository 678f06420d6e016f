"""What front matter may say: every key of `content/`, its kind, and the rules between keys.

The classes are the values that the rest of the generator works with; docs/content.md explains each key to editors.
"""

from datetime import timedelta
from decimal import Decimal
from typing import Annotated

from pydantic import Field, field_serializer

from . import fields, sourcing

MOST_FIELD_PROBLEMS = 50  # reported for one front matter; one with more is corrected in rounds


class DutyStation(fields.Fields):
    """A place where the work is done, and its time zone."""

    city: fields.Line | None = None
    country: fields.CountryCode | None = None
    zone: fields.Zone | None = None


class Contract(fields.Fields):
    """The terms of the appointment."""

    type: fields.ContractType | None = None
    duration: fields.Line | None = None
    extendable: fields.Truth | None = None


class Emergency(fields.Fields):
    """The emergency that the role supports, and its level."""

    level: Annotated[str, fields.one_of("L1", "L2", "L3")]
    supports: fields.Truth


class Tier(fields.Fields):
    """A group of people whose applications are considered first, second, and so on."""

    tier: fields.Years
    who: fields.Sentence
    countries: fields.Many[fields.CountryCode] = ()


class Requirement(fields.Fields):
    """Something that applicants must have, or should ideally have."""

    text: fields.Sentence
    need: Annotated[str, fields.one_of("required", "desirable")]


class EducationExperience(fields.Fields):
    """A degree, with the years of experience that the notice asks for in addition."""

    education: fields.Sentence
    years: fields.Years | None = None


class Languages(fields.Fields):
    """Languages that the role requires, and languages that it welcomes."""

    required: fields.Many[fields.Language] = ()
    desirable: fields.Many[fields.Language] = ()


class Salary(fields.Fields):
    """The pay as the notice states it, or as someone estimates it."""

    min: fields.Amount | None = None
    max: fields.Amount | None = None
    currency: fields.Currency
    period: Annotated[str, fields.one_of("year", "month", "week", "day", "hour")] | None = None
    basis: Annotated[str, fields.one_of("stated", "estimated", "unknown")] = "unknown"
    source: fields.Line | None = None

    @field_serializer("min", "max", when_used="json-unless-none")
    def as_number(self, amount: Decimal) -> int | float:
        """The amount as a number of JSON."""
        return int(amount) if amount == int(amount) else float(amount)


class DeadlineChange(fields.Fields):
    """A deadline that was moved: when, and what it was before."""

    on: fields.Moment
    from_: fields.ClosedBefore = Field(alias="from")
    reason: fields.Sentence | None = None


class SeenFact(fields.Fields):
    """When and in which words a source stated a fact, and the value that was read from them."""

    seen: fields.Moment
    value: fields.Line | None = None
    words: fields.Line | None = None


class SourceFacts(fields.Fields):
    """What the source stated of the facts that matter most."""

    title: SeenFact | None = None
    duty_stations: SeenFact | None = None
    grade: SeenFact | None = None
    closes: SeenFact | None = None


class Source(fields.Fields):
    """Where the notice was found, and when it was last checked."""

    name: fields.Line | None = None
    url: fields.Address | None = None
    added: fields.Moment | None = None
    updated: fields.Moment | None = None
    checked: fields.Moment | None = None
    facts: SourceFacts | None = None


class InterviewQuestion(fields.Fields):
    """A question that may be asked in an interview, and why."""

    question: fields.Sentence
    why: fields.Sentence | None = None


class Posting(fields.Fields):
    """One vacancy, as its file states it. What the notice does not state is None or empty."""

    id: fields.Slug | None = None
    title: fields.Title
    organisation: fields.Line
    reference: fields.Line | None = None
    duty_stations: fields.Few[DutyStation] = ()
    remote: fields.Truth = False
    grade: fields.Grade | None = None
    category: fields.Category | None = None
    contract: Contract | None = None
    vacancy_type: fields.Line | None = None
    org_type: fields.Line | None = None
    emergency: Emergency | None = None
    open_to: fields.Many[fields.OpenTo] = ()
    tiers: fields.Many[Tier] = ()
    requirements: fields.Many[Requirement] = ()
    education_experience: fields.Many[EducationExperience] = ()
    languages: Languages | None = None
    salary: Salary | None = None
    opens: fields.Moment | None = None
    added: fields.Moment | None = None
    closes: fields.Closing = None
    deadline_changes: fields.Few[DeadlineChange] = ()
    withdrawn: fields.Moment | None = None
    filled: fields.Moment | None = None
    expired: fields.Moment | None = None
    takedown: fields.Truth = False
    draft: fields.Truth = False
    apply: fields.Address | None = None
    source: Source | None = None
    summary: fields.Sentence | None = None
    interview_questions: fields.Many[InterviewQuestion] = ()
    tags: fields.Many[fields.Slug] = ()
    aliases: fields.Many[fields.Slug] = ()


class DeadlineRule(fields.Fields):
    """How a day becomes an instant where a notice states only the day."""

    time: fields.Clock
    zone: fields.RuleZone


class Organisation(fields.Fields):
    """An organisation that has vacancies."""

    name: fields.Line
    full_name: fields.Line | None = None
    website: fields.Address | None = None
    apply_hosts: fields.Many[fields.Host] = ()
    deadline: DeadlineRule | None = None
    logo: fields.Line | None = None
    parent: fields.Line | None = None
    country: fields.CountryCode | None = None


class CountryNote(fields.Fields):
    """An editor's note about a country: its text is the body."""


class FreePage(fields.Fields):
    """A page that the editors wrote themselves; its text is the body."""

    title: fields.Title
    summary: fields.Sentence | None = None


class Editor(fields.Fields):
    """The person responsible for the digest."""

    name: fields.Line
    email: fields.Email


class TagAuthority(fields.Fields):
    """The domain and the date that are part of every feed id."""

    domain: fields.Host
    date: fields.Day


class NavigationEntry(fields.Fields):
    """A link in the navigation of every page."""

    label: fields.Line
    to: fields.Line


class Settings(fields.Fields):
    """`content/site.yaml`."""

    title: fields.Line
    description: fields.Sentence
    base_url: fields.BaseUrl
    editor: Editor
    tag_authority: TagAuthority
    deadline: DeadlineRule = DeadlineRule(time="23:59", zone="duty-station")
    deadlines_moved: fields.Many[fields.Moment] = ()
    timezone: fields.Zone = "UTC"
    closing_window_days: fields.Days = 7
    feed_window_days: fields.Days = 45
    unconfirmed_days: fields.Days = 60
    closed_in_feeds: fields.Truth = False
    repository: fields.Address | None = None
    disclaimer: fields.Sentence | None = None
    navigation: fields.Many[NavigationEntry] = ()
    allow_static: fields.Many[fields.Line] = ()


class Word(fields.Fields):
    """A word of the vocabulary, with its meaning and the source of that."""

    label: fields.Line
    explanation: fields.Sentence = ""
    source: fields.Line = ""
    order: fields.Count = 100_000


class VocabularyFile(fields.Fields):
    """`content/vocabulary.yaml`; a part that is left out keeps the built-in words."""

    grades: Annotated[dict[fields.Line, Word], fields.NotEmpty] | None = None
    categories: Annotated[dict[fields.Slug, Word], fields.NotEmpty] | None = None
    contracts: Annotated[dict[fields.Slug, Word], fields.NotEmpty] | None = None


class Selection(fields.Fields):
    """Which of a source's vacancies a digest wants: all that match one word of each list that is given."""

    words: fields.Many[fields.Line] = ()
    countries: fields.Many[fields.CountryCode] = ()
    grades: fields.Many[fields.Grade] = ()
    categories: fields.Many[fields.Category] = ()


class VacancySource(fields.Fields):
    """Where vacancies come from, how it is asked, and what is wanted of it.

    What `kind` needs is in `sourcing`: a public `address`, or the name of a `board` at a provider. `match` is what the
    address of a notice contains, `columns` says which column of a table states what (ours: theirs), and `parameters`
    are those of a provider's API.
    """

    name: fields.Line | None = None
    kind: Annotated[str, fields.one_of(*sourcing.KIND_NEEDS)]
    address: fields.Address | None = None
    board: fields.Board | None = None
    organisation: fields.Line | None = None
    match: fields.Line | None = None
    columns: Annotated[dict[fields.Line, fields.Line], fields.NotEmpty] | None = None
    parameters: Annotated[dict[fields.Line, fields.Line], fields.NotEmpty] | None = None
    select: Selection = Selection()
    every: fields.Span = timedelta(days=1)
    keep: fields.Span = timedelta(days=180)


class SourcesFile(fields.Fields):
    """`content/sources.yaml`: the sources by the name that the lock and the summary have for them."""

    sources: Annotated[dict[fields.Slug, VacancySource], fields.NotEmpty]
