"""ReliefWeb, the vacancies of humanitarian organisations.

https://apidoc.reliefweb.int/parameters and /result-structure, jobs of version 2 with the profile `full`: what
`importing.interchange` reads of them. Asked for in parts with `offset` and `limit`, of which `totalCount` says how
many there are, and with the name of an application that ReliefWeb has admitted.
"""

import json
from collections.abc import Mapping
from typing import Any

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..model.schema import VacancySource
from .notices import (
    asked,
    found_vacancy,
    items_in,
    json_of,
    later,
    name_of,
    parameters_of,
    part,
    place_in_list,
    read_each,
    read_single,
    secret,
    value_of,
    words,
)
from .vacancy import Listed, Request, SourceKind, Vacancy

_AT_ONCE = 200


def _first(source: VacancySource, secrets: Mapping[str, str]) -> Request:
    parts = {"appname": secret("RELIEFWEB_APPNAME", secrets), "profile": "full", "preset": "latest"}
    within = {"offset": "0", "limit": str(_AT_ONCE)}
    return asked("https://api.reliefweb.int/v2/jobs", parts | parameters_of(source) | within)


def _read(body: bytes, request: Request, _: VacancySource) -> Listed:
    answer = json_of(body, request)
    items = items_in(answer, request, "data")
    found = read_each(items, request, lambda item: _vacancy(item, name_of(request)))
    total, through = part(answer, "totalCount"), place_in_list(request, "offset") + len(items)
    if items and isinstance(total, int) and through < total:
        return found._replace(more=later(request, offset=through))
    return found


def _vacancy(item: Any, name: str) -> Vacancy:
    if not (number := words(part(item, "id"))):
        raise Unreadable("has no id")
    if not isinstance(part(item, "fields"), dict):
        raise Unreadable("has no fields")
    found = found_in(json.dumps({"data": [item]}), name, {})[0]
    if isinstance(found, Unreadable):
        raise found
    vacancy = found_vacancy(found)
    if not value_of(vacancy.stated, "title"):
        raise Unreadable("has no title")
    return vacancy._replace(id=number)


RELIEFWEB = SourceKind(_first, _read, read_single)
