"""Boards at Ashby.

https://developers.ashbyhq.com/docs/public-job-posting-api with `includeCompensation=true`: `id`, `title`,
`department`, `team`, `address` and `secondaryLocations`, `isRemote`, `isListed`, `employmentType`, `descriptionHtml`,
`jobUrl`, `applyUrl`, and of `compensation` the salary among `summaryComponents`. What is not listed is left out. One
answer has the whole board.
"""

from collections.abc import Mapping
from typing import Any

from ..importing.notices import StatedField
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
    pay_fact,
    place_in,
    read_each,
    read_single,
    station_fact,
    vacancy_of,
    words,
)
from .vacancy import Listed, Request, SourceKind, Vacancy

_PERIODS = {"1 YEAR": "year", "1 MONTH": "month", "1 WEEK": "week", "1 DAY": "day", "1 HOUR": "hour"}


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    address = f"https://api.ashbyhq.com/posting-api/job-board/{board_of(source)}"
    return asked(address, {"includeCompensation": "true"})


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    items = items_in(json_of(body, request), request, "jobs")
    return read_each([one for one in items if part(one, "isListed") is not False], request, _vacancy)


def _vacancy(item: Any) -> Vacancy:
    fields = BoardFields(
        words(part(item, "id")) or part(item, "jobUrl"),
        part(item, "title"),
        part(item, "jobUrl"),
        markup_text(text_only(part(item, "descriptionHtml"))) or text_only(part(item, "descriptionPlain")),
    )
    places = [_place(one) for one in (item, *many(part(item, "secondaryLocations")))]
    return vacancy_of(
        fields,
        (
            station_fact(places, "address, secondaryLocations", remote=part(item, "isRemote")),
            contract_fact(part(item, "employmentType"), "employmentType"),
            category_fact([part(item, "department"), part(item, "team")], "department, team"),
            _pay(many(part(item, "compensation", "summaryComponents"))),
            apply_fact(part(item, "applyUrl"), "applyUrl"),
        ),
    )


def _place(one: Any) -> str:
    # Secondary locations have the address without the level between.
    address = part(one, "address", "postalAddress") or part(one, "address")
    return city_in(part(address, "addressLocality"), part(address, "addressCountry")) or place_in(part(one, "location"))


def _pay(components: list[Any]) -> StatedField:
    found = [one for one in components if part(one, "compensationType") == "Salary"]
    one = found[0] if len(found) == 1 else None
    amounts = part(one, "minValue"), part(one, "maxValue")
    return pay_fact(part(one, "currencyCode"), amounts, _PERIODS.get(words(part(one, "interval"))), "compensation")


ASHBY = SourceKind(_first, _read, read_single)
