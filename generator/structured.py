"""JobPosting markup (schema.org) for a role that takes applications, as Google reads it.

Only what the notice states: no estimate as salary, no `validThrough` without a deadline.
"""

from . import wording
from .content import OrganisationFile
from .edition import Role
from .routes import Links, PostingPage
from .schema import Posting
from .views import utc_text
from .vocabulary import countries

_EMPLOYMENT = {
    "temporary": "TEMPORARY",
    "consultancy": "CONTRACTOR",
    "service": "CONTRACTOR",
    "internship": "INTERN",
    "volunteer": "VOLUNTEER",
}


def job_posting(
    role: Role, posting: Posting, organisation: OrganisationFile, description: str, links: Links
) -> dict[str, object]:
    """The markup of one role; `description` is its text as HTML."""
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
    }
    found |= _where(posting) | _requirements(posting) | _salary(posting)
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


def _where(posting: Posting) -> dict[str, object]:
    places = []
    for station in posting.duty_stations:
        address = {"@type": "PostalAddress"}
        if station.city:
            address["addressLocality"] = station.city
        if station.country:
            address["addressCountry"] = station.country
        places.append({"@type": "Place", "address": address})
    # No TELECOMMUTE: it needs the countries from which one may work, and notices do not state them.
    return {"jobLocation": places} if places else {}


def _requirements(posting: Posting) -> dict[str, object]:
    found: dict[str, object] = {}
    if posting.open_to == ("nationals",):
        names = [countries()[station.country] for station in posting.duty_stations if station.country]
        if names:
            found["eligibilityToWorkRequirement"] = f"Nationals of {' or '.join(names)}"
    if posting.education_experience:
        found["qualifications"] = "; or ".join(map(wording.alternative_text, posting.education_experience))
    if len({one.years for one in posting.education_experience}) > 1:
        found["experienceInPlaceOfEducation"] = True
    required = [requirement.text for requirement in posting.requirements if requirement.need == "required"]
    if required:
        found["experienceRequirements"] = "; ".join(required)
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
