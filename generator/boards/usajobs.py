"""USAJOBS, the vacancies of the United States' federal government.

https://developer.usajobs.gov/api-reference/get-api-search: of each `MatchedObjectDescriptor` `PositionTitle`,
`PositionID`, `PositionURI`, `ApplyURI`, `OrganizationName`, `PositionLocation`, `PositionRemuneration` (federal pay,
in US dollars), `PositionOfferingType`, the day of `ApplicationCloseDate`, `QualificationSummary`, and
`UserArea.Details`. Asked for in pages, with a key and the e-mail address that it was given for. Grades such as GS-6
are not those of the United Nations, so none is taken.
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
    city_in,
    contract_fact,
    items_in,
    json_of,
    later,
    many,
    parameters_of,
    part,
    pay_fact,
    place_in_list,
    read_each,
    read_single,
    secret,
    stated_fact,
    station_fact,
    vacancy_of,
    words,
)
from .vacancy import Listed, Request, SourceKind, Vacancy

_PERIODS = {"PA": "year", "PM": "month", "PW": "week", "PD": "day", "PH": "hour"} | {
    f"Per {period.capitalize()}": period for period in ("year", "month", "week", "day", "hour")
}
_SECTIONS = (
    ("JobSummary", "Summary"),
    ("MajorDuties", "Duties"),
    ("Requirements", "Requirements"),
    ("Education", "Education"),
    ("HowToApply", "How to apply"),
)


def _first(source: VacancySource, secrets: Mapping[str, str]) -> Request:
    headers = {
        "Authorization-Key": secret("USAJOBS_API_KEY", secrets),
        "User-Agent": secret("USAJOBS_EMAIL", secrets),
    }
    parts = {"Fields": "Full", "ResultsPerPage": "250", "Page": "1"}
    return Request(asked("https://data.usajobs.gov/api/search", parameters_of(source) | parts).url, headers)


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    answer = part(json_of(body, request), "SearchResult")
    items = items_in(answer, request, "SearchResultItems")
    found = read_each(items, request, _vacancy)
    page, pages = place_in_list(request, "Page") or 1, words(part(answer, "UserArea", "NumberOfPages"))
    if items and pages.isdecimal() and len(pages) < 6 and page < int(pages):
        return found._replace(more=later(request, Page=page + 1))
    return found


def _vacancy(item: Any) -> Vacancy:
    one = part(item, "MatchedObjectDescriptor")
    places = many(part(one, "PositionLocation"))
    offering = many(part(one, "PositionOfferingType"))
    address = _address(part(one, "PositionURI"))
    return vacancy_of(
        BoardFields(part(item, "MatchedObjectId"), part(one, "PositionTitle"), address, _text(one)),
        (
            stated_fact("organisation", part(one, "OrganizationName"), "OrganizationName"),
            station_fact(
                [city_in(part(place, "CityName"), part(place, "CountryCode")) for place in places],
                "PositionLocation",
                remote=part(one, "UserArea", "Details", "RemoteIndicator"),
            ),
            # The time has no zone.
            stated_fact("closes", text_only(part(one, "ApplicationCloseDate"))[:10], "ApplicationCloseDate"),
            stated_fact("reference", part(one, "PositionID"), "PositionID"),
            contract_fact(part(offering[0], "Name") if len(offering) == 1 else "", "PositionOfferingType"),
            _pay(many(part(one, "PositionRemuneration"))),
            apply_fact(next(iter(many(part(one, "ApplyURI"))), ""), "ApplyURI"),
        ),
    )


def _address(value: Any) -> str:
    # The documentation shows addresses with the port that https has anyway.
    return words(value).replace("https://www.usajobs.gov:443/", "https://www.usajobs.gov/", 1)


def _pay(ranges: list[Any]) -> StatedField:
    one = ranges[0] if len(ranges) == 1 else None
    amounts = part(one, "MinimumRange"), part(one, "MaximumRange")
    return pay_fact("USD", amounts, _PERIODS.get(words(part(one, "RateIntervalCode"))), "PositionRemuneration")


def _text(one: Any) -> str:
    details = part(one, "UserArea", "Details")
    parts = [("Qualifications", text_only(part(one, "QualificationSummary")))]
    for key, heading in _SECTIONS:
        value = part(details, key)
        parts.append((heading, "\n".join(map(text_only, value if isinstance(value, list) else [value]))))
    return "\n\n".join(f"## {heading}\n\n{markup_text(text)}" for heading, text in parts if text.strip())


USAJOBS = SourceKind(_first, _read, read_single)
