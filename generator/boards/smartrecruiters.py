"""Companies at SmartRecruiters.

https://dev.smartrecruiters.com/customer-api/posting-api/endpoints/: the list has `content` with `id` and `name`, and
`totalFound`, and is asked for in parts with `offset` and `limit`. The notice is an answer by itself, with
`company.name`, `location` (city, country, remote), `refNumber`, `typeOfEmployment.label`, `department.label`,
`jobAd.sections`, `postingUrl`, `applyUrl`.
"""

import re
from collections.abc import Mapping
from html import escape
from typing import Any

from ..importing.drafting import Unreadable
from ..importing.stated import text_only
from ..importing.webpages import markup_text
from ..model.schema import VacancySource
from .notices import (
    BoardFields,
    apply_fact,
    asked,
    board_of,
    category_fact,
    city_in,
    contract_fact,
    items_in,
    json_of,
    later,
    name_of,
    parameters_of,
    part,
    place_in_list,
    read_each,
    stated_fact,
    station_fact,
    vacancy_of,
    words,
)
from .vacancy import Listed, NoticeLink, Request, SourceKind, Vacancy

_AT_ONCE = 100  # as many as the interface gives
_SECTIONS = ("companyDescription", "jobDescription", "qualifications", "additionalInformation")


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    parts = {"limit": str(_AT_ONCE), "offset": "0"}
    return asked(_address(source), parameters_of(source) | parts)


def _address(source: VacancySource) -> str:
    return f"https://api.smartrecruiters.com/v1/companies/{board_of(source)}/postings"


def _read(body: bytes, request: Request, source: VacancySource) -> Listed:
    answer = json_of(body, request)
    items = items_in(answer, request, "content")

    def link(item: Any) -> NoticeLink:
        name = words(part(item, "id"))
        if not re.fullmatch(r"[A-Za-z0-9-]{1,100}", name):
            raise Unreadable("has no id")
        title = stated_fact("title", part(item, "name"), "name")
        return NoticeLink(name, f"{_address(source)}/{name}", (title,) if title.value else ())

    found = read_each(items, request, link)
    total, through = part(answer, "totalFound"), place_in_list(request, "offset") + len(items)
    if items and isinstance(total, int) and through < total:
        return found._replace(more=later(request, offset=through))
    return found


def _notice(body: bytes, request: Request, _: VacancySource) -> Listed:
    try:
        return Listed((_vacancy(json_of(body, request)),))
    except Unreadable as why:
        raise Unreadable(f"{name_of(request)} {str(why).removeprefix(f'{name_of(request)} ')}") from None


def _vacancy(item: Any) -> Vacancy:
    sections = part(item, "jobAd", "sections")
    markups = (
        f"<h2>{escape(words(part(sections, one, 'title')))}</h2>{text}"
        for one in _SECTIONS
        if (text := text_only(part(sections, one, "text")))
    )
    place = part(item, "location")
    return vacancy_of(
        BoardFields(part(item, "id"), part(item, "name"), part(item, "postingUrl"), markup_text("".join(markups))),
        (
            stated_fact("organisation", part(item, "company", "name"), "company"),
            station_fact(
                [city_in(part(place, "city"), part(place, "country"))], "location", remote=part(place, "remote")
            ),
            stated_fact("reference", part(item, "refNumber"), "refNumber"),
            contract_fact(part(item, "typeOfEmployment", "label"), "typeOfEmployment"),
            category_fact([part(item, "department", "label")], "department"),
            apply_fact(part(item, "applyUrl"), "applyUrl"),
        ),
    )


SMARTRECRUITERS = SourceKind(_first, _read, _notice)
