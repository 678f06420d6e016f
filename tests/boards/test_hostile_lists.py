"""What sources of strangers may hold: every kind gives a list or says that there is none, whatever its bytes are."""

import copy
import gzip
import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree
from sites import DATA

from generator.boards.kinds import KINDS
from generator.boards.notices import public_address
from generator.boards.vacancy import MOST_VACANCIES, Listed, NoticeLink, Request, Vacancy
from generator.importing.drafting import Unreadable
from generator.model.schema import VacancySource

BOARDS = DATA / "boards"
DOCUMENTS = sorted(path for path in BOARDS.rglob("*") if path.suffix not in (".yaml", "") and path.is_file())
IN_JSON = [path for path in DOCUMENTS if path.suffix == ".json"]
IN_XML = [path for path in DOCUMENTS if path.suffix == ".xml" and path.stem != "entity"]
STRANGE: list[Any] = [
    *(None, True, False, 0, -1, 10**40, 1.5, -0.0, float("inf"), float("nan"), "", " ", "\u0000", "\ud800", "\u202e"),
    *("x" * 50_000, "<div>" * 2_000, "https://evil.example/", "https://user@evil.example", "javascript:1", "9" * 5_000),
    *([], [[]], [None], {}, {"name": 1}, {"text": [1]}, [{"id": []}], "2026-13-45", "1e999", "US", "a\nb"),
]


def _case(path: Path) -> tuple[Callable[[bytes], Listed], str]:
    told = yaml.safe_load(path.with_suffix(".yaml").read_text("utf-8"))
    source = VacancySource.model_validate(told["source"])
    request = Request(told["request"]["url"])
    kind = KINDS[source.kind]
    read = kind.notice if told.get("notice") else kind.read
    return lambda body: read(body, request, source), request.url


def _held(read: Callable[[bytes], Listed], body: bytes) -> Listed | None:
    """What is found, if it keeps every promise; None where it is said to be unreadable."""
    try:
        found = read(body)
    except Unreadable:
        return None
    assert all(isinstance(one, Vacancy) for one in found.vacancies)
    assert all(isinstance(one, NoticeLink) for one in found.links)
    everything: list[Vacancy | NoticeLink] = [*found.vacancies, *found.links]
    for one in everything:
        assert isinstance(one.id, str)
        assert one.id
        assert one.url in ("", public_address(one.url))
        for fact in one.stated:
            assert isinstance(fact.value, str)
            assert fact.value
            assert "\n" not in fact.value
    for vacancy in found.vacancies:
        vacancy.text.encode()
    assert not any("\n" in told for told in found.unread)
    assert found.more is None or found.more.url.startswith("https://")
    return found


def _places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where in a document something stands, the document itself among it."""
    yield path
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield from _places(inner, (*path, key))


def _with(value: Any, path: tuple[Any, ...], strange: Any) -> Any:
    if not path:
        return strange
    value = copy.deepcopy(value)
    inner = value
    for key in path[:-1]:
        inner = inner[key]
    inner[path[-1]] = strange
    return value


@pytest.mark.parametrize("path", IN_JSON, ids=lambda path: path.relative_to(BOARDS).as_posix())
def test_every_value_may_be_of_another_type(path: Path) -> None:
    """With anything in the place of any value, a document gives a list or is unreadable; no other item is lost."""
    read, _ = _case(path)
    document = json.loads(path.read_text("utf-8"))
    before = read(path.read_bytes())
    for place in _places(document):
        for strange in STRANGE:
            found = _held(read, json.dumps(_with(document, place, strange)).encode())
            # What stands in one item changes no other.
            if found and len(place) > 2 and len(before.vacancies) > 1:
                assert len(found.vacancies) + len(found.links) >= len(before.vacancies) + len(before.links) - 1


@pytest.mark.parametrize("path", IN_JSON, ids=lambda path: path.relative_to(BOARDS).as_posix())
def test_every_key_may_be_missing(path: Path) -> None:
    """Without any of its keys a document gives a list or is unreadable."""
    read, _ = _case(path)
    document = json.loads(path.read_text("utf-8"))
    for place in _places(document):
        if place and isinstance(place[-1], str):
            less = copy.deepcopy(document)
            inner = less
            for key in place[:-1]:
                inner = inner[key]
            del inner[place[-1]]
            _held(read, json.dumps(less).encode())


@pytest.mark.parametrize("path", IN_XML, ids=lambda path: path.relative_to(BOARDS).as_posix())
def test_every_element_may_be_another(path: Path) -> None:
    """With any element of it empty, strange, renamed, doubled or gone, XML gives a list or is unreadable."""
    read, _ = _case(path)
    body = path.read_bytes()
    count = len(list(etree.fromstring(body).iter()))
    texts = [one for one in STRANGE if isinstance(one, str) and one.isprintable()]
    changes: list[Callable[[Any], Any]] = [
        *(lambda one, text=text: setattr(one, "text", text) for text in texts),
        lambda one: setattr(one, "tag", "other"),
        lambda one: one.getparent() is not None and one.getparent().remove(one),
        lambda one: one.append(copy.deepcopy(one)),
        lambda one: one.insert(0, etree.Comment("a comment")),
        lambda one: one.insert(0, etree.ProcessingInstruction("go")),
        lambda one: one.clear(),
    ]
    for number in range(count):
        for change in changes:
            root = etree.fromstring(body)
            change(list(root.iter())[number])
            _held(read, etree.tostring(root))


WHOLE = [
    *(b"", b" ", b"\x00", b"\xff\xfe", b"\xff\xff\xff", b"null", b"{}", b"[]", b"0", b'"a"', b"<a/>", b"<html></html>"),
    *(b"[" * 200_000, b'{"jobs":' * 100_000, b"<a>" * 100_000, b"{" + b'"a":{' * 50_000),
    b'<!DOCTYPE a [<!ENTITY b "c"><!ENTITY d "&b;&b;">]><a>&d;</a>',
    b"\x1f\x8b" + b"\x00" * 50,
    gzip.compress(b"<a>"),
    b'{"jobs": ' + b"9" * 5_000 + b"}",
    b'{"jobs": NaN}',
]


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(BOARDS).as_posix())
def test_anything_may_stand_in_the_place_of_a_document(path: Path) -> None:
    """Bytes of every kind, cut short, too deep or of another format, give a list or are unreadable."""
    read, _ = _case(path)
    body = path.read_bytes()
    for one in (*WHOLE, *(body[: len(body) * part // 7] for part in range(7)), body + body, body[::-1]):
        _held(read, one)


@pytest.mark.parametrize("kind", sorted(KINDS))
@settings(max_examples=60, deadline=None)
@given(body=st.binary(max_size=300) | st.text(max_size=300).map(lambda text: text.encode("utf-8", "surrogatepass")))
def test_no_bytes_crash_a_kind(kind: str, body: bytes) -> None:
    """No bytes at all raise anything else than Unreadable."""
    read, _ = _case(next(path for path in DOCUMENTS if path.relative_to(BOARDS).parts[0] == kind))
    _held(read, body)


def test_a_small_file_can_be_no_huge_sitemap() -> None:
    """A sitemap that is uncompressed beyond its protocol's limit is refused before it fills the memory."""
    read, _ = _case(BOARDS / "sitemap/urlset.xml")
    with pytest.raises(Unreadable, match="more than 50 MiB"):
        read(gzip.compress(b" " * (60 << 20), 9))


def test_a_compressed_sitemap_is_read() -> None:
    """A sitemap may be compressed; one that is cut short is not taken for the whole."""
    read, _ = _case(BOARDS / "sitemap/urlset.xml")
    body = (BOARDS / "sitemap/urlset.xml").read_bytes()
    assert read(gzip.compress(body)) == read(body)
    with pytest.raises(Unreadable, match="uncompressed"):
        read(gzip.compress(body)[:-12])


# The list of each kind with one answer, and where it stands.
LISTS = {
    "greenhouse/jobs": ("jobs",),
    "lever/postings": (),
    "recruitee/offers": ("offers",),
    "workable/account": ("jobs",),
}


def _many(name: str, count: int) -> tuple[Callable[[bytes], Listed], bytes]:
    read, _ = _case(BOARDS / f"{name}.json")
    document = json.loads((BOARDS / f"{name}.json").read_text("utf-8"))
    key = LISTS[name]
    one = (document[key[0]] if key else document)[0]
    items = [one | {"id": f"a{number}", "shortcode": f"a{number}"} for number in range(count)]
    return read, json.dumps(document | {key[0]: items} if key else items).encode()


@pytest.mark.parametrize("name", LISTS)
def test_a_list_has_its_limit(name: str) -> None:
    """A list may be long; one that is longer is refused as a whole, so that nothing of it is lost unseen."""
    read, body = _many(name, MOST_VACANCIES)
    assert len(read(body).vacancies) == MOST_VACANCIES
    read, body = _many(name, MOST_VACANCIES + 1)
    with pytest.raises(Unreadable, match=f"more than {MOST_VACANCIES}"):
        read(body)


@pytest.mark.parametrize("name", LISTS)
def test_time_grows_with_the_list(name: str) -> None:
    """Eight times as many vacancies take no more than some sixteen times as long."""

    def seconds(count: int) -> float:
        read, body = _many(name, count)
        took = []
        for _ in range(3):
            start = time.process_time()
            read(body)
            took.append(time.process_time() - start)
        return min(took)

    assert seconds(1_600) < 16 * seconds(200) + 0.1
