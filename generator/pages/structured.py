"""JobPosting markup (schema.org) for a role that takes applications, as Google reads it.

It has only what the notice states: no estimate as salary, no `validThrough` without a deadline. If the notice states
too little, there is no markup: Google rejects a job without a country.
"""

from collections.abc import Iterator

from ..edition import wording
from ..edition.edition import Role
from ..edition.routes import Links, PostingPage
from ..edition.wording import utc_text
from ..model.content import OrganisationFile
from ..model.schema import Posting
from ..model.vocabulary import countries

_EMPLOYMENT = {
    "temporary": "TEMPORARY",
    "consultancy": "CONTRACTOR",
    "service": "CONTRACTOR",
    "internship": "INTERN",
    "volunteer": "VOLUNTEER",
}


def job_posting(
    role: Role, posting: Posting, organisation: OrganisationFile, description: str, links: Links
) -> dict[str, object] | None:
    """The markup of one role; `description` is its text as HTML. None if the notice names no country.

    A fully remote role would need the countries in which applicants may live (`TELECOMMUTE` with
    `applicantLocationRequirements`). No key of a posting states these: tiers and nationality mean something else.
    """
    places = list(_places(posting))
    if not places:
        return None
    employer = organisation.organisation
    hiring: dict[str, object] = {"@type": "Organization", "name": employer.full_name or employer.name}
    if employer.website:
        hiring["sameAs"] = employer.website
    found: dict[str, object] = {
        "@context": "https://schema.org/",
        "@type": "JobPosting",
        "title": posting.title,
        "description": description,
        "datePosted": _posted(role, posting),
        "hiringOrganization": hiring,
        "url": links.absolute(PostingPage(role.slug)),
        "directApply": False,
        "jobLocation": places,
    }
    found |= _requirements(posting) | _salary(posting)
    if posting.reference:
        found["identifier"] = {"@type": "PropertyValue", "name": employer.name, "value": posting.reference}
    if role.deadline:
        found["validThrough"] = utc_text(role.deadline.instant)
    if posting.contract and posting.contract.type in _EMPLOYMENT:
        found["employmentType"] = _EMPLOYMENT[posting.contract.type]
    return found


def _posted(role: Role, posting: Posting) -> str:
    """When the employer published the notice, as far as the digest knows."""
    when = posting.opens or posting.added
    return when.text if when and when.instant is None else utc_text(role.history.opened)


def _places(posting: Posting) -> Iterator[dict[str, object]]:
    """The duty stations whose country is stated: without it a place is invalid."""
    for station in posting.duty_stations:
        if station.country:
            city = {"addressLocality": station.city} if station.city else {}
            address = {"@type": "PostalAddress", **city, "addressCountry": station.country}
            yield {"@type": "Place", "address": address}


def _requirements(posting: Posting) -> dict[str, object]:
    """Who may apply, and what the notice asks for.

    What it asks for is all in `qualifications`, as text. `experienceRequirements` would call a driving licence
    experience, and `experienceInPlaceOfEducation` needs one number of months and one degree, which alternatives lack.
    """
    found: dict[str, object] = {}
    stated = [station.country for station in posting.duty_stations]
    names = [countries()[code] for code in dict.fromkeys(stated) if code]
    if posting.open_to == ("nationals",) and all(stated):
        found["eligibilityToWorkRequirement"] = f"Nationals of {' or '.join(names)}"
    alternatives = "; or ".join(map(wording.alternative_text, posting.education_experience))
    required = "; ".join(one.text for one in posting.requirements if one.need == "required")
    if wanted := ". ".join(filter(None, (alternatives, required))):
        found["qualifications"] = wanted
    return found


def _salary(posting: Posting) -> dict[str, object]:
    salary = posting.salary
    if not salary or salary.basis != "stated" or not salary.period:
        return {}
    value: dict[str, object] = {"@type": "QuantitativeValue", "unitText": salary.period.upper()}
    if salary.min is not None:
        value["minValue"] = float(salary.min)
    if salary.max is not None:
        value["maxValue"] = float(salary.max)
    return {"baseSalary": {"@type": "MonetaryAmount", "currency": salary.currency, "value": value}}
