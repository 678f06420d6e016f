"""A notice at an address of its own, and what lists of any kind have in common."""

from collections.abc import Mapping
from hashlib import blake2b

from ..importing.drafting import Unreadable
from ..importing.interchange import found_in
from ..importing.notices import StatedField
from ..importing.stated import FoundNotice
from ..model.fields import read_address
from ..model.schema import VacancySource
from .vacancy import MOST_VACANCIES, Listed, Request, Vacancy


def answered_text(body: bytes, name: str) -> str:
    """An answer as text: UTF-8, or UTF-16 with its mark. Raises Unreadable, with the name of what was asked for."""
    try:
        return body.decode("utf-16" if body.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig")
    except UnicodeDecodeError:
        raise Unreadable(f"{name} is not text in UTF-8") from None


def public_address(text: str) -> str:
    """An address that a posting may have as its source; empty where it is none."""
    try:
        return read_address(text.strip())
    except ValueError:
        return ""


def found_vacancy(found: FoundNotice) -> Vacancy:
    """A vacancy as `importing` finds it in a feed, a page or a table. Its id is its address, else what it says."""
    text, stated, _ = found
    url = value_of(stated, "url")
    return Vacancy(url or value_of(stated, "reference") or _digest(found), public_address(url), text, tuple(stated))


def value_of(stated: list[StatedField] | tuple[StatedField, ...], kind: str) -> str:
    """The first value that is stated for a kind of fact, empty where there is none."""
    return next((fact.value for fact in stated if fact.kind == kind), "")


def listed(found: list[FoundNotice | Unreadable]) -> Listed:
    """What `importing.interchange.found_in` has found, as a list of a source. Raises Unreadable where it is nothing."""
    good = [found_vacancy(one) for one in found if not isinstance(one, Unreadable)]
    unread = tuple(str(one) for one in found if isinstance(one, Unreadable))
    if unread and not good:
        raise Unreadable(unread[0])
    if len(good) > MOST_VACANCIES:
        raise Unreadable(f"lists more than {MOST_VACANCIES} vacancies, name a smaller part of it")
    return Listed(tuple(good), unread=unread)


def at_address(source: VacancySource, _secrets: Mapping[str, str]) -> Request:
    """The first request of a source that has an address of its own."""
    assert source.address
    return Request(source.address)


def read_single(body: bytes, request: Request, _source: VacancySource) -> Listed:
    """A page that tells of one vacancy, or of several as data."""
    return listed(found_in(answered_text(body, request.url), request.url, {}))


def _digest(found: FoundNotice) -> str:
    text, stated, _ = found
    return blake2b(repr((value_of(stated, "title"), text)).encode(), digest_size=8).hexdigest()
