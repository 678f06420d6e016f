"""Boards at Greenhouse.

https://developers.greenhouse.io/job-board.html, "List jobs" with `content=true`: `id`, `title`, `absolute_url`,
`location.name`, `requisition_id`, `content`, `departments`, and of "Retrieve a job" `pay_input_ranges`, which names no
period. Prospect posts, whose `internal_job_id` is null, are no vacancies. One answer has the whole board.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ..importing.notices import StatedField
from ..importing.stated import text_only
from ..importing.webpages import markup_text
from ..model.schema import VacancySource
from .notices import (
    BoardFields,
    asked,
    board_of,
    category_fact,
    items_in,
    json_of,
    many,
    part,
    pay_fact,
    place_in,
    read_each,
    read_single,
    stated_fact,
    station_fact,
    vacancy_of,
)
from .vacancy import Listed, Request, SourceKind, Vacancy


def _first(source: VacancySource, _: Mapping[str, str]) -> Request:
    address = f"https://boards-api.greenhouse.io/v1/boards/{board_of(source)}/jobs"
    return asked(address, {"content": "true", "pay_transparency": "true"})


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    items = items_in(json_of(body, request), request, "jobs")
    return read_each([one for one in items if part(one, "internal_job_id") or not _is_prospect(one)], request, _vacancy)


def _is_prospect(item: Any) -> bool:
    return isinstance(item, dict) and "internal_job_id" in item and item["internal_job_id"] is None


def _vacancy(item: Any) -> Vacancy:
    fields = BoardFields(
        part(item, "id"), part(item, "title"), part(item, "absolute_url"), markup_text(text_only(part(item, "content")))
    )
    return vacancy_of(
        fields,
        (
            station_fact([place_in(part(item, "location", "name"))], "location"),
            stated_fact("reference", part(item, "requisition_id"), "requisition_id"),
            category_fact([part(one, "name") for one in many(part(item, "departments"))], "departments"),
            _pay(many(part(item, "pay_input_ranges"))),
        ),
    )


def _pay(ranges: list[Any]) -> StatedField:
    # Of several ranges, each for another place, none is the vacancy's.
    one = ranges[0] if len(ranges) == 1 else None
    low, high = (_units(part(one, key)) for key in ("min_cents", "max_cents"))
    return pay_fact(part(one, "currency_type"), (low, high), "", "pay_input_ranges")


def _units(cents: Any) -> str:
    whole = isinstance(cents, int) and not isinstance(cents, bool) and 0 < cents < 10**14
    return f"{Decimal(cents) / 100:f}" if whole else ""


GREENHOUSE = SourceKind(_first, _read, read_single)
