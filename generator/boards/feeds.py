"""Feeds: RSS, Atom and JSON Feed."""

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..model.schema import VacancySource
from .notices import at_address, listed, read_single, text_of
from .vacancy import Listed, NoticeLink, Request, SourceKind

_WHOLE = 1_500  # characters; an entry with less only announces what stands at its address


def _read(body: bytes, request: Request, _source: VacancySource) -> Listed:
    text = text_of(body, request.url)
    if not text.lstrip("\ufeff \t\r\n").startswith(("<", "{")):
        raise Unreadable(f"{request.url} is no feed")
    whole, links = [], []
    found = listed(found_in(text, request.url, {}))
    for one in found.vacancies:
        if len(one.text) < _WHOLE and one.url:
            links.append(NoticeLink(one.id, one.url, one.stated, one.text))
        else:
            whole.append(one)
    return found._replace(vacancies=tuple(whole), links=tuple(links))


FEED = SourceKind(at_address, _read, read_single)
