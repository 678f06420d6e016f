"""Many requests of one run: what is asked twice, what is remembered, and what is said."""

from sourceweb import Page, SourceWeb

from generator.web.fetching import UNSEEN, Validators, Visits

PAGE = "https://x.example/a"


def visits(sources: SourceWeb) -> Visits:
    return Visits("https://digest.example/", web=sources.how().web)


def test_a_page_that_did_not_change_is_not_sent_again(sources: SourceWeb) -> None:
    """What a server said of a version goes back to it, and its 304 is an answer without a body."""
    sources.pages[PAGE] = Page(b"hello", headers={"Last-Modified": "Mon, 01 Jun 2026 08:00:00 GMT"})
    first = visits(sources).ask(PAGE)
    assert (first.status, first.body) == (200, b"hello")
    again = visits(sources).ask(PAGE, seen=first.seen)
    assert (again.status, again.body) == (304, b"")
    told = sources.asked[-1].headers
    assert (told["If-None-Match"], told["If-Modified-Since"]) == first.seen
    sources.put(PAGE, "changed")
    assert visits(sources).ask(PAGE, seen=first.seen).body == b"changed"


def test_what_cannot_be_kept_is_not_sent_back(sources: SourceWeb) -> None:
    """A validator that is long or holds what cannot be seen is not taken."""
    sources.pages[PAGE] = Page(b"x", headers={"ETag": '"' + "x" * 500 + '"', "Last-Modified": "caf\xe9"}, etag=False)
    assert visits(sources).ask(PAGE).seen == UNSEEN == Validators("", "")


def test_robots_are_asked_once_a_host(sources: SourceWeb) -> None:
    """One run asks each host once for its rules, obeys them, and hears the pause that they ask for."""
    sources.put("https://x.example/robots.txt", "User-agent: *\nCrawl-delay: 7\nDisallow: /no", "text/plain")
    sources.put(PAGE, "a")
    one = visits(sources)
    for _ in range(3):
        one.ask(PAGE)
    assert [url for url in sources.urls(robots=True) if url.endswith("robots.txt")] == ["https://x.example/robots.txt"]
    assert one.pause(PAGE) == 7.0
    assert one.pause("https://unknown.example/") == 0.0
    assert all(asked.headers["User-Agent"].endswith("(+https://digest.example/)") for asked in sources.asked)
