"""Sites at Lever.

https://github.com/lever/postings-api, "Get a list of job postings": `id`, `text` (the title), `categories` (location,
commitment, team, department), `country` (ISO 3166-1), `description`, `lists`, `additional`, `hostedUrl`, `applyUrl`,
`workplaceType`, `salaryRange`. Asked for in parts with `skip` and `limit`. The parameter `instance: eu` is ours: it
names Lever's other host.
"""

from collections.abc import Mapping
from html import escape
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
    later,
    many,
    parameters_of,
    part,
    pay_fact,
    place_in,
    place_in_list,
    read_each,
    read_single,
    station_fact,
    vacancy_of,
    words,
)
from .vacancy import Listed, Request, SourceKind, Vacancy

_AT_ONCE = 100
_PERIODS = {
    "per-year-salary": "year",
    "per-month-salary": "month",
    "per-week-salary": "week",
    "per-day-wage": "day",
    "per-hour-wage": "hour",
}


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    parameters = parameters_of(source)
    host = "api.eu.lever.co" if parameters.pop("instance", "") == "eu" else "api.lever.co"
    parts = {"mode": "json", "skip": "0", "limit": str(_AT_ONCE)}
    return asked(f"https://{host}/v0/postings/{board_of(source)}", parameters | parts)


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    items = items_in(json_of(body, request), request)
    found = read_each(items, request, _vacancy)
    if len(items) < _AT_ONCE:
        return found
    return found._replace(more=later(request, skip=place_in_list(request, "skip") + len(items)))


def _vacancy(item: Any) -> Vacancy:
    fields = BoardFields(part(item, "id"), part(item, "text"), part(item, "hostedUrl"), markup_text(_markup(item)))
    pay, kinds = part(item, "salaryRange"), part(item, "categories")
    place = place_in(part(kinds, "location"))
    if place in ("", "remote"):
        place = city_in("", part(item, "country"))
    return vacancy_of(
        fields,
        (
            station_fact([place], "location, country", remote=part(item, "workplaceType") == "remote"),
            contract_fact(part(kinds, "commitment"), "commitment"),
            category_fact([part(kinds, "department"), part(kinds, "team")], "department, team"),
            pay_fact(
                part(pay, "currency"),
                (part(pay, "min"), part(pay, "max")),
                _PERIODS.get(words(part(pay, "interval"))),
                "salaryRange",
            ),
            apply_fact(part(item, "applyUrl"), "applyUrl"),
        ),
    )


def _markup(item: Any) -> str:
    lists = (
        f"<h3>{escape(words(part(one, 'text')))}</h3><ul>{text_only(part(one, 'content'))}</ul>"
        for one in many(part(item, "lists"))
    )
    return "".join((text_only(part(item, "description")), *lists, text_only(part(item, "additional"))))


LEVER = SourceKind(_first, _read, read_single)
