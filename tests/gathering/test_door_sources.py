"""Sources are strangers: where they lead, what they are told, and what becomes of what they say."""

import json
import re
from datetime import UTC, datetime
from itertools import pairwise

import pytest
import yaml
from sites import DATA, SmallSite
from sourceweb import PUBLIC, Page, SourceWeb

from generator.gathering.asking import Errand, Told, ask_all
from generator.gathering.refreshing import refresh
from generator.web.fetching import Answer, NotFetched, Visits

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)


def asked(sources: SourceWeb, *errands: Errand, delay: float = 0.0) -> list[Told]:
    """What each errand got, in the order of the answers."""
    heard: list[Told] = []
    how = sources.how(delay)

    def hear(_: Errand, told: Told) -> list[Errand]:
        heard.append(told)
        return []

    ask_all(errands, hear, Visits("https://digest.example/", web=how.web), how.manners)
    return heard


PRIVATE = [
    *("127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.169.254", "0.0.0.0", "100.64.0.1", "168.63.129.16", "::1"),
    *("fe80::1%eth0", "fc00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::1", "224.0.0.1", "::"),
]


@pytest.mark.parametrize("address", PRIVATE)
def test_no_private_address_is_asked(sources: SourceWeb, address: str) -> None:
    """A name that leads to a private address, alone or among others, is not connected to, nor behind a redirect."""
    sources.hosts = {"inside.example": [address], "both.example": [PUBLIC, address]}
    sources.pages["https://outside.example/"] = Page(status=302, headers={"Location": "https://inside.example/"})
    urls = ("https://inside.example/", "https://both.example/", "https://outside.example/")
    outcomes = asked(sources, *(Errand(url, url) for url in urls))
    assert all(isinstance(one, NotFetched) and "private network" in str(one) for one in outcomes)
    assert {url.split("/")[2] for url in sources.urls(robots=True)} == {"outside.example"}


@pytest.mark.parametrize("host", ["2130706433", "0x7f.1", "0177.0.0.1", "127.1", "[::1]", "[::ffff:7f00:1]"])
def test_numbers_are_judged_as_the_addresses_that_they_are(sources: SourceWeb, host: str) -> None:
    """Decimal, octal, short and IPv6 forms of a loopback address are resolved and refused like its usual form."""
    sources.hosts = {host.strip("[]"): ["127.0.0.1"], "::ffff:127.0.0.1": ["::ffff:127.0.0.1"], "::1": ["::1"]}
    (told,) = asked(sources, Errand("x", f"http://{host}/"))
    assert isinstance(told, NotFetched)
    assert sources.asked == []


def test_an_answer_of_dns_that_changes_is_judged_again(sources: SourceWeb) -> None:
    """Each connection goes to addresses that were judged for it: what a name led to before does not count."""
    sources.put("https://turns.example/", "hello")
    assert isinstance(asked(sources, Errand("x", "https://turns.example/"))[0], Answer)
    sources.hosts["turns.example"] = ["10.0.0.1"]
    before = len(sources.asked)
    assert isinstance(asked(sources, Errand("x", "https://turns.example/"))[0], NotFetched)
    assert len(sources.asked) == before


def test_a_key_stays_with_its_host(sources: SourceWeb) -> None:
    """A header for one host is not sent to another that it redirects to, nor with the question for robots.txt."""
    sources.pages["https://api.example/jobs"] = Page(status=302, headers={"Location": "https://other.example/jobs"})
    sources.put("https://other.example/jobs", "{}", "application/json")
    asked(sources, Errand("x", "https://api.example/jobs", {"Authorization-Key": "secret"}))
    told = {one.url: one.headers.get("Authorization-Key") for one in sources.asked}
    assert told == {
        "https://api.example/robots.txt": None,
        "https://api.example/jobs": "secret",
        "https://other.example/robots.txt": None,
        "https://other.example/jobs": None,
    }


def test_a_host_is_asked_one_request_at_a_time(sources: SourceWeb) -> None:
    """Requests to a host follow one another with a pause between them, while those to others go on."""
    for host in ("a.example", "b.example"):
        for number in range(3):
            sources.pages[f"https://{host}/{number}"] = Page(b"hello", seconds=0.05)
    errands = [Errand("x", url) for url in sources.pages]
    assert all(isinstance(one, Answer) for one in asked(sources, *errands, delay=2.5))
    for host in ("a.example", "b.example"):
        mine = [one for one in sources.asked if f"//{host}/" in one.url]
        assert all(first.ended <= second.began for first, second in pairwise(mine))
    assert sources.slept == [2.5] * 4
    assert sources.asked[0].headers["User-Agent"].endswith(" (+https://digest.example/)")


def test_a_busy_server_is_asked_again_when_it_says(sources: SourceWeb) -> None:
    """Seconds of Retry-After are waited for and twice tried again; longer ones, or none, end it for this run."""
    for wait in ("7", "3600", "soon"):
        sources.slept.clear()
        sources.asked.clear()
        sources.pages["https://busy.example/"] = Page(status=429, headers={"Retry-After": wait})
        (told,) = asked(sources, Errand("x", "https://busy.example/"))
        assert isinstance(told, NotFetched)
        assert len(sources.urls()) == (3 if wait == "7" else 1)
        assert sources.slept.count(7.0) == (2 if wait == "7" else 0)


def test_a_host_that_says_nothing_is_left_alone(sources: SourceWeb) -> None:
    """After three requests without an answer the others to that host are not sent, and those to other hosts are."""
    sources.down.add("down.example")
    sources.put("https://up.example/", "hello")
    told = asked(
        sources, *(Errand("x", f"https://down.example/{n}") for n in range(9)), Errand("x", "https://up.example/")
    )
    assert sum(isinstance(one, Answer) for one in told) == 1
    assert len([url for url in sources.urls() if "//down.example/" in url]) == 3
    assert sum("was not asked" in str(one) for one in told) == 6


def test_what_is_too_large_is_not_taken(sources: SourceWeb) -> None:
    """A body of more than five megabytes is cut off, whatever the server said of its size."""
    sources.pages["https://large.example/"] = Page(b"x" * (6 * 1024 * 1024))
    (told,) = asked(sources, Errand("x", "https://large.example/"))
    assert "is larger than 5 MiB" in str(told)


HOSTILE = "Nurse</code> [click](https://evil.example) @everyone ![x](https://evil.example/) `` <script>\u202e ::error::"


def test_a_hostile_source_stays_text(small_site: SmallSite, sources: SourceWeb) -> None:
    """Titles and words of a source stand in the summary as code, and neither drafts nor postings make trouble."""
    text = f"Deadline: 30 June 2026\n{HOSTILE}" + "Heal. " * 400
    item = {"id": "1", "url": "https://harbour.example/1", "title": HOSTILE, "content_text": text}
    feed = {"version": "https://jsonfeed.org/version/1.1", "title": "x", "items": [item]}
    small_site.write(
        "content/sources.yaml",
        "sources:\n  harbour: {kind: feed, address: 'https://harbour.example/feed.json', organisation: harbour}\n",
    )
    sources.put("https://harbour.example/feed.json", json.dumps(feed), "application/json")
    report = refresh(small_site.root, NOW, sources.how())
    told = report.markdown()
    assert report.drafts
    outside = re.sub(r"(`+)(?!`).*?(?<!`)\1(?!`)", "", told)
    assert not re.search(r"evil|@everyone|<script>|::error|!\[", outside)
    assert "\u202e" not in told
    assert small_site.command("check").code == 0


MISTAKES = yaml.safe_load((DATA / "sources.yaml").read_text("utf-8"))


@pytest.mark.parametrize("case", MISTAKES, ids=lambda case: case["told"])
def test_a_mistake_in_the_sources_is_one_line(small_site: SmallSite, case: dict[str, str]) -> None:
    """`check` tells what is wrong with the file, and where; `refresh` asks nobody then."""
    small_site.write("content/sources.yaml", case["file"])
    done = small_site.command("check")
    assert done.code == 1
    assert case["told"] in done.out
    assert "content/sources.yaml:" in done.out
    done = small_site.command("refresh")
    assert (done.code, case["told"] in done.err) == (1, True)


def test_a_lock_with_both_sides_of_a_merge_is_refused(small_site: SmallSite) -> None:
    """A line of the lock that refresh did not write is told with its place, by `check` as well."""
    small_site.write("content/sources.lock.yaml", 'sources:\n<<<<<<< HEAD\n  "a": {"failures": 1}\n')
    for name in ("check", "refresh"):
        done = small_site.command(name)
        assert (done.code, "content/sources.lock.yaml:2:1: lock: is not a line" in done.out + done.err) == (1, True)
