"""What front matter may say: every key of `content/`, its kind, and the rules between keys.

The classes are the values that the rest of the generator works with; docs/content.md explains each key to editors.
"""

from collections.abc import Iterator, Set
from decimal import Decimal
from itertools import chain, islice
from typing import Annotated, Any, NamedTuple, TypeVar

from pydantic import Field, ValidationError, field_serializer
from pydantic_core import ErrorDetails

from ..reading.frontmatter import Fields, Location, Value, key_text
from ..reading.rules import RULES, Broken
from . import fields as f
from .problems import Misspelt, Place, did_you_mean, nearest, shown
from .vocabulary import Vocabulary

MOST_PROBLEMS = 50  # told of one front matter; one with more is corrected in rounds


class DutyStation(f.Fields):
    city: f.Line | None = None
    country: f.CountryCode | None = None
    zone: f.Zone | None = None


class Contract(f.Fields):
    type: f.ContractType | None = None
    duration: f.Line | None = None
    extendable: f.Truth | None = None


class Emergency(f.Fields):
    level: Annotated[str, f.one_of("L1", "L2", "L3")]
    supports: f.Truth


class Tier(f.Fields):
    tier: f.Years
    who: f.Sentence
    countries: f.Many[f.CountryCode] = ()


class Requirement(f.Fields):
    text: f.Sentence
    need: Annotated[str, f.one_of("required", "desirable")]


class EducationExperience(f.Fields):
    education: f.Sentence
    years: f.Years | None = None


class Languages(f.Fields):
    required: f.Many[f.Language] = ()
    desirable: f.Many[f.Language] = ()


class Salary(f.Fields):
    min: f.Amount | None = None
    max: f.Amount | None = None
    currency: f.Currency
    period: Annotated[str, f.one_of("year", "month", "week", "day", "hour")] | None = None
    basis: Annotated[str, f.one_of("stated", "estimated", "unknown")] = "unknown"
    source: f.Line | None = None

    @field_serializer("min", "max", when_used="json-unless-none")
    def as_number(self, amount: Decimal) -> int | float:
        return int(amount) if amount == int(amount) else float(amount)


class DeadlineChange(f.Fields):
    on: f.Moment
    from_: f.ClosedBefore = Field(alias="from")
    reason: f.Sentence | None = None


class Source(f.Fields):
    name: f.Line | None = None
    url: f.Address | None = None
    added: f.Moment | None = None
    updated: f.Moment | None = None
    checked: f.Moment | None = None


class InterviewQuestion(f.Fields):
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
    title: f.Title
    summary: f.Sentence | None = None


class Editor(f.Fields):
    name: f.Line
    email: f.Email


class TagAuthority(f.Fields):
    domain: f.Host
    date: f.Day


class NavigationEntry(f.Fields):
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
    label: f.Line
    explanation: f.Sentence = ""
    source: f.Line = ""
    order: f.Count = 100_000


class VocabularyFile(f.Fields):
    """`content/vocabulary.yaml`; a part that is left out keeps the built-in words."""

    grades: Annotated[dict[f.Line, Word], f.NotEmpty] | None = None
    categories: Annotated[dict[f.Slug, Word], f.NotEmpty] | None = None
    contracts: Annotated[dict[f.Slug, Word], f.NotEmpty] | None = None


class Finding(NamedTuple):
    """A mistake in front matter, not yet tied to a file. `missing` and `instead` are as in `Broken`."""

    place: Place
    key: str
    message: str
    missing: bool = False
    instead: str = ""


_Form = TypeVar("_Form", bound=f.Fields)


def read_fields(
    form: type[_Form], fields: Fields, words: Vocabulary | None = None
) -> tuple[_Form | None, list[Finding]]:
    """The front matter as a value of the form, or every problem in it. `words` is needed for postings alone.

    What has a mistake of form already, `fields.unread`, is there for every rule, and nothing more is said of it.
    """
    raw = {str(location[0]): "" for location in fields.unread if location} | fields.value
    value, details = None, []
    try:
        value = form.model_validate(raw, context=words)
    except ValidationError as error:
        details = error.errors(include_url=False)
    by_form = (_broken(form, one) for one in details if not _is_unread(one["loc"], fields.unread))
    by_rule = (found for rule in RULES for found in rule(raw)) if form is Posting else iter(())
    others = (one for one in chain(by_rule, _twice(raw, ())) if not _is_unread(one.location, fields.unread))
    broken = chain(by_form, others)
    findings = [_finding(fields, found) for found in islice(broken, MOST_PROBLEMS)]
    if next(broken, None):
        message = f"has more mistakes than these {MOST_PROBLEMS}, correct them and check again"
        findings.append(Finding(fields.place_of(()), "front matter", message))
    return (None if findings or fields.unread else value), findings


def _is_unread(location: Location, unread: Set[Location]) -> bool:
    return any(location[:length] in unread for length in range(1, len(location) + 1))


def _twice(value: dict[str, Value] | list[Value], location: Location) -> Iterator[Broken]:
    """Texts that stand in one list a second time."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if not isinstance(inner, str):
                yield from _twice(inner, (*location, key))
    else:
        seen: set[str] = set()
        for number, item in enumerate(value):
            if not isinstance(item, str):
                yield from _twice(item, (*location, number))
            elif item in seen:
                yield Broken((*location, number), f"{shown(item)} stands in the list a second time, keep one")
            else:
                seen.add(item)


def _broken(form: type[f.Fields], detail: ErrorDetails) -> Broken:
    """pydantic's error in an editor's words."""
    # pydantic marks a wrong key of a mapping by a last part of its own; an editor may write "[key]" as well.
    of_key = detail["loc"][-1:] == ("[key]",) and detail["type"] != "extra_forbidden"
    location: Location = detail["loc"][:-1] if of_key else detail["loc"]
    match detail["type"]:
        case "extra_forbidden":
            return Broken(location, f"unknown key, {_known_key(form, location)}", of_key=True)
        case "missing":
            return Broken(location, f"is missing, write {location[-1]}: with its value", missing=True)
        case "model_type" | "dict_type" if detail["input"] == "":
            return Broken(location, "is empty, write its keys or delete it")
        case "model_type" | "dict_type":
            return Broken(location, "is not a mapping, write lines of the form key: value")
    error = detail.get("ctx", {}).get("error")
    instead = error.instead if isinstance(error, Misspelt) else ""
    return Broken(location, str(error or detail["msg"]), of_key=of_key, instead=instead)


def _finding(fields: Fields, broken: Broken) -> Finding:
    place = fields.place_of(broken.location, of_key=broken.of_key)
    key = key_text(broken.location) or "front matter"
    return Finding(place, key, broken.message, broken.missing, broken.instead)


def _known_key(form: type[f.Fields], location: Location) -> str:
    """What to write instead of an unknown key; a key of an inner mapping is found as well."""
    word, known = str(location[-1]), _keys_of(form, location[:-1])
    if not known:
        return "delete it"
    inside = {parent: _keys_of(form, (*location[:-1], parent)) for parent in known}
    if parents := [parent for parent, keys in inside.items() if word in keys]:
        return f"did you mean {word}? It stands under {' and '.join(parents)}"
    if not nearest(word, known):
        for parent, keys in inside.items():
            if inner := nearest(word, keys):
                return f"did you mean {inner}? It stands under {parent}"
    return did_you_mean(word, known)


def _keys_of(form: type[f.Fields], location: Location) -> list[str]:
    """The keys that a mapping at a location may have; none where no mapping is expected."""
    for part in location:
        if isinstance(part, str):
            info = next((info for name, info in form.model_fields.items() if part in (name, info.alias)), None)
            inner = _form_in(info.annotation) if info else _form_in(form)
            if inner is None:
                return []
            form = inner
    return [info.alias or name for name, info in form.model_fields.items()]


def _form_in(annotation: Any) -> type[f.Fields] | None:
    return next(_forms(annotation), None)


def _forms(annotation: Any) -> Iterator[type[f.Fields]]:
    if isinstance(annotation, type) and issubclass(annotation, f.Fields):
        yield annotation
    for argument in getattr(annotation, "__args__", ()):
        yield from _forms(argument)
