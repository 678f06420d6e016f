"""Lists that an employer's site has anyway: a page of vacancies, a sitemap, a table."""

from collections.abc import Iterable, Iterator
from urllib.parse import urldefrag, urljoin, urlsplit

from lxml import etree, html

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..model.schema import VacancySource
from .notices import answered_text, at_address, listed, public_address, read_single
from .vacancy import MOST_VACANCIES, Listed, NoticeLink, Request, SourceKind

_SITEMAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
_NEXT = frozenset({"next"})  # of `rel`


def _read_page(body: bytes, request: Request, source: VacancySource) -> Listed:
    """The vacancies that a page states as data, or its links to notices, and the page that follows."""
    text = answered_text(body, request.url)
    try:
        tree = html.document_fromstring(text.encode(), parser=html.HTMLParser(encoding="utf-8", huge_tree=False))
    except (etree.LxmlError, ValueError):
        raise Unreadable(f"{request.url} is no web page") from None
    addresses = [(one.get("rel"), _joined(request.url, one.get("href"))) for one in tree.iter("a", "link")]
    more = next((url for rel, url in addresses if url and _NEXT & set((rel or "").lower().split())), None)
    following = Request(more) if more and more != request.url and _same_host(more, request.url) else None
    if source.match is None:
        return _stated(text, request)._replace(more=following)
    links = _links((url for _, url in addresses), source.match, request.url)
    if not links and request.url == source.address:
        raise Unreadable(
            f"{request.url} has no link that contains {source.match!r}, look at the addresses of its notices"
        )
    return Listed(links=links, more=following)


def _stated(text: str, request: Request) -> Listed:
    found = found_in(text, request.url, {})
    stated = [one for one in found if isinstance(one, Unreadable) or one[1]]
    if not stated:
        raise Unreadable(f"{request.url} states no JobPosting data, write match: with a part of its notices' addresses")
    return listed(stated)


def _read_sitemap(body: bytes, request: Request, source: VacancySource) -> Listed:
    """The addresses of a sitemap that lead to notices. Of an index only parts that are named as sources are read."""
    try:
        tree = etree.fromstring(body, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))
    except (etree.LxmlError, ValueError):
        raise Unreadable(f"{request.url} is no sitemap") from None
    if tree.tag == f"{_SITEMAP}sitemapindex":
        parts = ", ".join((one.text or "").strip() for one in list(tree.iter(f"{_SITEMAP}loc"))[:3])
        raise Unreadable(f"{request.url} is an index of sitemaps, write the address of one of them, such as {parts}")
    addresses = ((one.text or "").strip() for one in tree.iter(f"{_SITEMAP}loc"))
    return Listed(links=_links(addresses, source.match or "", request.url))


def _read_table(body: bytes, request: Request, source: VacancySource) -> Listed:
    """The rows of a table. Its columns are named as labels of notices are, or as the source says."""
    text = answered_text(body, request.url)
    if len(text.strip().splitlines()) == 1:
        return Listed()  # the names of the columns alone: an employer without vacancies
    return listed(found_in(text, f"{urlsplit(request.url).path}.csv", source.columns or {}))


def _links(addresses: Iterable[str], match: str, name: str) -> tuple[NoticeLink, ...]:
    found = tuple(NoticeLink(url, url) for url in dict.fromkeys(_public(addresses)) if match in url)
    if len(found) > MOST_VACANCIES:
        raise Unreadable(f"{name} lists more than {MOST_VACANCIES} notices, write a longer match:")
    return found


def _public(addresses: Iterable[str]) -> Iterator[str]:
    yield from (url for one in addresses if (url := public_address(urldefrag(one)[0])))


def _joined(base: str, href: str | None) -> str:
    try:
        return urljoin(base, (href or "").strip()) if href else ""
    except ValueError:
        return ""


def _same_host(one: str, other: str) -> bool:
    return urlsplit(one).hostname == urlsplit(other).hostname


PAGE = SourceKind(at_address, _read_page, read_single)
SITEMAP = SourceKind(at_address, _read_sitemap, read_single)
TABLE = SourceKind(at_address, _read_table, read_single)
