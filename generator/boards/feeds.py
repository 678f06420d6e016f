"""Feeds (RSS, Atom and JSON Feed) and tables (CSV and TSV): lists that `importing.interchange` reads as they are."""

import json
import re

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..model.schema import VacancySource
from .notices import answered_text, at_address, listed, read_single
from .vacancy import Listed, NoticeLink, Request, SourceKind

_FEED = re.compile(r"<(?:\w+:)?(?:rss|feed|rdf|channel)\b|jsonfeed\.org/version", re.IGNORECASE)
_WHOLE_XML = re.compile(r"[\ufeff\s]*(?:<[?!][^>]*>\s*)*<(rss|feed|rdf:RDF)[\s>].*</\1>\s*", re.DOTALL)
_ENTRY = re.compile(r"<(?:\w+:)?(?:item|entry)\b", re.IGNORECASE)
_WHOLE = 1_500  # characters; an entry with less only announces what stands at its address


def _read(body: bytes, request: Request, _source: VacancySource) -> Listed:
    text = answered_text(body, request.url)
    if not _FEED.search(text):
        raise Unreadable(f"{request.url} is no feed")
    if _is_empty(text):
        return Listed()
    whole, links = [], []
    found = listed(found_in(text, request.url, {}))
    for one in found.vacancies:
        if len(one.text) < _WHOLE and one.url:
            links.append(NoticeLink(one.id, one.url, one.stated, one.text))
        else:
            whole.append(one)
    return found._replace(vacancies=tuple(whole), links=tuple(links))


def _read_table(body: bytes, request: Request, source: VacancySource) -> Listed:
    text = answered_text(body, request.url)
    if text.lstrip("\ufeff \t\r\n").startswith(("<", "{", "[", "### ", "---", "+++")):
        raise Unreadable(f"{request.url} is no table")
    if len(text.strip().splitlines()) == 1:
        return Listed()  # only the names of the columns: an employer without vacancies
    # By its name, a table is told from text.
    return listed(found_in(text, f"{request.url} as table.csv", source.columns or {}))


def _is_empty(text: str) -> bool:
    """Whether a feed is whole and has no entry: its publisher has no vacancy just now."""
    if not _WHOLE_XML.fullmatch(text):
        try:
            feed = json.loads(text)
        except (ValueError, RecursionError):
            return False
        return isinstance(feed, dict) and feed.get("items") == [] and "jsonfeed.org/" in str(feed.get("version"))
    return not _ENTRY.search(text)


FEED = SourceKind(at_address, _read, read_single)
TABLE = SourceKind(at_address, _read_table, read_single)
