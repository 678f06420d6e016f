"""How sources of each kind are asked: addresses, keys, and one part of a list after the other."""

import json
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from generator.boards.kinds import KINDS, read_list
from generator.boards.pages import matches
from generator.boards.vacancy import MOST_REQUESTS, Listed, MissingSecret, Request
from generator.importing.drafting import Unreadable
from generator.model.schema import VacancySource
from generator.model.sourcing import KIND_NEEDS

KEYS = {"USAJOBS_API_KEY": "key-1", "USAJOBS_EMAIL": "editor@digest.example", "RELIEFWEB_APPNAME": "digest.example"}
BOARDS = [kind for kind, needs in KIND_NEEDS.items() if "board" in needs.required]
HOSTS = {
    "greenhouse": "boards-api.greenhouse.io",
    "lever": "api.lever.co",
    "ashby": "api.ashbyhq.com",
    "smartrecruiters": "api.smartrecruiters.com",
    "recruitee": "acme-1.recruitee.com",
    "workable": "www.workable.com",
    "personio": "acme-1.jobs.personio.de",
}
# No name of a board; some of them the schema lets through, for it knows no provider.
BAD = (
    "",
    ".",
    "..",
    "a/b",
    "a/../b",
    "../b",
    "a..b",
    "a?b",
    "a#b",
    "a%2fb",
    "a@evil.example",
    "a b",
    "ä",
    "a\n",
    "x" * 300,
)


def _source(kind: str, **fields: Any) -> VacancySource:
    return VacancySource.model_validate({"kind": kind} | fields)


@pytest.mark.parametrize("kind", BOARDS)
def test_a_board_is_asked_for_at_its_provider(kind: str) -> None:
    """The first request goes to the provider's host and names the board."""
    request = KINDS[kind].first(_source(kind, board="acme-1"), {})
    assert urlsplit(request.url).scheme == "https"
    assert urlsplit(request.url).netloc == HOSTS[kind]
    assert "acme-1" in request.url
    assert request.headers == {}


@pytest.mark.parametrize("board", BAD)
@pytest.mark.parametrize("kind", BOARDS)
def test_no_name_of_a_board_leads_elsewhere(kind: str, board: str) -> None:
    """A name that could change the host or the path is refused before it stands in an address."""
    with pytest.raises(Unreadable, match="not the name of a board"):
        KINDS[kind].first(VacancySource.model_construct(kind=kind, board=board), {})


@pytest.mark.parametrize("kind", ["recruitee", "personio"])
def test_a_board_is_one_part_of_a_host(kind: str) -> None:
    """Where the board is a part of the host, it has no dots."""
    with pytest.raises(Unreadable, match="not the name of a board"):
        KINDS[kind].first(_source(kind, board="a.b"), {})


def test_lever_has_a_second_host() -> None:
    """`instance: eu` asks the other of Lever's hosts, and is no parameter there."""
    request = KINDS["lever"].first(_source("lever", board="acme", parameters={"instance": "eu", "team": "R & D"}), {})
    assert request.url == "https://api.eu.lever.co/v0/postings/acme?team=R+%26+D&mode=json&skip=0&limit=100"


@pytest.mark.parametrize("kind", [kind for kind, needs in KIND_NEEDS.items() if needs.secrets])
def test_keys_come_from_the_environment(kind: str) -> None:
    """Without each of its variables a source is not asked, and the message names the variable."""
    source = _source(kind, parameters={KIND_NEEDS[kind].parameters[0]: "water"})
    KINDS[kind].first(source, KEYS)
    for name in KIND_NEEDS[kind].secrets:
        for others in (KEYS | {name: ""}, {key: value for key, value in KEYS.items() if key != name}):
            with pytest.raises(MissingSecret, match=name):
                KINDS[kind].first(source, others)
        with pytest.raises(MissingSecret, match=name) as told:
            KINDS[kind].first(source, KEYS | {name: "one\r\nHost: evil.example"})
        assert "evil" not in str(told.value)


@pytest.mark.parametrize("kind", [kind for kind, needs in KIND_NEEDS.items() if needs.parameters])
def test_parameters_cannot_change_how_a_list_is_asked_for(kind: str) -> None:
    """Parameters that the kind does not know, such as a key or a page, are not sent."""
    source = _source(
        kind, board="acme", parameters={"appname": "x", "Page": "9", "skip": "9", "offset": "9", "mode": "html"}
    )
    query = dict(parse_qsl(urlsplit(KINDS[kind].first(source, KEYS).url).query))
    assert "9" not in query.values()
    assert query.get("mode", "json") == "json"
    assert query.get("appname", "digest.example") == "digest.example"


def test_a_key_goes_along_to_the_same_host_alone() -> None:
    """The next request has the headers of the one before, unless it goes to another host; messages have no query."""
    source = _source("usajobs", parameters={"Keyword": "water"})
    request = KINDS["usajobs"].first(source, KEYS)
    assert "key-1" not in request.url
    item = {"MatchedObjectId": "1", "MatchedObjectDescriptor": {"PositionTitle": "Diver"}}
    body = json.dumps({"SearchResult": {"SearchResultItems": [item, {}], "UserArea": {"NumberOfPages": "2"}}}).encode()
    found = read_list(body, request, source)
    assert found.more
    assert found.more.headers == request.headers
    assert found.unread == ("https://data.usajobs.gov/api/search, item 2 has no id",)
    assert read_list(body, Request("https://other.example/api", request.headers), source).more == Request(
        "https://other.example/api?Page=2", request.headers
    )


class _Server:
    """Gives the parts of a list of so many items, as a provider with this kind of paging does."""

    def __init__(self, total: int) -> None:
        self.total = total

    def items(self, query: Mapping[str, str]) -> Iterator[int]:
        size = int(query.get("limit") or query["ResultsPerPage"])
        start = int(query.get("skip") or query.get("offset") or (int(query.get("Page", "1")) - 1) * size)
        return iter(range(start, min(start + size, self.total)))

    def answer(self, kind: str, request: Request) -> bytes:
        query = dict(parse_qsl(urlsplit(request.url).query))
        numbers = list(self.items(query))
        made: Any
        if kind == "lever":
            made = [{"id": f"id-{number}", "text": "Cook"} for number in numbers]
        elif kind == "smartrecruiters":
            made = {"totalFound": self.total, "content": [{"id": f"id-{number}", "name": "Cook"} for number in numbers]}
        elif kind == "reliefweb":
            data = [{"id": f"id-{number}", "fields": {"title": "Cook"}} for number in numbers]
            made = {"totalCount": self.total, "data": data}
        else:
            items = [
                {"MatchedObjectId": f"id-{number}", "MatchedObjectDescriptor": {"PositionTitle": "Cook"}}
                for number in numbers
            ]
            pages = -(-self.total // int(query["ResultsPerPage"]))
            made = {"SearchResult": {"SearchResultItems": items, "UserArea": {"NumberOfPages": str(pages)}}}
        return json.dumps(made).encode()


PAGED = ["lever", "smartrecruiters", "reliefweb", "usajobs"]


def _read_all(kind: str, server: _Server) -> tuple[list[str], int]:
    source = _source(kind, board="acme", parameters={KIND_NEEDS[kind].parameters[0]: "x"})
    request: Request | None = KINDS[kind].first(source, KEYS)
    ids: list[str] = []
    asked = 0
    while request and asked < MOST_REQUESTS:
        asked += 1
        found = KINDS[kind].read(server.answer(kind, request), request, source)
        ids += [one.id for one in found.vacancies] + [one.id for one in found.links]
        request = found.more
    return ids, asked


@pytest.mark.parametrize("total", [0, 1, 99, 100, 101, 250, 500, 777])
@pytest.mark.parametrize("kind", PAGED)
def test_a_list_in_parts_is_read_to_its_end(kind: str, total: int) -> None:
    """Every item of every part is found once, and the asking ends."""
    ids, asked = _read_all(kind, _Server(total))
    assert ids == [f"id-{number}" for number in range(total)]
    assert asked <= total // 100 + 1


@pytest.mark.parametrize("kind", PAGED)
def test_an_empty_part_ends_a_list(kind: str) -> None:
    """A provider that promises more than it gives is not asked for ever."""

    class Lying(_Server):
        def items(self, _: Mapping[str, str]) -> Iterator[int]:
            return iter(())

    assert _read_all(kind, Lying(10**9)) == ([], 1)


def test_an_index_is_read_sitemap_by_sitemap() -> None:
    """All sitemaps of an index are asked for, each once; then the list is over."""
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    source = _source("sitemap", address="https://a.example/index.xml", match="/jobs/")
    parts = "".join(f"<sitemap><loc>https://a.example/{number}.xml</loc></sitemap>" for number in (1, 2, 3, 2))
    web = {"https://a.example/index.xml": f"<sitemapindex {space}>{parts}</sitemapindex>"} | {
        f"https://a.example/{number}.xml": f"<urlset {space}><url><loc>https://a.example/jobs/{number}</loc></url></urlset>"
        for number in (1, 2, 3)
    }
    request: Request | None = KINDS["sitemap"].first(source, {})
    found: list[Listed] = []
    while request:
        found.append(read_list(web[request.url].encode(), request, source))
        request = found[-1].more
    assert [link.url for one in found for link in one.links] == [f"https://a.example/jobs/{n}" for n in (1, 2, 3)]
    assert len(found) == 4


@pytest.mark.parametrize(
    ("address", "pattern", "fits"),
    [
        ("https://a.example/jobs/1", "/jobs/", True),
        ("https://a.example/jobs/1", "/jobs/*/apply", False),
        ("https://a.example/jobs/1/apply", "/jobs/*/apply", True),
        ("https://a.example/jobs/1", "", True),
        ("https://a.example/apply/jobs", "jobs*apply", False),
        ("https://a.example/a.b", "a?b", False),
        ("https://a.example/" + "a" * 100_000, "*".join("a" * 1000) + "*b", False),
    ],
)
def test_what_a_pattern_fits(address: str, pattern: str, fits: bool) -> None:
    """A pattern is a part of an address, with `*` for anything; no pattern takes long."""
    assert matches(address, pattern) is fits
