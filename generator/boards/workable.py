"""Accounts at Workable.

https://workable.readme.io/reference/jobs-1, `api/accounts/:subdomain` with `details=true`: `name` of the account, and
of its `jobs` `title`, `shortcode`, `code`, `locations` or else `city` and `country`, `telecommuting`,
`employment_type`, `department`, `description`, `url`, `application_url`. Locations that are hidden stay so. One answer
has the whole account.
"""

from collections.abc import Mapping
from typing import Any

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
    many,
    part,
    read_each,
    read_single,
    stated_fact,
    station_fact,
    vacancy_of,
)
from .vacancy import Listed, Request, SourceKind, Vacancy


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    return asked(f"https://www.workable.com/api/accounts/{board_of(source)}", {"details": "true"})


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    answer = json_of(body, request)
    account = part(answer, "name")
    return read_each(items_in(answer, request, "jobs"), request, lambda item: _vacancy(item, account))


def _vacancy(item: Any, account: Any) -> Vacancy:
    places = [
        city_in(part(one, "city"), part(one, "countryCode"))
        for one in many(part(item, "locations"))
        if part(one, "hidden") is not True
    ]
    if not many(part(item, "locations")):
        places = [city_in(part(item, "city"), part(item, "country"))]
    text = markup_text(text_only(part(item, "description")))
    return vacancy_of(
        BoardFields(part(item, "shortcode"), part(item, "title"), part(item, "url"), text),
        (
            stated_fact("organisation", text_only(account), "name"),
            station_fact(places, "locations", remote=part(item, "telecommuting")),
            stated_fact("reference", part(item, "code"), "code"),
            contract_fact(part(item, "employment_type"), "employment_type"),
            category_fact([part(item, "department")], "department"),
            apply_fact(part(item, "application_url"), "application_url"),
        ),
    )


WORKABLE = SourceKind(_first, _read, read_single)
