"""Pages and sitemaps: lists of addresses, of which some are those of notices.

A page may state its vacancies as schema.org's JobPosting (https://schema.org/JobPosting); then no link is followed. A
sitemap is as https://www.sitemaps.org/protocol.html has it: `urlset`, or an index of others on the same host, perhaps
compressed.
"""

import zlib
from collections import Counter
from collections.abc import Iterable
from urllib.parse import urlsplit

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..importing.webpages import data_of, links_of, xml_of
from ..model.schema import VacancySource
from .notices import answered_text, at_address, listed, name_of, public_address, read_single
from .vacancy import MOST_REQUESTS, MOST_VACANCIES, Listed, NoticeLink, Request, SourceKind, Vacancy

_MOST_BYTES = 50 << 20  # of a sitemap, uncompressed, as its protocol has it
_NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"


def matches(address: str, pattern: str) -> bool:
    """Whether an address contains a pattern, in which `*` stands for anything."""
    at = 0
    for piece in pattern.split("*"):
        if (at := address.find(piece, at)) < 0:
            return False
        at += len(piece)
    return True


def _is_own(address: str, request: Request, source: VacancySource) -> bool:
    """Whether an address is on the host of the list, or on one that the source's pattern names."""
    host = urlsplit(address).hostname or ""
    return host == urlsplit(request.url).hostname or host in (source.match or "").replace("*", "/").split("/")


def _notices_at(addresses: Iterable[str], request: Request, source: VacancySource) -> Listed:
    """The addresses that the source's pattern fits, as notices; those on hosts that it does not name are told of."""
    found: dict[str, NoticeLink] = {}
    others: Counter[str] = Counter()
    for address in addresses:
        if address == request.url or not public_address(address) or not matches(address, source.match or ""):
            continue
        if not _is_own(address, request, source):
            others[urlsplit(address).hostname or ""] += 1
            continue
        found.setdefault(address, NoticeLink(address, address))
        if len(found) > MOST_VACANCIES:
            raise Unreadable(f"{name_of(request)} links to more than {MOST_VACANCIES} notices, write a closer pattern")
    unread = tuple(
        f"{name_of(request)} has {count} links to {host} that fit the pattern, name the host in it to follow them"
        for host, count in sorted(others.items())
    )
    return Listed(links=tuple(found.values()), unread=unread)


def _read_page(body: bytes, request: Request, source: VacancySource) -> Listed:
    text = answered_text(body, name_of(request))
    if next(data_of(text), None) is not None:
        return _with_own(listed(found_in(text, request.url, {})), request, source)
    found = _notices_at(links_of(text, request.url), request, source) if source.match else Listed()
    if not found.links and not found.unread:
        raise Unreadable(
            f"{name_of(request)} states no vacancies as data and has no link with {source.match}"
            if source.match
            else f"{name_of(request)} states no vacancies as data, give a pattern of its links"
        )
    return found


def _with_own(found: Listed, request: Request, source: VacancySource) -> Listed:
    """Vacancies keep an address only on a host that is the list's or that the pattern names."""
    vacancies: list[Vacancy] = []
    unread = list(found.unread)
    for one in found.vacancies:
        if one.url and not _is_own(one.url, request, source):
            unread.append(f"{name_of(request)} gives {one.url} as the address of a vacancy, which is on another host")
            one = one._replace(url="", stated=tuple(fact for fact in one.stated if fact.kind != "url"))
        vacancies.append(one)
    return found._replace(vacancies=tuple(vacancies), unread=tuple(unread))


def _read_sitemap(body: bytes, request: Request, source: VacancySource) -> Listed:
    try:
        root = xml_of(_uncompressed(body, request))
    except ValueError as why:
        raise Unreadable(f"{name_of(request)} is no sitemap that can be read ({why})") from None
    addresses = [(one.text or "").strip() for one in root.findall(f"{_NAMESPACE}*/{_NAMESPACE}loc")]
    if root.tag == f"{_NAMESPACE}sitemapindex":
        return _follow(_parts(addresses, request), Listed())
    if root.tag != f"{_NAMESPACE}urlset":
        raise Unreadable(f"{name_of(request)} is no sitemap")
    return _follow(request.rest, _notices_at(addresses, request, source))


def _parts(addresses: list[str], request: Request) -> tuple[str, ...]:
    """The sitemaps of an index."""
    if request.inner:
        raise Unreadable(f"{name_of(request)} is an index within an index")
    host = urlsplit(request.url).hostname
    found = tuple(dict.fromkeys(one for one in addresses if public_address(one) and urlsplit(one).hostname == host))
    if not found:
        raise Unreadable(f"{name_of(request)} names no sitemap on its own host")
    if len(found) >= MOST_REQUESTS:
        raise Unreadable(f"{name_of(request)} names {MOST_REQUESTS} sitemaps and more, give the address of one of them")
    return found


def _follow(rest: tuple[str, ...], found: Listed) -> Listed:
    return found._replace(more=Request(rest[0], rest=rest[1:], inner=True)) if rest else found


def _uncompressed(body: bytes, request: Request) -> bytes:
    if not body.startswith(b"\x1f\x8b"):
        return body
    unzip = zlib.decompressobj(zlib.MAX_WBITS | 16)
    try:
        found = unzip.decompress(body, _MOST_BYTES + 1)
    except zlib.error:
        raise Unreadable(f"{name_of(request)} cannot be uncompressed") from None
    if len(found) > _MOST_BYTES:
        raise Unreadable(f"{name_of(request)} has more than {_MOST_BYTES >> 20} MiB")
    if not unzip.eof:
        raise Unreadable(f"{name_of(request)} cannot be uncompressed")
    return found


PAGE = SourceKind(at_address, _read_page, read_single)
SITEMAP = SourceKind(at_address, _read_sitemap, read_single)
