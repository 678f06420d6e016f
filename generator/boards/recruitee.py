"""Careers sites at Recruitee.

https://docs.recruitee.com/reference/intro-to-careers-site-api, `/api/offers/`: `id`, `title`, `company_name`,
`locations` or else `city` and `country_code`, `remote`, `close_at`, `employment_type_code`, `department`, `salary`
(min, max, currency, period), `description`, `requirements`, `careers_url`, `careers_apply_url`. One answer has the
whole site.
"""

from collections.abc import Mapping
from typing import Any

from ..importing.stated import text_only
from ..importing.webpages import markup_text
from ..model.schema import VacancySource
from .notices import (
    BoardFields,
    apply_fact,
    board_of,
    category_fact,
    city_in,
    contract_fact,
    items_in,
    json_of,
    many,
    part,
    pay_fact,
    read_each,
    read_single,
    stated_fact,
    station_fact,
    vacancy_of,
    words,
)
from .vacancy import Listed, Request, SourceKind, Vacancy

_PERIODS = ("year", "month", "week", "day", "hour")


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    return Request(f"https://{board_of(source, in_host=True)}.recruitee.com/api/offers/")


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    return read_each(items_in(json_of(body, request), request, "offers"), request, _vacancy)


def _vacancy(item: Any) -> Vacancy:
    text = "\n".join(text_only(part(item, key)) for key in ("description", "requirements"))
    places = many(part(item, "locations")) or [item]
    pay = part(item, "salary")
    period = words(part(pay, "period"))
    return vacancy_of(
        BoardFields(part(item, "id"), part(item, "title"), part(item, "careers_url"), markup_text(text)),
        (
            stated_fact("organisation", part(item, "company_name"), "company_name"),
            station_fact(
                [city_in(part(one, "city"), part(one, "country_code")) for one in places],
                "locations",
                remote=part(item, "remote"),
            ),
            stated_fact("closes", text_only(part(item, "close_at")), "close_at"),
            # `fulltime_permanent`, `parttime_fixed_term`, `internship`
            contract_fact(
                words(part(item, "employment_type_code")).partition("time_")[2] or part(item, "employment_type_code"),
                "employment_type_code",
            ),
            category_fact([part(item, "department")], "department"),
            pay_fact(
                part(pay, "currency"),
                (part(pay, "min"), part(pay, "max")),
                period if period in _PERIODS else None,
                "salary",
            ),
            apply_fact(part(item, "careers_apply_url"), "careers_apply_url"),
        ),
    )


RECRUITEE = SourceKind(_first, _read, read_single)
