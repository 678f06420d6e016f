"""The kinds of sources by their names in `content/sources.yaml`, and their answers read in a process of its own."""

from collections.abc import Mapping
from types import MappingProxyType

from ..importing.drafting import Unreadable
from ..model.schema import VacancySource
from ..work.limits import Apart, NoAnswer
from .feeds import FEED
from .lists import PAGE, SITEMAP, TABLE
from .vacancy import Listed, Request, SourceKind

KINDS: Mapping[str, SourceKind] = MappingProxyType({"feed": FEED, "page": PAGE, "sitemap": SITEMAP, "csv": TABLE})


def read_list(body: bytes, request: Request, source: VacancySource) -> Listed:
    """What the bytes hold that a source gave for its list. Raises Unreadable."""
    return _apart("read", body, request, source)


def read_link(body: bytes, request: Request, source: VacancySource) -> Listed:
    """What the bytes hold that stood at a link of the list. Raises Unreadable."""
    return _apart("notice", body, request, source)


def _apart(part: str, body: bytes, request: Request, source: VacancySource) -> Listed:
    try:
        found = _READ_APART(part, body, Request(request.url), source)
    except NoAnswer as why:
        raise Unreadable(f"{request.url} {why}") from None
    if isinstance(found, str):
        raise Unreadable(found)
    return found


def _read(part: str, body: bytes, request: Request, source: VacancySource) -> Listed | str:
    """In the other process: what was found, or why nothing was."""
    kind = KINDS[source.kind]
    try:
        return (kind.read if part == "read" else kind.notice)(body, request, source)
    except Unreadable as reason:
        return str(reason)


_READ_APART = Apart(_read)
