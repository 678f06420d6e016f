"""The digest as data: everything as JSON, the open roles as a table."""

import csv
import io
import json

from . import wording
from .deadlines import local_deadline
from .edition import Edition, Role
from .model import Deadline, Event
from .routes import Links, PostingPage
from .views import utc_text

_COLUMNS = (
    *("id", "title", "organisation", "duty_station", "country", "grade", "category", "contract"),
    *("closes_utc", "closes_local", "closes_known", "languages", "salary", "opened", "url", "apply"),
)


def postings_json(edition: Edition, links: Links) -> bytes:
    """Every role with its state and every event so far, the closed ones included."""
    document = {
        "title": edition.settings.title,
        "home": edition.settings.base_url,
        "as_of": utc_text(edition.now),
        "postings": [_posting(role, links) for role in edition.roles],
        "events": [_event(event) for event in edition.site.events],
    }
    return json.dumps(document, ensure_ascii=False, indent=1).encode() + b"\n"


_FACTS = frozenset(
    {"reference", "duty_stations", "remote", "grade", "category", "contract", "vacancy_type", "org_type", "emergency"}
    | {"open_to", "tiers", "requirements", "education_experience", "languages", "salary", "apply", "summary", "tags"}
)


def _posting(role: Role, links: Links) -> dict[str, object]:
    """A role in the words of its front matter; what the notice does not state is left out."""
    found: dict[str, object] = {
        "id": role.file.id,
        "url": links.absolute(PostingPage(role.slug)),
        "state": role.state.value,
        "title": role.title,
    }
    if role.posting.takedown:
        return found
    facts = role.posting.model_dump(mode="json", by_alias=True, exclude_defaults=True, include=set(_FACTS))
    found |= {"organisation": role.posting.organisation, **facts, "opened": utc_text(role.history.opened)}
    if role.deadline:
        found["deadline"] = _deadline(role.deadline)
    return found


def _deadline(deadline: Deadline) -> dict[str, object]:
    return {
        "instant": utc_text(deadline.instant),
        "written": deadline.written,
        "stated": deadline.stated,
        "zone": deadline.zone,
    }


def _event(event: Event) -> dict[str, str]:
    return {"id": event.id, "posting": event.posting, "kind": event.kind.value, "instant": utc_text(event.instant)}


def open_csv(edition: Edition, links: Links) -> bytes:
    """The open roles, the most urgent first, as CSV (RFC 4180) in UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for role in edition.site.open_roles:
        writer.writerow([_cell(value) for value in _cells(role, edition, links)])
    return out.getvalue().encode()


def _cells(role: Role, edition: Edition, links: Links) -> list[str]:
    posting, deadline = role.posting, role.deadline
    known = "" if deadline is None else "stated" if deadline.stated else "assumed"
    return [
        role.file.id,
        role.title,
        edition.content.organisations[posting.organisation].organisation.name,
        "; ".join(station.city for station in posting.duty_stations if station.city),
        "; ".join(station.country for station in posting.duty_stations if station.country),
        posting.grade or "",
        posting.category or "",
        (posting.contract.type or "") if posting.contract else "",
        utc_text(deadline.instant) if deadline else "",
        local_deadline(deadline).isoformat(timespec="minutes") if deadline else "",
        known,
        " ".join(posting.languages.required) if posting.languages else "",
        wording.salary_text(posting.salary) if posting.salary else "",
        utc_text(role.history.opened),
        links.absolute(PostingPage(role.slug)),
        posting.apply or "",
    ]


def _cell(text: str) -> str:
    # A spreadsheet would run a cell that starts like a formula (OWASP, CSV injection).
    return f"'{text}" if text.startswith(("=", "+", "-", "@", "\t", "\r")) else text
