"""The digest as data: everything as JSON, the open roles as a table."""

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from msgspec.json import encode

from ..edition.deadlines import local_deadline
from ..edition.edition import Role, newest_first
from ..edition.routes import Links, PostingPage
from ..edition.stated import StatedFacts, read_stated
from ..edition.wording import utc_text
from ..model.content import Content
from ..model.model import Deadline, Dimension, Event
from ..model.vocabulary import countries

_COLUMNS = (
    *("id", "title", "organisation", "duty_station", "country", "grade", "category", "contract"),
    *("closes_utc", "closes_local", "closes_known", "languages", "salary", "opened", "url", "apply"),
)
StatedBy = Callable[[str], bytes]  # what each posting states, packed, by the path of its file


@dataclass(frozen=True, slots=True)
class DataSubject:
    """Every role with everything that has happened to it, as of the instant at which something last changed."""

    as_of: str
    roles: tuple[Role, ...]


@dataclass(frozen=True, slots=True)
class TableSubject:
    """The open roles, the most urgent first."""

    roles: tuple[Role, ...]


def postings_json(subject: DataSubject, content: Content, links: Links, stated_by: StatedBy) -> Iterator[bytes]:
    """Every role with its state, and every event, including closed ones: each a piece of the file and a line."""
    settings = content.settings
    head = encode({"title": settings.title, "home": settings.base_url, "as_of": subject.as_of})
    yield head[:-1] + b',\n"postings": ['
    yield from _lines(_posting(role, links, stated_by) for role in subject.roles)
    yield b'],\n"events": ['
    yield from _lines(encode(event_data(event)) for event in newest_first(subject.roles))
    yield b"]}\n"


def _lines(values: Iterable[bytes]) -> Iterator[bytes]:
    before = b"\n"
    for value in values:
        yield before + value
        before = b",\n"
    yield b"\n"


def _posting(role: Role, links: Links, stated_by: StatedBy) -> bytes:
    """A role in the words of its front matter."""
    found: dict[str, object] = {
        "id": role.id,
        "url": links.absolute(PostingPage(role.slug)),
        "state": role.state,
        "title": role.title,
    }
    if role.takedown:
        return encode(found)
    found |= {"organisation": role.listing.organisation, "opened": utc_text(role.history.opened)}
    if role.deadline:
        found["deadline"] = _deadline(role.deadline)
    elif role.standing.written:
        found["closes"] = role.standing.written
    facts = read_stated(stated_by(role.listing.path)).facts
    # Both are JSON objects from one encoder: the second continues where the first ends.
    return encode(found) if facts == b"{}" else encode(found)[:-1] + b"," + facts[1:]


def _deadline(deadline: Deadline) -> dict[str, object]:
    return {
        "instant": utc_text(deadline.instant),
        "written": deadline.written,
        "stated": deadline.stated,
        "zone": deadline.zone,
    }


def event_data(event: Event) -> dict[str, str]:
    """An event as data."""
    return {"id": event.id, "posting": event.posting, "kind": event.kind, "instant": utc_text(event.instant)}


def build_json(as_of: str) -> bytes:
    """The instant of the build, for pages that do not have it themselves."""
    return encode({"as_of": as_of}) + b"\n"


def countries_json() -> bytes:
    """Every country by code, in the order of the names, for a list to choose from."""
    return encode(dict(sorted(countries().items(), key=lambda one: one[1]))) + b"\n"


def open_csv(subject: TableSubject, content: Content, links: Links, stated_by: StatedBy) -> bytes:
    """The open roles as CSV (RFC 4180) in UTF-8, with the mark by which Excel knows that it is UTF-8."""
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(_COLUMNS)
    for role in subject.roles:
        stated = read_stated(stated_by(role.listing.path))
        writer.writerow([_cell(value) for value in _cells(role, stated, content, links)])
    return out.getvalue().encode("utf-8-sig")


def _cells(role: Role, stated: StatedFacts, content: Content, links: Links) -> list[str]:
    deadline = role.deadline
    known = role.standing.written if deadline is None else "stated" if deadline.stated else "assumed"
    return [
        role.id,
        role.title,
        content.name_of(Dimension.ORGANISATIONS, role.listing.organisation),
        "; ".join(stated.cities),
        "; ".join(stated.countries),
        stated.grade,
        stated.category,
        stated.contract,
        utc_text(deadline.instant) if deadline else "",
        local_deadline(deadline).isoformat(timespec="minutes") if deadline else "",
        known,
        stated.languages,
        stated.salary,
        utc_text(role.history.opened),
        links.absolute(PostingPage(role.slug)),
        stated.apply,
    ]


# A spreadsheet runs a cell that starts like a formula, even in wide letters (OWASP, CSV injection). In many countries
# it separates cells at semicolons or tabs instead of commas, whatever the quotes say.
_FORMULA = re.compile(r'(^|[;\t\r\n]"*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])')


def _cell(text: str) -> str:
    return _FORMULA.sub(r"\1'", text)
