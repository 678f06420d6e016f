"""The fact panel of a posting: each field that the notice states, and "not stated" where silence matters."""

from collections.abc import Iterator

from ..edition import wording
from ..edition.listing import keys_of
from ..edition.routes import CollectionPage
from ..model.content import Content
from ..model.model import Dimension
from ..model.schema import Organisation, Posting
from ..model.vocabulary import NOT_STATED, OPEN_TO, city_of_zone, countries, languages
from .views import Explanation, Fact, Link


def facts_of(posting: Posting, content: Content) -> tuple[Fact, ...]:
    """The panel's lines, in the order in which a reader judges a role."""
    return tuple(fact for fact in _facts(posting, content) if fact)


def _facts(posting: Posting, content: Content) -> Iterator[Fact | None]:
    yield Fact("Duty station", _stations(posting))
    yield Fact("Organisation", _links(posting, content, Dimension.ORGANISATIONS))
    yield Fact("Grade", _links(posting, content, Dimension.GRADES))
    yield Fact("Category", _links(posting, content, Dimension.CATEGORIES))
    yield Fact("Contract", _links(posting, content, Dimension.CONTRACTS), _contract_note(posting))
    yield Fact("Who may apply", _open_to(posting))
    yield Fact("Languages", _languages(posting, required=True))
    yield _optional("Desirable languages", _languages(posting, required=False))
    if not (posting.education_experience or posting.requirements):
        yield Fact("What you need")
    yield Fact("Salary", (wording.salary_text(posting.salary),) if posting.salary else (), _salary_note(posting))
    yield Fact("Reference", (posting.reference,) if posting.reference else ())
    yield _optional("Vacancy type", (posting.vacancy_type,) if posting.vacancy_type else ())
    yield _optional("Office", (posting.org_type,) if posting.org_type else ())
    yield _optional("Emergency", _emergency(posting))
    yield _optional("Tags", tuple(posting.tags))
    yield Fact("Opened", (wording.when_text(posting.opens),) if posting.opens else ())
    yield _optional("In this digest since", (wording.when_text(posting.added),) if posting.added else ())
    yield from _source(posting)


def _optional(label: str, values: tuple[Link | str, ...]) -> Fact | None:
    return Fact(label, values) if values else None


def _links(posting: Posting, content: Content, dimension: Dimension) -> tuple[Link | str, ...]:
    keys = (key for key in keys_of(posting, dimension) if key != NOT_STATED)
    return tuple(Link(content.name_of(dimension, key), CollectionPage(dimension, key)) for key in keys)


def _stations(posting: Posting) -> tuple[Link | str, ...]:
    found: list[Link | str] = []
    for station in posting.duty_stations:
        text = wording.station_text(station)
        page = CollectionPage(Dimension.COUNTRIES, station.country.lower()) if station.country else None
        found.append(Link(text, page) if page else f"{text} (country not stated)")
    if posting.remote:
        found.append("Home-based or roving")
    return tuple(found)


def _contract_note(posting: Posting) -> str:
    if not posting.contract:
        return ""
    parts = [posting.contract.duration or ""]
    if posting.contract.extendable is not None:
        parts.append("extension possible" if posting.contract.extendable else "no extension")
    return ", ".join(filter(None, parts))


def _open_to(posting: Posting) -> tuple[Link | str, ...]:
    return tuple(Link(OPEN_TO[key], CollectionPage(Dimension.OPEN_TO, key)) for key in posting.open_to)


def _languages(posting: Posting, *, required: bool) -> tuple[Link | str, ...]:
    if not posting.languages:
        return ()
    codes = posting.languages.required if required else posting.languages.desirable
    return tuple(Link(languages()[code], CollectionPage(Dimension.LANGUAGES, code)) for code in codes)


def _salary_note(posting: Posting) -> str:
    return wording.salary_basis(posting.salary) if posting.salary else ""


def _emergency(posting: Posting) -> tuple[str, ...]:
    if not posting.emergency:
        return ()
    level = posting.emergency.level
    if posting.emergency.supports:
        return (f"In an {level} office, or in support of an {level} response",)
    return (f"Not in an {level} office and not in support of an {level} response",)


def _source(posting: Posting) -> Iterator[Fact | None]:
    source = posting.source
    if not source:
        return
    yield _optional("Seen at", (source.name,) if source.name else ())
    yield _optional("Added there", (wording.when_text(source.added),) if source.added else ())
    yield _optional("Updated there", (wording.when_text(source.updated),) if source.updated else ())


def organisation_facts(organisation: Organisation, content: Content) -> tuple[Fact, ...]:
    """What is known about an organisation, for its page."""
    found = [Fact("Full name", (organisation.full_name,))] if organisation.full_name else []
    if key := organisation.parent:
        name = content.name_of(Dimension.ORGANISATIONS, key)
        found.append(Fact("Part of", (Link(name, CollectionPage(Dimension.ORGANISATIONS, key)),)))
    if organisation.country:
        found.append(Fact("Headquarters", (countries()[organisation.country],)))
    if organisation.apply_hosts:
        found.append(Fact("Takes applications at", tuple(organisation.apply_hosts)))
    if rule := organisation.deadline:
        where = "at the duty station" if rule.zone == "duty-station" else f"in {city_of_zone(rule.zone)}"
        found.append(
            Fact("Deadlines without a time", (f"{rule.time} {where}",), "The digest assumes this, and marks it.")
        )
    return tuple(found)


def explanations_of(posting: Posting, content: Content) -> tuple[Explanation, ...]:
    """What the role's grade, category and contract type mean, with the source of each statement."""
    found = []
    for dimension in (Dimension.GRADES, Dimension.CATEGORIES, Dimension.CONTRACTS):
        for key in keys_of(posting, dimension):
            term = content.term(dimension, key)
            if term and term.explanation:
                found.append(
                    Explanation(Link(term.label, CollectionPage(dimension, key)), term.explanation, term.source)
                )
    return tuple(found)
