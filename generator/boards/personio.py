"""Career pages at Personio, in XML.

https://developer.personio.de/docs/retrieving-open-job-positions: of each `position` `id`, `name` (the title),
`subcompany`, `office` and `additionalOffices`, `department`, `employmentType`, `jobDescriptions`. Offices have any
name, so one is a place only with its country. The page of a position is `/job/` and its id on the same host. One
answer has all positions.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any
from urllib.parse import urljoin

from ..importing.drafting import Unreadable
from ..importing.webpages import markup_text, xml_of
from ..model.schema import VacancySource
from .notices import (
    BoardFields,
    asked,
    board_of,
    category_fact,
    contract_fact,
    items_in,
    name_of,
    parameters_of,
    place_in,
    read_each,
    read_single,
    stated_fact,
    station_fact,
    vacancy_of,
    words,
)
from .vacancy import Listed, Request, SourceKind, Vacancy


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    return asked(f"https://{board_of(source, in_host=True)}.jobs.personio.de/xml", parameters_of(source))


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    try:
        root = xml_of(body)
    except ValueError as why:
        raise Unreadable(f"{name_of(request)} is no XML that can be read ({why})") from None
    if root.tag != "workzag-jobs":
        raise Unreadable(f"{name_of(request)} has no list of vacancies")
    items = items_in(root.findall("position"), request)
    return read_each(items, request, lambda item: _vacancy(item, name_of(request)))


def _vacancy(position: Any, address: str) -> Vacancy:
    def text(path: str) -> str:
        return words(position.findtext(path))

    if not re.fullmatch(r"[0-9]{1,18}", name := text("id")):
        raise Unreadable("has no id")
    blocks = (
        f"<h2>{escape(words(one.findtext('name')))}</h2>{one.findtext('value') or ''}"
        for one in position.findall("jobDescriptions/jobDescription")
    )
    offices = [text("office"), *(one.text for one in position.findall("additionalOffices/office"))]
    return vacancy_of(
        BoardFields(name, text("name"), urljoin(address, f"/job/{name}"), markup_text("".join(blocks))),
        (
            stated_fact("organisation", text("subcompany"), "subcompany"),
            station_fact(map(place_in, offices), "office"),
            contract_fact(text("employmentType"), "employmentType"),
            category_fact([text("department")], "department"),
        ),
    )


PERSONIO = SourceKind(_first, _read, read_single)
