"""The kinds of sources by their names in `content/sources.yaml`, and their answers read in a process of its own."""

from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType
from urllib.parse import urlsplit

from ..importing.drafting import Unreadable
from ..model.schema import VacancySource
from ..work.limits import Apart, NoAnswer
from .ashby import ASHBY
from .feeds import FEED, TABLE
from .greenhouse import GREENHOUSE
from .lever import LEVER
from .pages import PAGE, SITEMAP
from .personio import PERSONIO
from .recruitee import RECRUITEE
from .reliefweb import RELIEFWEB
from .smartrecruiters import SMARTRECRUITERS
from .usajobs import USAJOBS
from .vacancy import Listed, Request, SourceKind
from .workable import WORKABLE

KINDS: Mapping[str, SourceKind] = MappingProxyType(
    {
        "feed": FEED,
        "page": PAGE,
        "sitemap": SITEMAP,
        "csv": TABLE,
        "reliefweb": RELIEFWEB,
        "greenhouse": GREENHOUSE,
        "lever": LEVER,
        "ashby": ASHBY,
        "smartrecruiters": SMARTRECRUITERS,
        "recruitee": RECRUITEE,
        "workable": WORKABLE,
        "personio": PERSONIO,
        "usajobs": USAJOBS,
    }
)


def read_list(body: bytes, request: Request, source: VacancySource) -> Listed:
    """What the bytes hold that a source gave for its list. Raises Unreadable."""
    found = _apart("read", body, request, source)
    if found.more and urlsplit(found.more.url).netloc == urlsplit(request.url).netloc:
        # The other process is told no keys.
        return found._replace(more=replace(found.more, headers=request.headers))
    return found


def read_link(body: bytes, request: Request, source: VacancySource) -> Listed:
    """What the bytes hold that stood at a link of the list. Raises Unreadable."""
    return _apart("notice", body, request, source)


def _apart(part: str, body: bytes, request: Request, source: VacancySource) -> Listed:
    try:
        found = _READ_APART(part, body, replace(request, headers={}), source)
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
