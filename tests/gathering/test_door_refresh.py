"""No way leads a refresh into a private network: neither addresses in any form, nor redirects, nor what names mean."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import count, pairwise
from urllib.parse import urlsplit

import pytest
import yaml
from sites import DATA, SmallSite
from sourceweb import PUBLIC, Page, SourceWeb

from generator.gathering.refreshing import refresh
from generator.gathering.summary import RefreshReport

WAYS = yaml.safe_load((DATA / "web/ways-in.yaml").read_text("utf-8"))
NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
POSTING = "https://harbour.example/jobs/1"
LIST, NOTICE = "https://lantern.example/feed.xml", "https://lantern.example/jobs/2"
# Hosts that a run may speak to.
OUTSIDE = {"harbour.example", "lantern.example", "outside.example"}


def refreshed(site: SmallSite, web: SourceWeb, entry: str = NOTICE) -> RefreshReport:
    """A run of a digest with one posting and one source, whose list has one entry."""
    site.posting("role", f'closes: 2026-06-30\nsource: {{url: "{POSTING}"}}')
    site.write("content/sources.yaml", f'sources:\n  lantern: {{kind: feed, address: "{LIST}"}}\n')
    item = f"<item><title>Nurse</title><link>{entry}</link></item>"
    rss = f'<?xml version="1.0"?><rss version="2.0"><channel><title>x</title>{item}</channel></rss>'
    web.pages.setdefault(LIST, Page(rss.encode(), kind="application/xml"))
    return refresh(site.root, NOW, web.how())


def leads(web: SourceWeb, way: list[str], place: str) -> str:
    """Lays a way to a place; returns the address of the list's entry."""
    begins = {"posting": POSTING, "robots": "https://harbour.example/robots.txt", "list": LIST, "notice": NOTICE}
    first, *rest = [one.replace("PLACE", place) for one in way]
    if first == "entry":
        return rest[0]
    chain = [begins[first], *rest]
    for url, following in pairwise(chain):
        web.pages[url] = Page(status=302, headers={"Location": following})
    return NOTICE


@pytest.mark.parametrize("way", WAYS["ways"])
def test_no_way_leads_inside(small_site: SmallSite, sources: SourceWeb, way: str) -> None:
    """By no way is a private, link-local or loopback address asked, in whatever form, and nothing of it is drafted."""
    for place in WAYS["places"]:
        sources.pages.clear()
        sources.asked.clear()
        sources.hosts = {"localhost": ["127.0.0.1", "::1"], "inside.example": ["10.0.0.1"]}
        sources.hosts["both.example"] = [PUBLIC, "192.168.0.1"]
        entry = leads(sources, WAYS["ways"][way], str(place))
        report = refreshed(small_site, sources, entry)
        assert {urlsplit(one.url).hostname for one in sources.asked} <= OUTSIDE, place
        assert "secret" not in "".join(sources.urls(robots=True)), place
        assert not [one.path for one in report.drafts if one.path], place
        assert not report.changes, place
        (small_site.root / "content/sources.lock.yaml").unlink(missing_ok=True)


@pytest.mark.parametrize("turn", range(1, 4))
def test_a_name_that_turns_inside_in_the_middle_of_a_run(small_site: SmallSite, sources: SourceWeb, turn: int) -> None:
    """Each connection is judged by what its own look-up says: robots.txt, a page, and where that sends on to."""
    sources.pages[POSTING] = Page(status=302, headers={"Location": "/jobs/1b"})
    sources.put("https://harbour.example/jobs/1b", "<!doctype html><h1>A role</h1><p>Deadline: 1 July 2026</p>")
    small_site.posting("role", f'closes: 2026-06-30\nsource: {{url: "{POSTING}"}}')
    before = (small_site.root / "content/postings/role.md").read_bytes()
    asks = count(1)
    how = sources.how()

    def resolve(_host: str, _port: int) -> list[str]:
        return ["10.0.0.7"] if next(asks) >= turn else [PUBLIC]

    refresh(small_site.root, NOW, replace(how, web=replace(how.web, resolve=resolve)))
    assert len(sources.asked) == turn - 1
    assert (small_site.root / "content/postings/role.md").read_bytes() == before


def test_it_is_opened_by_hand_alone(small_site: SmallSite, sources: SourceWeb) -> None:
    """The option that allows private addresses does; nothing in content can say the same."""
    sources.hosts["harbour.example"] = ["127.0.0.1"]
    sources.put(POSTING, "<!doctype html><h1>A role</h1><p>Deadline: 1 July 2026</p>")
    assert refreshed(small_site, sources).changes == []
    assert all("harbour.example" not in one.url for one in sources.asked)
    how = sources.how()
    assert refresh(small_site.root, NOW, replace(how, private=True)).changes
